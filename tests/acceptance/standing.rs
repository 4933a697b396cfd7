//! A procedure that broke is still found, says so, and is copied from where it was good.

use acceptance::{Repository, Server, Settings, procedure};
use serde_json::json;

/// The text without its `hunting` block.
fn without_hunting(text: &str) -> String {
    let mut inside = false;
    text.split_inclusive('\n')
        .filter(|line| {
            inside = *line == "hunting:\n" || (inside && line.starts_with(' '));
            !inside
        })
        .collect()
}

#[test]
fn a_commit_that_drops_the_metadata_leaves_it_found_marked_and_copied_from_the_last_good_revision() {
    let mut repository = Repository::new("hunts");
    let good = procedure("dumping", "Credential dumping", "T1003.001", "Look at who opens lsass.");
    let other = procedure("other", "Something else", "T1059.001", "Unharmed.");
    let added = repository.commit("Add two", [("dumping.md", Some(good.clone())), ("other.md", Some(other))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    let lost =
        repository.commit("Save it with a plain jupytext", [("dumping.md", Some(without_hunting(&good)))]);
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);

    let found = client.json("/api/v1/procedures?technique=T1003");
    assert_eq!(found["total"], 1, "{found}");
    assert_eq!(found["items"][0]["id"], "dumping");
    assert_eq!(found["items"][0]["standing"], "broken");
    assert_eq!(client.json("/api/v1/procedures?standing=broken")["total"], 1);

    let problems = client.all("/api/v1/problems", "problems");
    let problem = problems.iter().find(|problem| problem["path"] == "dumping.md").expect("it is a problem");
    assert_eq!(problem["commit"], lost.as_str(), "{problem}");
    assert_eq!(problem["blocking"], true, "{problem}");

    let page = client.with("accept", "text/html").get("/procedures/dumping").expect(200).text();
    assert!(page.contains("broken"), "the page says so");
    assert!(page.contains(&lost[..7]), "and since which commit");

    let customer = client.post("/api/v1/customers", &json!({"name": "Contoso"})).expect(201).json();
    let tenant = client
        .post(
            "/api/v1/tenants",
            &json!({"customer": customer["id"], "service": "taegis", "key": "0145483", "region": "mock", "name": "Contoso"}),
        )
        .expect(201)
        .json();
    let made = client
        .post("/api/v1/procedures/dumping/instances", &json!({"tenants": [tenant["id"]]}))
        .expect(201)
        .json();
    let instance = &made["instances"][0];
    assert!(!made["warnings"].as_array().expect("warnings").is_empty(), "{made}");
    let notebook =
        client.json(&format!("/api/v1/instances/{}/notebook.ipynb", instance["id"].as_str().expect("an id")));
    let provenance = &notebook["metadata"]["huntshelf"];
    assert_eq!(provenance["commit"], added.as_str(), "{provenance}");
    assert_eq!(notebook["metadata"]["hunting"]["id"], "dumping");
    let uncatalogued = client.json("/api/v1/procedures?standing=uncatalogued");
    assert_eq!(uncatalogued["total"], 0, "what once was a procedure is not a plain notebook: {uncatalogued}");
}

#[test]
fn metadata_that_comes_back_mends_it() {
    let mut repository = Repository::new("hunts");
    let good = procedure("dumping", "Credential dumping", "T1003.001", "Look at who opens lsass.");
    repository.commit("Add it", [("dumping.md", Some(good.clone()))]);
    repository.commit("Lose it", [("dumping.md", Some(without_hunting(&good)))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    assert_eq!(client.json("/api/v1/procedures")["items"][0]["standing"], "broken");
    repository.commit("Restore it", [("dumping.md", Some(good))]);
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    let item = client.json("/api/v1/procedures")["items"][0].clone();
    assert_eq!((&item["id"], &item["standing"]), (&json!("dumping"), &json!("good")));
    let history = client.all("/api/v1/procedures/dumping/history", "revisions");
    assert_eq!(history.len(), 3, "{history:?}");
}

#[test]
fn the_older_file_keeps_an_id_and_the_newer_is_addressed_by_its_path() {
    let mut repository = Repository::new("hunts");
    let first = procedure("same", "The first of that id", "T1003.001", "First.");
    let second = procedure("same", "The second of that id", "T1059.001", "Second.");
    repository.commit("Add the first", [("z-first.md", Some(first))]);
    repository.commit("Add the second", [("a-second.md", Some(second))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    let duplicates = client.json("/api/v1/procedures?standing=duplicate");
    assert_eq!(duplicates["total"], 1);
    assert_eq!(duplicates["items"][0]["path"], "a-second.md");
    assert_eq!(client.json("/api/v1/procedures/same")["path"], "z-first.md");
    assert_eq!(client.json("/api/v1/procedures/path%3Aa-second.md")["path"], "a-second.md");
}
