//! What the patches for a whole repository have in common.

use super::source::disposition;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::library::RepositoryPatch;

/// The repository that a patch is asked for.
///
/// # Errors
/// 400 where none is named.
pub fn repository(asked: Option<&String>) -> Result<String, Problem> {
    query::one(asked)
        .ok_or_else(|| Problem::invalid("repo is not given; a patch is for one repository.".to_owned()))
}

/// A patch as a file of a name.
///
/// # Errors
/// 404 where there is no such repository.
pub fn answer(repo: &str, name: &str, patch: Option<RepositoryPatch>) -> Result<Response, Problem> {
    let patch = patch.ok_or_else(|| Problem::not_found(format!("repository {repo}")))?;
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/x-diff; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", name)),
    ];
    Ok((headers, patch.file()).into_response())
}
