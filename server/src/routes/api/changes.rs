//! GET `/changes`: revisions of the whole catalog, newest first; GET `/changes/compare`: the catalog at two moments.

use super::history::{Author, in_zone};
use super::item::ChangeItem;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::State;
use axum_extra::extract::Query;
use catalog::diff::CHANGE_KINDS;
use catalog::index::{Changed, Revision, RevisionStatus};
use catalog::library::{Became, Between, How, LibraryError, Moment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Which changes. Several values of one parameter widen, different ones narrow.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ChangesParams {
    /// Committed on this day (2026-11-24) or at this moment, or later.
    pub since: Option<String>,
    /// Committed before this day or moment.
    pub until: Option<String>,
    /// Name or address of who made it, co-authors included, or words of a name.
    pub author: Vec<String>,
    /// Kind of change: `query-changed`, `metadata-lost`, …
    pub kind: Vec<String>,
    /// Technique that the procedure is mapped to, or was until then.
    pub technique: Vec<String>,
    /// Repository.
    pub repo: Vec<String>,
    /// Commit, in full.
    pub commit: Vec<String>,
    /// How many: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

impl ChangesParams {
    /// What is looked for.
    ///
    /// # Errors
    /// 400 for what is no moment, and no kind of change.
    pub fn changed(&self) -> Result<Changed, Problem> {
        let seconds = |name, value: Option<&String>| {
            query::moment(name, value).map(|moment| moment.map(|moment| moment.timestamp()))
        };
        let kinds = query::said(&self.kind);
        if let Some(unknown) = kinds.iter().find(|kind| !CHANGE_KINDS.contains(&kind.as_str())) {
            return Err(Problem::invalid(format!(
                "kind is {unknown}; it is one of {}.",
                CHANGE_KINDS.join(", ")
            )));
        }
        Ok(Changed {
            since: seconds("since", self.since.as_ref())?,
            until: seconds("until", self.until.as_ref())?,
            authors: query::said(&self.author),
            kinds,
            techniques: query::said(&self.technique),
            repos: query::said(&self.repo),
            commits: query::said(&self.commit),
            procedures: None,
        })
    }
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesAnswer {
    /// How many revisions there are in all.
    pub total: usize,
    /// This page, newest first.
    pub changes: Vec<CatalogChange>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One revision of one procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogChange {
    /// The repository.
    pub repo: String,
    /// How the procedure is addressed: `hunting.id`, else `path:` and the path; when it is gone, as it was.
    pub id: String,
    /// Its title then.
    pub title: String,
    /// The commit.
    pub commit: String,
    /// The path after it; before it, when it was deleted.
    pub path: String,
    /// The path before, when it was renamed.
    pub previous_path: Option<String>,
    /// The author, as the repository's mailmap has them.
    pub author: Author,
    /// Whom the message names as co-authors.
    pub co_authors: Vec<Author>,
    /// When they wrote it, in their zone, RFC 3339.
    pub authored_at: String,
    /// When it was committed, likewise.
    pub committed_at: String,
    /// First line of the message.
    pub subject: String,
    /// `added`, `modified`, `renamed` or `deleted`.
    #[schema(value_type = String)]
    pub status: RevisionStatus,
    /// What that meant.
    pub changes: Vec<ChangeItem>,
}

/// How a revision's procedure is addressed: today, or as it was before it went.
pub fn address(revision: &Revision) -> String {
    let id = revision.today.as_ref().or(revision.id.as_ref());
    id.cloned().unwrap_or_else(|| format!("{}{}", catalog::procedure::PATH_PREFIX, revision.path))
}

/// What a revision's procedure is called.
pub fn title(revision: &Revision) -> String {
    if revision.title.is_empty() { revision.path.clone() } else { revision.title.clone() }
}

impl From<Revision> for CatalogChange {
    fn from(revision: Revision) -> Self {
        let person = |(name, email): (String, String)| Author { name, email };
        Self {
            id: address(&revision),
            title: title(&revision),
            repo: revision.repo,
            commit: revision.commit,
            path: revision.path,
            previous_path: revision.previous_path,
            author: person((revision.author_name, revision.author_email)),
            co_authors: revision.co_authors.into_iter().map(person).collect(),
            authored_at: in_zone(revision.authored_at),
            committed_at: in_zone(revision.committed_at),
            subject: revision.subject,
            status: revision.status,
            changes: revision.changes.into_iter().map(ChangeItem::from).collect(),
        }
    }
}

/// What changed in the whole catalog, newest first.
#[utoipa::path(
    get, path = "/changes", tag = "history", params(ChangesParams),
    responses(
        (status = 200, body = ChangesAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<ChangesParams>,
) -> Result<Json<ChangesAnswer>, Problem> {
    let changed = params.changed()?;
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let found = app.read(move |library| library.changes(&changed, limit, cursor.as_deref())).await?;
    Ok(Json(ChangesAnswer {
        total: found.total,
        changes: found.revisions.into_iter().map(CatalogChange::from).collect(),
        next: found.next,
    }))
}

/// Which moments of the catalog.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct CompareParams {
    /// The older side: a day (its end is meant), a moment, a tag, or a commit of the branch; 90 days ago without it.
    pub from: Option<String>,
    /// The newer side, likewise; now without it.
    pub to: Option<String>,
    /// The repository; all of them without it.
    pub repo: Option<String>,
}

/// The catalog at two moments compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompareAnswer {
    /// Each repository, in the configured order.
    pub repos: Vec<RepositoryBetween>,
    /// Repositories that do not have what the moments name, and are left out.
    pub left_out: Vec<String>,
}

/// One repository between two moments.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepositoryBetween {
    /// The repository.
    pub repo: String,
    /// The commit of the older side; null where nothing was there yet.
    pub from: Option<String>,
    /// The commit of the newer side.
    pub to: Option<String>,
    /// How many commits lie between.
    pub commits: usize,
    /// Whether there was more than can be compared, so that the oldest revisions are missing.
    pub cut: bool,
    /// How many procedures came, went, and changed.
    pub counts: BTreeMap<String, usize>,
    /// What became of each procedure that was touched, by title.
    pub procedures: Vec<BecameItem>,
}

/// What became of one procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct BecameItem {
    /// `added`, `deleted`, `changed`, or `came-and-went`.
    #[schema(value_type = String)]
    pub how: How,
    /// How it is addressed.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its path.
    pub path: String,
    /// Its path before, where that was another.
    pub from_path: Option<String>,
    /// The newest commit between the moments that touched it.
    pub commit: String,
    /// How many did.
    pub revisions: usize,
    /// Techniques that it has and had not.
    pub techniques_gained: Vec<String>,
    /// Techniques that it had and has no longer.
    pub techniques_lost: Vec<String>,
    /// The kinds of change that were made.
    pub kinds: Vec<String>,
    /// Who made them.
    pub authors: Vec<String>,
}

impl From<Became> for BecameItem {
    fn from(became: Became) -> Self {
        Self {
            how: became.how,
            id: address(&became.last),
            title: title(&became.last),
            path: became.last.path,
            from_path: became.from_path,
            commit: became.last.commit,
            revisions: became.revisions,
            techniques_gained: became.gained.into_iter().collect(),
            techniques_lost: became.lost.into_iter().collect(),
            kinds: became.kinds.into_iter().collect(),
            authors: became.people.into_iter().collect(),
        }
    }
}

impl From<Between> for RepositoryBetween {
    fn from(between: Between) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for became in &between.procedures {
            *counts.entry(word(became.how).to_owned()).or_default() += 1;
        }
        Self {
            repo: between.repo,
            from: between.from,
            to: between.to,
            commits: between.commits,
            cut: between.cut,
            counts,
            procedures: between.procedures.into_iter().map(BecameItem::from).collect(),
        }
    }
}

/// How something changed, as the API writes it.
pub fn word(how: How) -> &'static str {
    match how {
        How::Added => "added",
        How::Deleted => "deleted",
        How::Changed => "changed",
        How::CameAndWent => "came-and-went",
    }
}

/// How far back a comparison goes when nothing is said, in days.
const QUARTER: i64 = 90;

impl CompareParams {
    /// The two moments.
    pub fn moments(&self, app: &App) -> (Moment, Moment) {
        let quarter_ago = app.clock.now().timestamp() - QUARTER * 86_400;
        (
            moment(self.from.as_ref()).unwrap_or(Moment::Time(quarter_ago)),
            moment(self.to.as_ref()).unwrap_or(Moment::Now),
        )
    }

    /// Compares the repositories that are asked for; and those that do not have the moments.
    ///
    /// # Errors
    /// 404 for a repository that there is not, and when an index or mirror cannot be read.
    pub async fn compare(&self, app: &App) -> Result<(Vec<Between>, Vec<String>), Problem> {
        let (from, to) = self.moments(app);
        let repo = query::one(self.repo.as_ref());
        let mut names: Vec<String> =
            app.library.repositories().into_iter().map(|state| state.repository.name).collect();
        if let Some(repo) = repo {
            names.retain(|name| *name == repo);
            if names.is_empty() {
                return Err(Problem::not_found(format!("repository {repo}")));
            }
        }
        app.read(move |library| {
            let (mut found, mut left_out) = (Vec::new(), Vec::new());
            for name in names {
                match library.between(&name, &from, &to) {
                    Ok(Some(between)) => found.push(between),
                    // Not cloned yet: there is nothing to compare.
                    Ok(None) | Err(LibraryError::Mirror { .. } | LibraryError::Commit(_)) => {
                        left_out.push(name);
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok((found, left_out))
        })
        .await
    }
}

/// A moment as it is written: a day (as it ended), an instant, or else the name of a tag or commit.
fn moment(written: Option<&String>) -> Option<Moment> {
    let text = query::one(written)?;
    if text.eq_ignore_ascii_case("now") {
        return Some(Moment::Now);
    }
    match query::moment("from", Some(&text)) {
        Ok(Some(at)) if text.len() == "2026-11-24".len() => Some(Moment::Time(at.timestamp() + 86_399)),
        Ok(Some(at)) => Some(Moment::Time(at.timestamp())),
        _ => Some(Moment::Named(text)),
    }
}

/// What became of the catalog's procedures between two moments.
#[utoipa::path(
    get, path = "/changes/compare", tag = "history", params(CompareParams),
    responses(
        (status = 200, body = CompareAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn compare(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<CompareParams>,
) -> Result<Json<CompareAnswer>, Problem> {
    let (found, left_out) = params.compare(&app).await?;
    Ok(Json(CompareAnswer { repos: found.into_iter().map(RepositoryBetween::from).collect(), left_out }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn changes_of_the_catalog_are_told_newest_first_and_narrowed() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/changes").await.json();
        let all = told["changes"].as_array().unwrap();
        assert_eq!(told["total"], all.len());
        assert!(
            all.is_sorted_by(|one, other| one["committed_at"].as_str() >= other["committed_at"].as_str())
        );
        let told = viewer.get("/api/v1/changes?kind=query-changed").await.json();
        assert_eq!(told["changes"][0]["id"], "lsass");
        assert_eq!(told["changes"][0]["commit"], sample.commits[2].as_str());
        assert_eq!(viewer.get("/api/v1/changes?kind=nothing").await.status, 400);
        assert_eq!(viewer.get("/api/v1/changes?since=yesterday").await.status, 400);
        assert_eq!(viewer.get("/api/v1/changes?author=nobody").await.json()["total"], 0);
    }

    #[tokio::test]
    async fn the_catalog_is_compared_between_commits_and_between_days() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let (from, to) = (&sample.commits[0], &sample.commits[2]);
        let told = viewer.get(&format!("/api/v1/changes/compare?from={from}&to={to}")).await.json();
        let one = &told["repos"][0];
        assert_eq!((one["from"].as_str(), one["to"].as_str()), (Some(from.as_str()), Some(to.as_str())));
        let lsass = one["procedures"].as_array().unwrap().iter().find(|one| one["id"] == "lsass").unwrap();
        assert_eq!(
            (lsass["how"].as_str(), lsass["from_path"].as_str()),
            (Some("changed"), Some("old/lsass.md"))
        );
        let told = viewer.get("/api/v1/changes/compare?from=1999-12-31").await.json();
        assert!(told["repos"][0]["counts"]["added"].as_u64().unwrap() > 1);
        let told = viewer.get("/api/v1/changes/compare?from=v1").await.json();
        assert_eq!(told["left_out"][0], "hunts");
        assert_eq!(viewer.get("/api/v1/changes/compare?repo=none").await.status, 404);
    }

    #[test]
    fn a_day_is_meant_as_it_ended() {
        assert_eq!(moment(Some(&"1970-01-01".to_owned())), Some(Moment::Time(86_399)));
        assert_eq!(moment(Some(&"1970-01-01T00:00:01Z".to_owned())), Some(Moment::Time(1)));
        assert_eq!(moment(Some(&"v1.0".to_owned())), Some(Moment::Named("v1.0".to_owned())));
        assert_eq!(moment(Some(&" ".to_owned())), None);
    }
}
