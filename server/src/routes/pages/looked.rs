//! What people say of procedures: defects, reviews, and what they follow. Forms that lead back to where they stood.

use super::Visitor;
use super::shared::{Context, change};
use crate::app::App;
use crate::db::defects::Severity;
use crate::db::reviews::ReviewKind;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::defects::{self, DefectPatch, Named, NewDefect};
use crate::routes::api::follows;
use crate::routes::api::reviews::{self, NewReview};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use web::links;
use web::pages::following::{Followed, page};

/// A range of revisions, as the form sends it.
#[derive(Debug, Deserialize)]
pub struct Range {
    from: String,
    mended_in: Option<String>,
    severity: String,
    reason: String,
}

/// Marks a range of revisions as defective.
///
/// # Errors
/// 403 without the role, 400 for what is no range.
pub async fn mark(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    Form(range): Form<Range>,
) -> Result<Redirect, Problem> {
    let severity = Severity::read(&range.severity)
        .ok_or_else(|| Problem::invalid("A defect's severity is low, medium or high."))?;
    let Range { from, mended_in, reason, .. } = range;
    defects::mark(&app, &visitor.who, &named, &id, NewDefect { from, mended_in, severity, reason }).await?;
    Ok(Redirect::to(&links::procedure(&id, "history", query::one(named.repo.as_ref()).as_deref())))
}

/// What changes of a defect, as the forms send it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Amended {
    mended_in: Option<String>,
    withdrawn: Option<String>,
    next: String,
}

/// Changes a defect.
///
/// # Errors
/// 403 without the role, 404 when there is no such defect.
pub async fn amend(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(amended): Form<Amended>,
) -> Result<Redirect, Problem> {
    let withdrawn = query::one(amended.withdrawn.as_ref()).map(|word| word == "yes");
    let patch = DefectPatch { mended_in: amended.mended_in, withdrawn, ..DefectPatch::default() };
    let defect = defects::amend(&app, &visitor.who, &id, patch).await?;
    let back = links::procedure(&defect.procedure, "history", Some(&defect.repo));
    // Only to where the form stands: never elsewhere.
    let next = Some(amended.next).filter(|next| next.starts_with("/procedures/"));
    Ok(Redirect::to(&next.unwrap_or(back)))
}

/// A review, as the form sends it.
#[derive(Debug, Deserialize)]
pub struct Reviewed {
    kind: String,
    #[serde(default)]
    note: String,
    at: Option<String>,
}

/// Puts a review on record.
///
/// # Errors
/// 403 without the role, 404 when there is no such procedure or commit.
pub async fn review(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    Form(sent): Form<Reviewed>,
) -> Result<Redirect, Problem> {
    let kind = ReviewKind::read(&sent.kind)
        .ok_or_else(|| Problem::invalid("A review is technical, detection or report."))?;
    let repo = query::one(named.repo.as_ref());
    let back = match query::one(sent.at.as_ref()) {
        Some(at) => links::procedure_at(&id, &at, repo.as_deref()),
        None => links::procedure(&id, "", repo.as_deref()),
    };
    reviews::add(&app, &visitor.who, &named, &id, NewReview { at: sent.at, kind, note: sent.note }).await?;
    Ok(Redirect::to(&back))
}

/// Whether to follow.
#[derive(Debug, Deserialize)]
pub struct Follow {
    follow: String,
}

/// Follows a procedure, or follows it no longer.
///
/// # Errors
/// 404 when there is none.
pub async fn follow(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    Form(sent): Form<Follow>,
) -> Result<Redirect, Problem> {
    if sent.follow == "yes" {
        follows::follow(&app, &visitor.who, &named, &id).await?;
    } else {
        follows::unfollow(&app, &visitor.who, &named, &id).await?;
    }
    Ok(Redirect::to(&links::procedure(&id, "", query::one(named.repo.as_ref()).as_deref())))
}

/// What the visitor follows.
///
/// # Errors
/// When database or index fail.
pub async fn following(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let followed = follows::followed(&app, &visitor.who).await?;
    let context = Context::of(&app);
    let rows = followed.into_iter().map(|one| Followed {
        repo: one.follow.repo,
        repo_in_links: context.has_several(),
        title: one.entry.as_ref().map(|entry| entry.procedure.title.clone()).unwrap_or_default(),
        id: one.entry.map_or(one.follow.procedure, |entry| entry.id),
        seen: one.follow.seen,
        seen_at: context.moment(one.follow.seen_at),
        unread: one.unread.len(),
        changes: one.unread.into_iter().flat_map(|revision| revision.changes).map(change).collect(),
    });
    visitor.render(&app, page, rows.collect::<Vec<_>>()).await
}
