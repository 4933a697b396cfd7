//! GET `/procedures/{id}/history`: its revisions, newest first.

use super::item::{ChangeItem, moment};
use super::no_procedure;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use catalog::index::{Revision, RevisionStatus};
use catalog::library::{Address, History, Library};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page of whose history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryParams {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
    /// How many: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of revisions.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryAnswer {
    /// How many there are in all.
    pub total: usize,
    /// This page, newest first.
    pub revisions: Vec<RevisionEntry>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The commit that deleted the procedure, when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
}

/// One revision.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionEntry {
    /// The commit.
    pub commit: String,
    /// The path after it; before it, when it was deleted.
    pub path: String,
    /// The path before, when it was renamed.
    pub previous_path: Option<String>,
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
    /// What the message says below that, at most 4,000 characters, without trailers that name co-authors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// `added`, `modified`, `renamed` or `deleted`.
    #[schema(value_type = String)]
    pub status: RevisionStatus,
    /// What that meant.
    pub changes: Vec<ChangeItem>,
}

/// Git's author.
#[derive(Debug, Serialize, ToSchema)]
pub struct Author {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

impl From<Revision> for RevisionEntry {
    fn from(revision: Revision) -> Self {
        Self {
            commit: revision.commit,
            path: revision.path,
            previous_path: revision.previous_path,
            author: Author { name: revision.author_name, email: revision.author_email },
            co_authors: revision.co_authors.into_iter().map(|(name, email)| Author { name, email }).collect(),
            authored_at: in_zone(revision.authored_at),
            committed_at: in_zone(revision.committed_at),
            subject: revision.subject,
            body: None,
            status: revision.status,
            changes: revision.changes.into_iter().map(ChangeItem::from).collect(),
        }
    }
}

/// Seconds since 1970 and minutes east, as RFC 3339. Commits can claim any zone and any time: what no calendar holds is
/// shown in UTC.
pub fn in_zone((at, minutes): (i64, i32)) -> String {
    let at: DateTime<chrono::Utc> = crate::clock::from_seconds(at);
    match minutes.checked_mul(60).and_then(FixedOffset::east_opt) {
        Some(zone) if minutes != 0 => {
            at.with_timezone(&zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        }
        _ => moment(at),
    }
}

/// The revisions of a procedure, through renames.
#[utoipa::path(
    get, path = "/procedures/{id}/history", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), HistoryParams),
    responses(
        (status = 200, body = HistoryAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(params): Query<HistoryParams>,
) -> Result<Json<HistoryAnswer>, Problem> {
    let address = Address { id: id.clone(), repo: query::one(params.repo.as_ref()) };
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let (history, messages) = read(&app, &id, address, limit, cursor).await?;
    let told = history.revisions.into_iter().zip(messages);
    Ok(Json(HistoryAnswer {
        total: history.total,
        revisions: told.map(|(one, body)| RevisionEntry { body: Some(body), ..one.into() }).collect(),
        next: history.next,
        deleted: history.deleted.map(|revision| revision.commit),
    }))
}

/// A page of a history, with what the messages say below their first lines.
///
/// # Errors
/// 404 when there is no such procedure.
pub async fn read(
    app: &App,
    id: &str,
    address: Address,
    limit: usize,
    cursor: Option<String>,
) -> Result<(History, Vec<String>), Problem> {
    let told = move |library: &Library| {
        let Some(history) = library.history(&address, limit, cursor.as_deref())? else { return Ok(None) };
        let messages = library.messages(&history.revisions);
        Ok(Some((history, messages)))
    };
    app.read(told).await?.ok_or_else(|| no_procedure(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_in_the_zone_of_who_committed() {
        assert_eq!(in_zone((0, 120)), "1970-01-01T02:00:00+02:00");
        assert_eq!(in_zone((0, 0)), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_zone_or_time_that_nobody_has_harms_nothing() {
        assert_eq!(in_zone((0, i32::MAX)), "1970-01-01T00:00:00Z");
        assert_eq!(in_zone((i64::MAX, 1439)), "9999-12-31T23:58:59+23:59");
        assert_eq!(in_zone((i64::MIN, -1439)), "0001-01-01T00:01:00-23:59");
    }

    use crate::auth::Role;
    use crate::sample::{Sample, procedure};

    #[tokio::test]
    async fn a_history_goes_through_a_rename_newest_first() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/lsass/history").await.json();
        let told = told["revisions"].as_array().unwrap();
        let statuses: Vec<_> = told.iter().map(|one| one["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["modified", "renamed", "added"]);
        assert_eq!(told[1]["previous_path"], "old/lsass.md");
        assert_eq!(told[0]["author"]["email"], "cleo@example.com");
        assert_eq!(told[0]["authored_at"], "2026-09-21T18:13:20+02:00");
    }

    #[tokio::test]
    async fn a_message_is_told_in_full_and_names_nobody_twice() {
        let sample = Sample::open().await;
        let admin = sample.user(Role::Admin).await;
        let message = "Widen it\n\nTwo masks <more>.\n\nCo-authored-by: Bo Berg <bo@example.com>";
        sample.commit(
            message,
            &[("hunts/lsass.md", Some(procedure("lsass", "LSASS", "T1003.001", "FROM process")))],
        );
        admin.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;
        let told = admin.get("/api/v1/procedures/lsass/history").await.json();
        assert_eq!(told["revisions"][0]["body"], "Two masks <more>.");
        assert_eq!(told["revisions"][0]["co_authors"][0]["name"], "Bo Berg");
        assert_eq!(told["revisions"][1]["body"], "");
        let page = admin.get("/procedures/lsass/history").await.text();
        assert!(page.contains("Two masks &lt;more&gt;.") && page.contains("with Bo Berg"), "{page}");
        assert_eq!(page.matches("class=\"message\"").count(), 1);
    }

    #[tokio::test]
    async fn its_pages_follow_each_other() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let first = viewer.get("/api/v1/procedures/lsass/history?limit=2").await.json();
        let next = web::links::encode(first["next"].as_str().unwrap());
        let second =
            viewer.get(&format!("/api/v1/procedures/lsass/history?limit=2&cursor={next}")).await.json();
        assert_eq!(second["revisions"].as_array().unwrap().len(), 1);
        assert_eq!(second["next"], serde_json::Value::Null);
    }
}
