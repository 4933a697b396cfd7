//! GET and POST `/searches`, PATCH and DELETE `/searches/{id}`: the searches that somebody keeps, each person their own.

use super::item::moment;
use super::procedures::{Searched, query_string};
use crate::app::App;
use crate::auth::Principal;
use crate::db::searches::SavedSearch;
use crate::entropy;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use catalog::index::Search;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Most saved searches of a person.
pub const MOST: u32 = 200;
/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Longest query string, in bytes.
pub const MAX_QUERY: usize = 4_096;

/// All that who asks has saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchesAnswer {
    /// By name.
    pub searches: Vec<SavedSearchItem>,
}

/// One saved search.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedSearchItem {
    /// Our short id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A query string of `/procedures`, and of `/`.
    pub query: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

impl From<SavedSearch> for SavedSearchItem {
    fn from(search: SavedSearch) -> Self {
        Self {
            id: search.id,
            name: search.name,
            query: search.query,
            created_at: moment(search.created_at),
            updated_at: moment(search.updated_at),
        }
    }
}

/// A search to be saved.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSearch {
    /// Its name, at most 100 characters, unique among one's own.
    pub name: String,
    /// A query string of `/procedures`, at most 4096 bytes: `q=lsass&tactic=TA0006&sort=changed`. It is kept in one
    /// spelling; what is no parameter is left out.
    pub query: String,
}

/// What of a saved search is to be changed; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchPatch {
    /// The name.
    pub name: Option<String>,
    /// The query string.
    pub query: Option<String>,
}

/// The search that a query string asks for.
///
/// # Errors
/// 400 when it is none, or far too long.
pub fn search_of(app: &App, query: &str) -> Result<Search, Problem> {
    let query = query.trim().trim_start_matches('?');
    let none = || Problem::invalid("The search is not a query string such as q=lsass&tactic=TA0006.");
    if query.len() > MAX_QUERY {
        return Err(Problem::invalid(format!("A saved search is at most {MAX_QUERY} bytes long.")));
    }
    let uri: Uri = format!("/?{query}").parse().map_err(|_| none())?;
    let Searched(params) = Searched::read(&uri).map_err(|_| none())?;
    let mut search = params.search()?;
    search.filters.further.retain(|name, _| app.library.facets().contains(name));
    Ok(search)
}

/// A name as it is kept.
fn name_of(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Problem::invalid(format!("A saved search has a name of 1 to {MAX_NAME} characters.")));
    }
    Ok(name.to_owned())
}

/// A query string as it is kept.
fn query_of(app: &App, query: &str) -> Result<String, Problem> {
    let query = query_string(&search_of(app, query)?);
    if query.is_empty() {
        return Err(Problem::invalid("There is nothing to save: nothing is searched for."));
    }
    // Written in its one spelling it may be longer than it was sent.
    if query.len() > MAX_QUERY {
        return Err(Problem::invalid(format!("A saved search is at most {MAX_QUERY} bytes long.")));
    }
    Ok(query)
}

/// Saves a search for somebody.
///
/// # Errors
/// When it cannot be, its name is taken, or they have as many as they may.
pub async fn add(app: &App, who: &Principal, new: NewSearch) -> Result<SavedSearch, Problem> {
    let now = app.clock.now();
    let search = SavedSearch {
        id: entropy::short_id(app.entropy.as_ref()),
        name: name_of(&new.name)?,
        query: query_of(app, &new.query)?,
        created_at: now,
        updated_at: now,
    };
    if !app.database.searches(who).create(&search, MOST).await? {
        return Err(Problem::conflict(format!("You have saved {MOST} searches already."))
            .remedy("Delete one that you no longer need."));
    }
    app.note(who, "search.save", &search.id, &json!({"name": search.name, "query": search.query})).await?;
    Ok(search)
}

/// Changes one of somebody's saved searches.
///
/// # Errors
/// 404 when they have no such one; when it cannot be as asked, or its name is taken.
pub async fn amend(app: &App, who: &Principal, id: &str, patch: SearchPatch) -> Result<SavedSearch, Problem> {
    let searches = app.database.searches(who);
    let mut search = searches.get(id).await?.ok_or_else(|| missing(id))?;
    if let Some(name) = patch.name {
        search.name = name_of(&name)?;
    }
    if let Some(query) = patch.query {
        search.query = query_of(app, &query)?;
    }
    search.updated_at = app.clock.now();
    if !searches.update(&search).await? {
        return Err(missing(id));
    }
    app.note(who, "search.change", id, &json!({"name": search.name, "query": search.query})).await?;
    Ok(search)
}

/// Deletes one of somebody's saved searches.
///
/// # Errors
/// 404 when they have no such one.
pub async fn remove(app: &App, who: &Principal, id: &str) -> Result<(), Problem> {
    let searches = app.database.searches(who);
    let search = searches.get(id).await?.ok_or_else(|| missing(id))?;
    if !searches.delete(id).await? {
        return Err(missing(id));
    }
    app.note(who, "search.delete", id, &json!({"name": search.name, "query": search.query})).await?;
    Ok(())
}

fn missing(id: &str) -> Problem {
    Problem::not_found(format!("saved search {}", id.chars().take(64).collect::<String>()))
}

/// The searches that who asks has saved, by name.
#[utoipa::path(get, path = "/searches", tag = "searches", responses((status = 200, body = SearchesAnswer)))]
pub async fn list(State(app): State<App>, who: Principal) -> Result<Json<SearchesAnswer>, Problem> {
    let searches = app.database.searches(&who).list().await?;
    Ok(Json(SearchesAnswer { searches: searches.into_iter().map(SavedSearchItem::from).collect() }))
}

/// Saves a search, for who asks alone. At most 200 are kept.
#[utoipa::path(
    post, path = "/searches", tag = "searches", request_body = NewSearch,
    responses(
        (status = 201, body = SavedSearchItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Json(new): Json<NewSearch>,
) -> Result<(StatusCode, Json<SavedSearchItem>), Problem> {
    Ok((StatusCode::CREATED, Json(add(&app, &who, new).await?.into())))
}

/// Changes a saved search.
#[utoipa::path(
    patch, path = "/searches/{id}", tag = "searches", request_body = SearchPatch,
    params(("id" = String, Path, description = "Our short id")),
    responses(
        (status = 200, body = SavedSearchItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(patch): Json<SearchPatch>,
) -> Result<Json<SavedSearchItem>, Problem> {
    Ok(Json(amend(&app, &who, &id, patch).await?.into()))
}

/// Deletes a saved search.
#[utoipa::path(
    delete, path = "/searches/{id}", tag = "searches",
    params(("id" = String, Path, description = "Our short id")),
    responses(
        (status = 204, description = "It is no more"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove(&app, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::MOST;
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::Request;
    use serde_json::json;

    #[tokio::test]
    async fn a_search_is_saved_renamed_and_deleted_and_each_is_on_record() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let body = json!({"name": " Dumps ", "query": "?sort=title&tag=windows&q=lsass+dump&limit=3&cursor=x&utm=1"});
        let made = viewer.post("/api/v1/searches", &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        assert_eq!(
            (&made["name"], &made["query"]),
            (&json!("Dumps"), &json!("q=lsass%20dump&tag=windows&sort=title"))
        );
        let path = format!("/api/v1/searches/{}", made["id"].as_str().unwrap());
        let changed = viewer.patch(&path, &json!({"name": "Dumps of lsass"})).await.json();
        assert_eq!((&changed["name"], &changed["query"]), (&json!("Dumps of lsass"), &made["query"]));
        assert_eq!(viewer.get("/api/v1/searches").await.json()["searches"], json!([changed]));
        assert_eq!(viewer.send(Request::delete(&path)).await.status, 204);
        assert_eq!(viewer.send(Request::delete(&path)).await.status, 404);
        assert_eq!(viewer.get("/api/v1/searches").await.json()["searches"], json!([]));
        let deeds = sample.test.app.database.deeds(3).await.unwrap();
        let mut actions: Vec<_> = deeds.iter().map(|deed| deed.action.as_str()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["search.change", "search.delete", "search.save"]);
        assert!(deeds.iter().all(|deed| deed.subject == made["id"].as_str().unwrap()));
    }

    #[tokio::test]
    async fn what_somebody_saved_does_not_exist_for_anybody_else() {
        let sample = Sample::open().await;
        let (ana, ben) = (sample.user(Role::Viewer).await, sample.user(Role::Admin).await);
        let body = json!({"name": "Mine", "query": "q=lsass"});
        let made = ana.post("/api/v1/searches", &body).await.json();
        let path = format!("/api/v1/searches/{}", made["id"].as_str().unwrap());
        assert_eq!(ben.get("/api/v1/searches").await.json()["searches"], json!([]));
        assert_eq!(ben.patch(&path, &json!({"name": "x"})).await.status, 404);
        assert_eq!(ben.send(Request::delete(&path)).await.status, 404);
        assert_eq!(ben.post("/api/v1/searches", &body).await.status, 201, "names are each person's own");
        assert_eq!(ana.get("/api/v1/searches").await.json()["searches"][0], made);
    }

    #[tokio::test]
    async fn what_cannot_be_saved_is_refused() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        viewer.post("/api/v1/searches", &json!({"name": "Taken", "query": "q=a"})).await;
        let long = format!("q={}", "é".repeat(2_000));
        for (body, status) in [
            (json!({"name": "Taken", "query": "q=b"}), 409),
            (json!({"name": " ", "query": "q=b"}), 400),
            (json!({"name": "x".repeat(101), "query": "q=b"}), 400),
            (json!({"name": "x", "query": ""}), 400),
            (json!({"name": "x", "query": "utm=1&limit=3"}), 400),
            (json!({"name": "x", "query": "sort=best"}), 400),
            (json!({"name": "x", "query": "q=a b\u{0}"}), 400),
            (json!({"name": "x", "query": long}), 400),
            (json!({"name": "x", "query": "q=a", "owner": "ben"}), 422),
        ] {
            let answer = viewer.post("/api/v1/searches", &body).await;
            assert_eq!(answer.status, status, "{body}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }

    #[tokio::test]
    async fn nobody_keeps_more_than_a_bound() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for number in 0..MOST {
            let body = json!({"name": format!("{number}"), "query": "q=lsass"});
            assert_eq!(viewer.post("/api/v1/searches", &body).await.status, 201);
        }
        let answer = viewer.post("/api/v1/searches", &json!({"name": "more", "query": "q=lsass"})).await;
        assert_eq!(answer.status, 409);
        assert!(answer.text().contains("Delete one"), "{}", answer.text());
    }
}
