//! The pages: one file each. A page loads what it shows, fills its view struct and has `web` make HTML of it, on the
//! pool. Every page works without JavaScript; its whole state is its URL.

pub mod about;
pub mod attack;
pub mod blame;
pub mod catalog;
pub mod changes;
pub mod collections;
pub mod copies;
pub mod copy;
pub mod copy_propose;
pub mod copy_report;
pub mod copy_upgrade;
pub mod coverage;
pub mod customers;
pub mod defect;
pub mod diff;
pub mod drafts;
pub mod field_notes;
pub mod files;
pub mod history;
pub mod instance;
pub mod lint;
pub mod login;
pub mod looked;
pub mod many;
pub mod new;
pub mod offers;
pub mod pictures;
pub mod pins;
pub mod problems;
pub mod procedure;
pub mod proposals;
pub mod reference;
pub mod release;
pub mod repositories;
pub mod repository_form;
pub mod returning;
pub mod roster;
pub mod searches;
pub mod shared;
pub mod tenants;
pub mod theme;
pub mod upgrade;
pub mod verify;

use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use ::catalog::library::LARGEST_UPLOAD;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use web::pages::error::{ErrorView, WayOut};
use web::{Frame, Person, Theme, Viewer};

/// All pages.
pub fn router() -> Router<App> {
    Router::new()
        .merge(reading())
        .merge(writing())
        .merge(working())
        .merge(admin())
        .route("/api", get(reference::show))
        .route("/about", get(about::show))
        .route("/login", get(login::show).post(login::sign_in))
        .route("/logout", post(login::sign_out))
        .route("/theme", post(theme::choose))
}

/// What is on the shelf, and what is said of it.
fn reading() -> Router<App> {
    Router::new()
        .route("/", get(catalog::show))
        .route("/procedures/{id}", get(procedure::show))
        .route("/procedures/{id}/at/{commit}", get(procedure::show_at))
        .route("/procedures/{id}/at/{commit}/outputs/{cell}/{output}", get(pictures::of_output))
        .route("/procedures/{id}/at/{commit}/attachments/{cell}/{name}", get(pictures::of_attachment))
        .route("/procedures/{id}/at/{commit}/reported/{repo}/{*address}", get(pictures::of_report))
        .route("/files/{repo}/{commit}/{*path}", get(files::show))
        .route("/pictures/{repo}/{commit}/{*path}", get(pictures::of_repository))
        .route("/procedures/{id}/report", get(procedure::report))
        .route("/procedures/{id}/history", get(history::show))
        .route("/procedures/{id}/defects", post(looked::mark))
        .route("/procedures/{id}/reviews", post(looked::review))
        .route("/procedures/{id}/follow", post(looked::follow))
        .route("/defects/{id}", get(defect::show).post(looked::amend))
        .route("/defects/{id}/recall", post(defect::make_anew))
        .route("/following", get(looked::following))
        .route(
            "/procedures/{id}/diff",
            get(diff::choose).post(diff::upload).layer(DefaultBodyLimit::max(LARGEST_UPLOAD + (64 << 10))),
        )
        .route("/procedures/{id}/blame", get(blame::show))
        .route("/procedures/{id}/diff/{range}", get(diff::show))
        .route("/procedures/{id}/copy", get(copy::show).post(copy::make_copies))
        .route("/procedures/{id}/instances", get(copies::of_procedure))
        .route("/matrix", get(attack::matrix))
        .route("/collections", get(collections::show))
        .route("/collections/{repo}/{name}", get(collections::show_one))
        .route("/coverage", get(coverage::show).post(coverage::read))
        .route("/techniques/{id}", get(attack::technique))
        .route("/actors/{id}", get(attack::actor))
        .route("/attack/upgrade", get(upgrade::show))
        .route("/attack/upgrade.patch", get(super::api::upgrade::patch))
        .route("/changes", get(changes::show))
        .route("/changes/compare", get(changes::compare))
        .route("/proposals", get(proposals::list))
        .route("/proposals/{repo}/{name}", get(proposals::show))
        .route("/proposals/{repo}/{name}/read", get(proposals::read))
        .route("/proposals/{repo}/{name}/report", get(proposals::report))
        .route("/proposals/{repo}/{name}/copy", post(proposals::copy))
        .route("/feeds/{*feed}", get(super::feeds::show))
        .route("/problems", get(problems::show))
        .route("/problems/mending.patch", get(super::api::problems::mending_patch))
        .route("/lint", get(lint::show))
        .route("/lint/{code}", get(lint::show_one))
}

/// What is to come onto the shelf.
fn writing() -> Router<App> {
    Router::new()
        .route(
            "/new",
            get(new::show).post(new::send).layer(DefaultBodyLimit::max(4 * crate::authoring::LARGEST)),
        )
        .route(
            "/new/draft",
            get(drafts::show).post(drafts::send).layer(DefaultBodyLimit::max(crate::drafts::LARGEST)),
        )
        .route("/instances/{id}/propose", get(copy_propose::show).post(copy_propose::send))
}

/// Copies, and for whom they are.
fn working() -> Router<App> {
    Router::new()
        .route("/instances", get(copies::show))
        .route("/field-notes", post(field_notes::create))
        .route("/field-notes/{id}", post(field_notes::change))
        .route("/instances/new", get(many::show).post(many::send))
        .route(
            "/instances/return",
            get(returning::show)
                .post(returning::bring)
                .layer(DefaultBodyLimit::max(crate::copies::returned::LARGEST)),
        )
        .route("/instances/return/of", post(returning::of))
        .route("/instances/{id}", get(instance::show).post(instance::change))
        .route("/instances/{id}/jupyter", post(instance::open))
        .route("/instances/{id}/jupyter/return", post(instance::bring))
        .route("/instances/{id}/verify", get(verify::show))
        .route("/instances/{id}/release", post(release::send))
        .route("/instances/{id}/report", get(copy_report::show).post(copy_report::send))
        .route("/instances/{id}/report/pictures/{version}/{*address}", get(copy_report::picture))
        .route("/instances/{id}/upgrade", get(copy_upgrade::show).post(copy_upgrade::send))
        .route(
            "/instances/{id}/upgrade/notebook",
            post(copy_upgrade::bring).layer(DefaultBodyLimit::max(crate::copies::returned::LARGEST)),
        )
        .route("/instances.zip", post(copies::zip))
        .route("/searches", get(searches::show).post(searches::create))
        .route("/searches/{id}", post(searches::rename))
        .route("/searches/{id}/delete", post(searches::delete))
        .route("/customers", get(customers::show).post(customers::create))
        .route("/customers/{id}", get(customers::show_one).post(customers::change))
        .route("/tenants", get(tenants::show).post(tenants::create))
        .route("/tenants/{id}", get(tenants::show_one).post(tenants::change))
        .route("/tenants/{id}/retire", post(tenants::retire))
        .route("/tenants/{id}/delete", post(tenants::delete))
        .route(
            "/roster",
            get(roster::show)
                .post(roster::send)
                .layer(DefaultBodyLimit::max(crate::roster::LARGEST + (64 << 10))),
        )
}

/// Repositories.
fn admin() -> Router<App> {
    Router::new()
        .route("/admin/repositories", get(repositories::show).post(repository_form::add))
        .route("/admin/repositories/new", get(repository_form::begin))
        .route("/admin/repositories/{name}", get(repository_form::show).post(repository_form::change))
        .route("/admin/repositories/{name}/remove", post(repository_form::remove))
        .route("/admin/repositories/{name}/pins", get(pins::show))
        .route("/admin/repositories/{name}/pins/{commit}", post(pins::purge))
        .route("/admin/repositories/{name}/sync", post(repositories::sync))
        .route("/admin/repositories/{name}/syncs", get(repositories::syncs))
}

/// Addresses that may take longer than others.
pub fn untimed() -> Router<App> {
    Router::new()
        .route("/instances/{id}/evidence", get(super::api::evidence::of_copy))
        .route("/customers/{id}/evidence", get(super::api::evidence::of_customer))
}

/// What is known of a request before anybody looked who it comes from.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    here: String,
    theme: Option<Theme>,
    /// What the log calls this request.
    request_id: String,
}

impl Asked {
    /// What a request asks for.
    pub fn of(request: &Request) -> Self {
        Self::read(request.uri(), request.headers())
    }

    fn read(uri: &Uri, headers: &HeaderMap) -> Self {
        let theme =
            CookieJar::from_headers(headers).get("theme").and_then(|cookie| Theme::read(cookie.value()));
        let request_id =
            headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        Self { request_id, here: uri.path_and_query().map_or("/", |here| here.as_str()).to_owned(), theme }
    }

    /// Whether a program asks, and wants `application/problem+json`.
    pub fn is_api(&self) -> bool {
        self.here.starts_with("/api/")
    }

    fn frame(&self, app: &App, who: Option<&Principal>) -> Frame {
        Frame {
            assets: app.assets.links.clone(),
            viewer: Viewer {
                person: who.map(|who| Person { name: who.name.clone(), role: who.role.to_string() }),
                theme: self.theme,
            },
            here: self.here.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::read(&parts.uri, &parts.headers))
    }
}

/// Somebody who is signed in and looks at a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub who: Principal,
    asked: Asked,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = Principal::from_request_parts(parts, app).await?;
        Ok(Self { who, asked: Asked::read(&parts.uri, &parts.headers) })
    }
}

impl Visitor {
    /// What stands around their page.
    pub fn frame(&self, app: &App) -> Frame {
        self.asked.frame(app, Some(&self.who))
    }

    /// Renders a page for them.
    ///
    /// # Errors
    /// When the pool is full.
    pub async fn render<V: Send + 'static>(
        &self,
        app: &App,
        page: fn(&Frame, V) -> String,
        view: V,
    ) -> Result<Response, Problem> {
        let frame = self.frame(app);
        Ok(html(app.pool.run(move || page(&frame, view)).await?))
    }
}

/// Whether an island asks for a part of the page alone.
fn wants_fragment(headers: &HeaderMap, part: &str) -> bool {
    headers.get("x-fragment").is_some_and(|wanted| wanted == part)
}

/// A page as an answer.
pub fn html(page: String) -> Response {
    ([Cache::Never.header()], Html(page)).into_response()
}

/// An error as a page. Rendered at once, off the pool: a full pool is one of the errors.
pub fn error(app: &App, asked: &Asked, who: Option<&Principal>, problem: &Problem) -> Response {
    let mut view = match problem.status {
        500 => ErrorView::failed(&asked.request_id),
        status => ErrorView {
            status,
            title: problem.title.clone(),
            detail: problem.detail.clone(),
            ways_out: vec![WayOut { label: "To the catalog".to_owned(), href: "/".to_owned() }],
            request_id: String::new(),
        },
    };
    if let Some(remedy) = problem.remedy.as_ref().filter(|_| problem.status != 500) {
        view.detail = format!("{} {remedy}", view.detail);
    }
    let page = web::pages::error::page(&asked.frame(app, who), view);
    (problem.status_code(), html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::Request;

    #[tokio::test]
    async fn every_page_is_shown_whole_and_without_inline_script() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let admin = sample.user(Role::Admin).await;
        let (first, last) = (&sample.commits[0], &sample.commits[2]);
        for path in [
            "/",
            "/?q=lsass&technique=T1003&sort=title",
            "/procedures/lsass",
            "/procedures/brittle",
            "/procedures/path%3Anotes%2Flsass.md",
            &format!("/procedures/lsass/at/{first}"),
            "/procedures/lsass/history",
            "/procedures/lsass/diff",
            "/procedures/lsass/blame",
            "/procedures/lsass/blame?cell=all",
            "/procedures/path%3Anotes%2Flsass.md/blame?cell=metadata",
            &format!("/procedures/lsass/diff/{first}..{last}"),
            "/procedures/lsass/copy",
            "/procedures/lsass/instances",
            "/procedures/path%3Anotes%2Flsass.md/copy",
            "/coverage",
            "/changes",
            "/following",
            "/changes?kind=query-changed&since=2026-01-01",
            "/changes/compare",
            "/proposals",
            &format!("/changes/compare?from={first}"),
            "/problems",
            "/problems?severity=error&sort=oldest",
            "/lint",
            "/lint/title-twice",
            "/new?title=A%20hunt&technique=T1059",
            "/instances",
            "/instances/new",
            "/instances/return",
            "/new/draft",
            "/roster",
            "/searches",
            "/customers",
            "/tenants",
            &format!("/tenants/{tenant}"),
            "/admin/repositories",
            "/admin/repositories/new",
            "/admin/repositories/hunts/syncs",
            "/api",
            "/about",
        ] {
            let answer = admin.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            let text = answer.text();
            assert!(text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>"), "{path}");
            assert!(!text.contains("<script>") && !text.contains("alert(1)</script>"), "{path}");
            assert!(!text.contains(" style=\"") && !text.contains(" onclick"), "{path}");
            assert_eq!(answer.header("cache-control"), "private, no-store", "{path}");
        }
    }

    #[tokio::test]
    async fn a_fragment_is_the_results_alone() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.send(Request::get("/?q=lsass").header("x-fragment", "results")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains("/procedures/lsass") && !answer.text().contains("<html"));
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_page_with_a_way_out() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for path in
            ["/nothing", "/procedures/nothing", "/procedures/lsass/at/ffffffff", "/tenants/x", "/instances/x"]
        {
            let answer = viewer.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(answer.text().contains("href=\"/\""), "{path}");
        }
    }
}
