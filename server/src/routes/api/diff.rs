//! GET `/procedures/{id}/diff`: two revisions compared; POST: a revision and a notebook that is on no record.

use super::compared::{self, ComparedCell, ComparedField, ComparedLeftOut};
use super::item::{ChangeItem, DiagnosticItem};
use super::no_procedure;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use catalog::library::{Address, LARGEST_UPLOAD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which revisions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffParams {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
    /// The older commit; the one before `to` without it.
    pub from: Option<String>,
    /// The newer commit; the newest without it.
    pub to: Option<String>,
}

/// Which revision a notebook is compared with.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadParams {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
    /// The commit; the newest revision without it.
    pub at: Option<String>,
    /// The same by the name that a comparison of two revisions has for it.
    pub from: Option<String>,
}

/// Two notebooks compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffAnswer {
    /// The older commit.
    pub from: String,
    /// The newer commit; null where the newer side is a notebook that was sent.
    pub to: Option<String>,
    /// The fields of the metadata that differ, those of `hunting` first.
    pub metadata: Vec<ComparedField>,
    /// Every cell of both once, in the order of the newer one; those that are gone where they stood.
    pub cells: Vec<ComparedCell>,
    /// What is left out of these because there is too much of it.
    pub left_out: ComparedLeftOut,
    /// What changed in meaning.
    pub changes: Vec<ChangeItem>,
    /// The texts, as `diff -u` writes it.
    pub unified: String,
    /// What is wrong with a notebook that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Vec<DiagnosticItem>>,
}

/// Compares two revisions; the newest with the one before, where none are named.
#[utoipa::path(
    get, path = "/procedures/{id}/diff", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), DiffParams),
    responses(
        (status = 200, body = DiffAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(params): Query<DiffParams>,
) -> Result<Json<DiffAnswer>, Problem> {
    let address = Address { id: id.clone(), repo: query::one(params.repo.as_ref()) };
    let from = query::commit("from", params.from.as_ref())?;
    let to = query::commit("to", params.to.as_ref())?;
    let compared = app
        .read(move |library| library.compare(&address, from.as_deref(), to.as_deref()))
        .await?
        .ok_or_else(|| no_procedure(&id))?;
    let (metadata, cells, left_out) = compared::items(compared.notebooks);
    Ok(Json(DiffAnswer {
        from: compared.from.commit,
        to: Some(compared.to.commit),
        metadata,
        cells,
        left_out,
        changes: compared.changes.into_iter().map(ChangeItem::from).collect(),
        unified: compared.unified.text,
        diagnostics: None,
    }))
}

/// Compares a revision, by default the newest, with the notebook in the body: MyST or ipynb, at most 4 MiB. Nothing of it is
/// kept.
#[utoipa::path(
    post, path = "/procedures/{id}/diff", tag = "procedures", operation_id = "diff_upload",
    params(("id" = String, Path, description = "Its id, percent-encoded"), UploadParams),
    request_body(content = String, content_type = "text/markdown", description = "The notebook"),
    responses(
        (status = 200, body = DiffAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn upload(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(params): Query<UploadParams>,
    body: Body,
) -> Result<Json<DiffAnswer>, Problem> {
    let address = Address { id: id.clone(), repo: query::one(params.repo.as_ref()) };
    let from = match query::commit("at", params.at.as_ref())? {
        Some(at) => Some(at),
        None => query::commit("from", params.from.as_ref())?,
    };
    let bytes = to_bytes(body, LARGEST_UPLOAD).await.map_err(|_| too_large())?;
    let compared = app
        .read(move |library| library.compare_upload(&address, from.as_deref(), bytes.into()))
        .await?
        .ok_or_else(|| no_procedure(&id))?;
    let (metadata, cells, left_out) = compared::items(compared.notebooks);
    Ok(Json(DiffAnswer {
        from: compared.from.commit,
        to: None,
        metadata,
        cells,
        left_out,
        changes: compared.changes.into_iter().map(ChangeItem::from).collect(),
        unified: compared.unified.text,
        diagnostics: Some(compared.diagnostics.into_iter().map(DiagnosticItem::from).collect()),
    }))
}

/// What was sent is larger than a notebook should be, or did not arrive whole.
fn too_large() -> Problem {
    let detail = format!("At most {} MiB of a notebook are compared.", LARGEST_UPLOAD >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The notebook is too large", detail)
        .remedy("Take data and outputs out of the notebook, and send it whole.")
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::Request;
    use serde_json::json;

    #[tokio::test]
    async fn two_revisions_are_compared_through_a_rename() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let (from, to) = (&sample.commits[0], &sample.commits[2]);
        let told = viewer.get(&format!("/api/v1/procedures/lsass/diff?from={from}&to={to}")).await.json();
        let unified = told["unified"].as_str().unwrap();
        assert!(unified.contains("-FROM process\n") && unified.contains("+FROM process WHERE"), "{unified}");
        assert_eq!(told["from"], from.as_str());
        assert_eq!(told["changes"][0]["kind"], "renamed");
    }

    #[tokio::test]
    async fn the_answer_holds_what_changed_by_field_and_by_cell() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let (from, to) = (&sample.commits[0], &sample.commits[2]);
        let told = viewer.get(&format!("/api/v1/procedures/lsass/diff?from={from}&to={to}")).await.json();
        let cells = told["cells"].as_array().unwrap();
        let changed: Vec<_> = cells.iter().filter(|cell| cell["status"] == "changed").collect();
        assert_eq!(changed.len(), 1, "{cells:?}");
        assert_eq!(changed[0]["old"]["kind"], "code");
        assert_eq!(changed[0]["changes"][0]["kind"], "query-changed");
        let signs: String = changed[0]["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["sign"].as_str().unwrap())
            .collect();
        assert!(signs.contains("-+"), "{signs:?}");
        assert_eq!(told["left_out"]["cells"], 0);
    }

    #[tokio::test]
    async fn a_revision_is_compared_with_what_is_sent() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let source = viewer.get("/api/v1/procedures/lsass/source").await.text();
        let send = async |path: &str, body: String| {
            let request = Request::post(format!("/api/v1/procedures/{path}"));
            viewer.send_with(request.header("content-type", "text/markdown"), body).await
        };
        let same = send("lsass/diff", source.clone()).await.json();
        assert_eq!((&same["to"], &same["changes"], &same["unified"]), (&json!(null), &json!([]), &json!("")));
        assert_eq!(same["from"], sample.commits[2].as_str());
        let told = send("lsass/diff", source.replace("title: ", "title: The new ")).await.json();
        assert_eq!(told["metadata"][0]["key"], "hunting.title");
        assert_eq!(told["changes"][0]["kind"], "title-changed");
        let older = send(&format!("lsass/diff?at={}", sample.commits[0]), source.clone()).await.json();
        assert_eq!(older["from"], sample.commits[0].as_str());
        // Whatever it is written in.
        let notebook = viewer.get("/api/v1/procedures/lsass/notebook.ipynb").await.text();
        let told = send("lsass/diff", notebook).await.json();
        assert!(told["cells"].as_array().unwrap().iter().all(|cell| cell["status"] == "same"), "{told}");
    }

    #[tokio::test]
    async fn what_cannot_be_compared_says_why() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let send = async |id: &str, body: String| {
            let request = Request::post(format!("/api/v1/procedures/{id}/diff"));
            viewer.send_with(request.header("content-type", "text/markdown"), body).await
        };
        let broken = send("lsass", "---\nhunting: [\n---\n\n```{code-cell}\n```\n".into()).await;
        assert_eq!(broken.status, 422);
        assert!(broken.json()["detail"].as_str().unwrap().starts_with("Line "), "{:?}", broken.json());
        assert_eq!(send("lsass", "# Only words\n".into()).await.status, 422);
        assert_eq!(send("nothing", "x".into()).await.status, 404);
        assert_eq!(send("lsass", "x".repeat((4 << 20) + 1)).await.status, 413);
        let nobody = sample.test.anonymous();
        let request = Request::post("/api/v1/procedures/lsass/diff");
        assert_eq!(nobody.send_with(request, "x").await.status, 401);
    }

    #[tokio::test]
    async fn without_sides_the_newest_is_compared_with_the_one_before() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let told = viewer.get("/api/v1/procedures/lsass/diff").await.json();
        assert_eq!(
            (told["from"].as_str(), told["to"].as_str()),
            (Some(&*sample.commits[1]), Some(&*sample.commits[2]))
        );
        let kinds: Vec<_> =
            told["changes"].as_array().unwrap().iter().map(|change| change["kind"].clone()).collect();
        assert!(kinds.contains(&"query-changed".into()), "{kinds:?}");
    }
}
