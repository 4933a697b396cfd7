//! GET `/collections`, `/collections/{repo}/{name}`: procedures that a team thinks worth reading in an order.

use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use catalog::index::{Coverage, Entry, Search};
use catalog::library::{Address, Library, LibraryError};
use catalog::procedure::Standing;
use catalog::team::Shelved;
use serde::Serialize;
use utoipa::ToSchema;

/// A collection with its procedures.
pub struct Opened {
    /// The collection.
    pub shelved: Shelved,
    /// Its procedures, in order: the id as written, and what it names today.
    pub members: Vec<(String, Option<Entry>)>,
    /// How its procedures are spread over ATT&CK.
    pub coverage: Coverage,
}

/// Opens a collection.
///
/// # Errors
/// When the index cannot be read.
pub fn open(library: &Library, repo: &str, name: &str) -> Result<Option<Opened>, LibraryError> {
    let lexicon = library.lexicon();
    let Some(shelved) = lexicon.collection(repo, name) else { return Ok(None) };
    let mut members = Vec::new();
    for member in &shelved.collection.members {
        let entry = match &member.id {
            Some(id) => library.locate(&Address { id: id.clone(), repo: Some(repo.to_owned()) })?,
            None => None,
        };
        members.push((member.written.clone(), entry.map(|located| located.entry)));
    }
    let text = format!("collection:{}", shelved.full_name());
    let coverage = library.coverage(&Search { text, ..Search::default() })?;
    Ok(Some(Opened { shelved: shelved.clone(), members, coverage }))
}

/// There is no such collection.
pub fn no_collection(repo: &str, name: &str) -> Problem {
    Problem::not_found(format!("collection {name} in repository {repo}"))
        .remedy("/collections lists those that there are.")
}

/// A collection as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionItem {
    /// Its repository.
    pub repo: String,
    /// Its name; `collection:repo/name` searches within.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Why one reads it, and in this order. Plain text.
    pub why: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// How many procedures of it are there.
    pub procedures: usize,
    /// How many procedures that it names are not there.
    pub missing: usize,
}

impl From<&Shelved> for CollectionItem {
    fn from(shelved: &Shelved) -> Self {
        let collection = &shelved.collection;
        let procedures = collection.ids().count();
        Self {
            repo: shelved.repo.clone(),
            name: collection.name.clone(),
            title: collection.title.clone(),
            why: collection.why.clone(),
            owner: collection.owner.clone(),
            procedures,
            missing: collection.members.len() - procedures,
        }
    }
}

/// A collection with its procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionAnswer {
    /// What lists say of it.
    #[serde(flatten)]
    pub collection: CollectionItem,
    /// Its procedures, in order.
    pub members: Vec<CollectionMember>,
    /// Ids of the techniques that its procedures are mapped to.
    pub techniques: Vec<String>,
}

/// A procedure of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionMember {
    /// Its id as the collection's file has it.
    pub written: String,
    /// The id that it has today; null where there is no such procedure.
    pub id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// `good`, `broken`, `uncatalogued` or `duplicate`.
    #[schema(value_type = Option<String>)]
    pub standing: Option<Standing>,
}

/// Every collection, by repository and name.
#[utoipa::path(
    get, path = "/collections", tag = "procedures",
    responses((status = 200, body = Vec<CollectionItem>))
)]
pub async fn list(State(app): State<App>, _who: Principal) -> Json<Vec<CollectionItem>> {
    Json(app.library.lexicon().collections().iter().map(CollectionItem::from).collect())
}

/// One collection with its procedures, in order.
#[utoipa::path(
    get, path = "/collections/{repo}/{name}", tag = "procedures",
    params(("repo" = String, Path, description = "The repository"), ("name" = String, Path, description = "The file's name without .toml")),
    responses(
        (status = 200, body = CollectionAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json")
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path((repo, name)): Path<(String, String)>,
) -> Result<Json<CollectionAnswer>, Problem> {
    let none = no_collection(&repo, &name);
    let opened = app.read(move |library| open(library, &repo, &name)).await?.ok_or(none)?;
    let techniques = opened.coverage.techniques.iter().filter(|(_, count)| **count > 0);
    let members = opened.members.into_iter().map(|(written, entry)| CollectionMember {
        written,
        title: entry.as_ref().map(|entry| entry.procedure.title.clone()),
        standing: entry.as_ref().map(|entry| entry.standing),
        id: entry.map(|entry| entry.id),
    });
    Ok(Json(CollectionAnswer {
        collection: CollectionItem::from(&opened.shelved),
        members: members.collect(),
        techniques: techniques.map(|(id, _)| id.clone()).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    const FILE: &str =
        "title = \"Start\"\nwhy = \"One <b>a</b> day.\"\nprocedures = [\"stacking\", \"lsass\", \"gone\"]\n";

    async fn sample() -> Sample {
        let sample = Sample::open().await;
        let team = "[search.synonyms]\nomelette = [\"LSASS reads\"]\n[[actors]]\nname = \"Scarlet Otter\"\ntechniques = [\"T1036\"]\nnote = \"Seen twice.\"\n";
        sample.commit(
            "Say what we know",
            &[
                ("huntshelf.toml", Some(team.to_owned())),
                ("collections/start.toml", Some(FILE.to_owned())),
                ("collections/broken.toml", Some("title = ".to_owned())),
            ],
        );
        let admin = sample.user(Role::Admin).await;
        assert_eq!(admin.post("/api/v1/repos/hunts/sync", &json!({})).await.status, 200);
        sample
    }

    #[tokio::test]
    async fn a_collection_has_its_procedures_in_order_and_names_what_is_missing() {
        let sample = sample().await;
        let viewer = sample.user(Role::Viewer).await;
        let all = viewer.get("/api/v1/collections").await.json();
        assert_eq!(
            (&all[0]["name"], &all[0]["procedures"], &all[0]["missing"]),
            (&json!("start"), &json!(2), &json!(1))
        );
        let one = viewer.get("/api/v1/collections/hunts/start").await.json();
        let ids: Vec<_> = one["members"].as_array().unwrap().iter().map(|member| &member["id"]).collect();
        assert_eq!(ids, [&json!("stacking"), &json!("lsass"), &json!(null)]);
        assert_eq!(one["techniques"], json!(["T1003", "T1003.001", "T1036"]));
        assert_eq!(viewer.get("/api/v1/collections/hunts/broken").await.status, 404);
        let found = viewer.get("/api/v1/procedures?q=collection:start").await.json();
        assert_eq!(found["total"], 2);
        let told = viewer.get("/api/v1/problems").await.json();
        let codes: Vec<_> =
            told["problems"].as_array().unwrap().iter().take(2).map(|one| &one["code"]).collect();
        assert_eq!(codes, [&json!("collection-file"), &json!("collection-missing")]);
    }

    #[tokio::test]
    async fn the_matrix_and_its_files_are_narrowed_to_a_collection() {
        let sample = sample().await;
        let viewer = sample.user(Role::Viewer).await;
        let matrix = viewer.get("/api/v1/matrix?collection=hunts/start").await.json();
        assert_eq!(matrix["procedures"], 2);
        assert_eq!(
            viewer.get("/api/v1/matrix?collection=hunts/start&q=stacking").await.json()["procedures"],
            1
        );
        assert_eq!(viewer.get("/api/v1/matrix?collection=a%20OR%20b").await.status, 400);
        assert_eq!(viewer.get("/matrix?collection=hunts/start").await.status, 200);
        assert_eq!(viewer.get("/api/v1/layers/library.json?collection=hunts/start").await.status, 200);
    }

    #[tokio::test]
    async fn the_pages_show_collections_and_escape_what_teams_write() {
        let sample = sample().await;
        let viewer = sample.user(Role::Viewer).await;
        assert!(viewer.get("/collections").await.text().contains("/collections/hunts/start"));
        let page = viewer.get("/collections/hunts/start").await.text();
        assert!(
            page.contains("One &lt;b&gt;a&lt;/b&gt; day.") && page.contains("<code>gone</code>"),
            "{page}"
        );
        assert!(page.find("Stacking by hand") < page.find("LSASS reads"));
        assert_eq!(viewer.get("/collections/hunts/none").await.status, 404);
        assert!(viewer.get("/").await.text().contains("/collections/hunts/start"));
        assert!(!viewer.get("/?q=lsass").await.text().contains("/collections/hunts/start"));
        assert!(viewer.get("/procedures/lsass").await.text().contains("/collections/hunts/start"));
    }

    #[tokio::test]
    async fn an_actor_of_a_teams_own_is_where_the_built_in_ones_are() {
        let sample = sample().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/actors/hunts%3Ascarlet-otter").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Seen twice.") && !page.text().contains("attack.mitre.org/"));
        let actors = viewer.get("/api/v1/actors?q=scarlet%20otter").await.json();
        assert_eq!((&actors[0]["id"], &actors[0]["hunted"]), (&json!("hunts:scarlet-otter"), &json!(1)));
        assert_eq!(
            viewer.get("/api/v1/layers/layer.json?actor=Scarlet%20Otter").await.json()["name"],
            "What we hunt of Scarlet Otter"
        );
        let told = viewer.post("/api/v1/coverage", &json!({"text": "Scarlet Otter was here."})).await.json();
        assert_eq!(told["actors"][0]["id"], "hunts:scarlet-otter");
        let found = viewer.get("/api/v1/procedures?q=omelette").await.json();
        assert!(found["total"].as_u64().unwrap() >= 1);
        assert!(viewer.get("/techniques/T1036").await.text().contains("Actors of our own"));
    }
}
