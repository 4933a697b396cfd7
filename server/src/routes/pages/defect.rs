//! `/defects/{id}`: a defect with the copies of its revisions, and the button that makes them anew.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::auth::Role;
use crate::copies::Refused;
use crate::copies::recall::{Recall, Recalled, recalled, remake};
use crate::db::lives::State as Life;
use crate::http::problem::{Problem, sentence};
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use web::pages::copy::Refusal;
use web::pages::defect::{DefectView, page};

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
pub struct Filled {
    #[serde(default)]
    withdraw: String,
}

/// The defect, and its copies.
///
/// # Errors
/// 404 when there is none.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let recalled = recalled(&app, &visitor.who, &id).await?;
    visitor.render(&app, page, view(&app, &visitor, recalled, Vec::new())).await
}

/// Makes the copies anew.
///
/// # Errors
/// 403 without the role, 404 when there is no such defect, 409 when it is not mended.
pub async fn make_anew(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let recall = Recall { withdraw: filled.withdraw == "yes", ..Recall::default() };
    let remade = remake(&app, &visitor.who, &id, recall).await?;
    if remade.made.refused.is_empty() {
        return Ok(Redirect::to(&web::links::defect(&id)).into_response());
    }
    let recalled = recalled(&app, &visitor.who, &id).await?;
    let page = visitor.render(&app, page, view(&app, &visitor, recalled, remade.made.refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn view(app: &App, visitor: &Visitor, recalled: Recalled, refused: Vec<Refused>) -> DefectView {
    let context = Context::of(app);
    let Recalled { defect, entry, mut copies, remade } = recalled;
    let states =
        Life::ALL.map(|state| (state.word(), copies.iter().filter(|copy| copy.life.state == state).count()));
    let to_make = copies
        .iter()
        .filter(|copy| copy.life.state != Life::Withdrawn && !remade.contains_key(&copy.id))
        .count();
    copies.sort_by_cached_key(|copy| {
        let tenant = copy.tenant.as_ref().map(|tenant| (tenant.customer.clone(), tenant.name.clone()));
        (tenant, copy.life.state.word(), copy.id.clone())
    });
    let refused = refused.into_iter().map(|refused| {
        let name = if refused.name.is_empty() { refused.tenant.unwrap_or_default() } else { refused.name };
        let refusal = Refusal {
            code: refused.refusal.code,
            reason: format!("{}.", sentence(&refused.refusal.reason)),
            remedy: refused.refusal.remedy,
        };
        (name, refusal)
    });
    DefectView {
        procedure: entry.as_ref().map_or_else(|| defect.procedure.clone(), |entry| entry.id.clone()),
        title: entry.map_or_else(|| defect.procedure.clone(), |entry| entry.procedure.title),
        repo: defect.repo.clone(),
        defect: context.defect(defect),
        states: states.into(),
        copies: copies
            .into_iter()
            .map(|copy| {
                let anew = remade.get(&copy.id).cloned();
                (context.copy(copy), anew)
            })
            .collect(),
        to_make,
        may_make: visitor.who.role >= Role::Hunter,
        refused: refused.collect(),
    }
}
