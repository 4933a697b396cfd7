//! PUT and DELETE `/procedures/{id}/follow`, GET `/follows`: procedures that somebody keeps an eye on.

use super::defects::Named;
use super::item::{ChangeItem, moment};
use crate::app::App;
use crate::auth::Principal;
use crate::db::follows::Follow;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use catalog::index::{Entry, Revision};
use catalog::library::Address;
use serde::Serialize;
use utoipa::ToSchema;

/// Most procedures that one person follows.
const MOST: u32 = 500;
/// Revisions that are looked through for what they have not seen.
const REVISIONS: usize = 100;

/// A procedure that somebody follows, and what they have not seen of it.
pub struct Followed {
    /// That they follow it.
    pub follow: Follow,
    /// The procedure today; none when it is gone.
    pub entry: Option<Entry>,
    /// Revisions that they have not seen, newest first, at most 100.
    pub unread: Vec<Revision>,
}

/// What somebody follows, what they have not seen first.
///
/// # Errors
/// When database or index fail.
pub async fn followed(app: &App, who: &Principal) -> Result<Vec<Followed>, Problem> {
    let follows = app.database.follows(who).list().await?;
    let look = move |library: &catalog::library::Library| {
        let mut followed = Vec::with_capacity(follows.len());
        for follow in follows {
            let address = Address { id: follow.procedure.clone(), repo: Some(follow.repo.clone()) };
            let Some(history) = library.history(&address, REVISIONS, None)? else {
                followed.push(Followed { follow, entry: None, unread: Vec::new() });
                continue;
            };
            let mut unread = history.revisions;
            let seen = unread.iter().position(|revision| revision.commit == follow.seen);
            unread.truncate(seen.unwrap_or(unread.len()));
            let entry = history.deleted.is_none().then_some(history.entry);
            followed.push(Followed { follow, entry, unread });
        }
        Ok(followed)
    };
    let mut followed = app.read(look).await?;
    followed.sort_by_key(|one| {
        let newest = one.unread.first().map(|revision| revision.committed_at.0);
        (newest.is_none(), std::cmp::Reverse(newest))
    });
    Ok(followed)
}

/// A procedure that is followed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowItem {
    /// The repository.
    pub repo: String,
    /// The procedure's id.
    pub id: String,
    /// Its title; empty when it is gone.
    pub title: String,
    /// The commit of the newest revision that was seen.
    pub seen: String,
    /// When, RFC 3339.
    pub seen_at: String,
    /// How many revisions are newer, at most 100.
    pub unread: usize,
    /// What they changed, the newest first.
    pub changes: Vec<ChangeItem>,
}

/// What is followed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowsAnswer {
    /// What was not seen first.
    pub follows: Vec<FollowItem>,
}

impl From<Followed> for FollowItem {
    fn from(followed: Followed) -> Self {
        let changes = followed.unread.iter().flat_map(|revision| revision.changes.clone());
        Self {
            title: followed.entry.as_ref().map(|entry| entry.procedure.title.clone()).unwrap_or_default(),
            id: followed.entry.map_or(followed.follow.procedure, |entry| entry.id),
            repo: followed.follow.repo,
            seen: followed.follow.seen,
            seen_at: moment(followed.follow.seen_at),
            unread: followed.unread.len(),
            changes: changes.map(ChangeItem::from).collect(),
        }
    }
}

/// What who asks follows.
#[utoipa::path(get, path = "/follows", tag = "history", responses((status = 200, body = FollowsAnswer)))]
pub async fn list(State(app): State<App>, who: Principal) -> Result<Json<FollowsAnswer>, Problem> {
    let followed = followed(&app, &who).await?;
    Ok(Json(FollowsAnswer { follows: followed.into_iter().map(FollowItem::from).collect() }))
}

/// Begins to follow a procedure; what it is now counts as seen. Again: what it is now is seen.
#[utoipa::path(
    put, path = "/procedures/{id}/follow", tag = "history",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Named),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn begin(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<StatusCode, Problem> {
    follow(&app, &who, &named, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a procedure from now on.
///
/// # Errors
/// 404 when there is none, 409 when too many are followed.
pub async fn follow(app: &App, who: &Principal, named: &Named, id: &str) -> Result<(), Problem> {
    let (_, entry) = named.entry(app, id).await?;
    let now = app.clock.now();
    if saw(app, who, &entry).await? {
        return Ok(());
    }
    let follow =
        Follow { repo: entry.repo, procedure: entry.id, seen: entry.commit, created_at: now, seen_at: now };
    if app.database.follows(who).begin(&follow, MOST).await? {
        return Ok(());
    }
    Err(Problem::conflict(format!("You follow {MOST} procedures already."))
        .remedy("Stop following one of them first."))
}

/// Notes that somebody has seen the newest revision, where they follow the procedure. Whether they do.
///
/// # Errors
/// When the database fails.
pub async fn saw(app: &App, who: &Principal, entry: &Entry) -> Result<bool, Problem> {
    let follows = app.database.follows(who);
    for name in entry.names() {
        if follows.saw(&entry.repo, &name, &entry.commit, app.clock.now()).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends following a procedure.
#[utoipa::path(
    delete, path = "/procedures/{id}/follow", tag = "history",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Named),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn end(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<StatusCode, Problem> {
    unfollow(&app, &who, &named, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a procedure no longer.
///
/// # Errors
/// 404 when there is none.
pub async fn unfollow(app: &App, who: &Principal, named: &Named, id: &str) -> Result<(), Problem> {
    let (_, entry) = named.entry(app, id).await?;
    let follows = app.database.follows(who);
    for name in entry.names() {
        follows.end(&entry.repo, &name).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use axum::http::Request;
    use serde_json::json;

    #[tokio::test]
    async fn what_is_followed_tells_what_was_not_seen_until_it_is() {
        let sample = Sample::open().await;
        let (ana, admin) = (sample.user(Role::Viewer).await, sample.user(Role::Admin).await);
        let follow = ana.send(Request::put("/api/v1/procedures/lsass/follow")).await;
        assert_eq!(follow.status, 204);
        let unread = async || ana.get("/api/v1/follows").await.json()["follows"][0]["unread"].as_u64();
        assert_eq!(unread().await, Some(0));
        let text = procedure("lsass", "LSASS reads", "T1003.001", "FROM process WHERE x = 2");
        let path = ana.get("/api/v1/procedures/lsass").await.json()["path"].as_str().unwrap().to_owned();
        sample.commit("Tune it", &[(path.as_str(), Some(text))]);
        admin.post("/api/v1/repos/hunts/sync", &json!({})).await;
        assert_eq!(unread().await, Some(1));
        let page = ana.get("/following").await.text();
        assert!(page.contains("LSASS") && page.contains("one change"), "{page}");
        assert_eq!(admin.get("/api/v1/follows").await.json()["follows"], json!([]));
        assert!(ana.get("/procedures/lsass").await.text().contains("Following"));
        assert_eq!(unread().await, Some(0), "who reads it has seen it");
        let end = ana.form("/procedures/lsass/follow", &[("follow", "no")]).await;
        assert_eq!((end.status.as_u16(), end.header("location")), (303, "/procedures/lsass"));
        assert_eq!(ana.get("/api/v1/follows").await.json()["follows"], json!([]));
    }
}
