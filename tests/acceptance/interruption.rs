//! kill -9 during a sync: what is there afterwards is what an index built from nothing would hold.

use acceptance::{Client, Repository, Server, Settings, corpus, encode, git};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Everything that the interface tells of a repository's documents: items, and each one's history.
fn documents(client: &Client) -> (Value, BTreeMap<String, (Value, Vec<Value>)>) {
    let items = client.all("/api/v1/procedures?limit=100&sort=title", "items");
    let mut documents = BTreeMap::new();
    for mut item in items {
        if let Some(item) = item.as_object_mut() {
            // Scores and what is cut for a query are no part of a document.
            item.remove("snippets");
        }
        let id = item["id"].as_str().expect("an id").to_owned();
        let history =
            client.all(&format!("/api/v1/procedures/{}/history?limit=500", encode(&id)), "revisions");
        assert!(documents.insert(format!("{} {id}", item["path"]), (item, history)).is_none(), "{id} twice");
    }
    let facets = client.json("/api/v1/procedures?limit=1")["facets"].clone();
    (facets, documents)
}

/// A repository of `count` notebooks at an older commit, and the name of its newest.
fn grown(count: usize, folder: &Path) -> Option<(PathBuf, String, String)> {
    let path = corpus::generated(count, folder)?;
    let commits = git(&path, ["rev-list", "--first-parent", "main"]);
    let commits: Vec<String> = String::from_utf8_lossy(&commits).lines().map(str::to_owned).collect();
    // Its first commit imports everything; the rest are edits.
    let first = commits.last().expect("a commit").clone();
    let newest = commits[0].clone();
    assert!(commits.len() > 5, "{} commits", commits.len());
    Some((path, first, newest))
}

#[test]
fn an_index_that_was_interrupted_holds_what_one_from_nothing_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((path, _, newest)) = grown(300, folder.path()) else { return };
    let begin = Instant::now();
    let whole = Server::start(Settings::of(&path));
    let took = begin.elapsed();
    let expected = documents(&whole.client());
    assert!(expected.1.len() > 250, "{} documents", expected.1.len());

    let data = tempfile::tempdir().expect("a folder");
    let server = Server::prepare(data.path().to_owned(), Settings::of(&path));
    // From a start that has not opened its database yet to one that is nearly done.
    for tenth in [1, 3, 5, 6, 7, 8, 9, 9, 10] {
        server.launch();
        std::thread::sleep(took * tenth / 10);
        server.kill();
    }
    server.launch();
    server.wait_until_ready();
    server.client().post("/api/v1/repos/generated/sync", &json!({})).expect(200);
    same(&expected, &documents(&server.client()));
    assert_eq!(watermark(&server.client()), newest);
}

#[test]
fn a_sync_that_was_interrupted_is_made_up_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((path, first, newest)) = grown(300, folder.path()) else { return };
    let whole = Server::start(Settings::of(&path));
    let expected = documents(&whole.client());

    let data = tempfile::tempdir().expect("a folder");
    let repository = Repository::at(path);
    git(repository.path(), ["update-ref", "refs/heads/main", &first]);
    let server = Server::start_in(data.path().to_owned(), Settings::of(repository.path()));
    git(repository.path(), ["update-ref", "refs/heads/main", &newest]);
    for moment in [0, 20, 50, 100, 160, 250] {
        let client = server.client();
        let asking = std::thread::spawn(move || {
            // Most of the time nobody is left to answer.
            let _ = client.try_send("POST", "/api/v1/repos/generated/sync", Some(&json!({})));
        });
        std::thread::sleep(Duration::from_millis(moment));
        server.kill();
        asking.join().expect("it was asked");
        server.launch();
        server.wait_until_ready();
    }
    server.client().post("/api/v1/repos/generated/sync", &json!({})).expect(200);
    same(&expected, &documents(&server.client()));
    assert_eq!(watermark(&server.client()), newest);
}

#[test]
fn a_lock_is_not_kept_by_a_server_that_was_killed() {
    let mut repository = Repository::new("hunts");
    let text = |id| acceptance::procedure(id, "A hunt", "T1003.001", "Some prose.");
    repository.commit("Add the first", [("one.md", Some(text("one")))]);
    let data = tempfile::tempdir().expect("a folder");
    let first = Server::start_in(data.path().to_owned(), Settings::of(repository.path()));
    let second = Server::start_in(data.path().to_owned(), Settings::of(repository.path()));
    let newest = repository.commit("Add the second", [("two.md", Some(text("two")))]);
    // While both live, the one that came first writes.
    let refused = second.client().post("/api/v1/repos/hunts/sync", &json!({}));
    assert!(refused.status >= 500, "{}: {}", refused.status, refused.text());
    let syncs = second.client().json("/api/v1/repos/hunts/syncs");
    assert!(
        syncs["syncs"][0]["reason"].as_str().is_some_and(|reason| reason.contains("another process")),
        "{syncs}"
    );
    first.kill();
    let report = second.client().post("/api/v1/repos/hunts/sync", &json!({})).expect(200).json();
    assert_eq!(report["to"], newest.as_str(), "{report}");
    assert_eq!(second.client().json("/api/v1/procedures")["total"], 2);
}

fn watermark(client: &Client) -> String {
    let report = client.post("/api/v1/repos/generated/sync", &json!({})).expect(200).json();
    assert_eq!(report["commits"], 0, "{report}");
    report["to"].as_str().expect("a commit").to_owned()
}

type Documents = (Value, BTreeMap<String, (Value, Vec<Value>)>);

fn same(expected: &Documents, found: &Documents) {
    let names = |documents: &Documents| documents.1.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(expected), names(found));
    for (name, document) in &expected.1 {
        assert_eq!(document, &found.1[name], "{name}");
    }
    assert_eq!(expected.0, found.0, "facets");
}
