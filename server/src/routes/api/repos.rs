//! GET and POST `/repos`, PATCH and DELETE `/repos/{name}`, POST `/repos/{name}/sync`: what is mirrored, and bringing it up
//! to date now.

use super::item::moment;
use super::syncs::ProgressItem;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::config::RepositoryEntry;
use crate::http::problem::Problem;
use crate::repositories::Origin;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use catalog::library::{Readiness, RepositoryState, SyncReport};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// All repositories.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReposAnswer {
    /// In the configured order.
    pub repos: Vec<RepoItem>,
}

/// One repository.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepoItem {
    /// Its name.
    pub name: String,
    /// Where it is mirrored from, without credentials.
    pub url: String,
    /// Its branch; none: the remote's `HEAD`.
    pub branch: Option<String>,
    /// The commit that the index stands for; none before the first sync.
    pub commit: Option<String>,
    /// When the last sync that worked ended, RFC 3339.
    pub synced_at: Option<String>,
    /// Whether a sync is going on.
    pub syncing: bool,
    /// How far that is; null where none is.
    pub progress: Option<ProgressItem>,
    /// What the last sync failed with, if it did.
    pub error: Option<RepoError>,
    /// `configured`, `on-record` (it can be changed here) or `built-in` (the starter catalog).
    pub origin: &'static str,
    /// What was said of one on record, for administrators.
    pub settings: Option<RepositoryEntry>,
    /// What else must be known of it, in sentences.
    pub notes: Vec<String>,
    /// What is in it.
    pub readiness: ReadinessItem,
}

/// Why a sync failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepoError {
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    pub message: String,
}

/// What is in a repository, in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessItem {
    /// Files with `hunting` metadata that are good.
    pub procedures: u64,
    /// MyST notebooks without it.
    pub uncatalogued: u64,
    /// Files whose newest revision cannot be used.
    pub broken: u64,
    /// Files whose id is taken.
    pub duplicates: u64,
    /// Files some revision of which lost its metadata.
    pub metadata_ever_lost: u64,
    /// Procedures that name a revoked or deprecated technique.
    pub revoked_techniques: u64,
    /// Procedures of which a copy can be made.
    pub copyable: u64,
    /// Files with a problem that is an error.
    pub with_errors: u64,
    /// Files with a problem that is a warning.
    pub with_warnings: u64,
    /// Files within the globs that are plain markdown.
    pub plain: u64,
}

/// What a sync did.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncAnswer {
    /// The repository.
    pub repo: String,
    /// The commit before.
    pub from: Option<String>,
    /// The commit now.
    pub to: Option<String>,
    /// Commits that were new.
    pub commits: usize,
    /// Files whose entries were written.
    pub files: usize,
    /// Blobs that were read.
    pub blobs_read: usize,
    /// Problems in the files whose entries were written.
    pub problems: usize,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl RepoItem {
    fn of(app: &App, who: &Principal, state: RepositoryState) -> Self {
        let known = app.repositories.named(&state.repository.name);
        let origin = known.as_ref().map(|known| known.origin);
        Self {
            origin: match origin {
                Some(Origin::Configured) => "configured",
                Some(Origin::OnRecord) => "on-record",
                None => "built-in",
            },
            settings: known
                .filter(|known| known.origin == Origin::OnRecord && who.role >= Role::Admin)
                .map(|known| known.entry),
            notes: app.notes_of(&state.repository.name),
            url: state.repository.location.display(),
            name: state.repository.name,
            branch: state.repository.branch,
            commit: state.commit,
            synced_at: state.synced_at.map(moment),
            syncing: state.syncing,
            progress: state.progress.map(ProgressItem::from),
            error: state.error.map(|(at, message)| RepoError { at: moment(at), message }),
            readiness: state.readiness.into(),
        }
    }
}

impl From<Readiness> for ReadinessItem {
    fn from(readiness: Readiness) -> Self {
        Self {
            procedures: readiness.procedures,
            uncatalogued: readiness.uncatalogued,
            broken: readiness.broken,
            duplicates: readiness.duplicates,
            metadata_ever_lost: readiness.metadata_ever_lost,
            revoked_techniques: readiness.revoked_techniques,
            copyable: readiness.copyable,
            with_errors: readiness.with_errors,
            with_warnings: readiness.with_warnings,
            plain: readiness.plain,
        }
    }
}

impl From<SyncReport> for SyncAnswer {
    fn from(report: SyncReport) -> Self {
        Self {
            repo: report.repo,
            from: report.from,
            to: report.to,
            commits: report.commits,
            files: report.files,
            blobs_read: report.blobs_read,
            problems: report.problems,
            took_ms: report.took_ms,
        }
    }
}

/// What is mirrored, and how that goes.
#[utoipa::path(get, path = "/repos", tag = "repositories", responses((status = 200, body = ReposAnswer)))]
pub async fn list(State(app): State<App>, who: Principal) -> Json<ReposAnswer> {
    let states = app.library.repositories().into_iter();
    Json(ReposAnswer { repos: states.map(|state| RepoItem::of(&app, &who, state)).collect() })
}

fn item(app: &App, who: &Principal, name: &str) -> Result<Json<RepoItem>, Problem> {
    let state = app.library.repositories().into_iter().find(|state| state.repository.name == name);
    let state = state.ok_or_else(|| Problem::not_found(format!("repository {name}")))?;
    Ok(Json(RepoItem::of(app, who, state)))
}

/// Adds a repository; its first sync begins at once.
///
/// Its URL is an https:// or ssh:// one. Secrets are named, never sent: a variable of the environment that
/// `secrets.variables` lets be named, or a file, by its path below `secrets.folder`.
#[utoipa::path(
    post, path = "/repos", tag = "repositories", request_body = RepositoryEntry,
    responses(
        (status = 201, body = RepoItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    who: Principal,
    Json(entry): Json<RepositoryEntry>,
) -> Result<(StatusCode, Json<RepoItem>), Problem> {
    let name = app.add_repository(&who, entry).await?;
    Ok((StatusCode::CREATED, item(&app, &who, &name)?))
}

/// Changes a repository that is on record: a merge patch (RFC 7396) of its `settings`, where null takes a field away.
#[utoipa::path(
    patch, path = "/repos/{name}", tag = "repositories", request_body = RepositoryEntry,
    params(("name" = String, Path, description = "The repository's name, which stays")),
    responses(
        (status = 200, body = RepoItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(name): Path<String>,
    Json(patch): Json<serde_json::Map<String, Value>>,
) -> Result<Json<RepoItem>, Problem> {
    who.require(Role::Admin)?;
    let mut settings = serde_json::json!(app.on_record(&name)?.entry);
    merge(&mut settings, Value::Object(patch));
    let entry = serde_json::from_value(settings).map_err(|error| {
        Problem::invalid(format!("{}.", crate::http::problem::sentence(&error.to_string())))
    })?;
    app.change_repository(&who, &name, entry).await?;
    item(&app, &who, &name)
}

/// RFC 7396: objects are merged, null takes away, all else takes the place of what was there.
fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (name, value) in patch {
                if value.is_null() {
                    target.remove(&name);
                } else {
                    merge(target.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (target, patch) => *target = patch,
    }
}

/// Removes a repository that is on record. Its documents leave the index; copies made from it stay.
#[utoipa::path(
    delete, path = "/repos/{name}", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name")),
    responses(
        (status = 204, description = "It is no more"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn remove(
    State(app): State<App>,
    who: Principal,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    app.remove_repository(&who, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fetches a repository and answers when what is new is in the index.
#[utoipa::path(
    post, path = "/repos/{name}/sync", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name")),
    responses(
        (status = 200, body = SyncAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sync(
    State(app): State<App>,
    who: Principal,
    Path(name): Path<String>,
) -> Result<Json<SyncAnswer>, Problem> {
    who.require(Role::Admin)?;
    Ok(Json(app.jobs.sync(&name).await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};

    #[tokio::test]
    async fn a_sync_answers_when_what_is_new_can_be_found() {
        let sample = Sample::open().await;
        let admin = sample.user(Role::Admin).await;
        let new = procedure("fresh", "Fresh", "T1071", "FROM netflow");
        let commit = sample.commit("Add one", &[("fresh.md", Some(new))]);
        assert_eq!(admin.get("/api/v1/procedures/fresh").await.status, 404);
        let report = admin.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await.json();
        assert_eq!((report["to"].as_str(), report["commits"].as_u64()), (Some(&*commit), Some(1)));
        assert_eq!(admin.get("/api/v1/procedures/fresh").await.status, 200);
    }

    #[tokio::test]
    async fn a_repository_that_is_gone_is_served_on_and_says_why() {
        let sample = Sample::open().await;
        let admin = sample.user(Role::Admin).await;
        std::fs::rename(&sample.folder, sample.folder.with_extension("away")).unwrap();
        let answer = admin.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;
        assert_eq!(answer.status, 502, "{}", answer.text());
        let told = admin.get("/api/v1/repos").await.json();
        assert!(told["repos"][0]["error"]["message"].is_string());
        assert_eq!(admin.get("/api/v1/procedures/lsass").await.status, 200);
        assert_eq!(admin.get("/readyz").await.status, 200);
        // And how old what is served is.
        assert!(told["repos"][0]["synced_at"].is_string(), "{told}");
        for (page, says) in [
            ("/", "What is shown is as old as the last sync."),
            ("/admin/repositories", "What is shown is as old as the last sync."),
            ("/procedures/lsass", "Perhaps not the newest"),
            ("/procedures/lsass/report", "Perhaps not the newest"),
        ] {
            let text = admin.get(page).await.text();
            assert!(text.contains(says) && text.contains("<time"), "{page}: {text}");
        }
    }

    #[tokio::test]
    async fn only_an_administrator_syncs() {
        let sample = Sample::open().await;
        let answer =
            sample.user(Role::Lead).await.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;
        assert_eq!(answer.status, 403);
        let answer =
            sample.user(Role::Admin).await.post("/api/v1/repos/none/sync", &serde_json::json!({})).await;
        assert_eq!(answer.status, 404);
    }

    #[tokio::test]
    async fn the_numbers_tell_the_truth_about_a_repository() {
        let sample = Sample::open().await;
        let told = sample.user(Role::Viewer).await.get("/api/v1/repos").await.json();
        let numbers = &told["repos"][0]["readiness"];
        for (name, count) in
            [("procedures", 2), ("uncatalogued", 1), ("broken", 1), ("duplicates", 1), ("plain", 1)]
        {
            assert_eq!(numbers[name], count, "{name}: {numbers}");
        }
    }
}
