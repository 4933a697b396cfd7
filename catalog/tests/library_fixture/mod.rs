//! What the tests of the library share: a working repository, the library that mirrors it, and how to ask it.

#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    dead_code,
    reason = "clippy knows of tests only, not of what they share; not every test uses everything"
)]

use catalog::attack::Releases;
use catalog::index::{Entry, Search};
use catalog::library::{Address, Fetch, Library, RepositoryState, Settings};
use catalog::mirror::Progress;
use catalog::repository::Repository;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Only paths are mirrored here; nothing is fetched from a remote.
pub(crate) struct NoRemote;

impl Fetch for NoRemote {
    fn fetch(&self, _: &Repository, _: &Path, _: &mut dyn FnMut(Progress) -> bool) -> Result<(), String> {
        Err("no remote in these tests".to_owned())
    }
}

/// A working repository, and the library that mirrors it.
pub(crate) struct Shelf {
    pub(crate) folder: tempfile::TempDir,
    clock: std::cell::Cell<i64>,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Self { folder, clock: std::cell::Cell::new(1_700_000_000) };
        std::fs::create_dir(shelf.work()).unwrap();
        shelf.git(&["init", "-q", "-b", "main"]);
        shelf
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("hunts")
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let date = format!("{} +0100", self.clock.get());
        let output = Command::new("git")
            .args([
                "-c",
                "core.autocrlf=false",
                "-c",
                "commit.gpgsign=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(arguments)
            .current_dir(self.work())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "Ana"), ("GIT_AUTHOR_EMAIL", "ana@hunts.example")])
            .envs([("GIT_COMMITTER_NAME", "Ben"), ("GIT_COMMITTER_EMAIL", "ben@hunts.example")])
            .envs([("GIT_AUTHOR_DATE", date.as_str()), ("GIT_COMMITTER_DATE", date.as_str())])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.work().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.clock.set(self.clock.get() + 3600);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn open(&self) -> Library {
        open(&self.folder.path().join("data"), &self.work())
    }
}

pub(crate) fn open(data: &Path, repository: &Path) -> Library {
    let repository = Repository::parse(repository.to_str().unwrap()).unwrap();
    Library::open(Settings {
        data: data.to_owned(),
        repositories: vec![repository],
        fetch: Arc::new(NoRemote),
        releases: Releases::default(),
    })
    .unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub(crate) fn procedure(id: &str, techniques: &str, body: &str) -> String {
    format!(
        "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation:\n    extension: .md\n    format_name: \
         myst\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\nhunting:\n  title: Hunt {id}\n  \
         id: {id}\n  description: Looks for {id}.\n  attack_technique_ids: [{techniques}]\n  data_sources: [process]\n  tags: \
         [windows]\n---\n\n# Hunt {id}\n\n{body}\n\n```{{code-cell}} ipython3\nprint(\"{id}\")\n```\n"
    )
}

pub(crate) fn everything() -> Search {
    Search { limit: 100, ..Search::default() }
}

pub(crate) fn address(id: &str) -> Address {
    Address { id: id.to_owned(), repo: None }
}

pub(crate) fn state(library: &Library) -> RepositoryState {
    library.repositories().remove(0)
}

/// Every entry, by path.
pub(crate) fn entries(library: &Library) -> Vec<Entry> {
    let mut entries: Vec<_> =
        library.search(&everything()).unwrap().hits.into_iter().map(|hit| hit.entry).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// Takes steps, each a commit and a sync, and checks that a library that followed along holds at the end what one made
/// anew does: entries, counts and histories. Gives the entries.
pub(crate) fn follow(shelf: &Shelf, steps: &[Box<dyn Fn() + '_>]) -> Vec<Entry> {
    let library = shelf.open();
    for (number, step) in steps.iter().enumerate() {
        step();
        shelf.commit(&format!("Step {number}"));
        library.sync("hunts", now()).unwrap();
        let anew = tempfile::tempdir().unwrap();
        let anew = open(anew.path(), &shelf.work());
        anew.sync("hunts", now()).unwrap();
        let (followed, made) = (entries(&library), entries(&anew));
        for (one, other) in followed.iter().zip(&made) {
            assert_eq!(one, other, "step {number}");
        }
        assert_eq!(followed.len(), made.len(), "step {number}");
        assert_eq!(state(&library).readiness, state(&anew).readiness, "step {number}");
        for entry in &made {
            let history = |library: &Library| {
                library.history(&address(&entry.id), 100, None).unwrap().unwrap().revisions
            };
            assert_eq!(history(&library), history(&anew), "step {number}: {}", entry.path);
        }
    }
    entries(&library)
}

/// The Playbook as a bare repository, where the corpus is there.
pub(crate) fn playbook(folder: &Path) -> Option<PathBuf> {
    let corpus = std::env::var_os("HUNTSHELF_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"), PathBuf::from);
    let bundle = corpus.join("threathunter-playbook.bundle");
    if !bundle.exists() {
        eprintln!("skipped the Playbook: no {} (HUNTSHELF_CORPUS names the folder)", bundle.display());
        return None;
    }
    let clone = folder.join("playbook.git");
    let git = Command::new("git")
        .args(["-c", "init.defaultBranch=main", "clone", "-q", "--bare"])
        .arg(&bundle)
        .arg(&clone)
        .status()
        .unwrap();
    assert!(git.success());
    Some(clone)
}
