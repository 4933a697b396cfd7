//! `/admin/repositories/{name}/pins`: the commits that a mirror keeps because copies name them, and letting one go.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use web::links;
use web::pages::repositories::{PinRow, PinsView, pins_page};

/// The list.
///
/// # Errors
/// 403 without the role, 404 when there is no such repository.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let context = Context::of(&app);
    let pins = app.pins(&visitor.who, &name).await?;
    let row = |(pin, copies): (catalog::library::Pin, u64)| PinRow {
        when: pin.told.as_ref().map(|told| context.when(told.committer.when_seconds)),
        subject: pin.told.as_ref().map(|told| told.subject.clone()),
        author: pin.told.map(|told| told.author.name),
        commit: context.commit(&name, &pin.commit),
        on_branch: pin.on_branch,
        copies,
    };
    let pins = pins.into_iter().map(row).collect();
    visitor.render(&app, pins_page, PinsView { repo: name, pins }).await
}

/// Lets one go and comes back to the list.
///
/// # Errors
/// As [`show`]; 404 when the commit is not kept.
pub async fn purge(
    State(app): State<App>,
    visitor: Visitor,
    Path((name, commit)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    app.purge(&visitor.who, &name, &commit).await?;
    Ok(Redirect::to(&format!("/admin/repositories/{}/pins", links::encode(&name))))
}
