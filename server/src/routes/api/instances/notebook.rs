//! GET `/instances/{id}/notebook.ipynb`: the bytes of a copy. GET `/instances/{id}/notebook.md`: the same as MyST.

use super::{bytes, load};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::{Cache, etag};
use crate::http::problem::Problem;
use crate::routes::api::source::disposition;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::instance::without_nulls;
use catalog::notebook::{ipynb, myst};

/// The notebook, as it was made.
#[utoipa::path(
    get, path = "/instances/{id}/notebook.ipynb", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = String, content_type = "application/x-ipynb+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let instance = load(&app, &who, &id).await?;
    let bytes = bytes(&app, &instance).await?;
    let headers = [
        Cache::Revalidate.header(),
        (header::ETAG, etag(&instance.object)),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ipynb+json")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &instance.file_name)),
    ];
    Ok((headers, bytes).into_response())
}

/// The notebook as `MyST`, with what it says of itself: it is matched when it comes back, as the other is.
#[utoipa::path(
    get, path = "/instances/{id}/notebook.md", tag = "copies", operation_id = "myst",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = String, content_type = "text/markdown"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_myst(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let instance = load(&app, &who, &id).await?;
    let bytes = bytes(&app, &instance).await?;
    let text = app.pool.run(move || as_myst(&bytes)).await?;
    let stem = instance.file_name.strip_suffix(".ipynb").unwrap_or(&instance.file_name);
    let headers = [
        Cache::Revalidate.header(),
        (header::ETAG, etag(&crate::entropy::sha256(text.as_bytes()))),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &format!("{stem}.md"))),
    ];
    Ok((headers, text).into_response())
}

/// A null in it would be moved by jupytext, when it saves the text, to where it cannot read it any more.
fn as_myst(copy: &[u8]) -> String {
    let mut notebook = ipynb::read(copy);
    if let Some(said) = notebook.metadata.get_mut("huntshelf") {
        *said = without_nulls(said);
    }
    myst::write(&notebook)
}

#[cfg(test)]
mod tests {
    use super::without_nulls;
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::{Request, header};
    use serde_json::json;

    #[tokio::test]
    async fn a_copy_comes_as_myst_and_is_known_by_it_when_it_comes_back() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let order = json!({"tenants": [tenant], "parameters": {"LIMIT": 7}});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
        let copy = &made["instances"][0];
        let id = copy["id"].as_str().unwrap();
        let text = hunter.get(&format!("/api/v1/instances/{id}/notebook.md")).await;
        assert_eq!(text.header("content-type"), "text/markdown; charset=utf-8");
        assert!(text.header("content-disposition").contains("lsass_mock_0145483.md"));
        let notebook = catalog::notebook::myst::read(&text.body);
        let said = &notebook.metadata["huntshelf"];
        assert_eq!((said, said.get("window")), (&without_nulls(&copy["provenance"]), None));
        assert_eq!((&said["tenant"], &said["parameters"]), (&json!("0145483"), &json!({"LIMIT": 7})));
        let filter = &notebook.metadata["jupytext"]["notebook_metadata_filter"];
        assert_eq!(filter, "hunting,huntshelf", "jupytext is to keep it when it saves the file");
        let request = Request::post("/api/v1/instances/return").header(header::CONTENT_TYPE, "text/markdown");
        let back = hunter.send_with(request, text.text() + "\nNothing there.\n").await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(back.json()["returned"][0]["instance"]["id"], id);
        assert_eq!(hunter.get("/api/v1/instances/none/notebook.md").await.status, 404);
    }
}
