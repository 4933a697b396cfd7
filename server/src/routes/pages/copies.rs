//! `/instances` and `/instances/{id}`: the copies that were made.

use super::Visitor;
use super::shared::{Context, readable};
use crate::app::App;
use crate::db::instances::Instance;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::instances::list::{InstanceParams, page as load_page};
use crate::routes::api::instances::{load, zip as zipped};
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;
use serde_json::Value;
use web::pages::copies::{CopiesView, CopyDetailView, copy_page, page};
use web::view::Field;

/// The copies, newest first.
///
/// # Errors
/// When a parameter cannot be, or the database fails.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<InstanceParams>,
) -> Result<Response, Problem> {
    let (copies, next) = load_page(&app, &visitor.who, params.filter()?).await?;
    let context = Context::of(&app);
    let view = CopiesView {
        procedure: query::one(params.procedure.as_ref()).unwrap_or_default(),
        tenant: query::one(params.tenant.as_ref()).unwrap_or_default(),
        customer: query::one(params.customer.as_ref()).unwrap_or_default(),
        copies: copies.into_iter().map(|copy| context.copy(copy)).collect(),
        further_page: query::one(params.cursor.as_ref()).is_some(),
        next,
    };
    visitor.render(&app, page, view).await
}

/// Those of one procedure: the same list, filtered.
pub async fn of_procedure(Path(id): Path<String>) -> Redirect {
    Redirect::to(&web::links::with_query("/instances", [("procedure", id.as_str())]))
}

/// One copy, with its provenance.
///
/// # Errors
/// 404 when there is none.
pub async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let copy = load(&app, &visitor.who, &id).await?;
    visitor.render(&app, copy_page, view(&Context::of(&app), copy)).await
}

fn view(context: &Context, copy: Instance) -> CopyDetailView {
    // As it stands in the notebook; what is missing there was not put in.
    let said = |key: &str| copy.provenance.get(key).filter(|value| !value.is_null());
    let text = |key: &str| said(key).map(readable).unwrap_or_default();
    let window = said("window").and_then(|window| {
        let side = |key: &str| window.get(key).and_then(Value::as_str).map(str::to_owned);
        Some((side("from")?, side("to")?))
    });
    let parameters = said("parameters").and_then(Value::as_object).map_or_else(Vec::new, |parameters| {
        parameters.iter().map(|(key, value)| Field { key: key.clone(), value: readable(value) }).collect()
    });
    let held = said("held_cells").and_then(Value::as_array).map_or_else(Vec::new, |cells| {
        cells.iter().filter_map(|cell| usize::try_from(cell.as_u64()?).ok()).collect()
    });
    CopyDetailView {
        path: copy.path.clone(),
        blob: copy.blob.clone(),
        sha256: copy.object.clone(),
        tenant_key: text("tenant"),
        region: text("region"),
        window,
        parameters,
        hold: text("hold"),
        held_cells: held,
        attack: text("attack"),
        renderer: text("renderer"),
        warnings: copy.warnings.clone(),
        copy: context.copy(copy),
    }
}

/// Which copies.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    instance: Vec<String>,
}

/// Several copies in one file.
///
/// # Errors
/// When none or too many are named, or one is not there.
pub async fn zip(
    State(app): State<App>,
    visitor: Visitor,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    zipped::answer(&app, &visitor.who, &chosen.instance).await
}
