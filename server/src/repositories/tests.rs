//! Repositories on record, through the API and the page.

use crate::auth::Role;
use crate::config::{Config, Flags};
use crate::sample::Sample;
use crate::testing::{Remotes, TestApp, TestUser};
use axum::http::Request;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

const URL: &str = "https://git.example.com/team/hunts.git";

/// A server with the starter catalog, and a remote that it could mirror.
struct Bench {
    test: TestApp,
    sample: Sample,
    remotes: Arc<Remotes>,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn open() -> Self {
        let (folder, sample) = (tempfile::tempdir().unwrap(), Sample::open().await);
        let remotes = Arc::<Remotes>::default();
        remotes.serve(URL, &sample.folder);
        let test = Self::start(folder.path(), &remotes, "").await;
        Self { test, sample, remotes, folder }
    }

    async fn start(folder: &Path, remotes: &Arc<Remotes>, more: &str) -> TestApp {
        let file = folder.join("huntshelf.toml");
        let secrets = folder.join("secrets");
        std::fs::create_dir_all(&secrets).unwrap();
        let text = format!("{more}\n[secrets]\nfolder = '{}'\nvariables = ['HUNTS_*']\n", secrets.display());
        std::fs::write(&file, text).unwrap();
        let flags = Flags { file: Some(file), data: Some(folder.join("data")), ..Flags::default() };
        TestApp::with_remotes(Config::load(&flags).unwrap(), remotes.clone()).await
    }

    async fn admin(&self) -> TestUser {
        self.test.user("Ada", Role::Admin).await
    }
}

fn named<'a>(told: &'a Value, name: &str) -> &'a Value {
    told["repos"].as_array().unwrap().iter().find(|repo| repo["name"] == name).unwrap_or(&Value::Null)
}

async fn delete(user: &TestUser, path: &str) -> u16 {
    user.send(Request::delete(path)).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_added_synced_changed_and_removed_while_the_server_runs() {
    let bench = Bench::open().await;
    let admin = bench.admin().await;
    assert!(named(&admin.get("/api/v1/repos").await.json(), "starter").is_object());
    let made = admin.post("/api/v1/repos", &json!({"url": URL, "branch": "main"})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!((&made.json()["name"], &made.json()["origin"]), (&json!("hunts"), &json!("on-record")));
    assert_eq!(admin.post("/api/v1/repos/hunts/sync", &json!({})).await.status, 200);
    assert_eq!(admin.get("/api/v1/procedures/lsass").await.status, 200);
    let told = admin.get("/api/v1/repos").await.json();
    assert!(named(&told, "starter").is_null(), "it was served while there was nothing else");
    assert_eq!(named(&told, "hunts")["settings"]["url"], URL);
    let viewer = bench.test.user("Vic", Role::Viewer).await;
    assert!(named(&viewer.get("/api/v1/repos").await.json(), "hunts")["settings"].is_null());

    let path = "/api/v1/repos/hunts";
    let patch = json!({"ignore": ["hunts/**"], "interval": "1h", "fields": {"facets": ["status"]}});
    let changed = admin.patch(path, &patch).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert!(changed.json()["notes"][0].as_str().unwrap().contains("status"), "{}", changed.text());
    admin.post("/api/v1/repos/hunts/sync", &json!({})).await;
    let found = admin.get("/api/v1/procedures/lsass").await.json();
    assert_eq!(found["path"], "twin.md", "the ignored file's twin has the id now");
    assert_eq!(admin.patch(path, &json!({"branch": null})).await.status, 200);
    let told = admin.get("/api/v1/repos").await.json();
    assert_eq!(
        (&named(&told, "hunts")["branch"], &named(&told, "hunts")["settings"]["interval"]),
        (&json!(null), &json!("1h"))
    );

    assert_eq!(delete(&admin, path).await, 204);
    assert_eq!(delete(&admin, path).await, 404);
    assert_eq!(admin.get("/api/v1/procedures/lsass").await.status, 404);
    assert_eq!(admin.get("/api/v1/procedures").await.json()["total"], 0);
    assert!(!bench.test.data.join("mirrors/hunts.git").exists());
    let deeds = bench.test.app.database.deeds(4).await.unwrap();
    let mut actions: Vec<_> = deeds.iter().map(|deed| deed.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["repository.add", "repository.change", "repository.change", "repository.remove"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_added_is_there_after_a_restart_and_a_configured_one_of_its_name_wins() {
    let bench = Bench::open().await;
    bench.admin().await.post("/api/v1/repos", &json!({"url": URL, "fields": {"facets": ["status"]}})).await;
    bench.test.app.jobs.sync("hunts").await.unwrap();
    let Bench { test, sample, remotes, folder } = bench;
    drop(test);
    let test = Bench::start(folder.path(), &remotes, "").await;
    assert_eq!(test.app.library.facets(), ["status"], "its facets count now");
    // A test's random numbers begin anew with each start: these are drawn so that no token comes twice.
    (0..100).for_each(|_| drop(test.app.id()));
    let admin = test.user("Ada", Role::Admin).await;
    let told = admin.get("/api/v1/repos").await.json();
    assert_eq!((told["repos"].as_array().unwrap().len(), &told["repos"][0]["notes"]), (1, &json!([])));
    drop(test);
    let configured = format!("[[repositories]]\nurl = '{}'\nname = 'hunts'\n", sample.folder.display());
    let test = Bench::start(folder.path(), &remotes, &configured).await;
    (0..200).for_each(|_| drop(test.app.id()));
    let admin = test.user("Ada", Role::Admin).await;
    let told = admin.get("/api/v1/repos").await.json();
    assert_eq!(
        (&told["repos"][0]["origin"], told["repos"].as_array().unwrap().len()),
        (&json!("configured"), 1)
    );
    for refused in [
        admin.patch("/api/v1/repos/hunts", &json!({"branch": "x"})).await,
        admin.send(Request::delete("/api/v1/repos/hunts")).await,
        admin.post("/api/v1/repos", &json!({"url": URL})).await,
    ] {
        assert_eq!(refused.status, 409, "{}", refused.text());
    }
    let page = admin.get("/admin/repositories").await.text();
    assert!(page.contains("in the configuration"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_adds_and_only_what_can_be_mirrored() {
    let bench = Bench::open().await;
    let lead = bench.test.user("Lea", Role::Lead).await;
    assert_eq!(lead.post("/api/v1/repos", &json!({"url": URL})).await.status, 403);
    assert_eq!(lead.get("/admin/repositories/new").await.status, 403);
    assert_eq!(lead.form("/admin/repositories", &[("url", URL)]).await.status, 403);
    assert_eq!(lead.form("/admin/repositories/starter/remove", &[]).await.status, 403);
    let admin = bench.admin().await;
    for (body, why) in [
        (json!({"url": "/srv/git/hunts"}), "by configuration only"),
        (json!({"url": "file:///srv/git/hunts"}), "by configuration only"),
        (json!({"url": "http://127.0.0.1/hunts.git"}), "this very machine"),
        (json!({"url": "https://localhost:8443/hunts.git"}), "this very machine"),
        (json!({"url": "ssh://git@127.0.0.1/hunts.git"}), "this very machine"),
        (json!({"url": "git@localhost:hunts.git"}), "this very machine"),
        (json!({"url": "https://[::ffff:127.0.0.1]/hunts.git"}), "this very machine"),
        (json!({"url": "https://me:secret@git.example.com/hunts.git"}), "credentials"),
        (json!({"url": "https://token@git.example.com/hunts.git"}), "credentials"),
        (json!({"url": "git:secret@git.example.com:hunts.git"}), "credentials"),
        (json!({"url": URL, "webhook_secret_env": "PATH"}), "secrets.variables"),
        (json!({"url": URL, "token_env": "PATH"}), "secrets.variables"),
        (json!({"url": URL, "token_file": "/etc/shadow"}), "below the folder"),
        (json!({"url": "git@git.example.com:hunts.git", "ssh_key_file": "a/../../b"}), "below the folder"),
        (json!({"url": "git@git.example.com:hunts.git", "known_hosts_file": ".."}), "below the folder"),
        (json!({"url": URL, "branch": "a", "tag": "b"}), "branch and tag"),
        (json!({"url": URL, "webhook_secret_file": "../key"}), "below the folder"),
        (json!({"url": URL, "webhook_secret_file": "/etc/passwd"}), "below the folder"),
        (json!({"url": URL, "globs": ["["]}), "glob"),
        (json!({"url": URL, "interval": "1s"}), "interval"),
        (json!({"url": URL, "fields": {"facets": ["sort"]}}), "facet"),
        (json!({"url": URL, "name": "../x"}), "cannot name a repository"),
    ] {
        let refused = admin.post("/api/v1/repos", &body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text());
        assert!(refused.text().to_lowercase().contains(why), "{body}: {}", refused.text());
        assert!(!refused.text().contains("secret@"), "{}", refused.text());
    }
    assert_eq!(admin.post("/api/v1/repos", &json!({"url": URL, "colour": "red"})).await.status, 422);
    assert_eq!(admin.get("/api/v1/repos").await.json()["repos"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_adds_changes_and_removes_as_well_and_never_holds_a_secret() {
    let bench = Bench::open().await;
    let admin = bench.admin().await;
    let new = admin.get("/admin/repositories/new").await.text();
    assert!(new.contains("HUNTS_*") && new.contains("The starter catalog is served while"), "{new}");
    let wrong = admin.form("/admin/repositories", &[("url", "/srv/git"), ("branch", "main")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("by configuration only") && wrong.text().contains("value=\"main\""));

    let fields = [
        ("url", URL),
        ("name", ""),
        ("globs", "hunts/*.md\r\n*.md"),
        ("webhook_secret_file", "hunts.webhook"),
    ];
    let added = admin.form("/admin/repositories", &fields).await;
    assert_eq!(
        (added.status.as_u16(), added.header("location")),
        (303, "/admin/repositories?asked=hunts"),
        "{}",
        added.text()
    );
    std::fs::write(bench.folder.path().join("secrets/hunts.webhook"), "the-secret-itself").unwrap();
    bench.test.app.jobs.sync("hunts").await.unwrap();
    // Its webhook is there at once: the secret is asked for, not the address.
    let hook = "/api/v1/webhooks/github/hunts";
    assert_eq!(bench.test.anonymous().post(hook, &json!({})).await.status, 403);
    for page in ["/admin/repositories", "/admin/repositories/hunts"] {
        let text = admin.get(page).await.text();
        assert!(text.contains("/admin/repositories/hunts") && !text.contains("the-secret-itself"), "{text}");
    }
    let page = admin.get("/admin/repositories/hunts").await.text();
    assert!(page.contains("hunts/*.md\n*.md") && page.contains(&format!("{hook}</code>")), "{page}");

    let changed = admin.form("/admin/repositories/hunts", &[("url", URL), ("branch", "main")]).await;
    assert_eq!(changed.status, 303, "{}", changed.text());
    assert_eq!(bench.test.anonymous().post(hook, &json!({})).await.status, 404, "it has no secret any more");
    assert_eq!(admin.form("/admin/repositories/hunts/remove", &[]).await.status, 303);
    assert_eq!(admin.get("/admin/repositories/hunts").await.status, 404);
    assert!(bench.sample.folder.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_has_put_on_record_is_followed() {
    let bench = Bench::open().await;
    let app = &bench.test.app;
    let (database, now) = (&app.database, app.clock.now());
    let mut entry = crate::config::RepositoryEntry::of(URL);
    let row = crate::db::repositories::RepositoryRow {
        name: "hunts".to_owned(),
        entry: entry.clone(),
        created_at: now,
        updated_at: now,
    };
    database.create_repository(&row).await.unwrap();
    app.follow_record().await;
    app.jobs.sync("hunts").await.unwrap();
    entry.branch = Some("none".to_owned());
    assert!(database.update_repository("hunts", &entry, now).await.unwrap());
    app.follow_record().await;
    assert!(app.jobs.sync("hunts").await.is_err());
    assert!(database.delete_repository("hunts").await.unwrap());
    app.follow_record().await;
    assert!(app.library.repositories().is_empty());
}
