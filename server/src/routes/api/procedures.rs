//! GET `/procedures`: search.

use super::item::Item;
use super::offers::OffersItem;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::Uri;
use axum::http::request::Parts;
use axum_extra::extract::{Query, QueryRejection};
use catalog::index::{FacetCount, Filters, Found, Offers, Search, Sort};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use utoipa::{IntoParams, ToSchema};

/// What is searched. Repeated keys of one facet mean or, different facets mean and.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// Words and the query language.
    pub q: Option<String>,
    /// Tactics: id, short name or name.
    pub tactic: Vec<String>,
    /// Techniques; a parent finds its sub-techniques.
    pub technique: Vec<String>,
    /// Data sources.
    pub data_source: Vec<String>,
    /// Tags.
    pub tag: Vec<String>,
    /// Platforms.
    pub platform: Vec<String>,
    /// Authors.
    pub author: Vec<String>,
    /// Repositories.
    pub repo: Vec<String>,
    /// `good`, `broken`, `uncatalogued`, `duplicate`; all of them without it.
    pub standing: Vec<String>,
    /// `relevance`, `changed` or `title`.
    pub sort: Option<String>,
    /// How many: 20, at most 100.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
    /// Further keys of `hunting` that are configured as facets, each a parameter of its own name.
    #[serde(skip)]
    #[param(ignore)]
    pub further: BTreeMap<String, Vec<String>>,
}

/// Most further parameters that are looked at, and most values of one.
const MAX_FURTHER: usize = 32;
const MAX_VALUES: usize = 100;

/// [`SearchParams`] of an address, those that only configuration can name among them.
pub struct Searched(pub SearchParams);

impl<S: Send + Sync> FromRequestParts<S> for Searched {
    type Rejection = QueryRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Self::read(&parts.uri)
    }
}

impl Searched {
    /// The parameters of an address.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(uri: &Uri) -> Result<Self, QueryRejection> {
        let Query(mut params) = Query::<SearchParams>::try_from_uri(uri)?;
        for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let value = value.trim();
            if KNOWN.contains(&&*name) || value.is_empty() {
                continue;
            }
            let room = params.further.len() < MAX_FURTHER || params.further.contains_key(&*name);
            if room {
                let values = params.further.entry(name.into_owned()).or_default();
                values.extend((values.len() < MAX_VALUES).then(|| value.to_owned()));
            }
        }
        Ok(Self(params))
    }
}

/// The parameters that there are.
const KNOWN: [&str; 12] = [
    "q",
    "tactic",
    "technique",
    "data_source",
    "tag",
    "platform",
    "author",
    "repo",
    "standing",
    "sort",
    "limit",
    "cursor",
];

impl SearchParams {
    /// What they ask for.
    ///
    /// # Errors
    /// 400 when a value is none of those that there are.
    pub fn search(&self) -> Result<Search, Problem> {
        let sort = match query::one(self.sort.as_ref()).as_deref() {
            None | Some("relevance") => Sort::Relevance,
            Some("changed") => Sort::Changed,
            Some("title") => Sort::Title,
            Some(other) => {
                return Err(Problem::invalid(format!("sort is {other}; it is relevance, changed or title.")));
            }
        };
        let standing = query::said(&self.standing);
        if let Some(other) = standing
            .iter()
            .find(|word| !matches!(word.as_str(), "good" | "broken" | "uncatalogued" | "duplicate"))
        {
            return Err(Problem::invalid(format!(
                "standing is {other}; it is good, broken, uncatalogued or duplicate."
            )));
        }
        let filters = Filters {
            tactic: query::said(&self.tactic),
            technique: query::said(&self.technique),
            data_source: query::said(&self.data_source),
            tag: query::said(&self.tag),
            platform: query::said(&self.platform),
            author: query::said(&self.author),
            repo: query::said(&self.repo),
            standing,
            further: self.further.clone(),
        };
        Ok(Search {
            text: self.q.clone().unwrap_or_default(),
            filters,
            sort,
            limit: query::limit(self.limit.as_ref(), 20, 100)?,
            cursor: query::one(self.cursor.as_ref()),
        })
    }
}

/// A search as a query string of `/procedures` and of `/`, the same for the same search: its first page, in the default
/// number.
pub fn query_string(search: &Search) -> String {
    let sort = match search.sort {
        Sort::Relevance => None,
        Sort::Changed => Some("changed"),
        Sort::Title => Some("title"),
    };
    let q = search.text.trim();
    let chosen = search.filters.chosen();
    let pairs = (!q.is_empty())
        .then_some(("q", q))
        .into_iter()
        .chain(chosen.flat_map(|(name, values)| values.iter().map(move |value| (name, value.as_str()))))
        .chain(sort.map(|sort| ("sort", sort)));
    let written = web::links::with_query("", pairs);
    written.strip_prefix('?').unwrap_or_default().to_owned()
}

/// A page of results.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// How many match in all.
    pub total: usize,
    /// How long the search took, in milliseconds.
    pub took_ms: f64,
    /// What the query was not read as, and what to try.
    pub hints: Vec<String>,
    /// What of the hints can be tried at once.
    pub corrections: Vec<CorrectionItem>,
    /// What to try where nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offers: Option<OffersItem>,
    /// Counts by facet, each ignoring its own choice.
    pub facets: BTreeMap<String, Vec<FacetItem>>,
    /// This page.
    pub items: Vec<Item>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// What was probably meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionItem {
    /// How a hint says it.
    pub said: String,
    /// All of `q`, as it would then be.
    pub q: String,
}

/// One value of a facet.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetItem {
    /// What to filter by.
    pub value: String,
    /// What to show.
    pub label: String,
    /// How many of the results have it.
    pub count: u64,
    /// Of a sub-technique: the value of its parent in this list, which counts it, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

impl From<FacetCount> for FacetItem {
    fn from(facet: FacetCount) -> Self {
        Self { value: facet.value, label: facet.label, count: facet.count, parent: facet.parent }
    }
}

/// Finds procedures.
#[utoipa::path(
    get, path = "/procedures", tag = "procedures", params(SearchParams),
    responses(
        (status = 200, body = SearchAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn search(
    State(app): State<App>,
    _who: Principal,
    Searched(params): Searched,
) -> Result<Json<SearchAnswer>, Problem> {
    let search = params.search()?;
    let mut hints = unknown(&params.further, app.library.facets());
    let began = Instant::now();
    let (found, offers, took) = app
        .read(move |library| {
            let found = library.search(&search)?;
            let took = began.elapsed();
            let nothing = found.total == 0 && !search.is_everything();
            let offers = if nothing { Some(library.offers(&search)?) } else { None };
            Ok((found, offers, took))
        })
        .await?;
    hints.extend(found.hints.iter().cloned());
    Ok(Json(answer(found, hints, offers, took)))
}

fn answer(found: Found, hints: Vec<String>, offers: Option<Offers>, took: Duration) -> SearchAnswer {
    SearchAnswer {
        total: found.total,
        took_ms: milliseconds(took),
        hints,
        offers: offers.map(OffersItem::from),
        corrections: (found.corrections.into_iter())
            .map(|one| CorrectionItem { said: one.said, q: one.query })
            .collect(),
        facets: found
            .facets
            .into_iter()
            .map(|(name, values)| (name, values.into_iter().map(FacetItem::from).collect()))
            .collect(),
        items: found.hits.into_iter().map(|hit| Item::of(hit.entry, hit.snippets)).collect(),
        next: found.next,
    }
}

/// Milliseconds to two digits.
pub fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 100_000.0).round() / 100.0
}

/// A misspelt filter finds everything: say so.
fn unknown(further: &BTreeMap<String, Vec<String>>, facets: &[String]) -> Vec<String> {
    (further.keys())
        .filter(|name| !facets.contains(name))
        .take(5)
        .map(|name| name.chars().take(40).collect::<String>())
        .map(|name| format!("There is no parameter {name}; it was not looked at."))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_a_form_left_empty_filter_nothing() {
        let params = SearchParams { tactic: vec![String::new(), "TA0006".into()], ..SearchParams::default() };
        let search = params.search().unwrap();
        assert_eq!(search.filters.tactic, ["TA0006"]);
        assert_eq!(search.limit, 20);
    }

    #[test]
    fn a_search_is_written_as_it_is_read() {
        let further = BTreeMap::from([("status".to_owned(), vec!["a&b=é".to_owned()])]);
        let filters = Filters { tag: vec!["x y".into(), "z".into()], further, ..Filters::default() };
        let search =
            Search { text: " lsass -tag:\"a\" ".into(), filters, sort: Sort::Title, ..Search::default() };
        let written = query_string(&search);
        assert_eq!(written, "q=lsass%20-tag%3A%22a%22&tag=x%20y&tag=z&status=a%26b%3D%C3%A9&sort=title");
        assert_eq!(query_string(&Search { cursor: Some("g1".into()), ..Search::default() }), "");
    }

    #[test]
    fn an_order_or_standing_that_is_none_is_refused() {
        assert!(SearchParams { sort: Some("best".into()), ..SearchParams::default() }.search().is_err());
        assert!(SearchParams { standing: vec!["bad".into()], ..SearchParams::default() }.search().is_err());
    }

    #[test]
    fn a_misspelt_parameter_is_named() {
        let asked = BTreeMap::from([
            ("status".to_owned(), vec!["draft".to_owned()]),
            ("techniqe".to_owned(), vec!["T1003".to_owned()]),
        ]);
        assert_eq!(
            unknown(&asked, &["status".to_owned()]),
            ["There is no parameter techniqe; it was not looked at."]
        );
    }

    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::{Value, json};

    fn ids(answer: &Value) -> Vec<&str> {
        answer["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn procedures_are_found_by_words_and_by_facets() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let found = viewer.get("/api/v1/procedures?technique=T1003&standing=good").await.json();
        assert_eq!(ids(&found), ["lsass"]);
        let item = &found["items"][0];
        assert_eq!(item["updated_at"], "2026-09-21T16:13:20Z");
        assert_eq!(item["techniques"][0]["name"], "LSASS Memory");
        assert_eq!(item["diagnostics"]["error"], 0);
        let found = viewer.get("/api/v1/procedures?q=brittle").await.json();
        assert_eq!((ids(&found), &found["items"][0]["standing"]), (vec!["brittle"], &json!("broken")));
        let found = viewer.get("/api/v1/procedures?technique=T1036&technique=T1059").await.json();
        assert_eq!(found["total"], 2);
        assert!(found["facets"]["technique"].as_array().unwrap().len() >= 3);
    }

    #[tokio::test]
    async fn where_nothing_is_found_something_near_it_is_offered() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let found =
            viewer.get("/api/v1/procedures?q=technique:T1003.002&tag=windows&sort=title").await.json();
        assert_eq!(found["total"], 0);
        let near = &found["offers"]["relatives"];
        assert_eq!((&near[0]["id"], &near[1]["id"]), (&json!("T1003"), &json!("T1003.001")));
        assert_eq!(near[1]["query"], "technique=T1003.001&tag=windows&sort=title");
        for offer in [&near[0], &near[1], &found["offers"]["without"][0]] {
            let path = format!("/api/v1/procedures?{}", offer["query"].as_str().unwrap());
            assert_eq!(viewer.get(&path).await.json()["total"], offer["count"], "{path}");
        }
        assert_eq!(found["offers"]["without"][0]["left_out"], json!(["technique:T1003.002"]));
        for path in ["/api/v1/procedures", "/api/v1/procedures?q=lsass"] {
            assert!(viewer.get(path).await.json().get("offers").is_none(), "{path}");
        }
    }

    #[tokio::test]
    async fn pages_follow_each_other() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let mut seen = Vec::new();
        let mut path = "/api/v1/procedures?sort=title&limit=2".to_owned();
        for _ in 0..10 {
            let page = viewer.get(&path).await.json();
            seen.extend(ids(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/procedures?sort=title&limit=2&cursor={}", web::links::encode(next));
        }
        assert_eq!(seen, ["path:twin.md", "brittle", "lsass", "path:notes/lsass.md", "stacking"]);
    }

    #[tokio::test]
    async fn a_limit_or_order_that_is_none_is_refused_and_a_misspelt_name_is_hinted_at() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.get("/api/v1/procedures?limit=x").await.status, 400);
        assert_eq!(viewer.get("/api/v1/procedures?sort=best").await.status, 400);
        let found = viewer.get("/api/v1/procedures?techniqe=T1003").await.json();
        assert!(found["hints"][0].as_str().unwrap().contains("techniqe"));
    }
}
