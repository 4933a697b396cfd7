//! The library: mirrors, index and ATT&CK tied together. Open, sync, search, read, look back.
//!
//! Every function is plain and blocking. A [`Library`] can be shared between threads; syncs of one repository run one
//! at a time, and reading goes on beside them. Who may see what is the caller's business: nothing here knows of users.

mod among;
mod around;
mod blame;
mod chain;
mod changes;
mod comparing;
mod examine;
mod files;
mod gone;
mod judged;
mod left_out;
mod offered;
mod pass;
mod past;
mod patch;
mod pins;
mod place;
mod problems;
mod progress;
mod proposals;
mod reading;
mod record;
mod restore;
mod shelves;
mod sync;
mod teams;
mod upgrade;

pub use blame::{Attributed, Attribution, Blame, Cut, CutBecause};
pub use changes::{Became, Between, How, MAX_COMPARED, Moment};
pub use comparing::{Comparison, LARGEST_UPLOAD, Sides, UploadComparison};
pub use files::File;
pub use gone::Gone;
pub use past::{EventKind, TechniqueEvent, TechniqueHistory};
pub use patch::{MAX_PATCHED, RepositoryPatch};
pub use pins::Pin;
pub use progress::{Stage, SyncProgress};
pub use proposals::{
    MAX_PROPOSED_COMMITS, MAX_PROPOSED_FILES, Proposed, ProposedFile, ProposedNotebook, Proposing,
};
pub use record::{Cause, Ending, Health, KEPT_SYNCS, SyncEntry, Syncs};
pub use restore::{Restoring, RestoringPatch};

use crate::attack::{Release, Releases};
use crate::index::{Broken, Entry, Index, IndexError, Load, Revision};
use crate::lint::Diagnostic;
use crate::mirror::{self, CommitId, Mirror, MirrorError, Offer, OfferError, Offered, Progress};
use crate::notebook::Notebook;
use crate::procedure::Procedure;
use crate::repository::{self, Repository};
use chrono::{DateTime, Utc};
use examine::{Examined, Source};
use serde::{Deserialize, Serialize};
use shelves::{Shelf, Shelves};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use teams::Teams;

/// What a library is opened with.
pub struct Settings {
    /// The data folder; mirrors go to `mirrors/`, the index to `index/`.
    pub data: PathBuf,
    /// The repositories, in the configured order (which decides between equal ids).
    pub repositories: Vec<Repository>,
    /// How a remote is fetched: in a child process by the server, in this one by tests and small programs.
    pub fetch: Arc<dyn Fetch>,
    /// The releases of ATT&CK that are known, and which of them is shown.
    pub releases: Releases,
}

/// Brings a mirror up to date with its remote.
pub trait Fetch: Send + Sync {
    /// Fetches `repository` into the bare mirror at `mirror`, cloning it when there is none. `progress` is told how far
    /// that is; where it answers `false`, nobody waits for it any more.
    ///
    /// # Errors
    /// When the remote cannot be reached or what it sends cannot be used; the mirror is then as it was.
    fn fetch(
        &self,
        repository: &Repository,
        mirror: &std::path::Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), String>;

    /// Pushes one commit on top of `base` as a branch that is new, in this process where nothing else is said. The mirror
    /// at `mirror` stays as it is.
    ///
    /// # Errors
    /// When the offer cannot be made, or the remote does not take it.
    fn offer(
        &self,
        repository: &Repository,
        mirror: &std::path::Path,
        base: CommitId,
        offer: &Offer,
    ) -> Result<Offered, OfferError> {
        mirror::offer(repository, mirror, base, offer)
    }
}

/// Mirrors, index and ATT&CK, tied together.
pub struct Library {
    data: PathBuf,
    shelves: Shelves,
    index: Index,
    releases: Releases,
    /// The one that is shown.
    release: &'static Release,
    fetch: Arc<dyn Fetch>,
    /// What was parsed; a notebook that many readers open is read once.
    parsed: moka::sync::Cache<Parsed, Arc<Examined>>,
    /// Whether the branch took in a proposal, by repository and the proposal's commit; and where the branch was then.
    settled: moka::sync::Cache<(String, CommitId), (Option<CommitId>, bool)>,
    /// Who last changed what, as it was asked lately.
    blames: blame::Blames,
    teams: Teams,
    /// The day of the last sync, which tells what has expired; none before the first.
    day: Mutex<Option<chrono::NaiveDate>>,
}

/// A notebook's source and path, and domain and version of the release that it was held to.
type Parsed = (Source, String, (&'static str, &'static str));

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
    /// The path of the file beside it that describes it, where it has no `hunting` block of its own.
    pub described_by: Option<String>,
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
    /// The revision that deleted it, when it is gone.
    pub deleted: Option<Revision>,
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
    /// The revision that deleted it, when it is gone.
    pub deleted: Option<Revision>,
}

/// A revision, and what is newer than it.
#[derive(Debug, Clone)]
pub struct Since {
    /// The revision.
    pub revision: Revision,
    /// Those after it, newest first; of more than 500 the newest.
    pub newer: Vec<Revision>,
}

/// One problem of one file at the tip of its branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// How its procedure is addressed; none where it is no procedure's.
    pub id: Option<String>,
    /// The commit that last changed a procedure's file; of another file, the one that it was read at.
    pub commit: String,
    /// When that commit was made, in seconds since 1970; none for another file.
    pub updated_at: Option<i64>,
    /// What is wrong, where, and what to do.
    pub diagnostic: Diagnostic,
    /// Whether this is what broke a procedure that was good before: see [`Library::restoring_patch`].
    pub restorable: bool,
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
    /// How far that is.
    pub progress: Option<SyncProgress>,
    /// What the last sync failed with, and when, if it did.
    pub error: Option<(DateTime<Utc>, String)>,
    /// Whether there is an index of it to serve.
    pub indexed: bool,
    /// What is in it.
    pub readiness: Readiness,
}

/// The truth about a repository, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// Files with `hunting` metadata that are `good`.
    pub procedures: u64,
    /// Notebooks without it.
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
    /// Files with a problem that is an error.
    #[serde(default)]
    pub with_errors: u64,
    /// Files with a problem that is a warning.
    #[serde(default)]
    pub with_warnings: u64,
    /// Files within the globs that are plain markdown, or the ipynb half of a pair.
    pub plain: u64,
}

impl Readiness {
    /// How many files have an entry, whatever their standing.
    pub fn entries(&self) -> u64 {
        let Self { procedures, uncatalogued, broken, duplicates, .. } = self;
        procedures + uncatalogued + broken + duplicates
    }
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
    /// Trees that were read.
    #[serde(default)]
    pub trees_read: u64,
    /// Whether the mirror was found damaged and made anew.
    #[serde(default)]
    pub remade: bool,
    /// Problems in the files whose entries were written.
    pub problems: usize,
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
    /// A patch that would be too large.
    #[error("a patch of {0} would change more than can be told at once")]
    TooMany(String),
    /// A notebook that was sent and cannot be used.
    #[error("{}", _0.message)]
    Unusable(Box<Diagnostic>),
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

/// Bytes of notebooks that are kept parsed, weighed by the size of their text.
const PARSED_BYTES: u64 = 32 * 1024 * 1024;

/// Proposals of which it is kept in mind whether the branch took them in.
const SETTLED: u64 = 10_000;

impl Library {
    /// Opens the library: the index that is there is served at once, nothing is fetched and no notebook is read.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub fn open(settings: Settings) -> Result<Self, LibraryError> {
        let Settings { data, repositories, fetch, releases } = settings;
        let create = |folder: &Path| {
            std::fs::create_dir_all(folder)
                .map_err(|source| LibraryError::Io { path: folder.to_owned(), source })
        };
        create(&data.join("mirrors"))?;
        create(&data.join("index"))?;
        let release = releases.shown();
        let facets = repository::facets(&repositories);
        let index = Index::open_with(&data.join("index"), &sync::index_fingerprint(release), &facets)?;
        let shelves = Shelves::of(repositories.into_iter().map(|repository| Shelf::new(repository, &data)));
        let parsed = moka::sync::Cache::builder()
            .max_capacity(PARSED_BYTES)
            .weigher(|_, examined: &Arc<Examined>| examined.weight())
            .build();
        let library = Self {
            data,
            shelves,
            index,
            releases,
            release,
            fetch,
            parsed,
            settled: moka::sync::Cache::new(SETTLED),
            blames: blame::kept(),
            teams: Teams::default(),
            day: Mutex::default(),
        };
        library.forget_strangers()?;
        library.recall_teams();
        Ok(library)
    }

    /// Whether there is anything in the index that somebody could ask for.
    pub fn serves(&self) -> bool {
        !self.index.marks().repos.is_empty()
    }

    /// Takes repositories that are no longer configured out of the index, so that nothing of them is found.
    fn forget_strangers(&self) -> Result<(), LibraryError> {
        let marks = self.index.marks();
        for name in marks.repos.keys().filter(|name| self.shelf(name).is_none()) {
            self.clear(name)?;
        }
        Ok(())
    }

    /// Takes a repository's documents out of the index.
    fn clear(&self, repo: &str) -> Result<(), LibraryError> {
        let batch = self.index.writer(repo, self.release, Load::Few)?;
        batch.clear(repo)?;
        Ok(batch.commit(serde_json::Value::Null)?)
    }

    /// The ATT&CK release that the library speaks.
    pub fn release(&self) -> &'static Release {
        self.release
    }

    /// Further keys of `hunting` that are facets, in the configured order.
    pub fn facets(&self) -> &[String] {
        self.index.further()
    }

    /// Every ATT&CK release that is known.
    pub fn releases(&self) -> &Releases {
        &self.releases
    }

    /// Every repository and how it stands, in the configured order.
    pub fn repositories(&self) -> Vec<RepositoryState> {
        let marks = self.index.marks();
        self.shelves
            .all()
            .iter()
            .map(|shelf| {
                let mark = marks.repos.get(&shelf.repository.name).and_then(sync::Mark::read);
                let progress = shelf.meter.read();
                let record = lock(&shelf.record);
                RepositoryState {
                    repository: shelf.repository.clone(),
                    commit: mark.as_ref().map(|mark| mark.commit.clone()).filter(|commit| !commit.is_empty()),
                    synced_at: record.synced_at,
                    tried: record.tried,
                    syncing: progress.is_some(),
                    progress,
                    error: record.error.clone(),
                    readiness: mark.map(|mark| mark.readiness).unwrap_or_default(),
                    indexed: marks.repos.contains_key(&shelf.repository.name),
                }
            })
            .collect()
    }

    /// The commit that the index stands for in a repository; none before the first sync.
    pub fn tip(&self, repo: &str) -> Option<String> {
        let mark = self.index.marks().repos.get(repo).and_then(sync::Mark::read)?;
        Some(mark.commit).filter(|commit| !commit.is_empty())
    }

    /// What besides the commits decides about the documents of a repository in the index.
    fn settings_of(&self, repo: &str) -> String {
        let mark = self.index.marks().repos.get(repo).and_then(sync::Mark::read);
        mark.map(|mark| mark.settings).unwrap_or_default()
    }

    fn shelf(&self, name: &str) -> Option<Arc<Shelf>> {
        self.shelves.named(name)
    }

    fn mirror_folder(&self, name: &str) -> PathBuf {
        self.data.join("mirrors").join(format!("{name}.git"))
    }

    /// The mirror of a repository, opened once.
    fn mirror(&self, shelf: &Shelf) -> Result<Arc<Mirror>, LibraryError> {
        let mut slot = lock(&shelf.mirror);
        if let Some(mirror) = slot.as_ref() {
            return Ok(Arc::clone(mirror));
        }
        let failed = |reason: String| LibraryError::Mirror { repo: shelf.repository.name.clone(), reason };
        let mirror = Mirror::open(&self.mirror_folder(&shelf.repository.name))
            .map_err(|error| failed(error.to_string()))?
            .ok_or_else(|| failed("it has not been cloned yet".to_owned()))?;
        let mirror = Arc::new(mirror);
        *slot = Some(Arc::clone(&mirror));
        Ok(mirror)
    }
}

/// A lock that a panic elsewhere does not take from everybody: what it guards is replaced whole, never half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<IndexError> for LibraryError {
    fn from(error: IndexError) -> Self {
        Self::Index(error.to_string())
    }
}

impl LibraryError {
    /// The mirror of `repo` failed while it was read.
    fn mirror(repo: &str) -> impl Fn(MirrorError) -> Self {
        move |error| match error {
            MirrorError::Ambiguous { .. } | MirrorError::NotACommitId(_) => Self::Commit(error.to_string()),
            other => Self::Mirror { repo: repo.to_owned(), reason: other.to_string() },
        }
    }
}
