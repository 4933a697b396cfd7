//! `/about`: what this is, and whose work is in it.

use super::Visitor;
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use web::pages::about::{AboutView, page};

/// The page.
///
/// # Errors
/// When the pool is full.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let release = app.library.release();
    let view = AboutView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        attack: release.title(),
        attack_notice: release.notice().to_owned(),
    };
    visitor.render(&app, page, view).await
}
