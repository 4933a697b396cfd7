//! From the form of a new procedure to a commit on a branch of a real remote, merged there and found in the catalog.

use crate::copies::{Mock, assert_ran, execute_text};
use crate::remote::{Manners, Server as Remote};
use acceptance::{Client, Repository, Server, Settings, git, run};
use serde_json::{Value, json};
use std::path::Path;

/// `x-access-token:s3cret-of-the-team`, as a browser would send it.
const AUTHORIZATION: &str = "Basic eC1hY2Nlc3MtdG9rZW46czNjcmV0LW9mLXRoZS10ZWFt";

struct Scene {
    repository: Repository,
    _remote: Remote,
    server: Server,
}

impl Scene {
    fn new(folder: &Path) -> Self {
        let mut repository = Repository::new("hunts");
        let team = "[lint]\nsections = [\"Hypothesis\", \"Queries\", \"Findings\"]\n";
        let first = acceptance::procedure("one", "The first", "T1003.001", "Some prose.");
        repository
            .commit("Begin", [("hunts/one.md", Some(first)), ("huntshelf.toml", Some(team.to_owned()))]);
        git(repository.path(), ["config", "http.receivepack", "true"]);
        let root = repository.path().parent().expect("it lies in a folder");
        let remote = Remote::start(root, Manners::Asking(AUTHORIZATION.to_owned()));
        let token = folder.join("token");
        std::fs::write(&token, "s3cret-of-the-team\n").expect("a file");
        let config = format!(
            "[[repositories]]\nname = \"hunts\"\nurl = \"{}\"\nglobs = [\"hunts/**/*.md\"]\ntoken_file = {:?}\npush = true\n",
            remote.url("hunts.git"),
            token.display().to_string(),
        );
        let server = Server::start(Settings { config: Some(config), ..Settings::default() });
        Self { repository, _remote: remote, server }
    }

    fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&git(self.repository.path(), arguments)).trim().to_owned()
    }
}

fn sync(client: &Client) {
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", acceptance::encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// What stands in the page's field for the text.
fn source_of(page: &str) -> String {
    let begin = page.find("id=\"new-source\"").expect("the page has the text");
    let text = page[begin..].split_once('>').and_then(|(_, rest)| rest.split_once("</textarea>"));
    let text = text.expect("a whole field").0.trim_start();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn what_is_begun_on_the_page_is_merged_at_the_remote_and_found_by_its_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let scene = Scene::new(folder.path());
    let client = scene.server.client();
    let send = |fields: &[(&str, &str)]| {
        client.send_text("POST", "/new", "application/x-www-form-urlencoded", &form(fields))
    };
    let said = [
        ("repo", "hunts"),
        ("title", "Run keys that nobody installed"),
        ("description", "Finds values below the run keys that no installer wrote."),
        ("technique", "T1547.001"),
        ("technique", "Modify Registry"),
        ("data_sources", "process, registry"),
        ("tags", "windows"),
        ("service", "taegis"),
    ];
    let page = send(&[&said[..], &[("do", "make")]].concat()).expect(200).text();
    assert!(page.contains("Lint finds nothing in it"), "{page}");
    let source = source_of(&page);
    let end = [
        ("do", "branch"),
        ("source", source.as_str()),
        ("path", "hunts/run-keys.md"),
        ("branch", "huntshelf/run-keys"),
        ("email", "ada@example.org"),
    ];
    let main = scene.git(&["rev-parse", "main"]);
    let done = send(&[&said[..], &end].concat()).expect(201).text();
    assert!(done.contains("huntshelf/run-keys"), "{done}");

    // One commit on top of main, with the author's name, and main where it was.
    assert_eq!(scene.git(&["rev-parse", "main"]), main);
    assert_eq!(scene.git(&["rev-list", "--count", "main..huntshelf/run-keys"]), "1");
    let told = scene.git(&["log", "-1", "--format=%an <%ae>%n%s", "huntshelf/run-keys"]);
    assert_eq!(told, "Test Admin <ada@example.org>\nAdd run-keys.md");
    let changed = scene.git(&["diff", "--name-status", "main", "huntshelf/run-keys"]);
    assert_eq!(changed, "A\thunts/run-keys.md");
    sync(&client);
    assert_eq!(client.json("/api/v1/procedures")["total"], 1, "a branch is not in the catalog");

    // The tree that is offered lints clean, by the team's own file.
    let tree = folder.path().join("tree");
    let (tree, place) = (tree.display().to_string(), scene.repository.path().display().to_string());
    git(folder.path(), ["clone", "--quiet", "--branch", "huntshelf/run-keys", &place, &tree]);
    let linted: Value =
        serde_json::from_str(&run(["lint", "--format", "json", &format!("{tree}/hunts/run-keys.md")]))
            .expect("lint writes JSON");
    let worse = |one: &Value| matches!(one["severity"].as_str(), Some("error" | "warning"));
    let found = linted["diagnostics"].as_array().or(linted.as_array()).cloned().unwrap_or_default();
    assert!(!found.iter().any(worse), "{linted}");

    scene.git(&["update-ref", "refs/heads/main", "refs/heads/huntshelf/run-keys", &main]);
    sync(&client);
    let found = client.json("/api/v1/procedures/run-keys-that-nobody-installed");
    assert_eq!(found["path"], "hunts/run-keys.md", "{found}");
    assert_eq!(found["standing"], "good", "{found}");

    // Its path and its id are taken now.
    let again = send(&[&said[..], &end].concat());
    assert_eq!(again.status, 422);
    assert!(again.text().contains("is in hunts already"), "{}", again.text());
    let log = scene.server.log();
    assert!(!log.contains("s3cret") && !done.contains("s3cret"), "the token stands nowhere");
}

#[test]
fn a_branch_that_is_there_stays_and_a_patch_is_taken_by_git() {
    let folder = tempfile::tempdir().expect("a folder");
    let scene = Scene::new(folder.path());
    let client = scene.server.client();
    scene.git(&["branch", "huntshelf/taken", "main"]);
    let asked = |made: &str, branch: &str| json!({ "as": made, "title": "Run keys", "techniques": ["T1547.001"], "branch": branch });
    let post = |body: &Value| client.post("/api/v1/repos/hunts/procedures", body);
    let taken = post(&asked("branch", "huntshelf/taken")).expect(409);
    assert!(taken.text().contains("already has a branch"), "{}", taken.text());
    assert!(post(&asked("branch", "main")).expect(400).text().contains("huntshelf/"));
    assert_eq!(scene.git(&["rev-parse", "huntshelf/taken"]), scene.git(&["rev-parse", "main"]));

    let made = post(&asked("patch", "")).expect(200).json();
    assert_eq!(made["path"], "hunts/run-keys.md");
    let tree = folder.path().join("tree");
    git(folder.path(), ["clone", "--quiet", &scene.repository.path().display().to_string(), "tree"]);
    let patch = folder.path().join("run-keys.patch");
    std::fs::write(&patch, made["patch"].as_str().expect("a patch")).expect("a file");
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let patch = patch.display().to_string();
    git(&tree, [&who[..], &["am", "--quiet", &patch]].concat());
    let text = std::fs::read_to_string(tree.join("hunts/run-keys.md")).expect("the file is there");
    assert_eq!(text, made["text"].as_str().expect("a text"));
}

#[test]
fn the_command_line_begins_one_that_lints_clean() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run-keys.md").display().to_string();
    let told =
        run(["new", "--title", "Run keys", "--technique", "T1547.001", "--service", "splunk", "-o", &file]);
    assert_eq!(told.trim(), file);
    run(["lint", &file]);
    let text = run(["new", "--title", "Run keys", "--technique", "T1547.001"]);
    assert!(
        text.starts_with("---\njupytext:") && text.contains("attack_technique_ids: [T1547.001]"),
        "{text}"
    );
}

#[test]
fn what_is_begun_runs_for_its_tenant_alone_and_counts_what_it_looked_at() {
    let mock = Mock::start();
    let folder = tempfile::tempdir().expect("a folder");
    let environment = mock.environment(folder.path(), "mock");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (file, copy) = (at("run-keys.md"), at("copy.ipynb"));
    let sources = ["--data-source", "process", "--data-source", "registry"];
    run([&["new", "--title", "Run keys", "--technique", "T1547.001", "-o", &file][..], &sources].concat());
    run(["instantiate", &file, "--tenant", "0145483", "--region", "mock", "--last", "7d", "-o", &copy]);
    let text = std::fs::read_to_string(&copy).expect("the copy is there");
    let executed = execute_text("run-keys", "copy.ipynb", &text, folder.path(), &environment);
    assert_ran("run-keys", &executed);
    let printed = executed.to_string();
    for said in ["Looked at: 3 process events", "Looked at: 3 registry events"] {
        assert!(printed.contains(said), "{said}: {printed}");
    }
    let operations = mock.operations.lock().expect("nobody panics with it").clone();
    let asked: Vec<&Value> = operations.iter().filter(|one| one["op"] == "events").collect();
    assert_eq!(asked.len(), 4, "a control and a query for each source: {operations:?}");
    assert!(asked.iter().all(|one| one["tenant"] == "0145483"), "{asked:?}");
    assert!(operations.iter().all(|one| one["op"] != "investigation"), "{operations:?}");
}
