//! `/login` and `/logout`: signing in with a token or a one-time link, and out.

use super::{Asked, html};
use crate::app::App;
use crate::auth::Principal;
use crate::auth::extract::SESSION_COOKIE;
use crate::auth::sign_in::{self, SESSION, SignInError, TOKEN_PREFIX};
use crate::db::sign_in::Link;
use crate::entropy::Secret;
use crate::http::problem::Problem;
use axum::extract::{Form, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use serde::Deserialize;
use web::pages::login::{Asked as Wanted, LoginView};

/// Where one comes from.
#[derive(Debug, Default, Deserialize)]
pub struct LoginParams {
    link: Option<String>,
    next: Option<String>,
}

/// What was filled in. `token` is a token, or what a link brought.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    next: String,
}

/// The sign-in page.
///
/// # Errors
/// When the database fails.
pub async fn show(
    State(app): State<App>,
    Query(params): Query<LoginParams>,
    jar: CookieJar,
    asked: Asked,
    method: Method,
) -> Result<Response, Problem> {
    let mut view = LoginView {
        next: sign_in::next(params.next.as_deref().unwrap_or("/")).to_owned(),
        ..LoginView::default()
    };
    if let Some(link) = params.link {
        match app.database.link(&Secret::brought(&link), app.clock.now()).await? {
            Some(Link::First) => (view.asked, view.token) = (Wanted::FirstName, link),
            // Only a look, by a program that checks links.
            Some(Link::Account(_)) if method != Method::GET => {}
            Some(Link::Account(_)) => {
                return finish(&app, jar, &asked, sign_in::with_link(&app, &link, "").await, view);
            }
            None => view.error = Some(SignInError::Link.to_string()),
        }
    }
    Ok(page(&app, &asked, view))
}

fn page(app: &App, asked: &Asked, view: LoginView) -> Response {
    let status = if view.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, html(web::pages::login::page(&asked.frame(app, None), view))).into_response()
}

/// Signs in.
///
/// # Errors
/// When the database fails.
pub async fn sign_in(
    State(app): State<App>,
    jar: CookieJar,
    asked: Asked,
    Form(form): Form<SignIn>,
) -> Result<Response, Problem> {
    let brought = form.token.trim();
    let done = if brought.starts_with(TOKEN_PREFIX) {
        sign_in::with_token(&app, brought).await
    } else {
        sign_in::with_link(&app, brought, form.name.trim()).await
    };
    let view = LoginView {
        token: brought.to_owned(),
        name: form.name,
        next: sign_in::next(&form.next).to_owned(),
        ..LoginView::default()
    };
    finish(&app, jar, &asked, done, view)
}

/// Goes on with a session, or says why there is none.
fn finish(
    app: &App,
    jar: CookieJar,
    asked: &Asked,
    done: Result<Secret, SignInError>,
    mut view: LoginView,
) -> Result<Response, Problem> {
    match done {
        Ok(session) => {
            let cookie = session_cookie(app, session.reveal());
            Ok((jar.add(cookie), Redirect::to(&view.next)).into_response())
        }
        Err(SignInError::Database(error)) => Err(error.into()),
        Err(error) => {
            if matches!(error, SignInError::Name) {
                view.asked = Wanted::FirstName;
            } else {
                // A token is never put back on a page.
                view.token.clear();
            }
            view.error = Some(error.to_string());
            Ok(page(app, asked, view))
        }
    }
}

fn session_cookie(app: &App, value: &str) -> Cookie<'static> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let seconds = SESSION.num_seconds();
    Cookie::parse(format!(
        "{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    ))
    .expect("a session's secret is letters and digits")
}

/// Signs out.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(
    State(app): State<App>,
    _who: Principal,
    jar: CookieJar,
) -> Result<(CookieJar, Redirect), Problem> {
    if let Some(session) = jar.get(SESSION_COOKIE) {
        app.database.end_session(&Secret::brought(session.value()), app.clock.now()).await?;
    }
    let gone = session_cookie(&app, "gone");
    Ok((jar.remove(gone), Redirect::to("/login")))
}

#[cfg(test)]
mod tests {
    use crate::auth::{Role, sign_in};
    use crate::config::Config;
    use crate::testing::TestApp;
    use axum::http::{Request, header};
    use chrono::Duration;

    async fn fresh() -> (TestApp, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data = folder.path().join("data");
        (TestApp::with(config).await, folder)
    }

    async fn first_link(test: &TestApp) -> String {
        let now = crate::clock::Clock::now(&*test.clock);
        sign_in::link(&test.app.database, None, "", (now, test.app.entropy.as_ref())).await.unwrap()
    }

    #[tokio::test]
    async fn the_first_to_come_says_who_they_are_and_keeps_the_server() {
        let (test, _folder) = fresh().await;
        let link = first_link(&test).await;
        let page = test.anonymous().get(&link).await;
        assert!(page.text().contains("name=\"name\""));
        let secret = link.rsplit('=').next().unwrap();
        let wrong = test.anonymous().form("/login", &[("token", secret), ("name", " ")]).await;
        assert_eq!(wrong.status, 422);
        let signed_in =
            test.anonymous().form("/login", &[("token", secret), ("name", "Ana"), ("next", "/about")]).await;
        assert_eq!((signed_in.status.as_u16(), signed_in.header("location")), (303, "/about"));
        let cookie = signed_in.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let about = test.anonymous().send(Request::get("/about").header(header::COOKIE, &cookie)).await;
        assert!(about.text().contains("Ana"));
        let again = test.anonymous().form("/login", &[("token", secret), ("name", "Eve")]).await;
        assert_eq!(again.status, 422);
        let out = test.anonymous().send(Request::post("/logout").header(header::COOKIE, &cookie)).await;
        assert_eq!(out.header("location"), "/login");
        let about = test.anonymous().send(Request::get("/about").header(header::COOKIE, &cookie)).await;
        assert_eq!(about.status, 303);
    }

    #[tokio::test]
    async fn a_link_signs_its_account_in_once() {
        let (test, _folder) = fresh().await;
        let account = test.app.new_account("Ana", Role::Hunter);
        test.app.database.create_account(&account).await.unwrap();
        let now = crate::clock::Clock::now(&*test.clock);
        let link = sign_in::link(&test.app.database, Some(&account), "", (now, test.app.entropy.as_ref()))
            .await
            .unwrap();
        // A program that checks links does not use it up.
        assert_eq!(test.anonymous().send(Request::head(&link)).await.status, 200);
        assert_eq!(test.anonymous().get(&link).await.status, 303);
        assert_eq!(test.anonymous().get(&link).await.status, 422);
    }

    #[tokio::test]
    async fn a_link_is_worth_nothing_after_a_day() {
        let (test, _folder) = fresh().await;
        let link = first_link(&test).await;
        test.clock.advance(Duration::hours(24));
        assert_eq!(test.anonymous().get(&link).await.status, 422);
    }

    #[tokio::test]
    async fn signing_in_never_leads_to_another_site() {
        let (test, _folder) = fresh().await;
        let secret = first_link(&test).await.rsplit('=').next().unwrap().to_owned();
        let fields = [("token", secret.as_str()), ("name", "Ana"), ("next", "//evil.example")];
        assert_eq!(test.anonymous().form("/login", &fields).await.header("location"), "/");
    }

    #[tokio::test]
    async fn a_wrong_token_is_not_put_back_on_the_page() {
        let (test, _folder) = fresh().await;
        let answer = test.anonymous().form("/login", &[("token", "hs_wrongwrong")]).await;
        assert_eq!(answer.status, 422);
        assert!(!answer.text().contains("hs_wrongwrong"));
    }
}
