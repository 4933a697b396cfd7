//! What every request passes on its way in, and every answer on its way out.

use crate::app::App;
use crate::auth::Principal;
use crate::entropy;
use crate::http::problem::Problem;
use crate::http::{cache::Cache, headers};
use crate::routes::pages;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tracing::Instrument;

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
#[expect(clippy::needless_pass_by_value, reason = "as tower-http calls it")]
pub fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let said = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("nothing");
    tracing::error!(said, "a handler panicked");
    Problem::internal().into_response()
}

/// The header that names a request: in the log, in the answer, and on the page of an error that is our own fault.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request a name, and notes how it was answered. Not its query: searches are nobody's business but the
/// hunter's.
pub async fn log(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id = entropy::short_id(app.entropy.as_ref());
    let named = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static(""));
    // Ours, whatever was sent: nobody else writes into our log.
    request.headers_mut().insert(REQUEST_ID, named.clone());
    let span = tracing::info_span!("request", id);
    let began = Instant::now();
    async {
        let mut response = next.run(request).await;
        response.headers_mut().insert(REQUEST_ID, named);
        let (status, took) = (response.status().as_u16(), began.elapsed());
        tracing::info!(%method, path, status, ?took, "answered");
        response
    }
    .instrument(span)
    .await
}

/// The outermost layer of form: checks the host, gives every error its form, and adds the headers of every answer.
pub async fn outermost(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = pages::Asked::of(&request);
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let mut response = match app.hosts.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = in_form(&app, &asked, response).await;
    }
    if is_known(known.as_ref(), &response) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    let all = response.headers_mut();
    for (name, value) in headers::of_every_answer() {
        if name != header::CONTENT_SECURITY_POLICY || !all.contains_key(&name) {
            all.insert(name, value);
        }
    }
    if !all.contains_key(header::CACHE_CONTROL) {
        let (name, value) = Cache::Never.header();
        all.insert(name, value);
    }
    response
}

/// Whether who asks has these very bytes already.
fn is_known(known: Option<&HeaderValue>, response: &Response) -> bool {
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    match (known.and_then(|known| known.to_str().ok()), tag) {
        (Some(known), Some(tag)) if response.status() == StatusCode::OK => {
            known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
        }
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::http::headers::CONTENT_SECURITY_POLICY;
    use crate::sample::Sample;
    use axum::http::{Request, header};
    use serde_json::json;

    #[tokio::test]
    async fn every_answer_carries_the_policy() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for path in [
            "/",
            "/nothing",
            "/api/v1/procedures",
            "/api/v1/nothing",
            "/healthz",
            "/assets/none.js",
            "/login",
        ] {
            let answer = viewer.get(path).await;
            assert_eq!(answer.header("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(!answer.header("cache-control").is_empty(), "{path}");
        }
    }

    #[tokio::test]
    async fn what_the_browser_has_is_not_sent_again() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let path = "/api/v1/procedures/lsass/source";
        let tag = viewer.get(path).await.header("etag").to_owned();
        let again =
            viewer.send(Request::get(path).header(header::IF_NONE_MATCH, format!("W/{tag}, \"x\""))).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        let other = viewer.send(Request::get(path).header(header::IF_NONE_MATCH, "\"x\"")).await;
        assert_eq!(other.status, 200);
    }

    #[tokio::test]
    async fn every_request_has_a_name_of_our_own() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let (one, two) = (viewer.get("/healthz").await, viewer.get("/nothing").await);
        assert_eq!((one.header("x-request-id").len(), two.header("x-request-id").len()), (8, 8));
        assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
        let forged = viewer.send(Request::get("/healthz").header("x-request-id", "forged")).await;
        assert_ne!(forged.header("x-request-id"), "forged");
    }

    #[tokio::test]
    async fn another_host_gets_nothing() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for host in ["evil.example", "127.0.0.1.evil.example:8080", ""] {
            let answer = viewer.send(Request::get("/").header(header::HOST, host)).await;
            assert_eq!(answer.status, 421, "{host}");
        }
    }

    #[tokio::test]
    async fn what_another_site_sends_is_refused_and_what_a_program_sends_is_not() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let send = async |name: &str, headers: &[(&str, &str)]| {
            let mut request =
                Request::post("/api/v1/customers").header(header::CONTENT_TYPE, "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            lead.send_with(request, json!({"name": name}).to_string()).await.status
        };
        assert_eq!(send("a", &[("sec-fetch-site", "cross-site")]).await, 403);
        assert_eq!(send("b", &[("origin", "http://evil.example")]).await, 403);
        assert_eq!(send("c", &[("origin", "http://127.0.0.1:8080")]).await, 201);
        assert_eq!(send("d", &[("sec-fetch-site", "same-origin")]).await, 201);
        assert_eq!(send("e", &[]).await, 201);
    }

    #[tokio::test]
    async fn an_error_is_a_page_for_browsers_and_a_problem_for_programs() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/procedures/nothing").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
        // Who is signed in stays signed in on an error's page.
        assert!(page.text().contains("viewer of the test"));
        let problem = viewer.send(Request::put("/api/v1/procedures")).await;
        assert_eq!(problem.json()["status"], 405);
    }

    #[tokio::test]
    async fn a_request_that_is_too_large_is_refused() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let answer =
            lead.post("/api/v1/customers", &json!({"name": "x".repeat(crate::routes::BODY_LIMIT)})).await;
        assert_eq!(answer.status, 413);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
