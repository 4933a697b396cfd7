//! GET `/suggest`: what the search box can go on with.

use super::procedures::milliseconds;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::State;
use axum_extra::extract::Query;
use catalog::index::{MOST_SUGGESTED, Suggest, Suggestion};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use utoipa::{IntoParams, ToSchema};

/// What is typed, and where.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SuggestParams {
    /// The query so far.
    pub q: Option<String>,
    /// Where the cursor stands in it, in characters; at its end without it.
    pub at: Option<String>,
    /// How many: 20, which is the most.
    pub limit: Option<String>,
}

/// What the word or field at the cursor can become.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestAnswer {
    /// By kind, of each the most frequent first; what finds nothing comes last.
    pub items: Vec<SuggestItem>,
    /// What of the query is replaced, in characters: from here…
    pub from: usize,
    /// …to before this.
    pub to: usize,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

/// One thing that can be taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestItem {
    /// `field`, `tactic`, `technique`, `procedure`, `actor`, `tag`, `data`, `platform`, `author`, `repo` or `value`.
    pub kind: &'static str,
    /// What to show.
    pub label: String,
    /// What takes the place of what was typed.
    pub insert: String,
    /// What else there is to say; may be empty.
    pub detail: String,
    /// How many procedures it finds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The page of a procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

impl SuggestItem {
    fn of(item: Suggestion, several: bool) -> Self {
        let href =
            item.procedure.map(|(repo, id)| web::links::procedure(&id, "", several.then_some(repo.as_str())));
        Self {
            kind: item.kind.word(),
            label: item.label,
            insert: item.insert,
            detail: item.detail,
            count: item.count,
            href,
        }
    }
}

/// Completes what is typed in the search box.
#[utoipa::path(
    get, path = "/suggest", tag = "procedures", params(SuggestParams),
    responses(
        (status = 200, body = SuggestAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn suggest(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<SuggestParams>,
) -> Result<Json<SuggestAnswer>, Problem> {
    let at = query::one(params.at.as_ref())
        .map(|at| at.parse().map_err(|_| Problem::invalid(format!("at is {at}; it is a number from 0."))))
        .transpose()?;
    let limit = query::limit(params.limit.as_ref(), MOST_SUGGESTED, MOST_SUGGESTED)?;
    let asked = Suggest { text: params.q.unwrap_or_default(), at, limit };
    let answer = app.read(move |library| {
        let began = Instant::now();
        let found = library.suggest(&asked)?;
        let took_ms = milliseconds(began.elapsed());
        let several = library.repositories().len() > 1;
        let items = found.items.into_iter().map(|item| SuggestItem::of(item, several)).collect();
        Ok(SuggestAnswer { items, from: found.from, to: found.to, took_ms })
    });
    Ok(Json(answer.await?))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn what_is_typed_is_completed_where_the_cursor_stands() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let found = viewer.get("/api/v1/suggest?q=technique:lsass").await.json();
        assert_eq!(found["items"][0]["kind"], "technique");
        assert_eq!(found["items"][0]["insert"], "technique:T1003.001");
        assert_eq!((&found["from"], &found["to"]), (&0.into(), &15.into()));
        let found = viewer.get("/api/v1/suggest?q=lsass%20x&at=3").await.json();
        let titles = found["items"].as_array().unwrap().iter();
        let hrefs: Vec<_> = titles.filter_map(|item| item["href"].as_str()).collect();
        assert!(hrefs.contains(&"/procedures/lsass"), "{found}");
        assert_eq!(found["to"], 5);
    }

    #[tokio::test]
    async fn only_who_is_signed_in_is_answered_and_only_numbers_are_taken() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.get("/api/v1/suggest?q=a&at=x").await.status, 400);
        assert_eq!(viewer.get("/api/v1/suggest?q=a&limit=0").await.status, 400);
        assert_eq!(viewer.get("/api/v1/suggest").await.json()["items"], serde_json::json!([]));
        assert_eq!(sample.test.anonymous().get("/api/v1/suggest?q=a").await.status, 401);
    }
}
