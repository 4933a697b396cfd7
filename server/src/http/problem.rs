//! Errors as people and programs get them: one [`Problem`], as RFC 9457's `application/problem+json` for the API and as
//! a page for browsers.

use crate::auth::Forbidden;
use crate::db::DbError;
use crate::http::pool::PoolError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalog::library::LibraryError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `/problems/` and a word that stays.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind as a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Problem {
    /// A problem of a kind, given as one lower-case word with hyphens.
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            remedy: None,
        }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// There is no such thing, or not for who asks.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", format!("There is no {what}."))
    }

    /// The request cannot be understood.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", "The request is not valid", detail)
    }

    /// The request is understood, and contradicts what is on record.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This contradicts what is on record", detail)
    }

    /// Nobody is signed in.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign-in-needed",
            "Sign in first",
            "This answers only to people who are signed in.",
        )
        .remedy("Send a token as `Authorization: Bearer hs_…`; `huntshelf admin token create` makes one.")
    }

    /// Something failed that should not. The log has the rest; who asks learns nothing of the inside.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something failed on the server",
            "The request could not be answered. The server's log says why.",
        )
    }

    /// Its status.
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status_code();
        // Strings and a number: this cannot fail.
        let body = serde_json::to_string(&self).expect("a problem serializes");
        let mut response = (
            status,
            [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
            body,
        )
            .into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Forbidden> for Problem {
    fn from(refused: Forbidden) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Not allowed",
            format!("{}.", sentence(&refused.to_string())),
        )
        .remedy("Ask an administrator of this server for that role.")
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Full => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "The server is busy",
                "More requests are waiting than the server can answer.",
            )
            .remedy("Try again in a moment."),
            PoolError::Panicked => Self::internal(),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken(_) => Self::conflict(format!("{}.", sentence(&error.to_string()))),
            DbError::Driver(_) | DbError::Contradiction(_) | DbError::Open { .. } => {
                tracing::error!(%error, "database");
                Self::internal()
            }
        }
    }
}

impl From<LibraryError> for Problem {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::NoRepository(name) => Self::not_found(format!("repository {name}")),
            LibraryError::Commit(detail) => Self::new(
                StatusCode::NOT_FOUND,
                "no-such-commit",
                "No such revision",
                format!("{}.", sentence(&detail)),
            )
            .remedy("The history of the procedure lists its revisions."),
            LibraryError::Unusable(reason) => {
                let place = if reason.line > 0 { format!("Line {}: ", reason.line) } else { String::new() };
                let detail =
                    if place.is_empty() { sentence(&reason.message) } else { reason.message.clone() };
                Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "unreadable",
                    "This is no notebook",
                    format!("{place}{detail}."),
                )
                .remedy(reason.help)
            }
            LibraryError::TooMany(repo) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "patch-too-large",
                "The patch is too large",
                format!("A patch of {repo} would change more files than one answer holds."),
            )
            .remedy("Run `huntshelf attack remap` in a clone of the repository: it has no such bound."),
            LibraryError::Fetch { .. } => Self::new(
                StatusCode::BAD_GATEWAY,
                "fetch-failed",
                "The repository could not be fetched",
                format!("{}.", sentence(&error.to_string())),
            )
            .remedy("What was there before is served on. Check the URL, the network and the credentials."),
            LibraryError::Mirror { .. } | LibraryError::Index(_) | LibraryError::Io { .. } => {
                tracing::error!(%error, "library");
                Self::internal()
            }
        }
    }
}

/// A message as the beginning of a sentence, without its full stop.
pub fn sentence(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_is_what_rfc_9457_says() {
        let response = Problem::not_found("procedure x").remedy("Search for it.").into_response();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "type": "/problems/not-found",
                "title": "Not found",
                "status": 404,
                "detail": "There is no procedure x.",
                "remedy": "Search for it.",
            })
        );
    }

    #[test]
    fn a_busy_server_says_when_to_come_back() {
        let response = Problem::from(PoolError::Full).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }

    #[test]
    fn what_fails_inside_is_not_told_outside() {
        let problem = Problem::from(DbError::Contradiction("a secret".to_owned()));
        assert!(!problem.detail.contains("secret"));
    }
}
