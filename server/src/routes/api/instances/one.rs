//! GET `/instances/{id}`: one copy.

use super::{InstanceItem, load};
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};

/// One copy, with its provenance.
#[utoipa::path(
    get, path = "/instances/{id}", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = InstanceItem),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<InstanceItem>, Problem> {
    Ok(Json(load(&app, &who, &id).await?.into()))
}
