//! GET `/layers/{file}`: the matrix as a file.

use super::asked::{AttackParams, asked};
use super::procedures::{SearchParams, Searched};
use super::source::disposition;
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;

/// The matrix as a file: `library.json` or `layer.json` for a Navigator layer, `matrix.csv`, `matrix.svg` for a picture.
#[utoipa::path(
    get, path = "/layers/{file}", tag = "attack",
    params(("file" = String, Path, description = "library.json, layer.json, matrix.csv or matrix.svg"), AttackParams, SearchParams),
    responses((status = 200, body = String), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn layer(
    State(app): State<App>,
    _who: Principal,
    Path(file): Path<String>,
    Query(params): Query<AttackParams>,
    Searched(search): Searched,
) -> Result<Response, Problem> {
    if !matches!(file.as_str(), "library.json" | "layer.json" | "matrix.csv" | "matrix.svg") {
        return Err(Problem::not_found(format!(
            "{file} here; there are library.json, layer.json, matrix.csv and matrix.svg"
        )));
    }
    let asked = asked(&app, &params, &search).await?;
    let (matrix, caption) = (&asked.matrix, asked.caption());
    let (kind, body) = match file.as_str() {
        "matrix.csv" => ("text/csv; charset=utf-8", matrix.csv()),
        "matrix.svg" => ("image/svg+xml", matrix.svg(&caption)),
        _ => ("application/json", matrix.layer(&caption).to_string()),
    };
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition("attachment", &file)),
    ];
    Ok((headers, body).into_response())
}

#[cfg(test)]
mod tests;
