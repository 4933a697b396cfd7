//! Repositories made by the real `git`, the same every time, and their mirrors.

#![allow(dead_code, unused_macros)] // Each test program uses a part of it.

pub(crate) mod http;
#[macro_use]
pub(crate) mod program;
pub(crate) mod ssh;

use catalog::mirror::{BlobId, CommitChanges, CommitId, Mirror, MirrorError, Updated, update};
use catalog::repository::{Entrance, FieldMapping, Location, Repository, Sidecar};
use std::cell::Cell;
use std::ffi::OsStr;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A working tree with branch `main`, and beside it the place of its mirror.
pub(crate) struct Origin {
    pub(crate) folder: TempDir,
    clock: Cell<u64>,
}

/// A `git` that knows nobody's configuration.
pub(crate) fn git_command(home: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Ada Hunter")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Grace Lead")
        .env("GIT_COMMITTER_EMAIL", "grace@example.org")
        .env("LC_ALL", "C.UTF-8")
        .args(["-c", "init.defaultBranch=main", "-c", "safe.directory=*", "-c", "protocol.file.allow=always"])
        .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"]);
    command
}

pub(crate) fn repository(location: Location) -> Repository {
    Repository {
        name: "playbook".to_owned(),
        location,
        branch: None,
        tag: None,
        proposals: Vec::new(),
        entrance: Entrance::default(),
        globs: vec!["**/*.md".to_owned()],
        ignore: Vec::new(),
        interval: Duration::from_mins(5),
        forge: None,
        fields: FieldMapping::default(),
        sidecar: Sidecar::default(),
    }
}

pub(crate) fn every(_: &str) -> bool {
    true
}

impl Origin {
    pub(crate) fn new() -> Self {
        let origin = Self { folder: TempDir::new().unwrap(), clock: Cell::new(1_600_000_000) };
        std::fs::create_dir(origin.path()).unwrap();
        origin.git(["init", "--quiet"]);
        origin
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("origin")
    }

    pub(crate) fn mirror_path(&self) -> PathBuf {
        self.folder.path().join("mirrors/playbook.git")
    }

    pub(crate) fn repository(&self) -> Repository {
        repository(Location::Path(self.path()))
    }

    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        self.git_reading("", arguments)
    }

    /// Runs `git` with `input`; each call is a minute later than the one before.
    pub(crate) fn git_reading<S: AsRef<OsStr>>(
        &self,
        input: impl AsRef<[u8]>,
        arguments: impl IntoIterator<Item = S>,
    ) -> String {
        self.clock.set(self.clock.get() + 60);
        let date = format!("{} +0200", self.clock.get());
        let mut child = git_command(self.folder.path())
            .current_dir(self.path())
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_ref()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits all that is in the working tree.
    pub(crate) fn commit(&self, subject: &str) -> CommitId {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message", subject]);
        self.tip()
    }

    pub(crate) fn tip(&self) -> CommitId {
        self.id("HEAD")
    }

    pub(crate) fn id(&self, revision: &str) -> CommitId {
        self.git(["rev-parse", revision]).parse().unwrap()
    }

    pub(crate) fn blob(&self, name: &str) -> BlobId {
        self.git(["rev-parse", name]).parse().unwrap()
    }

    pub(crate) fn try_update(&self) -> Result<Updated, MirrorError> {
        update(&self.repository(), &self.mirror_path(), &mut |_| true)
    }

    /// Brings the mirror up to date and opens it.
    pub(crate) fn mirror(&self) -> Mirror {
        self.try_update().unwrap();
        self.open().expect("a mirror is there after an update")
    }

    pub(crate) fn open(&self) -> Option<Mirror> {
        Mirror::open(&self.mirror_path()).unwrap()
    }
}

/// What the walk tells of all commits from the first one to `to`.
pub(crate) fn walk(mirror: &Mirror, since: Option<CommitId>, to: CommitId) -> Vec<CommitChanges> {
    let mut told = Vec::new();
    mirror
        .walk(since, to, &every, &mut |commit, _| {
            told.push(commit);
            ControlFlow::Continue(())
        })
        .unwrap();
    told
}

/// The changes of one commit, each as `A path`, `M path` or `D path`.
pub(crate) fn changes(commit: &CommitChanges) -> Vec<String> {
    let letter = |before: bool, after: bool| match (before, after) {
        (false, _) => 'A',
        (true, false) => 'D',
        (true, true) => 'M',
    };
    let changes = commit.changes.iter();
    changes.map(|file| format!("{} {}", letter(!file.is_added(), !file.is_removed()), file.path)).collect()
}

/// Where the material for conformance lies; none when it is not there, and then says so.
pub(crate) fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("HUNTSHELF_CORPUS").map(PathBuf::from);
    let place = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"));
    let bundle = place.join("threathunter-playbook.bundle");
    if bundle.is_file() {
        return Some(place);
    }
    println!("skipped: {} is not there (HUNTSHELF_CORPUS names the folder)", bundle.display());
    None
}
