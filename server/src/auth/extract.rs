//! Who is asking, taken from a request. What nobody is signed in for is refused before any route is tried.

use super::{Principal, sign_in};
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use std::net::SocketAddr;

/// The cookie that holds a session.
pub const SESSION_COOKIE: &str = "huntshelf_session";

/// What answers without sign-in; everything else does not exist before it.
fn is_public(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/login") || path.starts_with("/assets/")
}

/// Lets through who is signed in, and what needs no sign-in.
pub async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let who = match identify(&app, request.headers(), peer).await {
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
) -> Result<Option<Principal>, Problem> {
    let now = app.clock.now();
    if let Some(sent) = headers.get(header::AUTHORIZATION) {
        // Who sends a token means it: a bad one is refused, whatever the cookies say.
        let token = sent.to_str().ok().and_then(|sent| sent.split_once(' '));
        let Some((_, token)) = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
            return Err(Problem::unauthorized());
        };
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
