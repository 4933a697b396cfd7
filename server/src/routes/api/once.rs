//! Requests that carry an `Idempotency-Key`: sent again, they are answered as they were the first time.

use crate::app::App;
use crate::auth::Principal;
use crate::db::idempotency::Claim;
use crate::entropy::sha256;
use crate::http::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::future::Future;
use std::pin::Pin;

/// The work of a request. On the heap: it is larger than what awaits it.
pub type Work = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;

/// An answer as it is kept for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
        (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], self.body).into_response()
    }
}

/// Does the work of a request, once for each key that it may carry. `asked` is what tells it from others.
///
/// # Errors
/// Those of the work; 409 while the same request is being answered, 422 when the key came with another one.
pub async fn once(
    app: &App,
    who: &Principal,
    headers: &HeaderMap,
    asked: &[u8],
    work: Work,
) -> Result<Response, Problem> {
    let Some(key) = key(headers)? else { return Ok(work.await?.into_response()) };
    match app.database.claim_key(who, &key, &sha256(asked), app.clock.now()).await? {
        Claim::Ours => {}
        Claim::AtWork => {
            return Err(
                Problem::conflict("The same request is being answered.").remedy("Wait, and send it again.")
            );
        }
        Claim::OtherRequest => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key-reused",
                "The key was used with another request",
                "This Idempotency-Key came with another request before.",
            )
            .remedy("Take a new key for a new request."));
        }
        Claim::Answered { status, body } => return Ok(Answer { status, body }.into_response()),
    }
    // To the end, whether or not who asked still waits: the key is ours, and must be answered or given back.
    let (app, who) = (app.clone(), who.clone());
    let finished = tokio::spawn(async move {
        let done = work.await;
        match &done {
            Ok(answer) => app.database.answer_key(&who, &key, answer.status, &answer.body).await?,
            Err(_) => app.database.release_key(&who, &key).await?,
        }
        done
    });
    match finished.await {
        Ok(done) => Ok(done?.into_response()),
        Err(error) => {
            tracing::error!(%error, "making copies panicked");
            Err(Problem::internal())
        }
    }
}

/// A key of up to 200 visible characters.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(sent) = headers.get("idempotency-key") else { return Ok(None) };
    match sent.to_str() {
        Ok(key) if (1..=200).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::invalid("An Idempotency-Key has 1 to 200 visible characters.")),
    }
}
