//! GET `/procedures/{id}/diff`: two revisions compared.

use super::item::ChangeItem;
use super::no_procedure;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use catalog::library::Address;
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

/// Two revisions compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffAnswer {
    /// The older commit.
    pub from: String,
    /// The newer commit.
    pub to: String,
    /// The metadata, by field.
    #[schema(value_type = Vec<Object>)]
    pub metadata: Vec<serde_json::Value>,
    /// The cells.
    #[schema(value_type = Vec<Object>)]
    pub cells: Vec<serde_json::Value>,
    /// What the newer revision changed in meaning.
    pub changes: Vec<ChangeItem>,
    /// The texts, as `diff -u` writes it.
    pub unified: String,
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
    Ok(Json(DiffAnswer {
        from: compared.from.commit,
        to: compared.to.commit,
        metadata: Vec::new(),
        cells: Vec::new(),
        changes: compared.to.changes.into_iter().map(ChangeItem::from).collect(),
        unified: compared.unified.text,
    }))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn two_revisions_are_compared_through_a_rename() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let (from, to) = (&sample.commits[0], &sample.commits[2]);
        let told = viewer.get(&format!("/api/v1/procedures/lsass/diff?from={from}&to={to}")).await.json();
        let unified = told["unified"].as_str().unwrap();
        assert!(unified.contains("-FROM process\n") && unified.contains("+FROM process WHERE"), "{unified}");
        assert_eq!(told["from"], from.as_str());
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
