//! What every request passes on its way in, and every answer on its way out.

use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::{cache::Cache, headers};
use crate::routes::pages;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// Refuses what browsers send from other sites. Programs send neither `Origin` nor `Sec-Fetch-Site`, and pass.
pub fn csrf(
    app: &App,
) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + Send + Sync + 'static + use<>> {
    let mut layer = CsrfLayer::new();
    if let Some(url) = &app.config.server.url {
        // A proxy may have changed `Host`; the origin of the configured URL is ours all the same.
        let origin = url.origin().ascii_serialization();
        match layer.clone().add_trusted_origin(&origin) {
            Ok(trusting) => layer = trusting,
            Err(error) => tracing::warn!(%error, "server.url is no origin that browsers send"),
        }
    }
    layer.with_rejection_response(|_: ProtectionError| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "cross-site",
            "Sent from another site",
            "The browser says that another site sent this request.",
        )
        .remedy("Open the page of this server and send it from there.")
        .into_response()
    })
}

/// What a handler's panic becomes.
pub fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let said = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("nothing");
    tracing::error!(said, "a handler panicked");
    Problem::internal().into_response()
}

/// Notes each request and how it was answered. Not its query: searches are nobody's business but the hunter's.
pub async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    tracing::info!(%method, path, status, ?took, "answered");
    response
}

/// The outermost layer of form: checks the host, gives every error its form, and adds the headers of every answer.
pub async fn outermost(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = pages::Asked::of(&request);
    let mut response = match app.hosts.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = in_form(&app, &asked, response).await;
    }
    let all = response.headers_mut();
    for (name, value) in headers::of_every_answer() {
        all.insert(name, value);
    }
    if !all.contains_key(header::CACHE_CONTROL) {
        let (name, value) = Cache::Never.header();
        all.insert(name, value);
    }
    response
}

/// Gives an error its form: a page for browsers, `application/problem+json` for everybody else. What axum's own
/// extractors refuse comes as plain text, and becomes a problem here.
async fn in_form(app: &App, asked: &pages::Asked, response: Response) -> Response {
    let is_problem = is(&response, "application/problem+json");
    if is(&response, "text/html") || (is_problem && asked.is_api()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let who = parts.extensions.get::<Principal>().cloned();
    let body = axum::body::to_bytes(body, 64 * 1024).await.unwrap_or_default();
    let problem = match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) if is_problem => problem,
        _ => plain(parts.status, &String::from_utf8_lossy(&body)),
    };
    let formed = if asked.is_api() {
        problem.into_response()
    } else {
        pages::error(app, asked, who.as_ref(), &problem)
    };
    let (formed, body) = formed.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.extend(formed.headers);
    Response::from_parts(parts, body)
}

fn is(response: &Response, kind: &str) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .is_some_and(|value| value.starts_with(kind.as_bytes()))
}

fn plain(status: StatusCode, text: &str) -> Problem {
    let text = text.trim();
    let detail = if text.is_empty() { status.canonical_reason().unwrap_or("Refused") } else { text };
    let detail = format!("{}.", crate::http::problem::sentence(detail));
    match status {
        StatusCode::NOT_FOUND => {
            Problem::new(status, "not-found", "Not found", "There is nothing at this address.")
        }
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            status,
            "method-not-allowed",
            "Method not allowed",
            "This address does not take that method.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(status, "too-large", "Too large", "The request is larger than this address takes.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(status, "media-type", "Wrong content type", detail)
        }
        status if status.is_client_error() => {
            Problem::new(status, "invalid-request", "The request is not valid", detail)
        }
        status if status == StatusCode::SERVICE_UNAVAILABLE => {
            Problem::new(status, "timeout", "This took too long", "The server gave up on this request.")
                .remedy("Try again, or ask for less.")
        }
        _ => Problem::internal(),
    }
}
