//! The library: mirrors, index and ATT&CK tied together. Open, sync, search, read, look back.
//!
//! Every function is plain and blocking. A [`Library`] can be shared between threads; syncs of one repository run one
//! at a time, and reading goes on beside them. Who may see what is the caller's business: nothing here knows of users.

use crate::diff::Unified;
use crate::index::{Broken, Entry, Found, Revision, Search};
use crate::lint::Diagnostic;
use crate::notebook::Notebook;
use crate::procedure::Procedure;
use crate::repository::Repository;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// What a library is opened with.
pub struct Settings {
    /// The data folder; mirrors go to `mirrors/`, the index to `index/`.
    pub data: PathBuf,
    /// The repositories, in the configured order (which decides between equal ids).
    pub repositories: Vec<Repository>,
    /// How a remote is fetched: in a child process by the server, in this one by tests and small programs.
    pub fetch: Arc<dyn Fetch>,
}

/// Brings a mirror up to date with its remote.
pub trait Fetch: Send + Sync {
    /// Fetches `repository` into the bare mirror at `mirror`, cloning it when there is none.
    ///
    /// # Errors
    /// When the remote cannot be reached or what it sends cannot be used; the mirror is then as it was.
    fn fetch(&self, repository: &Repository, mirror: &std::path::Path) -> Result<(), String>;
}

/// Mirrors, index and ATT&CK, tied together.
pub struct Library {}

/// Names one procedure, as the API does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `hunting.id`, an id that the procedure once had, or `path:` and the path.
    pub id: String,
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
}

/// An address found.
#[derive(Debug, Clone)]
pub struct Located {
    /// The procedure at the tip.
    pub entry: Entry,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
}

/// One revision of a procedure, read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The procedure at the tip.
    pub entry: Entry,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
    /// The commit that this text is of: the last one that touched the file, or the one asked for.
    pub commit: String,
    /// Whether a commit was asked for that is not the newest revision.
    pub past: bool,
    /// The path at that commit.
    pub path: String,
    /// The blob's id.
    pub blob: String,
    /// The bytes exactly as git has them.
    pub bytes: Vec<u8>,
    /// The notebook in them.
    pub notebook: Notebook,
    /// What it says. For an uncatalogued one, what could be made of it.
    pub procedure: Procedure,
    /// All diagnostics of these bytes.
    pub diagnostics: Vec<Diagnostic>,
    /// Set when the newest revision is broken and this is the last good one.
    pub broken: Option<Broken>,
}

/// A page of revisions, newest first.
#[derive(Debug, Clone)]
pub struct History {
    /// The procedure at the tip.
    pub entry: Entry,
    /// This page.
    pub revisions: Vec<Revision>,
    /// How many there are in all.
    pub total: usize,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Two revisions compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The procedure at the tip.
    pub entry: Entry,
    /// The older side.
    pub from: Revision,
    /// The newer side.
    pub to: Revision,
    /// The texts as a unified diff.
    pub unified: Unified,
}

/// One problem of one file at the tip of its branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// How its procedure is addressed.
    pub id: String,
    /// The commit that last changed the file.
    pub commit: String,
    /// What is wrong, where, and what to do.
    pub diagnostic: Diagnostic,
}

/// How one repository stands.
#[derive(Debug, Clone)]
pub struct RepositoryState {
    /// Its configuration.
    pub repository: Repository,
    /// The commit that the index stands for; none before the first sync.
    pub commit: Option<String>,
    /// When the last sync that worked ended.
    pub synced_at: Option<DateTime<Utc>>,
    /// Whether a sync was tried since the start.
    pub tried: bool,
    /// Whether a sync is going on.
    pub syncing: bool,
    /// What the last sync failed with, and when, if it did.
    pub error: Option<(DateTime<Utc>, String)>,
    /// What is in it.
    pub readiness: Readiness,
}

/// The truth about a repository, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// Files with `hunting` metadata that are `good`.
    pub procedures: u64,
    /// MyST notebooks without it.
    pub uncatalogued: u64,
    /// Files whose newest revision cannot be used.
    pub broken: u64,
    /// Files whose id is taken.
    pub duplicates: u64,
    /// Files some revision of which lost its metadata.
    pub metadata_ever_lost: u64,
    /// Procedures that name a revoked or deprecated technique.
    pub revoked_techniques: u64,
    /// Procedures of which a copy can be made.
    pub copyable: u64,
    /// Files within the globs that are plain markdown.
    pub plain: u64,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReport {
    /// The repository.
    pub repo: String,
    /// The commit before.
    pub from: Option<String>,
    /// The commit now.
    pub to: Option<String>,
    /// Commits that were new.
    pub commits: usize,
    /// Files whose entries were written.
    pub files: usize,
    /// Blobs that were read.
    pub blobs_read: usize,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// No repository of that name.
    #[error("there is no repository named {0}")]
    NoRepository(String),
    /// The remote could not be reached, or what it sent cannot be used.
    #[error("{repo} could not be fetched: {reason}")]
    Fetch {
        /// The repository.
        repo: String,
        /// Why.
        reason: String,
    },
    /// A commit that the branch does not reach, or a short id of several.
    #[error("{0}")]
    Commit(String),
    /// The mirror could not be read.
    #[error("the mirror of {repo} cannot be read: {reason}")]
    Mirror {
        /// The repository.
        repo: String,
        /// Why.
        reason: String,
    },
    /// The index could not be read or written.
    #[error("the index: {0}")]
    Index(String),
    /// The data folder could not be used.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Library {
    /// Opens the library: the index that is there is served at once, nothing is fetched and no blob is read.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub fn open(settings: Settings) -> Result<Self, LibraryError> {
        let _ = settings;
        todo!()
    }

    /// Every repository and how it stands, in the configured order.
    pub fn repositories(&self) -> Vec<RepositoryState> {
        todo!()
    }

    /// Fetches one repository and brings the index up to it; answers when the index has been committed and reloaded.
    ///
    /// # Errors
    /// When the repository is unknown, cannot be fetched, or cannot be read. What was served before still is.
    pub fn sync(&self, repo: &str, now: DateTime<Utc>) -> Result<SyncReport, LibraryError> {
        let _ = (repo, now);
        todo!()
    }

    /// Searches.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn search(&self, search: &Search) -> Result<Found, LibraryError> {
        let _ = search;
        todo!()
    }

    /// The procedure at an address, from the index alone.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn locate(&self, address: &Address) -> Result<Option<Located>, LibraryError> {
        let _ = address;
        todo!()
    }

    /// One revision of a procedure: the newest (the last good one, when that is broken), or the one at a commit.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when `at` is not a commit of the branch or the file was not there.
    pub fn read(&self, address: &Address, at: Option<&str>) -> Result<Option<Reading>, LibraryError> {
        let _ = (address, at);
        todo!()
    }

    /// The revisions of a procedure, newest first, through renames.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn history(
        &self,
        address: &Address,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Option<History>, LibraryError> {
        let _ = (address, limit, cursor);
        todo!()
    }

    /// Two revisions of a procedure compared; without `from` or `to`, the newest against the one before.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when a side is not a revision of the procedure.
    pub fn compare(
        &self,
        address: &Address,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Option<Comparison>, LibraryError> {
        let _ = (address, from, to);
        todo!()
    }

    /// All problems at the branches' tips, by repository and path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn problems(
        &self,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<(Vec<Problem>, Option<String>), LibraryError> {
        let _ = (limit, cursor);
        todo!()
    }
}
