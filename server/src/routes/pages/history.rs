//! `/procedures/{id}/history`: its revisions, newest first.

use super::Visitor;
use super::shared::{Context, head};
use crate::app::App;
use crate::auth::Role;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::history::{self, HistoryParams};
use crate::routes::api::{defects, follows};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use catalog::library::Address;
use web::pages::history::{HistoryView, Revision, page};

/// The history.
///
/// # Errors
/// 404 when there is no such procedure.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(params): Query<HistoryParams>,
) -> Result<Response, Problem> {
    let address = Address { id: id.clone(), repo: query::one(params.repo.as_ref()) };
    let named = address.repo.is_some();
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let further_page = cursor.is_some();
    let (history, messages) = history::read(&app, &id, address, limit, cursor).await?;
    let context = Context::of(&app);
    let marked = defects::marked(&app, &history.entry).await?;
    if !further_page {
        follows::saw(&app, &visitor.who, &history.entry).await?;
    }
    let view = HistoryView {
        head: head(&history.entry, &history.entry.procedure.title, &[], named, None),
        total: history.total,
        further_page,
        revisions: history
            .revisions
            .into_iter()
            .zip(messages)
            .map(|(revision, body)| Revision { body, ..context.judged(revision, &marked) })
            .collect(),
        next: history.next,
        gone: history.deleted.is_some(),
        defects: marked.into_iter().map(|one| context.defect(one.defect)).collect(),
        may_mark: visitor.who.role >= Role::Lead,
    };
    visitor.render(&app, page, view).await
}
