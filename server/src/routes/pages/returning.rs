//! `/instances/return`: notebooks that come back, brought by a form.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::auth::Role;
use crate::copies::returned::{Fate, take};
use crate::http::problem::Problem;
use axum::body::Bytes;
use axum::extract::{Form, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use web::pages::returning::{Arrived, Asked, ReturnView, page};

/// The form.
///
/// # Errors
/// 403 without the role.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    visitor.render(&app, page, ReturnView::default()).await
}

/// Takes what was brought, and says what became of each.
///
/// # Errors
/// 403 without the role, 400 when the form cannot be read.
pub async fn bring(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Multipart,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let unreadable =
        |_| Problem::invalid("The form could not be read.").remedy("Send at most 64 MiB at a time.");
    let mut files: Vec<(String, Bytes)> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.file_name().unwrap_or_default().chars().take(200).collect();
        let bytes = field.bytes().await.map_err(unreadable)?;
        if !bytes.is_empty() {
            files.push((name, bytes));
        }
    }
    let context = Context::of(&app);
    let mut view = ReturnView { sent: true, ..ReturnView::default() };
    for (file, bytes) in files {
        match take(&app, &visitor.who, &file, bytes, None).await? {
            Fate::Returned { instance, again, .. } => {
                view.arrived.push(Arrived { file, copy: context.copy(*instance), again });
            }
            Fate::Ambiguous { candidates, object } => view.asked.push(Asked {
                file,
                object,
                candidates: candidates.into_iter().map(|copy| context.copy(copy)).collect(),
            }),
            Fate::Unmatched { reason } => view.unmatched.push((file, reason)),
        }
    }
    visitor.render(&app, page, view).await
}

/// Of which copy a notebook is that asked.
#[derive(Debug, Deserialize)]
pub struct Of {
    object: String,
    instance: String,
    #[serde(default)]
    file: String,
}

/// Says of which copy a notebook is.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy or notebook, 422 when it says that it is another copy.
pub async fn of(State(app): State<App>, visitor: Visitor, Form(of): Form<Of>) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let is_key = of.object.len() == 64 && of.object.bytes().all(|byte| byte.is_ascii_hexdigit());
    let missing = || Problem::not_found("such notebook").remedy("Bring it again.");
    let found = if is_key { app.objects.get(&of.object).await.ok().flatten() } else { None };
    let bytes = found.ok_or_else(missing)?;
    take(&app, &visitor.who, &of.file, bytes, Some(&of.instance)).await?;
    Ok(Redirect::to(&web::links::instance(&of.instance)).into_response())
}
