use crate::auth::Role;
use crate::sample::{Sample, procedure};
use git2::{Oid, Repository};
use serde_json::{Value, json};

const SETTINGS: &str = "proposals = [\"refs/pull/*/head\", \"refs/heads/try/*\"]\nforge = { commit = \"https://f/c/{commit}\", file = \"https://f/f/{path}\", line = \"https://f/l/{line}\", edit = \"https://f/e\", issue = \"https://f/i\", proposal = \"https://f/pull/{number}\" }\n";
const NEW: &str = "hunts/fresh.md";
const CHANGED: &str = "hunts/lsass.md";

/// Commits on the tip of the branch, under a reference of its own, and leaves the branch as it was.
fn propose(sample: &Sample, reference: &str, files: &[(&str, Option<String>)]) -> String {
    let repository = Repository::open(&sample.folder).unwrap();
    let before = repository.head().unwrap().peel_to_commit().unwrap();
    let commit = sample.commit("Widen the hunt", files);
    repository.reference(reference, Oid::from_str(&commit).unwrap(), true, "proposed").unwrap();
    repository.reference("refs/heads/main", before.id(), true, "as it was").unwrap();
    let mut index = repository.index().unwrap();
    index.read(true).unwrap();
    index.read_tree(&before.tree().unwrap()).unwrap();
    index.write().unwrap();
    commit
}

/// A pull request that changes one procedure and adds another, synced.
async fn proposed() -> (Sample, String) {
    let (sample, _) = Sample::remote(SETTINGS).await;
    let wider = procedure(
        "lsass",
        "LSASS reads",
        "T1003.002",
        "FROM process WHERE target IN ('lsass.exe', 'lsaiso.exe')",
    );
    let fresh = procedure("fresh-zyzzyva", "Zyzzyva fresh", "T1036", "FROM process");
    let commit = propose(&sample, "refs/pull/7/head", &[(CHANGED, Some(wider)), (NEW, Some(fresh))]);
    sample.test.app.jobs.sync("hunts").await.unwrap();
    (sample, commit)
}

#[tokio::test]
async fn a_proposal_says_what_it_would_change() {
    let (sample, commit) = proposed().await;
    let hunter = sample.user(Role::Hunter).await;
    let list = hunter.get("/proposals").await;
    assert_eq!(list.status, 200);
    let text = list.text();
    assert!(text.contains("/proposals/hunts/7\"") && text.contains("Widen the hunt"), "{text}");
    assert!(text.contains("https://f/pull/7") && text.contains("Eve"), "{text}");
    assert!(text.contains("T1003.002"), "no sentence of what it means: {text}");
    let page = hunter.get("/proposals/hunts/7").await.text();
    assert!(page.contains("Not on main") && page.contains("Zyzzyva fresh"), "{page}");
    assert!(page.contains("Lint: ") && page.contains("lsaiso.exe"), "{page}");
    assert!(hunter.get("/changes").await.text().contains("href=\"/proposals\""));
    let told = hunter.get("/api/v1/proposals/hunts/7").await.json();
    assert_eq!((told["commit"].as_str(), told["url"].as_str()), (Some(&*commit), Some("https://f/pull/7")));
    assert_eq!(told["base"], sample.commits[3].as_str());
    assert_eq!((told["commits"].as_array().unwrap().len(), &told["settled"]), (1, &json!(false)));
    let files = told["files"].as_array().unwrap();
    let said = |file: &Value| (file["path"].clone(), file["status"].clone(), file["standing"].clone());
    assert_eq!(said(&files[0]), (json!(NEW), json!("added"), json!("good")));
    assert_eq!(said(&files[1]), (json!(CHANGED), json!("modified"), json!("good")));
    let kinds: Vec<_> = files[1]["changes"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert!(
        kinds.contains(&&json!("technique-added")) && kinds.contains(&&json!("query-changed")),
        "{kinds:?}"
    );
    assert!(files[1]["unified"].as_str().unwrap().contains("+FROM process WHERE target IN"));
    assert_eq!(files[1]["metadata"][0]["key"], "hunting.attack_technique_ids");
    let became: Vec<_> = files[1]["cells"].as_array().unwrap().iter().map(|cell| &cell["status"]).collect();
    assert_eq!(became.iter().filter(|status| **status == "changed").count(), 1, "{became:?}");
    assert!(files[0]["cells"].as_array().unwrap().iter().all(|cell| cell["status"] == "added"));
}

#[tokio::test]
async fn nothing_of_a_proposal_is_in_the_catalog() {
    let (sample, commit) = proposed().await;
    let viewer = sample.user(Role::Viewer).await;
    assert_eq!(viewer.get("/api/v1/procedures?q=zyzzyva").await.json()["total"], 0);
    for path in [
        "/procedures/fresh-zyzzyva".to_owned(),
        "/api/v1/procedures/fresh-zyzzyva".to_owned(),
        format!("/procedures/lsass/at/{commit}"),
        format!("/api/v1/procedures/lsass/source?at={commit}"),
        format!("/files/hunts/{commit}/{NEW}"),
    ] {
        assert_eq!(viewer.get(&path).await.status, 404, "{path}");
    }
    assert!(!viewer.get("/changes").await.text().contains(&commit));
}

#[tokio::test]
async fn a_proposed_notebook_is_read_as_a_hunter_and_as_the_customer() {
    let (sample, _) = proposed().await;
    let viewer = sample.user(Role::Viewer).await;
    let read = viewer.get(&format!("/proposals/hunts/7/read?path={NEW}")).await;
    assert_eq!(read.status, 200);
    let text = read.text();
    assert!(text.contains("Not on main") && text.contains("TENANT_ID"), "{text}");
    let report = viewer.get(&format!("/proposals/hunts/7/report?path={NEW}")).await.text();
    assert!(report.contains("Not on main") && report.contains("Some prose"), "{report}");
    assert!(!report.contains("TENANT_ID"), "{report}");
    // What it does not touch, and what is not there.
    for path in ["brittle.md", "README.md", "nothing.md", "../x", ""] {
        let answer = viewer.get(&format!("/proposals/hunts/7/read?path={path}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in [
        "/proposals/hunts/8",
        "/proposals/other/7",
        "/api/v1/proposals/hunts/8",
        "/api/v1/proposals?repo=other",
    ] {
        assert_eq!(viewer.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_trial_copy_says_that_it_is_one_and_is_put_on_no_record() {
    let (sample, _) = proposed().await;
    let tenant = sample.tenant().await;
    let hunter = sample.user(Role::Hunter).await;
    let fields = [("path", NEW), ("tenant", tenant.as_str())];
    let answer = hunter.form("/proposals/hunts/7/copy", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("content-disposition").contains("TRIAL-fresh_mock_0145483.ipynb"));
    let copy = answer.json();
    let first = copy["cells"][0]["source"].to_string();
    assert_eq!(copy["cells"][0]["cell_type"], "markdown");
    assert!(first.contains("Trial copy of proposal 7, not on main"), "{first}");
    let provenance = &copy["metadata"]["huntshelf"];
    assert_eq!(
        (&provenance["proposal"], &provenance["tenant"]),
        (&json!("refs/pull/7/head"), &json!("0145483"))
    );
    assert!(copy.to_string().contains("injected-parameters"));
    let by_api = json!({"path": NEW, "tenant": "0145483", "parameters": {"LIMIT": 5}});
    let answer = hunter.post("/api/v1/proposals/hunts/7/copy", &by_api).await;
    assert_eq!(answer.json()["metadata"]["huntshelf"]["parameters"]["LIMIT"], 5);
    assert_eq!(hunter.get("/api/v1/instances").await.json()["instances"], json!([]));
    // Without its tenant it is refused, and a viewer makes none.
    assert_eq!(hunter.form("/proposals/hunts/7/copy", &[("path", NEW)]).await.status, 422);
    let nobody = [("path", NEW), ("tenant", "9999999")];
    assert_eq!(hunter.form("/proposals/hunts/7/copy", &nobody).await.status, 422);
    assert_eq!(
        hunter.form("/proposals/hunts/7/copy", &[("path", "brittle.md"), ("tenant", "0145483")]).await.status,
        404
    );
    let viewer = sample.user(Role::Viewer).await;
    assert_eq!(viewer.form("/proposals/hunts/7/copy", &fields).await.status, 403);
    assert!(!viewer.get("/proposals/hunts/7").await.text().contains("Trial copy"));
}

#[tokio::test]
async fn a_merged_proposal_is_gone_from_the_list() {
    let (sample, commit) = proposed().await;
    let viewer = sample.user(Role::Viewer).await;
    assert_eq!(viewer.get("/api/v1/proposals").await.json()["proposals"].as_array().unwrap().len(), 1);
    let repository = Repository::open(&sample.folder).unwrap();
    repository.reference("refs/heads/main", Oid::from_str(&commit).unwrap(), true, "merged").unwrap();
    sample.test.app.jobs.sync("hunts").await.unwrap();
    assert_eq!(viewer.get("/api/v1/proposals").await.json()["proposals"], json!([]));
    assert!(viewer.get("/proposals").await.text().contains("No proposals"));
    assert_eq!(viewer.get("/proposals/hunts/7").await.status, 404);
    assert_eq!(viewer.get("/procedures/fresh-zyzzyva").await.status, 200);
}

#[tokio::test]
async fn what_would_break_move_or_double_is_told_and_so_is_what_is_there_already() {
    let (sample, _) = Sample::remote(SETTINGS).await;
    let lost = procedure("stacking", "Stacking", "T1036", "FROM process").replacen("hunting:", "hunted:", 1);
    let moved = procedure("lsass", "LSASS reads", "T1003.001", "FROM process WHERE target = 'lsass.exe'");
    propose(
        &sample,
        "refs/heads/try/clean-up",
        &[
            ("stacking.md", Some(lost)),
            (CHANGED, None),
            ("moved/lsass.md", Some(moved)),
            ("again.md", Some(procedure("brittle", "Again", "T1059", "FROM process"))),
        ],
    );
    sample.test.app.jobs.sync("hunts").await.unwrap();
    let viewer = sample.user(Role::Viewer).await;
    let told = viewer.get("/api/v1/proposals/hunts/refs%2Fheads%2Ftry%2Fclean-up").await.json();
    assert_eq!(told["number"], Value::Null);
    let files = told["files"].as_array().unwrap();
    let of = |path: &str| files.iter().find(|file| file["path"] == path).unwrap();
    assert_eq!(
        (&of("again.md")["standing"], &of("again.md")["taken_by"]),
        (&json!("duplicate"), &json!("brittle.md"))
    );
    assert_eq!(
        (&of("moved/lsass.md")["status"], &of("moved/lsass.md")["previous_path"]),
        (&json!("renamed"), &json!(CHANGED))
    );
    assert_eq!((&of("moved/lsass.md")["standing"], files.len()), (&json!("good"), 3));
    assert_eq!(of("stacking.md")["standing"], "broken");
    let page = viewer.get("/proposals/hunts/refs%2Fheads%2Ftry%2Fclean-up").await.text();
    assert!(page.contains("Would be a duplicate") && page.contains("Would be broken"), "{page}");
    // The same change reaches the branch by another commit.
    let text = procedure("same", "The same", "T1036", "FROM process");
    propose(&sample, "refs/pull/9/head", &[("same.md", Some(text.clone()))]);
    sample.commit("Take it in, squashed", &[("same.md", Some(text))]);
    sample.test.app.jobs.sync("hunts").await.unwrap();
    assert_eq!(viewer.get("/api/v1/proposals/hunts/9").await.json()["settled"], true);
    let listed = async || {
        let told = viewer.get("/api/v1/proposals").await.json();
        let numbers = told["proposals"].as_array().unwrap().iter().map(|one| one["reference"].clone());
        (numbers.collect::<Vec<_>>(), viewer.get("/proposals").await.text())
    };
    let (told, page) = listed().await;
    assert_eq!(told, ["refs/heads/try/clean-up"], "what was taken in is listed no more");
    assert!(!page.contains("/proposals/hunts/9\"") && page.contains("as long as the forge keeps"), "{page}");
    // Nor does it come back when the branch goes on with the file.
    let later = procedure("same", "The same, later", "T1036", "FROM process");
    sample.commit("Go on with it", &[("same.md", Some(later))]);
    sample.test.app.jobs.sync("hunts").await.unwrap();
    assert_eq!(listed().await.0, ["refs/heads/try/clean-up"]);
}

#[tokio::test]
async fn a_mirror_that_cannot_be_read_is_told_beside_the_list() {
    let (sample, commit) = proposed().await;
    let viewer = sample.user(Role::Viewer).await;
    let mirror = sample.test.data.join("mirrors/hunts.git");
    // Its pack is gone, and with it the proposal's commit.
    std::fs::remove_dir_all(mirror.join("objects")).unwrap();
    std::fs::create_dir_all(mirror.join("objects/pack")).unwrap();
    let told = viewer.get("/api/v1/proposals").await;
    assert_eq!(told.status, 200, "{}", told.text());
    let told = told.json();
    assert_eq!(told["proposals"], json!([]), "{commit} is there no more");
    assert_eq!(told["unreadable"][0]["repo"], "hunts", "{told}");
    let page = viewer.get("/proposals").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("cannot be told now"), "{}", page.text());
}
