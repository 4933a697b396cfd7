//! GET `/skeleton.md`: a procedure to begin with.

use super::source::disposition;
use crate::app::App;
use crate::auth::Principal;
use crate::authoring::{default_ground, refused};
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use catalog::authoring::{Beginning, Form};
use serde::Deserialize;
use utoipa::IntoParams;

/// What the procedure is to be.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SkeletonParams {
    /// Its title, 120 characters at most.
    pub title: Option<String>,
    /// Ids of the techniques that it is mapped to; eight at most, one at least.
    pub technique: Vec<String>,
    /// Which service it asks: `taegis`, `sentinel`, `defender`, `splunk`, `elastic`, `sql` or `none`; Taegis without it.
    pub service: Option<String>,
}

/// A procedure to begin with: a MyST notebook that lints clean, to be filled in and put into a repository. What a
/// repository's team asks for is kept to by POST `/repos/{name}/procedures`.
#[utoipa::path(
    get, path = "/skeleton.md", tag = "procedures", params(SkeletonParams),
    responses(
        (status = 200, body = String, content_type = "text/markdown"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<SkeletonParams>,
) -> Result<Response, Problem> {
    let form = Form {
        title: query::one(params.title.as_ref()).unwrap_or_default(),
        techniques: query::said(&params.technique),
        service: query::one(params.service.as_ref()).unwrap_or_default(),
        ..Form::default()
    };
    let begun =
        default_ground(&app, |ground| Beginning::of(&form, ground)).map_err(|wrong| refused(&wrong))?;
    Ok((
        [
            Cache::Never.header(),
            (header::CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8")),
            (header::CONTENT_DISPOSITION, disposition("attachment", &begun.file_name())),
        ],
        begun.text(),
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn a_skeleton_is_a_file_with_what_was_asked_for() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.get("/api/v1/skeleton.md?title=SAM%20hive&technique=T1003.002").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8");
        assert!(answer.header("content-disposition").contains("sam-hive.md"));
        assert!(answer.text().contains("attack_technique_ids: [T1003.002]"));
        assert_eq!(viewer.get("/api/v1/skeleton.md?technique=T9x").await.status, 400);
    }
}
