//! GET `/procedures/{id}/blame`: who last changed each cell, the metadata, and each line.

use super::history::{Author, in_zone};
use super::{Which, no_procedure};
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use catalog::index::Revision;
use catalog::library::{Attributed, Attribution, Blame, CutBecause};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whether lines are told too.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BlameParams {
    /// `true` for every line too.
    pub lines: Option<String>,
}

/// Who last changed what.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlameAnswer {
    /// The commit whose text this is of.
    pub commit: String,
    /// The path there.
    pub path: String,
    /// The cells that have lines in the text, in order.
    pub cells: Vec<CellBlame>,
    /// The front matter, or the file beside the notebook that describes it; null where there is neither.
    pub metadata: Option<MetadataBlame>,
    /// With `lines=true`: the commits that `lines` names by their places here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commits: Option<Vec<ChangedBy>>,
    /// With `lines=true`: every line of the text, neighbours of one commit together. Of an ipynb file those of its cells in
    /// MyST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<LinesBlame>>,
    /// Set where more history is there than was looked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutItem>,
}

/// The revision that last changed something.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedBy {
    /// Its commit.
    pub commit: String,
    /// Git's author, as the repository's mailmap has them.
    pub author: Author,
    /// Whom the message names as co-authors.
    pub co_authors: Vec<Author>,
    /// When they wrote it, in their zone, RFC 3339.
    pub authored_at: String,
    /// When it was committed, likewise.
    pub committed_at: String,
    /// First line of the message.
    pub subject: String,
    /// The path after it.
    pub path: String,
}

impl From<&Revision> for ChangedBy {
    fn from(revision: &Revision) -> Self {
        let person = |(name, email): &(String, String)| Author { name: name.clone(), email: email.clone() };
        Self {
            commit: revision.commit.clone(),
            author: Author { name: revision.author_name.clone(), email: revision.author_email.clone() },
            co_authors: revision.co_authors.iter().map(person).collect(),
            authored_at: in_zone(revision.authored_at),
            committed_at: in_zone(revision.committed_at),
            subject: revision.subject.clone(),
            path: revision.path.clone(),
        }
    }
}

/// Who last changed a cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellBlame {
    /// The cell, from 0.
    pub cell: usize,
    /// Its first and last line, from 1.
    pub lines: [u32; 2],
    /// By what.
    #[serde(flatten)]
    pub by: ChangedBy,
}

/// Who last changed the metadata.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetadataBlame {
    /// The file that holds them: the notebook's own, or one beside it.
    pub file: String,
    /// First and last line of the front matter, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<[u32; 2]>,
    /// By what.
    #[serde(flatten)]
    pub by: ChangedBy,
    /// The keys of the front matter, those of `hunting` in its place.
    pub keys: Vec<KeyBlame>,
}

/// Who last changed a key of the front matter.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyBlame {
    /// `hunting.title`, `kernelspec`.
    pub key: String,
    /// Its first and last line, from 1.
    pub lines: [u32; 2],
    /// The commit.
    pub commit: String,
}

/// Lines that came with one commit.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinesBlame {
    /// The first of them, from 1.
    pub from: usize,
    /// The last.
    pub to: usize,
    /// The commit: a place in `commits`.
    pub commit: u32,
}

/// Where blame stopped short.
#[derive(Debug, Serialize, ToSchema)]
pub struct CutItem {
    /// What is attributed to this commit may be older.
    pub commit: String,
    /// `too-much`: there is more history than is looked through. `unreadable`: what came before is on no record.
    pub because: &'static str,
}

/// The word for why blame stopped short.
pub fn because(because: CutBecause) -> &'static str {
    match because {
        CutBecause::TooMuch => "too-much",
        CutBecause::Unreadable => "unreadable",
    }
}

/// Lines of a text, from 0, that follow each other and came with one revision: first, how many, and a place in
/// [`Attributed::revisions`].
pub fn runs(lines: &[u32]) -> impl Iterator<Item = (usize, usize, u32)> + '_ {
    let mut first = 0;
    lines.chunk_by(|one, other| one == other).map(move |run| {
        let begin = first;
        first += run.len();
        (begin, run.len(), run[0])
    })
}

/// Who last changed each cell, the metadata, and with `lines=true` each line, through renames.
///
/// A cell was last changed by the newest commit that changed, added or removed a line of its source, its tags or its
/// options.
#[utoipa::path(
    get, path = "/procedures/{id}/blame", tag = "history",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Which, BlameParams),
    responses(
        (status = 200, body = BlameAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    Query(params): Query<BlameParams>,
) -> Result<Json<BlameAnswer>, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let lines = match query::one(params.lines.as_ref()).as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::invalid("lines is true or false.".to_owned())),
    };
    let told = app
        .read(move |library| Ok(library.blame(&address, at.as_deref())?.map(|blame| answer(&blame, lines))))
        .await?;
    told.map(Json).ok_or_else(|| no_procedure(&id))
}

fn answer(blame: &Blame, lines: bool) -> BlameAnswer {
    let Blame { found, .. } = blame;
    let by = |revision: usize| ChangedBy::from(&found.revisions[revision]);
    let cell = |(cell, by_whom): (usize, &Option<Attribution>)| {
        let Attribution { lines: (first, last), revision } = (*by_whom)?;
        Some(CellBlame { cell, lines: [first, last], by: by(revision) })
    };
    let told = || {
        let one = |(first, count, commit)| LinesBlame { from: first + 1, to: first + count, commit };
        runs(&found.lines).map(one).collect()
    };
    BlameAnswer {
        commit: blame.commit.clone(),
        path: blame.path.clone(),
        cells: found.cells.iter().enumerate().filter_map(cell).collect(),
        metadata: metadata(blame, found),
        commits: lines.then(|| found.revisions.iter().map(ChangedBy::from).collect()),
        lines: lines.then(told),
        cut: found.cut.clone().map(|cut| CutItem { commit: cut.commit, because: because(cut.because) }),
    }
}

fn metadata(blame: &Blame, found: &Attributed) -> Option<MetadataBlame> {
    let by = |revision: usize| ChangedBy::from(&found.revisions[revision]);
    if let Some((path, revision)) = &found.described_by {
        return Some(MetadataBlame { file: path.clone(), lines: None, by: by(*revision), keys: Vec::new() });
    }
    let Attribution { lines: (first, last), revision } = found.metadata?;
    let key = |(key, by): &(String, Attribution)| KeyBlame {
        key: key.clone(),
        lines: [by.lines.0, by.lines.1],
        commit: found.revisions[by.revision].commit.clone(),
    };
    Some(MetadataBlame {
        file: blame.path.clone(),
        lines: Some([first, last]),
        by: by(revision),
        keys: found.keys.iter().map(key).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;

    #[test]
    fn neighbours_of_one_revision_are_one_run() {
        assert_eq!(runs(&[3, 3, 0, 3]).collect::<Vec<_>>(), [(0, 2, 3), (2, 1, 0), (3, 1, 3)]);
        assert_eq!(runs(&[]).count(), 0);
    }

    #[tokio::test]
    async fn each_cell_says_who_changed_it_through_a_rename() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/lsass/blame").await.json();
        assert_eq!(
            (&told["path"], &told["commit"]),
            (&"hunts/lsass.md".into(), &sample.commits[2].as_str().into())
        );
        let cells = told["cells"].as_array().unwrap();
        let authors: Vec<_> = cells.iter().map(|cell| cell["author"]["name"].as_str().unwrap()).collect();
        assert_eq!(authors, ["Ana", "Ana", "Ana", "Cleo"]);
        assert_eq!(
            (&cells[0]["subject"], &cells[0]["path"]),
            (&"Add the first hunts".into(), &"old/lsass.md".into())
        );
        assert_eq!(cells[3]["authored_at"], "2026-09-21T18:13:20+02:00");
        assert_eq!(told["metadata"]["commit"], sample.commits[0].as_str());
        let keys = told["metadata"]["keys"].as_array().unwrap();
        assert!(
            keys.iter()
                .any(|key| key["key"] == "hunting.title" && key["commit"] == sample.commits[0].as_str())
        );
        assert!(told.get("lines").is_none() && told.get("cut").is_none());
    }

    #[tokio::test]
    async fn every_line_is_told_where_it_is_asked_for() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/lsass/blame?lines=true").await.json();
        let source = viewer.get("/api/v1/procedures/lsass/source").await.text();
        let lines = told["lines"].as_array().unwrap();
        assert_eq!(lines.last().unwrap()["to"], source.lines().count());
        let at = source.lines().position(|line| line.contains("lsass.exe")).unwrap() + 1;
        let holds = |run: &&serde_json::Value| {
            (run["from"].as_u64(), run["to"].as_u64()) == (Some(at as u64), Some(at as u64))
        };
        let run = lines.iter().find(holds).unwrap();
        let place = usize::try_from(run["commit"].as_u64().unwrap()).unwrap();
        assert_eq!(told["commits"][place]["commit"], sample.commits[2].as_str());
        let before = format!("/api/v1/procedures/lsass/blame?lines=true&at={}", sample.commits[0]);
        assert_eq!(viewer.get(&before).await.json()["commits"].as_array().unwrap().len(), 1);
        assert_eq!(viewer.get("/api/v1/procedures/lsass/blame?lines=perhaps").await.status, 400);
        assert_eq!(viewer.get("/api/v1/procedures/nothing/blame").await.status, 404);
    }
}
