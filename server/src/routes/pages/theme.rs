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
        // Not for the server alone: the island that switches the theme without a request writes it too.
        .http_only(false)
        .secure(app.config.is_https());
    let jar = match web::Theme::read(&choice.theme) {
        Some(_) => jar.add(kept.permanent()),
        None => jar.remove(kept),
    };
    (jar, Redirect::to(sign_in::next(&choice.next)))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::{Request, header};

    #[tokio::test]
    async fn a_theme_is_a_cookie_that_the_page_follows() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let chosen = viewer.form("/theme", &[("theme", "dark"), ("next", "/problems")]).await;
        assert_eq!((chosen.status.as_u16(), chosen.header("location")), (303, "/problems"));
        let cookie = chosen.header("set-cookie").split(';').next().unwrap().to_owned();
        let page = viewer.send(Request::get("/").header(header::COOKIE, &cookie)).await.text();
        assert!(page.contains("data-theme=\"dark\""));
        let request = Request::post("/theme")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let back = viewer.send_with(request, "theme=system").await;
        assert!(back.header("set-cookie").contains("Max-Age=0"));
    }
}
