//! What is proposed, on a real git server: a page and a trial copy of its own, nothing of it in the catalog, and gone when it
//! is merged, however.

use crate::remote::{self, Manners};
use acceptance::{Client, Repository, Server, Settings, git, procedure};
use serde_json::{Value, json};

/// A repository behind a git server, and who asks what becomes of it.
struct Scene {
    repository: Repository,
    client: Client,
    _server: Server,
}

impl Scene {
    fn start() -> Self {
        let mut repository = Repository::new("hunts");
        repository.commit("One", [("hunts/one.md", Some(procedure("one", "One", "T1003", "As it was.")))]);
        let git_server =
            remote::Server::start(repository.path().parent().expect("a folder"), Manners::Honest);
        let config = format!(
            "[[repositories]]\nurl = '{}'\nproposals = ['refs/pull/*/head']\n",
            git_server.url("hunts.git")
        );
        let server = Server::start(Settings { config: Some(config), ..Settings::default() });
        let client = server.client();
        Self { repository, client, _server: server }
    }

    fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&git(self.repository.path(), arguments)).trim().to_owned()
    }

    fn point(&self, reference: &str, commit: &str) {
        self.git(&["update-ref", reference, commit]);
    }

    /// Proposes files under a number, and leaves main as it was.
    fn propose(&mut self, number: u32, files: &[(&str, String)]) -> String {
        let before = self.repository.tip();
        let changes = files.iter().map(|(path, text)| (*path, Some(text.as_str())));
        let commit = self.repository.commit(&format!("Proposal {number}"), changes);
        self.point(&format!("refs/pull/{number}/head"), &commit);
        self.point("refs/heads/main", &before);
        commit
    }

    fn sync(&self) {
        self.client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    }

    /// The numbers that are listed, by the API and on the page.
    fn listed(&self) -> Vec<u64> {
        let told = self.client.json("/api/v1/proposals");
        let page = self.client.get("/proposals").expect(200).text();
        let proposals = told["proposals"].as_array().expect("a list");
        let numbers: Vec<u64> = proposals.iter().filter_map(|one| one["number"].as_u64()).collect();
        for number in 1..20 {
            let link = format!("/proposals/hunts/{number}\"");
            assert_eq!(page.contains(&link), numbers.contains(&number), "{number}: {page}");
        }
        numbers
    }

    fn found(&self, word: &str) -> Value {
        self.client.json(&format!("/api/v1/procedures?q={word}"))["total"].clone()
    }
}

#[test]
fn a_pull_request_has_a_page_and_a_trial_copy_and_is_gone_from_the_list_when_it_is_merged() {
    let mut scene = Scene::start();
    let fresh = procedure("fresh", "Fresh", "T1036", "The zyzzyvaword stands here.");
    let wider = procedure("one", "One", "T1003.001", "As it should be.");
    let commit = scene.propose(7, &[("hunts/fresh.md", fresh), ("hunts/one.md", wider)]);
    scene.sync();

    // Listed and told, and nothing of it in the catalog.
    assert_eq!(scene.listed(), [7]);
    let page = scene.client.get("/proposals/hunts/7").expect(200).text();
    assert!(page.contains("Not on main") && page.contains("Fresh"), "{page}");
    let told = scene.client.json("/api/v1/proposals/hunts/7");
    assert_eq!((&told["commit"], &told["settled"]), (&json!(commit), &json!(false)));
    assert_eq!(told["files"].as_array().map(Vec::len), Some(2), "{told}");
    assert_eq!(scene.found("zyzzyvaword"), 0);
    assert_eq!(scene.client.get("/api/v1/procedures/fresh").status, 404);
    assert_eq!(scene.client.get(&format!("/api/v1/procedures/one/source?at={commit}")).status, 404);
    assert!(!scene.client.get("/changes").expect(200).text().contains("Fresh"));
    assert!(scene.client.json("/api/v1/procedures/one").to_string().contains("T1003"));

    // A trial copy says what it is.
    let customer = scene.client.post("/api/v1/customers", &json!({"name": "Clinic"})).expect(201).json();
    let tenant = json!({"customer": customer["id"], "service": "taegis", "key": "0145483", "region": "mock", "name": "Ward"});
    let tenant = scene.client.post("/api/v1/tenants", &tenant).expect(201).json();
    let order = json!({"path": "hunts/fresh.md", "tenant": tenant["id"]});
    let copy = scene.client.post("/api/v1/proposals/hunts/7/copy", &order).expect(200);
    assert!(copy.header("content-disposition").contains("TRIAL-"), "{}", copy.header("content-disposition"));
    assert!(copy.text().contains("not on main"), "{}", copy.text());
    assert_eq!(scene.client.json("/api/v1/instances")["instances"], json!([]), "it is put on no record");

    // By a merge commit.
    let main = scene.repository.tip();
    let who = ["-c", "user.name=A Lead", "-c", "user.email=lead@example.com"];
    let tree = format!("{commit}^{{tree}}");
    let arguments = ["commit-tree", tree.as_str(), "-p", &main, "-p", &commit, "-m", "Merge proposal 7"];
    let merge = scene.git(&[&who[..], &arguments[..]].concat());
    scene.point("refs/heads/main", &merge);
    scene.sync();
    assert_eq!(scene.listed(), Vec::<u64>::new());
    assert_eq!(scene.found("zyzzyvaword"), 1);
    assert_eq!(scene.client.get("/proposals/hunts/7").status, 404);
}

#[test]
fn what_was_squashed_or_rebased_is_gone_and_what_was_closed_stays_while_its_reference_does() {
    let mut scene = Scene::start();
    let text = |id: &str| procedure(id, id, "T1036", "Proposed.");
    scene.propose(8, &[("hunts/squashed.md", text("squashed"))]);
    scene.propose(9, &[("hunts/rebased.md", text("rebased"))]);
    scene.propose(10, &[("hunts/closed.md", text("closed"))]);
    scene.sync();
    assert_eq!(scene.listed(), [10, 9, 8]);
    scene.repository.commit("Squashed proposal 8", [("hunts/squashed.md", Some(text("squashed")))]);
    scene.repository.commit("Proposal 9", [("hunts/rebased.md", Some(text("rebased")))]);
    // What the branch makes of it later brings nothing back.
    let later = procedure("squashed", "squashed", "T1036", "And changed since.");
    scene.repository.commit("Later", [("hunts/squashed.md", Some(later))]);
    scene.sync();
    assert_eq!(scene.listed(), [10], "it was closed, for all that anybody knows");
    assert_eq!(scene.client.json("/api/v1/proposals/hunts/8")["settled"], true);
    scene.git(&["update-ref", "-d", "refs/pull/10/head"]);
    scene.sync();
    assert_eq!(scene.listed(), Vec::<u64>::new());
}
