//! GET `/healthz` and `/readyz`, for whoever watches the server.

use crate::app::App;
use axum::extract::State;
use axum::http::StatusCode;

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// 200 once every repository was tried once, or has an index to serve.
pub async fn readyz(State(app): State<App>) -> (StatusCode, String) {
    let waiting: Vec<String> = app
        .library
        .repositories()
        .into_iter()
        .filter(|state| !state.tried && state.commit.is_none())
        .map(|state| state.repository.name)
        .collect();
    if waiting.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("waiting for {}\n", waiting.join(", ")))
    }
}
