//! One commit offered to a remote as a new branch: over http and ssh, to a folder, and as a patch.
//!
//! The children that push are this program itself, so it has a `main` of its own.

#![cfg(feature = "mirror")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "clippy knows of tests only, not of what they share"
)]

#[macro_use]
mod mirror_fixture;

use catalog::mirror::child::{Supervisor, run};
use catalog::mirror::{CommitId, Offer, OfferError, Offered, Person, offer, offer_as_patch};
use catalog::repository::{Entrance, Location, Repository, TokenPlace};
use chrono::DateTime;
use mirror_fixture::http::{Manners, Server};
use mirror_fixture::program::list_or_run;
use mirror_fixture::ssh::Sshd;
use mirror_fixture::{Origin, repository};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("child") => run(),
        argument => list_or_run(TESTS, argument),
    }
}

tests! {
    a_branch_with_one_commit_is_made_over_http
    a_token_is_sent_and_stands_in_no_message
    a_remote_that_is_read_only_or_not_there_is_told_with_a_remedy
    a_hook_that_refuses_is_told_in_its_own_words
    a_branch_with_one_commit_is_made_over_ssh
    a_silent_remote_is_given_up
    a_folder_gets_its_branch_without_a_child
    no_branch_of_anybody_is_moved
    nothing_is_pushed_where_that_is_not_allowed
    what_is_there_is_replaced_removed_or_left_alone
    the_mirror_stays_as_it_was
    a_patch_is_taken_by_git_am
}

struct Scene {
    origin: Origin,
    tip: CommitId,
    supervisor: Supervisor,
}

impl Scene {
    fn new() -> Self {
        let origin = Origin::new();
        origin.git(["config", "http.receivepack", "true"]);
        origin.write("hunts/a.md", "a\n");
        origin.write("hunts/deep/b.md", "b\n");
        origin.write("tool.sh", "true\n");
        let runs = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(origin.path().join("tool.sh"), runs).unwrap();
        let tip = origin.commit("first");
        drop(origin.mirror());
        let mut supervisor = Supervisor::new(std::env::current_exe().unwrap(), vec!["child".into()]);
        supervisor.deadline = Duration::from_mins(1);
        Self { origin, tip, supervisor }
    }

    fn served(&self, manners: Manners) -> (Server, Repository) {
        let server = Server::start(self.origin.folder.path(), manners);
        let place = allowed(repository(Location::Remote(server.url("origin/.git"))));
        (server, place)
    }

    fn folder(&self) -> Repository {
        allowed(self.origin.repository())
    }

    fn offer(&self, repository: &Repository, offer: &Offer) -> Result<Offered, OfferError> {
        self.supervisor.offer(repository, &self.origin.mirror_path(), self.tip, offer)
    }

    /// What lies beside the mirror, apart from the lock.
    fn leftovers(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.origin.folder.path().join("mirrors"));
        let paths = folder.into_iter().flatten().flatten().map(|entry| entry.path());
        paths.filter(|path| !path.ends_with("playbook.git") && !path.ends_with("playbook.git.lock")).collect()
    }
}

fn allowed(repository: Repository) -> Repository {
    Repository { entrance: Entrance { push: true, ..repository.entrance }, ..repository }
}

fn new_hunt(branch: &str) -> Offer {
    Offer {
        branch: branch.to_owned(),
        files: vec![("hunts/new/run-keys.md".to_owned(), Some(b"# Run keys\n".to_vec()))],
        author: Person { name: "Mary Hunter".to_owned(), email: "mary@example.org".to_owned() },
        message: "Hunt for run keys\n\nWritten on the page.".to_owned(),
        at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
    }
}

/// Holds that the branch is there with exactly the new file on top of the tip.
fn is_there(scene: &Scene, made: &Offered) {
    let git = |arguments: &[&str]| scene.origin.git(arguments);
    assert_eq!(git(&["rev-parse", &format!("refs/heads/{}", made.branch)]), made.commit.to_string());
    assert_eq!(git(&["rev-parse", &format!("{}^", made.commit)]), scene.tip.to_string());
    let changed = git(&["diff", "--name-status", &scene.tip.to_string(), &made.commit.to_string()]);
    assert_eq!(changed, "A\thunts/new/run-keys.md");
    let told = git(&["log", "-1", "--format=%an %ae %cn %at%n%B", &made.commit.to_string()]);
    assert_eq!(
        told,
        "Mary Hunter mary@example.org Mary Hunter 1700000000\nHunt for run keys\n\nWritten on the page."
    );
    git(&["fsck", "--strict"]);
    assert_eq!(scene.leftovers(), Vec::<PathBuf>::new());
}

fn a_branch_with_one_commit_is_made_over_http() {
    let scene = Scene::new();
    let (_server, place) = scene.served(Manners::Honest);
    let made = scene.offer(&place, &new_hunt("huntshelf/run-keys")).unwrap();
    is_there(&scene, &made);
    assert_eq!(scene.origin.id("main"), scene.tip);
    // In this process too, for small programs.
    let made = offer(&place, &scene.origin.mirror_path(), scene.tip, &new_hunt("huntshelf/again")).unwrap();
    is_there(&scene, &made);
}

fn a_token_is_sent_and_stands_in_no_message() {
    let scene = Scene::new();
    // `x-access-token:glpat-t0ps3cret`
    let asking = Manners::Asking("Basic eC1hY2Nlc3MtdG9rZW46Z2xwYXQtdDBwczNjcmV0".to_owned());
    let (_server, place) = scene.served(asking);
    let none = scene.offer(&place, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&none, OfferError::NoCredentials { .. }), "{none}");
    assert!(
        none.to_string().contains("none is configured") && none.remedy().contains("token_file"),
        "{none}"
    );
    let file = scene.origin.folder.path().join("token");
    let entrance =
        Entrance { token: Some(TokenPlace::File(file.clone())), push: true, ..Entrance::default() };
    let place = Repository { entrance, ..place };
    std::fs::write(&file, "an old one").unwrap();
    let old = scene.offer(&place, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(
        matches!(&old, OfferError::NoCredentials { .. }) && !old.to_string().contains("an old one"),
        "{old}"
    );
    std::fs::write(&file, "glpat-t0ps3cret").unwrap();
    is_there(&scene, &scene.offer(&place, &new_hunt("huntshelf/a")).unwrap());
}

fn a_remote_that_is_read_only_or_not_there_is_told_with_a_remedy() {
    let scene = Scene::new();
    let (server, place) = scene.served(Manners::Honest);
    scene.origin.git(["config", "http.receivepack", "false"]);
    let closed = scene.offer(&place, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&closed, OfferError::NoCredentials { .. }), "{closed:?}");
    let nowhere = Repository { location: Location::Remote("http://127.0.0.1:1/a.git".to_owned()), ..place };
    let gone = scene.offer(&nowhere, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&gone, OfferError::Unreachable { .. }), "{gone:?}");
    server.behave(Manners::Redirecting("http://127.0.0.1:1".to_owned()));
    let (_other, place) = scene.served(Manners::Redirecting("http://127.0.0.1:1".to_owned()));
    let elsewhere = scene.offer(&place, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&elsewhere, OfferError::Unreachable { .. }), "{elsewhere:?}");
    assert_eq!(scene.leftovers(), Vec::<PathBuf>::new());
}

fn a_hook_that_refuses_is_told_in_its_own_words() {
    let scene = Scene::new();
    let (_server, place) = scene.served(Manners::Honest);
    let hook = scene.origin.path().join(".git/hooks/update");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'branches need a ticket' >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let refused = scene.offer(&place, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&refused, OfferError::Refused { .. }), "{refused:?}");
    assert!(refused.to_string().contains("branches need a ticket"), "{refused}");
}

fn a_branch_with_one_commit_is_made_over_ssh() {
    let scene = Scene::new();
    let Some(server) = Sshd::start(scene.origin.folder.path()) else { return };
    let place = allowed(server.repository(&scene.origin.path().join(".git")));
    is_there(&scene, &scene.offer(&place, &new_hunt("huntshelf/run-keys")).unwrap());
    let exists = scene.offer(&place, &new_hunt("huntshelf/run-keys")).unwrap_err();
    assert!(matches!(exists, OfferError::BranchExists { .. }), "{exists:?}");
    let key = Some(server.key("stranger"));
    let stranger = Repository { entrance: Entrance { ssh_key_file: key, ..place.entrance.clone() }, ..place };
    let refused = scene.offer(&stranger, &new_hunt("huntshelf/b")).unwrap_err();
    assert!(matches!(refused, OfferError::NoCredentials { .. }), "{refused:?}");
}

fn a_silent_remote_is_given_up() {
    let mut scene = Scene::new();
    let (_server, place) = scene.served(Manners::Silent);
    scene.supervisor.stretch = Duration::from_millis(300);
    let silent = scene.offer(&place, &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&silent, OfferError::Unreachable { .. }), "{silent:?}");
    assert!(silent.remedy().contains("whether the branch is there"));
    assert_eq!(scene.leftovers(), Vec::<PathBuf>::new());
}

fn a_folder_gets_its_branch_without_a_child() {
    let mut scene = Scene::new();
    scene.supervisor.executable = PathBuf::from("/nowhere");
    is_there(&scene, &scene.offer(&scene.folder(), &new_hunt("huntshelf/run-keys")).unwrap());
    let exists = scene.offer(&scene.folder(), &new_hunt("huntshelf/run-keys")).unwrap_err();
    assert!(matches!(exists, OfferError::BranchExists { .. }), "{exists:?}");
}

fn no_branch_of_anybody_is_moved() {
    let scene = Scene::new();
    let (_server, place) = scene.served(Manners::Honest);
    scene.origin.git(["branch", "huntshelf/taken"]);
    for (place, branch) in [(&place, "huntshelf/taken"), (&scene.folder(), "huntshelf/taken")] {
        let refused = scene.offer(place, &new_hunt(branch)).unwrap_err();
        assert!(matches!(&refused, OfferError::BranchExists { .. }), "{refused:?}");
        let refused = scene.offer(place, &new_hunt("main")).unwrap_err();
        assert!(matches!(&refused, OfferError::Branch { .. }), "{refused:?}");
    }
    assert_eq!(scene.origin.id("huntshelf/taken"), scene.tip);
}

fn nothing_is_pushed_where_that_is_not_allowed() {
    let scene = Scene::new();
    let refused = scene.offer(&scene.origin.repository(), &new_hunt("huntshelf/a")).unwrap_err();
    assert!(matches!(&refused, OfferError::NotAllowed { .. }) && refused.remedy().contains("push = true"));
    assert_eq!(scene.origin.git(["branch", "--list", "huntshelf/*"]), "");
}

fn what_is_there_is_replaced_removed_or_left_alone() {
    let scene = Scene::new();
    let place = scene.folder();
    let with = |files: &[(&str, Option<&str>)]| Offer {
        files: files.iter().map(|(path, text)| ((*path).to_owned(), text.map(Into::into))).collect(),
        ..new_hunt("huntshelf/a")
    };
    let changed =
        with(&[("tool.sh", Some("false\n")), ("hunts/deep/b.md", None), ("hunts/a.md", Some("A\n"))]);
    let made = scene.offer(&place, &changed).unwrap();
    let told = scene.origin.git([
        "diff",
        "--raw",
        "--abbrev=4",
        &format!("{}^", made.commit),
        &made.commit.to_string(),
    ]);
    assert!(told.contains("M\thunts/a.md") && told.contains("D\thunts/deep/b.md"), "{told}");
    assert!(told.contains(":100755 100755"), "it stays one that can be run: {told}");
    let listed = scene.origin.git(["ls-tree", "-r", "-t", "--name-only", &made.commit.to_string()]);
    assert!(!listed.contains("deep"), "no empty folder is left: {listed}");
    for (files, why) in [
        (with(&[("hunts", Some("x"))]), "a folder is there"),
        (with(&[("tool.sh/a.md", Some("x"))]), "no folder can be there"),
        (with(&[("hunts/none.md", None)]), "no such file"),
        (with(&[("hunts/a.md/../../x", Some("x"))]), "name no folder"),
        (with(&[("x", Some("x")), ("x", Some("y"))]), "twice"),
        (with(&[("hunts/a.md", Some("a\n"))]), "nothing to commit"),
        (with(&[]), "nothing to commit"),
        (Offer { message: " \n".to_owned(), ..changed.clone() }, "says what it does"),
        (
            Offer { author: Person { name: "<>".to_owned(), email: String::new() }, ..changed.clone() },
            "the name and the mail address",
        ),
    ] {
        let offer = Offer { branch: "huntshelf/b".to_owned(), ..files };
        let refused = scene.offer(&place, &offer).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
}

fn the_mirror_stays_as_it_was() {
    let scene = Scene::new();
    let listed = || {
        let mut command = std::process::Command::new("find");
        let told = command.arg(scene.origin.mirror_path()).args(["-printf", "%p %s %T@\n"]).output().unwrap();
        String::from_utf8(told.stdout).unwrap()
    };
    let before = listed();
    let (_server, place) = scene.served(Manners::Honest);
    scene.offer(&place, &new_hunt("huntshelf/a")).unwrap();
    scene.offer(&scene.folder(), &new_hunt("huntshelf/b")).unwrap();
    offer_as_patch(&scene.origin.mirror_path(), scene.tip, &new_hunt("huntshelf/c")).unwrap();
    assert_eq!(listed(), before);
}

fn a_patch_is_taken_by_git_am() {
    let scene = Scene::new();
    let mut wanted = new_hunt("not even a name");
    wanted.files.push(("hunts/a.md".to_owned(), Some("b\nwithout an end".into())));
    let patch = offer_as_patch(&scene.origin.mirror_path(), scene.tip, &wanted).unwrap();
    assert!(patch.starts_with("From ") && patch.contains("Subject: [PATCH] Hunt for run keys"), "{patch}");
    scene.origin.git_reading(&patch, ["am", "--quiet"]);
    let told = scene.origin.git(["log", "-1", "--format=%an <%ae> %at %s"]);
    assert_eq!(told, "Mary Hunter <mary@example.org> 1700000000 Hunt for run keys");
    assert_eq!(scene.origin.git(["show", "HEAD:hunts/a.md"]), "b\nwithout an end");
    assert_eq!(scene.origin.git(["show", "HEAD:hunts/new/run-keys.md"]), "# Run keys");
    assert_eq!(scene.origin.id("HEAD^"), scene.tip);
}
