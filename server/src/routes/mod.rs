//! Every address of the server: one file an endpoint under `api/`, one file a page under `pages/`.

pub mod api;
pub mod feeds;
pub mod health;
pub mod pages;

use crate::app::App;
use crate::auth::extract;
use crate::http::{assets, layers};
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::{Router, routing::get};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::TimeoutLayer;

/// The most that a request may send.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// How long an answer may take. A sync may take longer: a first one reads the whole history.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is worth compressing on its way: not a zip, which is sent while it is written.
fn compressible() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/zip"))
}

/// The whole router.
pub fn router(app: &App) -> Router {
    let (api, _) = api::router();
    let timed = Router::new()
        .merge(api)
        .merge(pages::router())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT));
    // From the outside in: what is first here sees a request first.
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(from_fn_with_state(app.clone(), layers::log))
        .layer(from_fn_with_state(app.clone(), layers::outermost))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(layers::csrf(app))
        .layer(from_fn_with_state(app.clone(), extract::gate))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    timed
        .merge(api::untimed())
        .merge(pages::untimed())
        .route("/assets/{*name}", get(assets::get))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(layers)
        .with_state(app.clone())
}
