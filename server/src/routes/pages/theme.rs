//! POST `/theme`: light, dark, or what the browser says. A cookie that the server renders.

use crate::app::App;
use crate::auth::sign_in;
use axum::extract::{Form, State};
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

/// What was chosen.
#[derive(Debug, Deserialize)]
pub struct Choice {
    theme: String,
    #[serde(default)]
    next: String,
}

/// Keeps a choice for a year and goes back.
pub async fn choose(
    State(app): State<App>,
    jar: CookieJar,
    Form(choice): Form<Choice>,
) -> (CookieJar, Redirect) {
    let kept = Cookie::build(("theme", if choice.theme == "dark" { "dark" } else { "light" }))
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(app.config.is_https());
    let jar = match web::Theme::read(&choice.theme) {
        Some(_) => jar.add(kept.permanent()),
        None => jar.remove(kept),
    };
    (jar, Redirect::to(sign_in::next(&choice.next)))
}
