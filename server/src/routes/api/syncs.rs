//! GET `/repos/{name}/syncs`: every sync of a repository that is on record.

use super::item::moment;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use catalog::library::{Cause, Ending, Stage, SyncEntry, SyncProgress};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SyncParams {
    /// How many: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncsAnswer {
    /// This page, newest first.
    pub syncs: Vec<SyncItem>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One sync.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncItem {
    /// Its number among those of its repository; it grows.
    pub number: u64,
    /// When it began, RFC 3339.
    pub began_at: String,
    /// `start`, `interval`, `webhook` or `demand`.
    pub cause: &'static str,
    /// The commit that was served before.
    pub from: Option<String>,
    /// The commit that is served since; null where it failed.
    pub to: Option<String>,
    /// Commits that were new.
    pub commits: usize,
    /// Files whose entries were written.
    pub files: usize,
    /// Problems in these files.
    pub problems: usize,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// `done`, `nothing-new` or `failed`.
    pub ended: &'static str,
    /// Why it failed, if it did.
    pub reason: Option<String>,
}

/// How far a running sync is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressItem {
    /// `fetching`, `waiting` (for another repository's), `reading-commits`, `comparing-revisions`, `indexing-files` or
    /// `committing`.
    #[schema(value_type = String)]
    pub stage: Stage,
    /// When the sync began, RFC 3339.
    pub began_at: String,
    /// Why: as in the record.
    pub cause: &'static str,
    /// How much of the stage is done: objects, commits or files.
    pub done: u64,
    /// How much there is to do; null while that is not known.
    pub total: Option<u64>,
    /// Bytes that the remote has sent.
    pub bytes: u64,
    /// All of that in words.
    pub text: String,
}

impl From<SyncEntry> for SyncItem {
    fn from(sync: SyncEntry) -> Self {
        let (ended, reason) = match sync.ending {
            Ending::Done => ("done", None),
            Ending::NothingNew => ("nothing-new", None),
            Ending::Failed(reason) => ("failed", Some(reason)),
        };
        Self {
            number: sync.number,
            began_at: moment(sync.began_at),
            cause: sync.cause.word(),
            from: sync.from,
            to: sync.to,
            commits: sync.commits,
            files: sync.files,
            problems: sync.problems,
            took_ms: sync.took_ms,
            ended,
            reason,
        }
    }
}

impl From<SyncProgress> for ProgressItem {
    fn from(progress: SyncProgress) -> Self {
        Self {
            text: in_words(&progress),
            stage: progress.stage,
            began_at: moment(progress.began_at),
            cause: progress.cause.word(),
            done: progress.done,
            total: Some(progress.total).filter(|total| *total > 0),
            bytes: progress.bytes,
        }
    }
}

/// What a running sync does, as part of a sentence.
pub fn in_words(progress: &SyncProgress) -> String {
    let SyncProgress { stage, done, total, bytes, .. } = progress;
    let counted = |what: &str| match (done, total) {
        (0, 0) => String::new(),
        (done, 0) => format!(": {done} {what}"),
        (done, total) => format!(": {done} of {total} {what}"),
    };
    match stage {
        Stage::Fetching => {
            let size = if *bytes > 0 { format!(", {}", size_in_words(*bytes)) } else { String::new() };
            format!("fetching{}{size}", counted("objects"))
        }
        Stage::Waiting => "waiting until another repository is in the index".to_owned(),
        Stage::ReadingCommits => format!("reading{}", counted("commits")),
        Stage::ComparingRevisions => format!("comparing revisions{}", counted("files")),
        Stage::IndexingFiles => format!("indexing{}", counted("files")),
        Stage::Committing => "making it visible".to_owned(),
    }
}

/// Bytes in tenths of the unit that fits.
fn size_in_words(bytes: u64) -> String {
    let tenths = |unit: u64| (bytes * 10 / unit / 10, bytes * 10 / unit % 10);
    let (unit, (whole, tenth)) = match bytes {
        0..1_000_000 => ("kB", tenths(1_000)),
        1_000_000..1_000_000_000 => ("MB", tenths(1_000_000)),
        _ => ("GB", tenths(1_000_000_000)),
    };
    format!("{whole}.{tenth} {unit}")
}

/// Why a repository was synced, for people.
pub fn why_in_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Start => "start",
        Cause::Interval => "interval",
        Cause::Webhook => "webhook",
        Cause::Demand => "on demand",
    }
}

/// The syncs of a repository, newest first. This server's own; the newest 500 are kept.
#[utoipa::path(
    get, path = "/repos/{name}/syncs", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name"), SyncParams),
    responses(
        (status = 200, body = SyncsAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Path(name): Path<String>,
    Query(params): Query<SyncParams>,
) -> Result<Json<SyncsAnswer>, Problem> {
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let page = app.library.syncs(&name, before(params.cursor.as_ref())?, limit)?;
    let next = page.next.map(|number| number.to_string());
    Ok(Json(SyncsAnswer { syncs: page.syncs.into_iter().map(SyncItem::from).collect(), next }))
}

/// The number that a cursor stands for.
///
/// # Errors
/// 400 when it is none.
pub fn before(cursor: Option<&String>) -> Result<Option<u64>, Problem> {
    let no_cursor = |_| Problem::invalid("cursor is not one that a page before has given.");
    query::one(cursor).map(|text| text.parse().map_err(no_cursor)).transpose()
}

#[cfg(test)]
mod tests {
    use super::size_in_words;
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn every_sync_is_on_record_with_what_it_did() {
        let sample = Sample::open().await;
        let admin = sample.user(Role::Admin).await;
        let path = "/api/v1/repos/hunts/syncs";
        let new = crate::sample::procedure("fresh", "Fresh", "T1071", "FROM netflow");
        let commit = sample.commit("Add one", &[("fresh.md", Some(new))]);
        admin.post("/api/v1/repos/hunts/sync", &json!({})).await;
        admin.post("/api/v1/repos/hunts/sync", &json!({})).await;
        std::fs::rename(&sample.folder, sample.folder.with_extension("away")).unwrap();
        admin.post("/api/v1/repos/hunts/sync", &json!({})).await;

        let told = admin.get(path).await.json();
        let syncs = told["syncs"].as_array().unwrap();
        let ended: Vec<_> = syncs.iter().map(|sync| sync["ended"].as_str().unwrap()).collect();
        assert_eq!(ended[..3], ["failed", "nothing-new", "done"], "{told}");
        assert!(syncs[0]["reason"].as_str().unwrap().contains("hunts"), "{told}");
        assert_eq!((&syncs[0]["from"], &syncs[0]["to"]), (&json!(commit), &json!(null)));
        let third = &syncs[2];
        assert_eq!((&third["cause"], &third["to"]), (&json!("demand"), &json!(commit)));
        assert_eq!((&third["commits"], &third["files"]), (&json!(1), &json!(1)));
        assert_eq!(third["from"], sample.commits[3].as_str());
        // The first one, which the test's start asked for.
        let first = syncs.iter().find(|sync| sync["from"].is_null()).unwrap();
        assert!(first["problems"].as_u64().unwrap() > 0, "{told}");

        let page = admin.get(&format!("{path}?limit=2")).await.json();
        assert_eq!(page["syncs"], json!(syncs[..2]));
        let rest = format!("{path}?limit=1&cursor={}", page["next"].as_str().unwrap());
        assert_eq!(admin.get(&rest).await.json()["syncs"], json!([syncs[2]]));
        assert_eq!(admin.get(&format!("{path}?cursor=x")).await.status, 400);
        assert_eq!(admin.get("/api/v1/repos/none/syncs").await.status, 404);
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, words) in
            [(0, "0.0 kB"), (2_340, "2.3 kB"), (1_250_000, "1.2 MB"), (7_000_000_000, "7.0 GB")]
        {
            assert_eq!(size_in_words(bytes), words);
        }
    }
}
