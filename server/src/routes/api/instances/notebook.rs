//! GET `/instances/{id}/notebook.ipynb`: the bytes of a copy.

use super::{bytes, load};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::{Cache, etag};
use crate::http::problem::Problem;
use crate::routes::api::source::disposition;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// The notebook, as it was made.
#[utoipa::path(
    get, path = "/instances/{id}/notebook.ipynb", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = String, content_type = "application/x-ipynb+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let instance = load(&app, &who, &id).await?;
    let bytes = bytes(&app, &instance).await?;
    let headers = [
        Cache::Revalidate.header(),
        (header::ETAG, etag(&instance.object)),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ipynb+json")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &instance.file_name)),
    ];
    Ok((headers, bytes).into_response())
}
