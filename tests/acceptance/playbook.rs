//! The Threat Hunter Playbook: a real repository with nine years of history.

use acceptance::{Client, Server, Settings, corpus, encode, git};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

struct Playbook {
    server: Server,
    repository: PathBuf,
    _keep: tempfile::TempDir,
}

static PLAYBOOK: LazyLock<Option<Playbook>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = corpus::playbook(folder.path())?;
    let server = Server::start(Settings::of(&repository));
    Some(Playbook { server, repository, _keep: folder })
});

const LSASS: &str = "170105-LSASSMemoryReadAccess";

fn listed(client: &Client, query: &str) -> Vec<Value> {
    client.all(&format!("/api/v1/procedures?limit=50&{query}"), "items")
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn its_hunts_and_its_uncatalogued_notebooks_are_listed() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let good = listed(&client, "standing=good");
    let uncatalogued = listed(&client, "standing=uncatalogued");
    assert_eq!((good.len(), uncatalogued.len()), (26, 7), "{:?}", ids(&uncatalogued));
    let all = listed(&client, "");
    assert_eq!(all.len(), 33, "every standing unless one is asked for");
    assert_eq!(ids(&all).into_iter().collect::<BTreeSet<_>>().len(), 33, "each listed once");
    assert!(ids(&uncatalogued).iter().all(|id| id.starts_with("path:")), "{:?}", ids(&uncatalogued));
    assert!(uncatalogued.iter().all(|item| item["title"].as_str().is_some_and(|title| !title.is_empty())));
}

#[test]
fn a_hunt_is_found_by_word_technique_and_tactic_each_time_once() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    for query in ["q=lsass", "technique=T1003", "tactic=TA0006"] {
        let found = ids(&listed(&client, query));
        assert_eq!(found.iter().filter(|id| *id == LSASS).count(), 1, "{query}: {found:?}");
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "{query}: {found:?}");
        let total = client.json(&format!("/api/v1/procedures?limit=1&{query}"))["total"].clone();
        assert_eq!(total, found.len(), "{query}");
    }
}

#[test]
fn what_a_technique_finds_is_what_the_files_say() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let all = listed(&client, "standing=good");
    for (facet, ask) in [("techniques", "technique"), ("tactics", "tactic")] {
        let named: BTreeSet<String> = all
            .iter()
            .flat_map(|item| item[facet].as_array().cloned().unwrap_or_default())
            .filter_map(|named| named["id"].as_str().map(str::to_owned))
            .collect();
        assert!(!named.is_empty());
        for id in named {
            let having: BTreeSet<String> = all
                .iter()
                .filter(|item| {
                    item[facet].as_array().into_iter().flatten().any(|named| {
                        let own = named["id"].as_str().unwrap_or_default();
                        own == id || own.starts_with(&format!("{id}."))
                    })
                })
                .map(|item| item["id"].as_str().expect("an id").to_owned())
                .collect();
            let found: BTreeSet<String> =
                ids(&listed(&client, &format!("standing=good&{ask}={id}"))).into_iter().collect();
            assert_eq!(found, having, "{ask}={id}");
        }
    }
}

#[test]
fn facets_count_what_they_lead_to() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let facets = client.json("/api/v1/procedures?limit=1")["facets"].clone();
    for name in ["tactic", "technique", "platform", "standing"] {
        let values = facets[name].as_array().unwrap_or_else(|| panic!("no facet {name}")).clone();
        assert!(!values.is_empty(), "{name}");
        for value in values {
            let asked = encode(value["value"].as_str().expect("a value"));
            let led = client.json(&format!("/api/v1/procedures?limit=1&{name}={asked}"));
            assert_eq!(led["total"], value["count"], "{name}={asked}");
        }
    }
}

/// The commits that `git log --follow` gives, up to where it jumps through a copy.
fn followed(repository: &Path, path: &str) -> Vec<String> {
    let log = git(
        repository,
        ["log", "--follow", "--no-merges", "--format=commit %H", "--name-status", "main", "--", path],
    );
    let mut commits = Vec::new();
    for line in String::from_utf8_lossy(&log).lines() {
        if let Some(id) = line.strip_prefix("commit ") {
            commits.push(id.to_owned());
        } else if line.starts_with('C') {
            break;
        }
    }
    commits
}

#[test]
fn the_history_of_a_hunt_holds_every_commit_that_git_follows() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let history = client.all(&format!("/api/v1/procedures/{LSASS}/history"), "revisions");
    let ours: Vec<&str> = history.iter().filter_map(|revision| revision["commit"].as_str()).collect();
    let path = history[0]["path"].as_str().expect("a path");
    let theirs = followed(&playbook.repository, path);
    assert_eq!(theirs.len(), 20, "git's own answer has changed");
    for commit in &theirs {
        assert!(ours.contains(&commit.as_str()), "{commit} is missing in {ours:?}");
    }
    let dates: Vec<&str> = history.iter().filter_map(|revision| revision["committed_at"].as_str()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer >= older), "newest first: {dates:?}");
    assert!(history.iter().any(|revision| revision["status"] == "renamed"), "three renames are in it");
}

#[test]
fn the_history_of_every_hunt_holds_what_git_follows_without_its_jumps() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let (mut expected, mut missing) = (0, Vec::new());
    for item in listed(&client, "standing=good") {
        let (id, path) = (item["id"].as_str().expect("an id"), item["path"].as_str().expect("a path"));
        let history = client.all(&format!("/api/v1/procedures/{}/history", encode(id)), "revisions");
        let ours: BTreeSet<&str> =
            history.iter().filter_map(|revision| revision["commit"].as_str()).collect();
        let renamed_from: BTreeSet<&str> =
            history.iter().filter_map(|revision| revision["previous_path"].as_str()).collect();
        for commit in followed(&playbook.repository, path) {
            expected += 1;
            if !ours.contains(commit.as_str()) {
                missing.push(format!("{id} {commit} (ours: {}, from {renamed_from:?})", ours.len()));
            }
        }
    }
    println!("history: {expected} commits expected by git log --follow, {} not held", missing.len());
    // git pairs a removed with an added file by its own measure of likeness, which is not ours (half of the lines,
    // best pairs first): one commit renamed all hunts at 55 to 75 %. What differs stays the exception.
    assert!(missing.len() * 50 <= expected, "{missing:#?}");
}

#[test]
fn the_source_at_a_commit_is_what_git_shows() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let mut wanted = Vec::new();
    for item in listed(&client, "") {
        let id = item["id"].as_str().expect("an id").to_owned();
        let history = client.all(&format!("/api/v1/procedures/{}/history", encode(&id)), "revisions");
        let kept: Vec<(String, String)> = history
            .iter()
            .filter(|revision| revision["status"] != "deleted")
            .map(|revision| {
                let text = |key: &str| revision[key].as_str().expect("a text").to_owned();
                (text("commit"), text("path"))
            })
            .collect();
        assert!(!kept.is_empty(), "{id} has no revision");
        // The ends, and some between.
        let step = (kept.len() / 5).max(1);
        for (place, (commit, path)) in kept.iter().enumerate() {
            if place % step == 0 || place + 1 == kept.len() {
                wanted.push((id.clone(), commit.clone(), path.clone()));
            }
        }
    }
    let shown =
        blobs(&playbook.repository, wanted.iter().map(|(_, commit, path)| format!("{commit}:{path}")));
    for ((id, commit, path), bytes) in wanted.iter().zip(shown) {
        let source = client.get(&format!("/api/v1/procedures/{}/source?at={commit}", encode(id))).expect(200);
        assert!(
            source.body == bytes,
            "{id} at {commit} ({path}): {} and {} bytes",
            source.body.len(),
            bytes.len()
        );
    }
    println!("source: {} revisions of 33 notebooks equal git show", wanted.len());
}

/// The contents of several objects, from one git.
fn blobs(repository: &Path, names: impl Iterator<Item = String>) -> Vec<Vec<u8>> {
    let names: Vec<String> = names.collect();
    let list = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(list.path(), names.join("\n") + "\n").expect("it can be written");
    let told = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::from(list.reopen().expect("it is there")))
        .output()
        .expect("git runs");
    let (mut rest, mut contents) = (told.stdout.as_slice(), Vec::new());
    for name in &names {
        let end = rest.iter().position(|byte| *byte == b'\n').expect("a line");
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size: usize = head
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse().ok())
            .unwrap_or_else(|| panic!("{name} is not in git: {head}"));
        contents.push(rest[end + 1..end + 1 + size].to_vec());
        rest = &rest[end + 2 + size..];
    }
    contents
}

#[test]
fn a_short_commit_id_is_enough_and_an_unknown_one_is_refused() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let full = client.get(&format!("/api/v1/procedures/{LSASS}/source?at=628c3c0")).expect(200);
    assert!(!full.body.is_empty());
    client.get(&format!("/api/v1/procedures/{LSASS}/source?at=0000000000")).expect(404);
    client.get("/api/v1/procedures/no-such-hunt").expect(404);
}

#[test]
fn two_revisions_are_compared() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let client = playbook.server.client();
    let history = client.all(&format!("/api/v1/procedures/{LSASS}/history"), "revisions");
    let commit = |at: usize| history[at]["commit"].as_str().expect("a commit");
    let compared =
        client.json(&format!("/api/v1/procedures/{LSASS}/diff?from={}&to={}", commit(1), commit(0)));
    let unified = compared["unified"].as_str().map_or_else(|| compared["unified"].to_string(), str::to_owned);
    assert!(unified.contains("hunting"), "the metadata came with that commit: {unified:.500}");
}
