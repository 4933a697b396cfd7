//! GET and POST `/procedures/{id}/reviews`: who looked a procedure through, and at what of it.

use super::defects::Named;
use super::item::moment;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::reviews::{Review, ReviewKind};
use crate::entropy;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use catalog::index::Entry;
use catalog::library::Address;
use catalog::lint::Diagnostic;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Longest note, in characters.
const MAX_NOTE: usize = 4_000;
/// Revisions that are looked through for what changed since a review.
const REVISIONS: usize = 500;

/// A review, and what changed since.
pub struct Aged {
    /// The review.
    pub review: Review,
    /// How many revisions are newer than the reviewed one; all that are looked through, where that is gone from the
    /// history.
    pub since: usize,
    /// The kinds of change that they made.
    pub kinds: BTreeSet<String>,
}

/// The newest review of each kind, in the order of the kinds.
///
/// # Errors
/// When database or index fail.
pub async fn newest(app: &App, entry: &Entry) -> Result<Vec<Aged>, Problem> {
    let mut reviews = aged(app, entry).await?;
    reviews.sort_by_key(|aged| (aged.review.kind, std::cmp::Reverse(aged.review.created_at)));
    reviews.dedup_by_key(|aged| aged.review.kind);
    Ok(reviews)
}

/// What is wrong with a procedure among the others, and that nobody has looked at it for long.
///
/// # Errors
/// When database or library fail.
pub async fn among(app: &App, entry: &Entry) -> Result<Vec<Diagnostic>, Problem> {
    let reviews = app.database.reviews(&entry.repo, &entry.names()).await?;
    let reviewed = reviews.first().map(|review| review.created_at);
    let (entry, now) = (entry.clone(), app.clock.now());
    app.read(move |library| library.among(&entry, reviewed, now)).await
}

async fn aged(app: &App, entry: &Entry) -> Result<Vec<Aged>, Problem> {
    let reviews = app.database.reviews(&entry.repo, &entry.names()).await?;
    if reviews.is_empty() {
        return Ok(Vec::new());
    }
    let address = Address { id: entry.id.clone(), repo: Some(entry.repo.clone()) };
    let history = app.read(move |library| library.history(&address, REVISIONS, None)).await?;
    let revisions = history.map(|history| history.revisions).unwrap_or_default();
    let aged = |review: Review| {
        let since = revisions.iter().position(|one| one.commit == review.commit).unwrap_or(revisions.len());
        let changes = revisions[..since].iter().flat_map(|one| &one.changes);
        Aged { since, kinds: changes.map(|change| change.kind.clone()).collect(), review }
    };
    Ok(reviews.into_iter().map(aged).collect())
}

/// A review.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewItem {
    /// Our short id.
    pub id: String,
    /// The commit of the revision that was looked at.
    pub commit: String,
    /// `technical`, `detection` or `report`.
    pub kind: ReviewKind,
    /// What there is to say.
    pub note: String,
    /// Who looked.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// How many revisions are newer than that.
    pub revisions_since: usize,
    /// The kinds of change that they made.
    pub changed_since: BTreeSet<String>,
}

impl From<Aged> for ReviewItem {
    fn from(aged: Aged) -> Self {
        let review = aged.review;
        Self {
            id: review.id,
            commit: review.commit,
            kind: review.kind,
            note: review.note,
            by: review.created_by.1,
            at: moment(review.created_at),
            revisions_since: aged.since,
            changed_since: aged.kinds,
        }
    }
}

/// All reviews of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewsAnswer {
    /// The newest first, at most 200.
    pub reviews: Vec<ReviewItem>,
}

/// That somebody looked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// The commit that was looked at; the newest revision without it.
    #[serde(default)]
    pub at: Option<String>,
    /// What of it.
    pub kind: ReviewKind,
    /// What there is to say, at most 4,000 characters.
    #[serde(default)]
    pub note: String,
}

/// The reviews of a procedure.
#[utoipa::path(
    get, path = "/procedures/{id}/reviews", tag = "history",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Named),
    responses(
        (status = 200, body = ReviewsAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<Json<ReviewsAnswer>, Problem> {
    let (_, entry) = named.entry(&app, &id).await?;
    let reviews = aged(&app, &entry).await?;
    Ok(Json(ReviewsAnswer { reviews: reviews.into_iter().map(ReviewItem::from).collect() }))
}

/// Puts on record that a revision was looked through.
#[utoipa::path(
    post, path = "/procedures/{id}/reviews", tag = "history", request_body = NewReview,
    params(("id" = String, Path, description = "Its id, percent-encoded"), Named),
    responses(
        (status = 201, body = ReviewItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    Json(new): Json<NewReview>,
) -> Result<(StatusCode, Json<ReviewItem>), Problem> {
    let review = add(&app, &who, &named, &id, new).await?;
    let (_, entry) = named.entry(&app, &id).await?;
    let found = aged(&app, &entry).await?.into_iter().find(|aged| aged.review.id == review.id);
    Ok((StatusCode::CREATED, Json(found.ok_or_else(Problem::internal)?.into())))
}

/// Puts a review on record.
///
/// # Errors
/// When who asks may not, or there is no such procedure or commit.
pub async fn add(
    app: &App,
    who: &Principal,
    named: &Named,
    id: &str,
    new: NewReview,
) -> Result<Review, Problem> {
    who.require(Role::Hunter)?;
    let note = new.note.trim();
    if note.chars().count() > MAX_NOTE {
        return Err(Problem::invalid(format!("A review's note has at most {MAX_NOTE} characters.")));
    }
    let (address, entry) = named.entry(app, id).await?;
    let at = query::commit("at", new.at.as_ref())?.unwrap_or_else(|| entry.commit.clone());
    let revision = app.read(move |library| library.revision_at(&address, &at)).await?;
    let revision = revision.ok_or_else(|| super::no_procedure(id))?;
    let Some(blob) = revision.blob else {
        return Err(Problem::invalid(
            "That revision deleted the procedure: there is nothing in it to review.",
        ));
    };
    let review = Review {
        id: entropy::short_id(app.entropy.as_ref()),
        repo: entry.repo,
        procedure: entry.id,
        path: revision.path,
        commit: revision.commit,
        blob,
        kind: new.kind,
        note: note.to_owned(),
        created_at: app.clock.now(),
        created_by: (who.id.clone(), who.name.clone()),
    };
    app.database.create_review(&review).await?;
    let detail = serde_json::json!({
        "repo": review.repo, "procedure": review.procedure, "commit": review.commit, "kind": review.kind,
    });
    app.note(who, "review.added", &review.id, &detail).await?;
    Ok(review)
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_review_ages_with_every_change_since() {
        let sample = Sample::open().await;
        let (hunter, viewer) = (sample.user(Role::Hunter).await, sample.user(Role::Viewer).await);
        let path = "/api/v1/procedures/lsass/reviews";
        let body = json!({"at": sample.commits[1], "kind": "technical", "note": "Ran it."});
        assert_eq!(viewer.post(path, &body).await.status, 403);
        let made = hunter.post(path, &body).await;
        assert_eq!((made.status.as_u16(), made.json()["revisions_since"].as_u64()), (201, Some(1)));
        assert!(made.json()["changed_since"].as_array().unwrap().contains(&"query-changed".into()));
        hunter.post(path, &json!({"kind": "detection"})).await;
        let all = viewer.get(path).await.json();
        let kinds: Vec<_> =
            all["reviews"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
        assert!(kinds.contains(&"technical".into()) && kinds.contains(&"detection".into()));
        let page = viewer.get("/procedures/lsass").await.text();
        assert!(page.contains("Ran it.") && page.contains("one change since"), "{page}");
        assert!(!page.contains("Add a review"), "a viewer reviews nothing");
        let sent =
            hunter.form("/procedures/lsass/reviews", &[("kind", "report"), ("note", "Reads well.")]).await;
        assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/procedures/lsass"));
        assert!(hunter.get("/procedures/lsass").await.text().contains("Reads well."));
    }

    #[tokio::test]
    async fn what_cannot_be_reviewed_is_refused() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let path = "/api/v1/procedures/lsass/reviews";
        assert_eq!(
            hunter.post(path, &json!({"kind": "technical", "note": "x".repeat(4_001)})).await.status,
            400
        );
        assert_eq!(hunter.post(path, &json!({"kind": "technical", "at": "ffffffff"})).await.status, 404);
        assert!(hunter.post(path, &json!({"kind": "nothing"})).await.status.is_client_error());
    }
}
