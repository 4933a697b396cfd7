//! GET `/procedures/{id}/restore.patch`: what brings back the metadata that a procedure lost.

use super::missing;
use super::source::disposition;
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::library::Address;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which repository.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RestoreParams {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
}

/// The patch that puts a lost `hunting` block back, against the tip of the branch: `git apply` takes it. It also adds
/// `notebook_metadata_filter: hunting`, without which the next save by jupytext loses the block again.
#[utoipa::path(
    get, path = "/procedures/{id}/restore.patch", tag = "history",
    params(("id" = String, Path, description = "Its id, percent-encoded"), RestoreParams),
    responses(
        (status = 200, body = String, content_type = "text/x-patch"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn patch(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(params): Query<RestoreParams>,
) -> Result<Response, Problem> {
    let address = Address { id: id.clone(), repo: query::one(params.repo.as_ref()) };
    let asked = address.clone();
    let found = app
        .read(move |library| {
            Ok(match library.restoring_patch(&address)? {
                Some(restoring) => Some(restoring.patch),
                None => library.locate(&address)?.map(|_| None),
            })
        })
        .await?;
    let Some(patch) = found else { return Err(missing(&app, asked).await) };
    let patch = patch.ok_or_else(|| {
        Problem::not_found(format!(
            "patch for {id}: it lost nothing, or what is wrong is not in its metadata alone"
        ))
    })?;
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/x-patch; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &patch.file_name)),
    ];
    Ok((headers, patch.text).into_response())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use std::process::Command;

    #[tokio::test]
    async fn lost_metadata_come_back_by_the_patch_and_the_page_says_how() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let text = procedure("brittle", "Brittle", "T1059", "FROM process");
        let (head, rest) = text.split_once("hunting:\n").unwrap();
        let body = rest.split_once("---\n").unwrap().1;
        let lost =
            format!("{head}---\n{body}Changed since.\n").replace("  notebook_metadata_filter: hunting\n", "");
        let commit = sample.commit("Save it", &[("brittle.md", Some(lost.clone()))]);
        let admin = sample.user(Role::Admin).await;
        admin.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;

        let answer = viewer.get("/api/v1/procedures/brittle/restore.patch").await;
        assert_eq!(answer.header("content-type"), "text/x-patch; charset=utf-8");
        assert!(answer.header("content-disposition").contains("restore-brittle.md.patch"));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("brittle.md"), &lost).unwrap();
        std::fs::write(folder.path().join("it.patch"), answer.text()).unwrap();
        let applied =
            Command::new("git").args(["apply", "it.patch"]).current_dir(folder.path()).output().unwrap();
        assert!(applied.status.success(), "{}{}", String::from_utf8_lossy(&applied.stderr), answer.text());
        let mended = std::fs::read_to_string(folder.path().join("brittle.md")).unwrap();
        assert_eq!(mended, format!("{text}Changed since.\n"));

        let page = viewer.get("/procedures/brittle").await.text();
        assert!(page.contains("git apply restore-brittle.md.patch"), "{page}");
        assert!(page.contains("Finds Brittle in process telemetry."), "{page}");
        let problems = viewer.get("/api/v1/problems").await.json();
        let of_it =
            problems["problems"].as_array().unwrap().iter().find(|one| one["path"] == "brittle.md").unwrap();
        assert_eq!(of_it["restore"], "/api/v1/procedures/brittle/restore.patch?repo=hunts");
        let told = viewer.get("/api/v1/procedures/brittle").await.json();
        assert!(
            commit.starts_with(told["broken"]["since"].as_str().unwrap())
                || told["broken"]["since"] == sample.commits[3].as_str()
        );
    }

    #[tokio::test]
    async fn what_lost_nothing_has_no_patch() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for id in ["lsass", "nothing"] {
            let answer = viewer.get(&format!("/api/v1/procedures/{id}/restore.patch")).await;
            assert_eq!(answer.status, 404, "{id}");
        }
        let answer = viewer.get("/api/v1/procedures/brittle/restore.patch").await;
        assert_eq!(answer.status, 200, "front matter that cannot be read is that of the last good revision");
    }
}
