//! POST `/instances/{id}/jupyter` and `/instances/{id}/jupyter/return`: a copy, opened in Jupyter and brought back.

use super::load;
use super::returning::ReturnAnswer;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::in_jupyter;
use crate::http::problem::Problem;
use crate::jupyter::Sent;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

/// A copy in Jupyter.
#[derive(Debug, Serialize, ToSchema)]
pub struct InJupyter {
    /// Its path there.
    path: String,
    /// Where it is opened.
    url: String,
    /// Whether it was there already, as it was handed out.
    there: bool,
}

/// Sends a copy to the deployment's Jupyter, unless it is there already. A file that was changed there is not overwritten.
#[utoipa::path(
    post, path = "/instances/{id}/jupyter", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = InJupyter),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The file there was changed, or no Jupyter is configured", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "Jupyter does not do it", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn open(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<InJupyter>, Problem> {
    let copy = load(&app, &who, &id).await?;
    let (place, sent) = in_jupyter::open(&app, &who, &copy).await?;
    Ok(Json(InJupyter { path: place.path, url: place.link, there: sent == Sent::There }))
}

/// Brings back what a copy has become in Jupyter. The file there stays as it is.
#[utoipa::path(
    post, path = "/instances/{id}/jupyter/return", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = ReturnAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such copy, or it is not in Jupyter", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No Jupyter is configured", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "Jupyter does not do it", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn bring(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<ReturnAnswer>, Problem> {
    let copy = load(&app, &who, &id).await?;
    let fate = in_jupyter::bring(&app, &who, &copy).await?;
    let mut answer = ReturnAnswer::default();
    answer.note(copy.file_name, fate);
    Ok(Json(answer))
}
