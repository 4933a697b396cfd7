//! GET `/procedures/{id}/diff`: two revisions compared.

use super::item::ChangeItem;
use super::no_procedure;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use catalog::library::Address;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which revisions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffParams {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
    /// The older commit; the one before `to` without it.
    pub from: Option<String>,
    /// The newer commit; the newest without it.
    pub to: Option<String>,
}

/// Two revisions compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffAnswer {
    /// The older commit.
    pub from: String,
    /// The newer commit.
    pub to: String,
    /// The metadata, by field.
    #[schema(value_type = Vec<Object>)]
    pub metadata: Vec<serde_json::Value>,
    /// The cells.
    #[schema(value_type = Vec<Object>)]
    pub cells: Vec<serde_json::Value>,
    /// What the newer revision changed in meaning.
    pub changes: Vec<ChangeItem>,
    /// The texts, as `diff -u` writes it.
    pub unified: String,
}

/// Compares two revisions; the newest with the one before, where none are named.
#[utoipa::path(
    get, path = "/procedures/{id}/diff", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), DiffParams),
    responses(
        (status = 200, body = DiffAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(params): Query<DiffParams>,
) -> Result<Json<DiffAnswer>, Problem> {
    let address = Address { id: id.clone(), repo: query::one(params.repo.as_ref()) };
    let from = query::commit("from", params.from.as_ref())?;
    let to = query::commit("to", params.to.as_ref())?;
    let compared = app
        .read(move |library| library.compare(&address, from.as_deref(), to.as_deref()))
        .await?
        .ok_or_else(|| no_procedure(&id))?;
    Ok(Json(DiffAnswer {
        from: compared.from.commit,
        to: compared.to.commit,
        metadata: Vec::new(),
        cells: Vec::new(),
        changes: compared.to.changes.into_iter().map(ChangeItem::from).collect(),
        unified: compared.unified.text,
    }))
}
