//! A repository that goes on: what changes is searchable when the sync answers, at the cost of what changed.

use acceptance::{Client, Repository, Server, Settings, corpus};
use serde_json::{Value, json};

/// Paths of procedures at the tip whose id no other file has.
fn notebooks(client: &Client) -> Vec<String> {
    let text = |item: &Value, key: &str| item[key].as_str().expect("a text").to_owned();
    let taken: Vec<String> = client
        .all("/api/v1/procedures?standing=duplicate&limit=100", "items")
        .iter()
        .map(|item| item["metadata"]["id"].to_string())
        .collect();
    client
        .all("/api/v1/procedures?standing=good&sort=title&limit=100", "items")
        .iter()
        .filter(|item| !taken.contains(&item["id"].to_string()))
        .map(|item| text(item, "path"))
        .collect()
}

#[test]
fn a_commit_that_changes_three_files_is_searchable_when_the_sync_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(path) = corpus::generated(300, folder.path()) else { return };
    let server = Server::start(Settings::of(&path));
    let client = server.client();
    let total = |query: &str| client.json(&format!("/api/v1/procedures?limit=1&{query}"))["total"].clone();
    let before = total("");
    assert!(before.as_u64().is_some_and(|count| count > 280), "{before}");
    assert_eq!(total("q=zyzzyvaword"), 0);

    let mut repository = Repository::at(path);
    let changed: Vec<(String, Option<Vec<u8>>)> = notebooks(&client)
        .into_iter()
        .step_by(40)
        .take(3)
        .map(|path| {
            let mut text = repository.show("main", &path);
            text.extend_from_slice(b"\nThe zyzzyvaword stands here now.\n");
            (path, Some(text))
        })
        .collect();
    assert_eq!(changed.len(), 3);
    let tip = repository.commit("Say the word", changed);

    let report = client.post("/api/v1/repos/generated/sync", &json!({})).expect(200).json();
    assert_eq!(total("q=zyzzyvaword"), 3, "{report}");
    assert_eq!(total(""), before, "nothing else has changed");
    assert_eq!(report["to"], tip.as_str(), "{report}");
    assert_eq!(report["commits"], 1, "{report}");
    assert_eq!(report["files"], 3, "{report}");
    // Each file's new text, and at most the one before it.
    assert!(report["blobs_read"].as_u64().is_some_and(|read| (3..=6).contains(&read)), "{report}");

    let again = client.post("/api/v1/repos/generated/sync", &json!({})).expect(200).json();
    assert_eq!((&again["commits"], &again["blobs_read"]), (&json!(0), &json!(0)), "{again}");
}

#[test]
fn a_restart_serves_the_index_that_is_there_and_reads_nothing() {
    let mut repository = Repository::new("hunts");
    let text = acceptance::procedure("one", "The first", "T1003.001", "Some prose.");
    repository.commit("Add the first", [("one.md", Some(text))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    assert_eq!(client.json("/api/v1/procedures")["total"], 1);
    server.kill();
    server.launch();
    server.wait_until_ready();
    assert_eq!(client.json("/api/v1/procedures")["total"], 1);
    let report = client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200).json();
    assert_eq!(report["blobs_read"], 0, "{report}");
}

#[test]
fn a_renamed_file_keeps_its_history_and_its_address() {
    let mut repository = Repository::new("hunts");
    let text = acceptance::procedure("kept", "Kept through a rename", "T1003.001", "Some prose.");
    let added = repository.commit("Add it", [("old/place.md", Some(text.clone()))]);
    let changed = text.replace("Some prose.", "Some better prose.");
    let renamed = repository.commit("Move it", [("old/place.md", None), ("new/place.md", Some(changed))]);
    let server = Server::start(Settings::of(repository.path()));
    let history = server.client().all("/api/v1/procedures/kept/history", "revisions");
    assert_eq!(history.len(), 2, "{history:?}");
    assert_eq!(history[0]["commit"], renamed.as_str());
    assert_eq!(history[0]["status"], "renamed");
    assert_eq!(history[0]["previous_path"], "old/place.md");
    assert_eq!(history[1]["commit"], added.as_str());
    let source = server.client().get(&format!("/api/v1/procedures/kept/source?at={added}")).expect(200);
    assert_eq!(source.body, text.as_bytes());
}

#[test]
fn an_unreachable_remote_leaves_the_last_state_served_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut repository = Repository::new("hunts");
    let text = acceptance::procedure("one", "The first", "T1003.001", "Some prose.");
    repository.commit("Add the first", [("one.md", Some(text))]);
    let path = folder.path().join("hunts.git");
    std::fs::rename(repository.path(), &path).expect("it moves");
    let server = Server::start(Settings::of(&path));
    let client = server.client();
    assert_eq!(client.json("/api/v1/procedures")["total"], 1);
    std::fs::rename(&path, folder.path().join("gone.git")).expect("it moves");
    let refused = client.post("/api/v1/repos/hunts/sync", &json!({}));
    assert!(refused.status >= 500, "{}: {}", refused.status, refused.text());
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(client.json("/api/v1/procedures?q=first")["total"], 1, "the last state is served on");
    let repos = client.json("/api/v1/repos").to_string();
    assert!(repos.contains("error"), "the listing of repositories says it: {repos}");
    let page = client.with("accept", "text/html").get("/").expect(200).text();
    assert!(page.contains("hunts"), "the page names the repository");
}
