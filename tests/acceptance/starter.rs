//! Without any configuration the starter catalog is served.

use acceptance::{Server, Settings, encode};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// One server for all who only read.
pub(crate) static STARTER: LazyLock<Server> = LazyLock::new(|| Server::start(Settings::default()));

/// What it lists.
pub(crate) fn procedures() -> Vec<Value> {
    STARTER.client().all("/api/v1/procedures?limit=100", "items")
}

#[test]
fn it_has_at_least_24_procedures_and_all_are_good() {
    let procedures = procedures();
    assert!(procedures.len() >= 24, "{} procedures", procedures.len());
    for procedure in &procedures {
        assert_eq!(procedure["standing"], "good", "{procedure}");
    }
}

#[test]
fn it_reaches_from_reconnaissance_to_impact() {
    let tactics: BTreeSet<String> = procedures()
        .iter()
        .flat_map(|procedure| procedure["tactics"].as_array().cloned().unwrap_or_default())
        .filter_map(|tactic| tactic["id"].as_str().map(str::to_owned))
        .collect();
    for id in ["TA0043", "TA0001", "TA0002", "TA0003", "TA0006", "TA0007", "TA0008", "TA0010", "TA0040"] {
        assert!(tactics.contains(id), "no procedure for {id}; there are {tactics:?}");
    }
}

#[test]
fn its_history_is_worth_reviewing() {
    let client = STARTER.client();
    let mut commits = BTreeSet::new();
    let mut authors = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for procedure in procedures() {
        let id = encode(procedure["id"].as_str().expect("an id"));
        for revision in client.all(&format!("/api/v1/procedures/{id}/history"), "revisions") {
            commits.insert(revision["commit"].to_string());
            authors.insert(revision["author"]["name"].to_string());
            kinds.insert(revision["status"].as_str().unwrap_or_default().to_owned());
        }
    }
    assert!(commits.len() >= 40, "{} commits", commits.len());
    assert!(authors.len() >= 3, "{authors:?}");
    for kind in ["added", "modified", "renamed"] {
        assert!(kinds.contains(kind), "no revision was {kind}: {kinds:?}");
    }
}

#[test]
fn its_commits_are_the_same_on_every_machine() {
    let other = Server::start(Settings::default());
    let commits = |server: &Server| {
        let repos = server.client().json("/api/v1/repos");
        let repos = repos.as_array().cloned().unwrap_or_else(|| {
            repos["repos"].as_array().or_else(|| repos["repositories"].as_array()).expect("repos").clone()
        });
        repos.iter().map(|repo| repo["commit"].clone()).collect::<Vec<_>>()
    };
    let first = commits(&STARTER);
    assert_eq!(first.len(), 1);
    assert!(first[0].is_string(), "{first:?}");
    assert_eq!(first, commits(&other));
}

#[test]
fn a_parent_technique_finds_its_sub_techniques() {
    let client = STARTER.client();
    let sub = procedures()
        .iter()
        .flat_map(|procedure| procedure["techniques"].as_array().cloned().unwrap_or_default())
        .filter_map(|technique| technique["id"].as_str().map(str::to_owned))
        .find(|id| id.contains('.'))
        .expect("some procedure is for a sub-technique");
    let parent = sub.split('.').next().expect("it has a parent").to_owned();
    let ids = |technique: &str| -> BTreeSet<String> {
        client
            .all(&format!("/api/v1/procedures?technique={technique}&limit=100"), "items")
            .iter()
            .map(|item| item["id"].to_string())
            .collect()
    };
    let (narrow, wide) = (ids(&sub), ids(&parent));
    assert!(!narrow.is_empty());
    assert!(narrow.is_subset(&wide), "{sub}: {narrow:?}, {parent}: {wide:?}");
}

#[test]
fn every_page_of_the_main_way_answers() {
    let client = STARTER.client().with("accept", "text/html");
    let id = encode(procedures()[0]["id"].as_str().expect("an id"));
    for page in ["/", "/?q=process", "/problems", "/customers", "/tenants", "/api"] {
        let answer = client.get(page).expect(200);
        assert!(answer.header("content-type").starts_with("text/html"), "{page}");
    }
    for page in ["", "/history"] {
        client.get(&format!("/procedures/{id}{page}")).expect(200);
    }
    client.get("/procedures/there-is-no-such-procedure").expect(404);
}

#[test]
fn the_interface_describes_itself() {
    let described = STARTER.client().json("/api/openapi.json");
    assert!(
        described["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")),
        "{described:.200}"
    );
    for path in ["/procedures", "/procedures/{id}/history", "/tenants", "/instances", "/problems"] {
        let named = described["paths"]
            .as_object()
            .is_some_and(|paths| paths.keys().any(|known| known.ends_with(path)));
        assert!(named, "{path} is not described");
    }
}
