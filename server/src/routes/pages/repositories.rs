//! `/admin/repositories`: what is mirrored, and how that goes.

use super::Visitor;
use super::catalog::readiness;
use super::shared::Context;
use crate::app::App;
use crate::auth::Role;
use crate::http::problem::Problem;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use web::pages::repositories::{RepositoriesView, RepositoryRow, page};

/// The repositories.
///
/// # Errors
/// When the pool is full.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let context = Context::of(&app);
    let repositories = app
        .library
        .repositories()
        .into_iter()
        .map(|state| RepositoryRow {
            location: state.repository.location.display(),
            branch: state.repository.branch.clone(),
            tip: state.commit.as_ref().map(|commit| context.commit(&state.repository.name, commit)),
            readiness: readiness(&context, state),
        })
        .collect();
    let may_sync = visitor.who.role >= Role::Admin;
    visitor.render(&app, page, RepositoriesView { repositories, may_sync }).await
}

/// Syncs one and goes back to the list, which says how that went.
///
/// # Errors
/// 403 without the role, 404 when there is no such repository.
pub async fn sync(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    visitor.who.require(Role::Admin)?;
    match app.jobs.sync(&name).await {
        Err(problem) if problem.status == 404 => Err(problem),
        // Why a sync failed stands on the page.
        Ok(_) | Err(_) => Ok(Redirect::to("/admin/repositories")),
    }
}
