//! Who is asking, taken from a request. What nobody is signed in for is refused before any route is tried.

use super::{Principal, sign_in};
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::SocketAddr;

/// The cookie that holds a session.
pub const SESSION_COOKIE: &str = "huntshelf_session";

/// Where feeds are: feed readers send a token as a password.
const FEEDS: &str = "/feeds/";

/// What answers without sign-in; everything else does not exist before it.
fn is_public(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/login") || path.starts_with("/assets/")
}

/// What answers to who signs the request itself.
fn is_webhook(path: &str) -> bool {
    path.starts_with("/api/v1/webhooks/")
}

/// Lets through who is signed in, and what needs no sign-in.
pub async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if is_webhook(request.uri().path()) {
        // Forges may send credentials of their own, which are none of ours.
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let reads_feed = request.uri().path().starts_with(FEEDS);
    let who = match identify(&app, request.headers(), peer, reads_feed).await {
        Ok(who) => who,
        Err(problem) => return problem.into_response(),
    };
    let path = request.uri().path();
    match who {
        Some(principal) => {
            request.extensions_mut().insert(principal.clone());
            let mut response = next.run(request).await;
            // So that an error's page knows who looks at it.
            response.extensions_mut().insert(principal);
            return response;
        }
        None if is_public(path) => {}
        None if path.starts_with(FEEDS) => {
            // Feed readers know no form to sign in with.
            let mut response = Problem::unauthorized().into_response();
            let basic = HeaderValue::from_static("Basic realm=\"Huntshelf\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
            return response;
        }
        None if path.starts_with("/api/") || !matches!(*request.method(), Method::GET | Method::HEAD) => {
            return Problem::unauthorized().into_response();
        }
        None => {
            let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
            let there = if here == "/" {
                "/login".to_owned()
            } else {
                web::links::with_query("/login", [("next", here)])
            };
            return Redirect::to(&there).into_response();
        }
    }
    next.run(request).await
}

async fn identify(
    app: &App,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
    reads_feed: bool,
) -> Result<Option<Principal>, Problem> {
    let now = app.clock.now();
    if let Some(sent) = headers.get(header::AUTHORIZATION) {
        // Who sends a token means it: a bad one is refused, whatever the cookies say.
        let token =
            sent.to_str().ok().and_then(|sent| sent.split_once(' ')).and_then(|(scheme, value)| match scheme
                .to_ascii_lowercase()
                .as_str()
            {
                "bearer" => Some(value.trim().to_owned()),
                "basic" if reads_feed => password(value.trim()),
                _ => None,
            });
        let Some(token) = token else { return Err(Problem::unauthorized()) };
        return match sign_in::by_token(&app.database, token.trim(), now).await? {
            Some(principal) => Ok(Some(principal)),
            None => Err(Problem::unauthorized()),
        };
    }
    let auth = &app.config.auth;
    if let (Some(header), Some(peer)) = (&auth.trusted_header, peer)
        && auth.trusted_proxies.contains(&peer.ip().to_canonical())
        && let Some(name) = headers.get(header).and_then(|name| name.to_str().ok())
    {
        return Ok(sign_in::by_name(&app.database, name).await?);
    }
    match CookieJar::from_headers(headers).get(SESSION_COOKIE) {
        Some(cookie) => Ok(sign_in::by_session(&app.database, cookie.value(), now).await?),
        None => Ok(None),
    }
}

/// The password of what `Basic` sends (RFC 7617): a token; the name before it does not matter.
fn password(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    Some(decoded.split_once(':')?.1.to_owned())
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

impl axum::extract::OptionalFromRequestParts<App> for Principal {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::SESSION_COOKIE;
    use crate::auth::Role;
    use crate::config::Config;
    use crate::sample::Sample;
    use crate::testing::TestApp;
    use axum::extract::ConnectInfo;
    use axum::http::{Request, header};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use chrono::Duration;
    use std::net::SocketAddr;

    #[tokio::test]
    async fn nothing_but_health_sign_in_and_assets_answers_without_sign_in() {
        let sample = Sample::open().await;
        let nobody = sample.test.anonymous();
        for open in ["/healthz", "/readyz", "/login", "/assets/icon.svg"] {
            assert_eq!(nobody.get(open).await.status, 200, "{open}");
        }
        for shut in ["/api/v1/procedures", "/api/openapi.json", "/api/v1/nothing", "/api/v1/tenants"] {
            let answer = nobody.get(shut).await;
            assert_eq!(answer.status, 401, "{shut}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        for shut in ["/", "/customers", "/nothing", "/login/", "/healthz/x", "/api"] {
            let answer = nobody.get(shut).await;
            assert_eq!(answer.status, 303, "{shut}");
            assert!(answer.header("location").starts_with("/login"), "{shut}");
        }
        assert_eq!(nobody.form("/customers", &[("name", "x")]).await.status, 401);
        assert_eq!(
            nobody.get("/procedures/x?repo=a").await.header("location"),
            "/login?next=%2Fprocedures%2Fx%3Frepo%3Da"
        );
    }

    #[tokio::test]
    async fn a_feed_reader_sends_a_token_as_its_password() {
        let sample = Sample::open().await;
        let ana = sample.test.user("Ana", Role::Viewer).await;
        let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("ana:{password}")));
        let nobody = sample.test.anonymous();
        let ask = |path: &str, sent: String| Request::get(path).header(header::AUTHORIZATION, sent);
        assert_eq!(nobody.send(ask("/feeds/changes.atom", basic(ana.token()))).await.status, 200);
        assert_eq!(nobody.send(ask("/feeds/changes.atom", basic("hs_wrong"))).await.status, 401);
        assert_eq!(nobody.send(ask("/api/v1/procedures", basic(ana.token()))).await.status, 401);
        let refused = nobody.get("/feeds/changes.atom").await;
        assert_eq!(
            (refused.status.as_u16(), refused.header("www-authenticate").starts_with("Basic")),
            (401, true)
        );
    }

    #[tokio::test]
    async fn a_token_for_less_than_its_owner_may_do_stays_less() {
        let sample = Sample::open().await;
        sample.test.user("Ana", Role::Admin).await;
        let viewer = sample.test.user("Ana", Role::Viewer).await;
        let answer = viewer.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;
        assert_eq!(answer.status, 403);
    }

    #[tokio::test]
    async fn a_bad_token_is_refused_whatever_the_cookies_say() {
        let sample = Sample::open().await;
        let request = Request::get("/healthz").header(header::AUTHORIZATION, "Bearer hs_nothing");
        assert_eq!(sample.test.anonymous().send(request).await.status, 401);
    }

    #[tokio::test]
    async fn a_session_ends_with_its_time_or_its_account() {
        let sample = Sample::open().await;
        let account = sample.test.app.new_account("Ana", Role::Viewer);
        let app = &sample.test.app;
        app.database.create_account(&account).await.unwrap();
        let secret = crate::entropy::Secret::new("", app.entropy.as_ref());
        let now = crate::clock::Clock::now(&*sample.test.clock);
        app.database.create_session(&secret, &account, now, now + Duration::days(1)).await.unwrap();
        let get = async || {
            let cookie = format!("{SESSION_COOKIE}={}", secret.reveal());
            sample
                .test
                .anonymous()
                .send(Request::get("/api/v1/repos").header(header::COOKIE, cookie))
                .await
                .status
        };
        assert_eq!(get().await, 200);
        sample.test.clock.advance(Duration::days(1));
        assert_eq!(get().await, 401);
    }

    #[tokio::test]
    async fn a_header_names_somebody_only_when_a_trusted_proxy_sends_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data = folder.path().join("data");
        config.auth.trusted_header = Some("x-remote-user".to_owned());
        config.auth.trusted_proxies = vec!["192.0.2.1".parse().unwrap()];
        let test = TestApp::with(config).await;
        test.user("Ana", Role::Viewer).await;
        let from = async |peer: &str, name: &str| {
            let peer: SocketAddr = peer.parse().unwrap();
            let request =
                Request::get("/api/v1/customers").header("x-remote-user", name).extension(ConnectInfo(peer));
            test.anonymous().send(request).await.status
        };
        assert_eq!(from("192.0.2.1:5", "Ana").await, 200);
        assert_eq!(from("192.0.2.1:5", "Eve").await, 401);
        assert_eq!(from("192.0.2.2:5", "Ana").await, 401);
    }
}
