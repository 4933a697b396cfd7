//! GET `/procedures/{id}/report.md` and `/report.html`: what the customer sees of a revision.

use super::notebook::{NotebookError, whole};
use super::source::{disposition, file_name};
use super::{Which, no_procedure};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::library::Reading;
use catalog::report::{About, Settings};

/// The customer's view of the newest revision, or of the one at a commit: without inputs, raw cells and what the tags
/// remove.
#[utoipa::path(
    get, path = "/procedures/{id}/report.md", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Which),
    responses(
        (status = 200, body = String, content_type = "text/markdown"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn markdown(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let made =
        app.read(move |library| Ok(library.read(&address, at.as_deref())?.as_ref().map(report))).await?;
    let (name, text) = made.ok_or_else(|| no_procedure(&id))??;
    let headers = [
        Cache::Revalidate.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("inline", &name)),
    ];
    Ok((headers, text).into_response())
}

/// The same, as one file of HTML that needs nothing else.
#[utoipa::path(
    get, path = "/procedures/{id}/report.html", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Which),
    responses(
        (status = 200, body = String, content_type = "text/html"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn html(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let date = app.clock.now().format("%Y-%m-%d").to_string();
    let made = app
        .read(move |library| {
            let Some(reading) = library.read(&address, at.as_deref())? else { return Ok(None) };
            let settings =
                library.team(&reading.entry.repo).map(|team| team.report.clone()).unwrap_or_default();
            Ok(Some(page(&reading, &settings, date)))
        })
        .await?;
    let (name, text) = made.ok_or_else(|| no_procedure(&id))??;
    // On this origin the file is kept, not shown: its policy is its own.
    let headers = [
        Cache::Revalidate.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    Ok((headers, text).into_response())
}

fn page(reading: &Reading, settings: &Settings, date: String) -> Result<(String, String), NotebookError> {
    let about = About {
        title: reading.procedure.title.clone(),
        revision: reading.commit.chars().take(12).collect(),
        date,
        ..About::default()
    };
    let text = catalog::report::html(whole(reading)?, &about, settings);
    Ok((file_name(&reading.path, "report.html"), text))
}

fn report(reading: &Reading) -> Result<(String, String), NotebookError> {
    Ok((file_name(&reading.path, "report.md"), catalog::report::markdown(whole(reading)?)))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn a_report_holds_the_prose_and_no_code() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.get("/api/v1/procedures/lsass/report.md").await;
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8");
        assert!(answer.text().starts_with("# "), "{}", answer.text());
        assert!(!answer.text().contains("FROM process"));
        assert_eq!(viewer.get("/api/v1/procedures/nothing/report.md").await.status, 404);
        let page = viewer.get("/api/v1/procedures/lsass/report.html").await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-disposition").starts_with("attachment"));
        assert!(page.text().contains("<main>") && !page.text().contains("FROM process"), "{}", page.text());
    }

    #[tokio::test]
    async fn what_could_be_read_in_part_only_makes_no_report() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let at = &sample.commits[3];
        let answer = viewer.get(&format!("/api/v1/procedures/brittle/report.md?at={at}")).await;
        assert_eq!(answer.status, 422);
        assert!(answer.json()["remedy"].is_string());
    }
}
