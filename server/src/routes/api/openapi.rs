//! GET `/api/openapi.json`: the description of the API, OpenAPI 3.1.

use crate::http::cache::Cache;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<String> =
    // It is made of our own types; the snapshot test has seen that it serializes.
    LazyLock::new(|| super::description().to_pretty_json().expect("the description serializes"));

/// The document.
pub async fn get() -> Response {
    (
        [
            Cache::Revalidate.header(),
            (header::CONTENT_TYPE, header::HeaderValue::from_static("application/json")),
        ],
        DOCUMENT.as_str(),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_description_is_the_one_that_was_reviewed() {
        insta::assert_snapshot!(super::DOCUMENT.as_str());
    }
}
