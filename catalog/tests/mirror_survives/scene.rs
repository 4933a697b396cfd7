//! A repository behind a git server, and the library that mirrors it.

use crate::library_fixture::{entries, now, procedure, state};
use crate::mirror_fixture::http::{Manners, Server};
use crate::mirror_fixture::ssh::{self, Sshd};
use crate::mirror_fixture::{Origin, repository};
use catalog::attack::Releases;
use catalog::library::{Library, LibraryError, Settings, SyncReport};
use catalog::mirror::CommitId;
use catalog::mirror::child::Supervisor;
use catalog::repository::{Location, Repository};
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Scene {
    pub(crate) origin: Origin,
    pub(crate) server: Server,
    sshd: Option<Sshd>,
    pub(crate) library: Library,
}

pub(crate) fn supervisor() -> Supervisor {
    let mut supervisor = Supervisor::new(std::env::current_exe().unwrap(), vec!["child".into()]);
    supervisor.deadline = Duration::from_mins(3);
    supervisor
}

pub(crate) fn open(data: &Path, repository: Repository, supervisor: Supervisor) -> Library {
    Library::open(Settings {
        data: data.to_owned(),
        repositories: vec![Repository { name: "hunts".to_owned(), ..repository }],
        fetch: Arc::new(supervisor),
        releases: Releases::default(),
    })
    .unwrap()
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(|repository| repository, supervisor())
    }

    pub(crate) fn with(change: impl Fn(Repository) -> Repository, supervisor: Supervisor) -> Self {
        let origin = Origin::new();
        let server = Server::start(origin.folder.path(), Manners::Honest);
        let repository = change(repository(Location::Remote(server.url("origin/.git"))));
        let library = open(&origin.folder.path().join("data"), repository, supervisor);
        Self { origin, server, sshd: None, library }
    }

    /// With two procedures, synced over ssh. None, and says so, where there is no OpenSSH server.
    pub(crate) fn over_ssh(supervisor: Supervisor) -> Option<Self> {
        let origin = Origin::new();
        let sshd = Sshd::start(origin.folder.path())?;
        let server = Server::start(origin.folder.path(), Manners::Guarding);
        let repository = sshd.repository(&origin.path().join(".git"));
        let library = open(&origin.folder.path().join("data"), repository, supervisor);
        let scene = Self { origin, server, sshd: Some(sshd), library };
        scene.hunt("a", "One.");
        scene.hunt("b", "Another.");
        scene.origin.commit("two hunts");
        scene.sync().unwrap();
        Some(scene)
    }

    /// How the server over ssh treats who asks.
    pub(crate) fn ssh_behaves(&self, manners: ssh::Manners) {
        self.sshd.as_ref().unwrap().behave(manners);
    }

    /// With two procedures, synced.
    pub(crate) fn synced(change: impl Fn(Repository) -> Repository) -> Self {
        let scene = Self::with(change, supervisor());
        scene.hunt("a", "One.");
        scene.hunt("b", "Another.");
        scene.origin.commit("two hunts");
        scene.sync().unwrap();
        scene
    }

    pub(crate) fn hunt(&self, id: &str, body: &str) {
        self.origin.write(&format!("{id}.md"), procedure(id, "T1003", body));
    }

    pub(crate) fn sync(&self) -> Result<SyncReport, LibraryError> {
        self.library.sync("hunts", now())
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        entries(&self.library).into_iter().map(|entry| entry.id).collect()
    }

    pub(crate) fn mirror(&self) -> PathBuf {
        self.origin.folder.path().join("data/mirrors/hunts.git")
    }

    pub(crate) fn served(&self) -> Served {
        let state = state(&self.library);
        Served { ids: self.ids(), commit: state.commit, synced_at: state.synced_at }
    }

    /// Syncs, which fails; what was served before still is, with its age and the reason.
    pub(crate) fn fails(&self, before: &Served) -> String {
        let error = self.library.sync("hunts", now() + Duration::from_hours(1)).unwrap_err().to_string();
        assert_eq!(self.served(), *before, "{error}");
        assert_eq!(state(&self.library).error.unwrap().1, error);
        assert!(self.text("a", None).contains("Hunt a"));
        error
    }

    /// Syncs, which works, and serves the tip.
    pub(crate) fn follows(&self) -> SyncReport {
        let report = self.sync().unwrap();
        assert_eq!(state(&self.library).commit, Some(self.origin.tip().to_string()));
        assert!(state(&self.library).error.is_none());
        report
    }

    pub(crate) fn text(&self, id: &str, at: Option<CommitId>) -> String {
        let at = at.map(|at| at.to_string());
        let reading =
            self.library.read(&crate::library_fixture::address(id), at.as_deref()).unwrap().unwrap();
        String::from_utf8(reading.bytes).unwrap()
    }
}

/// What is served, and how old it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) ids: Vec<String>,
    pub(crate) commit: Option<String>,
    pub(crate) synced_at: Option<DateTime<Utc>>,
}
