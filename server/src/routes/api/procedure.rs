//! GET `/procedures/{id}`: all of one procedure.

use super::defects::{self, DefectItem};
use super::item::{DiagnosticItem, TacticItem, TechniqueItem, seconds};
use super::{Which, missing, reviews};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::trial::kind as kind_of;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, Query, State};
use catalog::index::{Broken, Likeness, NearDuplicate, Similar};
use catalog::library::{Library, Reading, Restoring};
use catalog::notebook::CellKind;
use catalog::procedure::Standing;
use catalog::query::{QueryKind, QueryLanguage};
use catalog::render::{self, Heading};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::links;

/// Most procedures that are like it.
const SIMILAR: usize = 10;

/// All of one procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureAnswer {
    /// `hunting.id`, else `path:` and the path.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Its path at this revision.
    pub path: String,
    /// How it stands at the branch's tip.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Its title.
    pub title: String,
    /// What it hunts for.
    pub description: String,
    /// Its ATT&CK techniques.
    pub techniques: Vec<TechniqueItem>,
    /// Its ATT&CK tactics.
    pub tactics: Vec<TacticItem>,
    /// The telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its authors.
    pub authors: Vec<String>,
    /// ATT&CK platforms.
    pub platforms: Vec<String>,
    /// Which service its queries are for.
    pub service: Option<String>,
    /// The `hunting` block whole, as written.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Whether a copy can be made of it.
    pub copyable: bool,
    /// Its cells, in order.
    pub cells: Vec<CellItem>,
    /// Its headings.
    pub outline: Vec<HeadingItem>,
    /// What a copy fills in.
    pub parameters: Vec<ParameterItem>,
    /// Its queries, run or shown, with what they read.
    pub queries: Vec<QueryItem>,
    /// What lint finds in this revision.
    pub diagnostics: Vec<DiagnosticItem>,
    /// Which revision this is.
    pub revision: RevisionItem,
    /// What is known to be wrong with this revision.
    pub defects: Vec<DefectItem>,
    /// Set when the newest revision cannot be used and this is the last good one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenItem>,
    /// For a duplicate: the path of the older file that holds its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
    /// Procedures whose prose and code are nearly the same today, the likest first.
    pub near_duplicates: Vec<NearItem>,
    /// Procedures that share most with it today, the likest first.
    pub similar: Vec<SimilarItem>,
}

/// A procedure whose text is nearly the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearItem {
    /// Its id.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Its title.
    pub title: String,
    /// About what share of the runs of five words both have in common, in percent: 80 to 100.
    pub alike: u8,
}

impl From<NearDuplicate> for NearItem {
    fn from(NearDuplicate { entry, alike }: NearDuplicate) -> Self {
        Self { id: entry.id, repo: entry.repo, title: entry.procedure.title, alike }
    }
}

/// A procedure that shares much.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarItem {
    /// Its id.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Its title.
    pub title: String,
    /// What both have: techniques, data sources, tags, and rare words in quotation marks.
    pub shared: Vec<String>,
}

impl From<Similar> for SimilarItem {
    fn from(Similar { entry, shared }: Similar) -> Self {
        Self { id: entry.id, repo: entry.repo, title: entry.procedure.title, shared }
    }
}

/// One cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellItem {
    /// Its place, from 0.
    pub index: usize,
    /// `markdown`, `code` or `raw`.
    pub kind: &'static str,
    /// Its text.
    pub source: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its metadata.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// First and last line in the file, from 1.
    pub lines: [u32; 2],
}

/// One heading.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadingItem {
    /// 1 to 6.
    pub level: u8,
    /// Its text.
    pub text: String,
    /// Its cell, from 0.
    pub cell: usize,
    /// Its anchor on the page.
    pub anchor: String,
}

/// A parameter.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParameterItem {
    /// Its name.
    pub name: String,
    /// Its type as far as it is known.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its default, as Python writes it.
    pub default: String,
    /// What it is for.
    pub help: String,
}

/// A query.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryItem {
    /// The cell, from 0.
    pub cell: usize,
    /// The line in the file on which it begins, from 1.
    pub line: u32,
    /// `run` where running the notebook asks it, `shown` where it is there to be read.
    pub kind: &'static str,
    /// What the query is written in; null when that cannot be told.
    pub language: Option<&'static str>,
    /// What it reads, as written.
    pub data_sources: Vec<String>,
    /// The fields that it filters by or asks for, in lower case.
    pub fields: Vec<String>,
    /// How far it looks back, as written, where the query itself says so.
    pub look_back: Option<String>,
    /// The name that its results are given.
    pub assigned: Option<String>,
    /// Whether a tenant is named beside it; null where the tool takes none there.
    pub tenant: Option<bool>,
    /// The call that asks it, where it is not a cell's magic.
    pub call: Option<String>,
    /// The query's text; null when it is made elsewhere and cannot be read.
    pub text: Option<String>,
}

impl From<catalog::query::Query> for QueryItem {
    fn from(query: catalog::query::Query) -> Self {
        Self {
            cell: query.cell,
            line: query.line,
            kind: match query.kind {
                QueryKind::Run => "run",
                QueryKind::Shown => "shown",
            },
            language: query.language.map(QueryLanguage::label),
            data_sources: query.data_sources,
            fields: query.fields,
            look_back: query.look_back,
            assigned: query.assigned,
            tenant: query.tenant,
            call: query.call,
            text: query.text,
        }
    }
}

/// Which revision.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionItem {
    /// The commit.
    pub commit: String,
    /// The path there.
    pub path: String,
    /// The blob.
    pub blob: String,
    /// Whether a commit was asked for that is not the newest revision.
    pub past: bool,
    /// When the newest revision was committed, RFC 3339.
    pub updated_at: String,
    /// By whom.
    pub updated_by: String,
}

/// Why the newest revision cannot be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrokenItem {
    /// The commit since which.
    pub since: String,
    /// Its author.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// What is wrong.
    pub reason: String,
    /// The commit that is served instead.
    pub last_good_commit: Option<String>,
    /// What brings its metadata back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<RestoreItem>,
}

/// The way back for metadata that were lost.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreItem {
    /// What the `hunting` block last said.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// Where the patch is; null where no patch can bring it back.
    pub patch: Option<String>,
}

impl RestoreItem {
    fn of(restoring: Restoring) -> Self {
        let Restoring { entry, values, patch, .. } = restoring;
        let address = |_| links::procedure_file(&entry.id, "restore.patch", Some(&entry.repo), None);
        Self { patch: patch.map(address), values }
    }
}

impl From<Broken> for BrokenItem {
    fn from(broken: Broken) -> Self {
        Self {
            since: broken.since,
            by: broken.by,
            at: seconds(broken.at),
            reason: broken.reason,
            last_good_commit: broken.last_good_commit,
            restore: None,
        }
    }
}

/// One procedure, its newest revision or the one at a commit.
#[utoipa::path(
    get, path = "/procedures/{id}", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Which),
    responses(
        (status = 200, body = ProcedureAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<ProcedureAnswer>, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let asked = address.clone();
    let told = move |library: &Library| {
        let Some(reading) = library.read(&address, at.as_deref())? else { return Ok(None) };
        let likeness = library.likeness(&reading.entry, SIMILAR)?;
        let entry = reading.entry.clone();
        let restoring = match &reading.broken {
            Some(_) => library.restoring_patch(&address)?,
            None => None,
        };
        let mut answer = answer(reading, likeness);
        if let Some(broken) = &mut answer.broken {
            broken.restore = restoring.map(RestoreItem::of);
        }
        Ok(Some((answer, entry)))
    };
    let answer = app.read(told).await?;
    match answer {
        Some((mut answer, entry)) => {
            let defects = defects::at_commit(&app, &entry, &answer.revision.commit).await?;
            answer.defects = defects.into_iter().map(DefectItem::from).collect();
            if !answer.revision.past {
                let among = reviews::among(&app, &entry).await?;
                answer.diagnostics.extend(among.into_iter().map(DiagnosticItem::from));
            }
            Ok(Json(answer))
        }
        None => Err(missing(&app, asked).await),
    }
}

fn answer(reading: Reading, likeness: Likeness) -> ProcedureAnswer {
    let outline = outline(&reading);
    let parameters = parameters(&reading);
    let queries = catalog::query::queries(&reading.notebook).into_iter().map(QueryItem::from).collect();
    let (entry, procedure) = (reading.entry, reading.procedure);
    ProcedureAnswer {
        id: entry.id,
        repo: entry.repo,
        path: reading.path.clone(),
        standing: entry.standing,
        title: procedure.title,
        description: procedure.description,
        techniques: procedure.techniques.into_iter().map(TechniqueItem::from).collect(),
        tactics: procedure.tactics.into_iter().map(TacticItem::from).collect(),
        data_sources: procedure.data_sources,
        tags: procedure.tags,
        authors: if procedure.authors.is_empty() { entry.authors } else { procedure.authors },
        platforms: procedure.platforms,
        service: procedure.service,
        metadata: procedure.metadata,
        copyable: entry.copyable,
        cells: reading
            .notebook
            .cells
            .into_iter()
            .enumerate()
            .map(|(index, cell)| CellItem {
                index,
                kind: kind(cell.kind),
                tags: cell.tags().map(str::to_owned).collect(),
                source: cell.source,
                metadata: cell.metadata,
                lines: [cell.lines.0, cell.lines.1],
            })
            .collect(),
        outline,
        parameters,
        queries,
        defects: Vec::new(),
        diagnostics: reading.diagnostics.into_iter().map(DiagnosticItem::from).collect(),
        revision: RevisionItem {
            commit: reading.commit,
            path: reading.path,
            blob: reading.blob,
            past: reading.past,
            updated_at: seconds(entry.updated_at),
            updated_by: entry.updated_by,
        },
        broken: reading.broken.map(BrokenItem::from),
        taken_by: entry.taken_by,
        others: reading.others,
        near_duplicates: likeness.near_duplicates.into_iter().map(NearItem::from).collect(),
        similar: likeness.similar.into_iter().map(SimilarItem::from).collect(),
    }
}

fn outline(reading: &Reading) -> Vec<HeadingItem> {
    let rendered = render::notebook(&reading.notebook, &render::Options::default());
    let item = |heading: Heading| HeadingItem {
        level: heading.level,
        text: heading.text,
        cell: heading.cell,
        anchor: heading.anchor,
    };
    rendered.headings.into_iter().map(item).collect()
}

fn parameters(reading: &Reading) -> Vec<ParameterItem> {
    catalog::instance::parameters(&reading.notebook)
        .into_iter()
        .map(|parameter| ParameterItem {
            kind: kind_of(&parameter),
            name: parameter.name,
            default: parameter.default,
            help: parameter.help.unwrap_or_default(),
        })
        .collect()
}

/// The word for a kind of cell.
fn kind(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Markdown => "markdown",
        CellKind::Code => "code",
        CellKind::Raw => "raw",
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn a_procedure_is_told_whole() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/lsass").await.json();
        assert_eq!(told["path"], "hunts/lsass.md");
        assert_eq!(told["revision"]["commit"], sample.commits[2].as_str());
        assert_eq!(told["metadata"]["attack_technique_ids"][0], "T1003.001");
        let names: Vec<_> =
            told["parameters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["TENANT_ID", "REGION", "EARLIEST", "LATEST", "LIMIT"]);
        assert_eq!(told["parameters"][4]["type"], "int");
        assert_eq!(told["cells"][1]["tags"][0], "parameters");
        assert_eq!(told["copyable"], true);
    }

    #[tokio::test]
    async fn an_older_revision_is_named_by_a_short_commit() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let short = &sample.commits[0][..8];
        let told = viewer.get(&format!("/api/v1/procedures/lsass?at={short}")).await.json();
        assert_eq!(told["path"], "old/lsass.md");
        assert_eq!(told["revision"]["past"], true);
    }

    #[tokio::test]
    async fn an_id_with_slashes_and_colons_is_one_segment_of_the_path() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/path%3Anotes%2Flsass.md").await.json();
        assert_eq!(told["standing"], "uncatalogued");
        assert_eq!(told["title"], "Notes on lsass");
    }

    #[tokio::test]
    async fn a_broken_one_is_told_as_it_last_was_and_says_so() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/brittle").await.json();
        assert_eq!(told["standing"], "broken");
        assert_eq!(told["title"], "Brittle");
        assert_eq!(told["broken"]["since"], sample.commits[3].as_str());
        assert_eq!(told["broken"]["by"], "Dan");
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_problem_that_says_what_to_do() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.get("/api/v1/procedures/nothing").await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.json()["remedy"].is_string());
        assert_eq!(viewer.get("/api/v1/procedures/lsass?at=ffffffff").await.status, 404);
        assert_eq!(viewer.get("/api/v1/procedures/lsass?at=HEAD").await.status, 400);
        assert_eq!(viewer.get("/api/v1/procedures/lsass?repo=other").await.status, 404);
    }
}
