//! Forms about field notes, which lead back to where they stood.

use super::Visitor;
use crate::app::App;
use crate::http::problem::Problem;
use crate::routes::api::field_notes::{NewNote, NotePatch, add, amend};
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use serde::Deserialize;

/// A note, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Written {
    procedure: Option<String>,
    repo: Option<String>,
    tenant: Option<String>,
    note: String,
    expires: Option<String>,
    next: String,
}

/// Writes a note.
///
/// # Errors
/// 403 without the role, 400 for what is no note.
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    Form(written): Form<Written>,
) -> Result<Redirect, Problem> {
    let Written { procedure, repo, tenant, note, expires, next } = written;
    add(&app, &visitor.who, NewNote { procedure, repo, tenant, note, expires }).await?;
    Ok(Redirect::to(back(&next)))
}

/// What changes of a note, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Changed {
    withdrawn: Option<String>,
    next: String,
}

/// Takes a note back, or brings it back.
///
/// # Errors
/// 403 without the role, 404 when there is none.
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(changed): Form<Changed>,
) -> Result<Redirect, Problem> {
    let withdrawn = changed.withdrawn.map(|word| word == "yes");
    amend(&app, &visitor.who, &id, NotePatch { withdrawn, expires: None }).await?;
    Ok(Redirect::to(back(&changed.next)))
}

/// Only to where such a form stands: never elsewhere.
fn back(next: &str) -> &str {
    let known = ["/procedures/", "/tenants/", "/instances/"];
    if known.iter().any(|place| next.starts_with(place)) { next } else { "/instances" }
}
