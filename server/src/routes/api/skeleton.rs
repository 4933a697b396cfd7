//! GET `/skeleton.md`: a procedure to begin with.

use super::source::disposition;
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use catalog::attack::TechniqueId;
use catalog::procedure::{MAX_SKELETON_TECHNIQUES, Skeleton};
use serde::Deserialize;
use utoipa::IntoParams;

/// What the procedure is to be.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SkeletonParams {
    /// Its title; cut at 120 characters.
    pub title: Option<String>,
    /// Ids of the techniques that it is mapped to; eight at most are taken.
    pub technique: Vec<String>,
}

/// A procedure to begin with: a MyST notebook with a `hunting` block, to be filled in and put into a repository.
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
    let release = app.library.release();
    let mut techniques = Vec::new();
    for written in query::said(&params.technique).iter().take(MAX_SKELETON_TECHNIQUES) {
        let known = written.parse::<TechniqueId>().ok().and_then(|id| release.technique(&id));
        let known = known.ok_or_else(|| {
            let shown: String = written.chars().take(40).collect();
            Problem::invalid(format!(
                "{} has no technique {shown}; give an id such as T1003.",
                release.title()
            ))
        })?;
        techniques.push(known.id.clone());
    }
    let skeleton = Skeleton::new(&query::one(params.title.as_ref()).unwrap_or_default(), &techniques);
    Ok((
        [
            Cache::Never.header(),
            (header::CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8")),
            (header::CONTENT_DISPOSITION, disposition("attachment", &skeleton.file_name())),
        ],
        skeleton.text(),
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
