//! GET `/repos/{name}/schema.json`: what a repository's procedures say of themselves, as a JSON Schema.

use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

/// Of which file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SchemaParams {
    /// The path of a file, or of a folder with a slash behind it, by whose team's settings; the repository's root without it.
    pub path: Option<String>,
}

/// The JSON Schema (draft 2020-12) of the `hunting` block as the repository's `huntshelf.toml` has it, for editors.
#[utoipa::path(
    get, path = "/repos/{name}/schema.json", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name"), SchemaParams),
    responses(
        (status = 200, body = serde_json::Value, content_type = "application/schema+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(name): Path<String>,
    Query(params): Query<SchemaParams>,
) -> Result<Response, Problem> {
    if !app.library.repositories().iter().any(|state| state.repository.name == name) {
        return Err(Problem::not_found(format!("repository {name}")));
    }
    let path = query::one(params.path.as_ref()).unwrap_or_default();
    let team = app.library.team(&name).unwrap_or_default();
    let schema = catalog::lint::schema(&team.lint.for_path(&path));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/schema+json"));
    Ok(([Cache::Never.header(), kind], schema.to_string()).into_response())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn the_schema_is_that_of_the_team() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.get("/api/v1/repos/hunts/schema.json").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/schema+json");
        assert_eq!(answer.json()["required"], serde_json::json!(["title", "id"]));
        let team = "[lint.keys.owner]\ntype = \"text\"\nrequired = true\n".to_owned();
        sample.commit("Ask for an owner", &[("huntshelf.toml", Some(team))]);
        let admin = sample.user(Role::Admin).await;
        admin.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;
        let schema = viewer.get("/api/v1/repos/hunts/schema.json").await.json();
        assert_eq!(schema["properties"]["owner"]["type"], "string");
        assert_eq!(viewer.get("/api/v1/repos/none/schema.json").await.status, 404);
    }
}
