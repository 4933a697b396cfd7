//! Bringing the index up to a repository: fetch, then one [`Pass`] over what is new, all or nothing.
//!
//! Where the watermark cannot be continued (first sync, rewritten history, other globs, a file that only now became a
//! notebook) the repository's documents are made anew in the same transaction.

use super::left_out::LeftOut;
use super::pass::{Pass, Stop};
use super::progress::Stage;
use super::record::{Cause, Ending, Health, Record, SyncEntry, Syncs};
use super::{Library, LibraryError, Readiness, Shelf, SyncReport, lock};
use crate::attack::Release;
use crate::lint::TeamSettings;
use crate::mirror::{self, BlobId, CommitId};
use crate::procedure::Releases;
use crate::repository::{Location, Repository};
use crate::team::Team;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

/// Raised whenever the meaning of what is written to the index changes.
const FORMAT: u32 = 4;

/// Entangled paths that are kept in mind; with more every sync makes all anew.
pub(super) const ENTANGLED: usize = 1_000;

/// What the folder of the index is named after: other analyzers or ATT&CK tables, another folder.
pub(super) fn index_fingerprint(release: &Release) -> String {
    format!("{FORMAT} {}", release.fingerprint())
}

/// The watermark of a repository in the index: the commit that its documents stand for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) commit: String,
    /// Of what besides the commits decides about the documents: location, branch, globs, field mapping, pinned release,
    /// mailmap, what the team asks of its procedures.
    pub(super) settings: String,
    /// The `order` of the next revision.
    pub(super) next_order: u64,
    pub(super) readiness: Readiness,
    /// Whether there ever was a file that describes a notebook beside it.
    pub(super) described: bool,
    /// Whether there ever was an ipynb file.
    pub(super) jupyter: bool,
    /// Paths of which the revisions on record do not tell all that decides about what comes: a merge kept two names of one
    /// file, or left a file as it was before its newest revision. At most [`ENTANGLED`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) entangled: BTreeSet<String>,
    /// What of the branch's tree is not in the catalog, and why.
    #[serde(default, skip_serializing_if = "LeftOut::is_empty")]
    pub(super) left_out: LeftOut,
}

impl Mark {
    pub(super) fn read(value: &serde_json::Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }
}

/// Of what besides the commits decides about a repository's documents.
pub(super) struct Basis {
    /// See [`Mark::settings`].
    pub(super) settings: String,
    /// The file that says who is who.
    pub(super) mailmap: Option<BlobId>,
    /// What the team says at the tip.
    pub(super) team: Arc<Team>,
}

/// `pinned` is the ATT&CK release that the repository's files are held to, `lint` what is asked of them.
fn settings_fingerprint(
    repository: &Repository,
    pinned: Option<&Release>,
    mailmap: Option<BlobId>,
    lint: &TeamSettings,
) -> String {
    let Repository { location, branch, tag, globs, ignore, fields, sidecar, .. } = repository;
    let pinned = pinned.map(|release| (release.domain(), release.version()));
    let mut settings =
        format!("{location:?} {branch:?} {globs:?} {ignore:?} {fields:?} {sidecar:?} {pinned:?} {mailmap:?}");
    if let Some(tag) = tag {
        let _ = write!(settings, " {tag:?}");
    }
    if !lint.is_empty() {
        let _ = write!(settings, " {}", lint.fingerprint());
    }
    let digest = Sha256::digest(settings);
    digest.iter().take(8).fold(String::new(), |mut name, byte| {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

impl Library {
    /// Fetches one repository and brings the index up to it; answers when the index has been committed and reloaded.
    ///
    /// # Errors
    /// When the repository is unknown, cannot be fetched, or cannot be read. What was served before still is.
    pub fn sync(&self, repo: &str, now: DateTime<Utc>) -> Result<SyncReport, LibraryError> {
        self.sync_because(repo, now, Cause::Demand)
    }

    /// [`Self::sync`], with why for the record.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub fn sync_because(
        &self,
        repo: &str,
        now: DateTime<Utc>,
        cause: Cause,
    ) -> Result<SyncReport, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        let _one_at_a_time = lock(&shelf.syncing);
        // It may have been taken out, or changed, while another sync of it was waited for.
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        self.tell_day(now);
        let running = shelf.meter.begin(now, cause);
        let (started, from) = (Instant::now(), self.tip(repo));
        let outcome = self.sync_shelf(&shelf);
        drop(running);
        if !shelf.is_wanted() {
            return Err(LibraryError::NoRepository(repo.to_owned()));
        }
        let mut entry = entry(&outcome, from, milliseconds(started), (now, cause));
        entry.health = self.health(repo).filter(|_| outcome.is_ok());
        lock(&shelf.record).note(&self.data, repo, entry, now);
        outcome
    }

    /// The syncs of a repository that are on record, newest first: those before the number given.
    ///
    /// # Errors
    /// When there is no such repository.
    pub fn syncs(&self, repo: &str, before: Option<u64>, limit: usize) -> Result<Syncs, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        Ok(lock(&shelf.record).before(before, limit))
    }

    /// Adds a repository after all others, or changes the one of its name, whose documents follow with its next sync. Its
    /// further facets count from the next opening of the library. Answers whether it is new.
    pub fn add(&self, repository: Repository) -> bool {
        let is_new = self.shelves.put(repository, &self.data);
        self.forget_lexicons();
        is_new
    }

    /// Takes a repository out: its documents leave the index, its mirror and its record of syncs the data folder. A running
    /// sync of it ends first.
    ///
    /// # Errors
    /// When there is none of that name, or the index or the folder cannot be written; it is no longer synced even so.
    pub fn remove(&self, repo: &str) -> Result<(), LibraryError> {
        let shelf = self.shelves.take(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        shelf.give_up();
        // A sync that writes ends before it commits, one that fetches before it writes: nothing comes after this.
        self.clear(repo)?;
        self.forget_team(repo);
        let _one_at_a_time = lock(&shelf.syncing);
        *lock(&shelf.mirror) = None;
        Record::forget(&self.data, repo);
        let folder = self.mirror_folder(repo);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(LibraryError::Io { path: folder, source: error })
            }
            _ => Ok(()),
        }
    }

    /// How a repository stands, as the index has it.
    fn health(&self, repo: &str) -> Option<Health> {
        let readiness = Mark::read(self.index.marks().repos.get(repo)?)?.readiness;
        let Readiness { with_errors, with_warnings, .. } = readiness;
        Some(Health { files: readiness.entries(), with_errors, with_warnings })
    }

    fn sync_shelf(&self, shelf: &Shelf) -> Result<SyncReport, LibraryError> {
        let started = Instant::now();
        // Somebody may have met what cannot be read since the last one.
        if let Ok(mirror) = self.mirror(shelf)
            && mirror.misses_blobs()
        {
            mirror.distrust().map_err(LibraryError::mirror(&shelf.repository.name))?;
        }
        self.fetch_into(shelf)?;
        let mut report = match self.bring_up(shelf) {
            Err(LibraryError::Mirror { .. }) => {
                // Once a sync: what is damaged after that is so at the repository itself.
                self.mirror(shelf)?.distrust().map_err(LibraryError::mirror(&shelf.repository.name))?;
                self.fetch_into(shelf)?;
                SyncReport { remade: true, ..self.bring_up(shelf)? }
            }
            other => other?,
        };
        report.took_ms = milliseconds(started);
        Ok(report)
    }

    /// Brings the index up to the mirror.
    fn bring_up(&self, shelf: &Shelf) -> Result<SyncReport, LibraryError> {
        let name = &shelf.repository.name;
        shelf.still_wanted()?;
        let mirror = self.mirror(shelf)?;
        let trees = mirror.trees_read();
        let failed = LibraryError::mirror(name);
        let tip = mirror.tip().map_err(&failed)?;
        let marks = self.index.marks();
        let mark = marks.repos.get(name).and_then(Mark::read);
        let at = self.team_at(shelf, &mirror, tip)?;
        let team = Arc::clone(&at.team);
        let pinned = team.release(&self.releases);
        let mailmap = tip.map(|tip| mirror.mailmap_at(tip)).transpose().map_err(&failed)?.flatten();
        let settings = settings_fingerprint(&shelf.repository, pinned, mailmap, &team.lint);
        let basis = Basis { settings, mailmap, team: Arc::clone(&team) };
        let mut report = SyncReport {
            repo: name.clone(),
            from: mark.as_ref().map(|mark| mark.commit.clone()).filter(|commit| !commit.is_empty()),
            to: tip.map(|tip| tip.to_string()),
            commits: 0,
            files: 0,
            blobs_read: 0,
            problems: 0,
            trees_read: 0,
            remade: false,
            took_ms: 0,
        };
        let fresh = mark.as_ref().filter(|mark| mark.settings == basis.settings);
        if fresh.is_some_and(|mark| mark.commit == report.to.clone().unwrap_or_default()) {
            self.take_team(name, tip, at)?;
            report.trees_read = mirror.trees_read() - trees;
            return Ok(report);
        }
        let releases = Releases { shown: self.release, lint: pinned.unwrap_or(self.release) };
        let since = match (fresh.and_then(|mark| CommitId::from_str(&mark.commit).ok()), tip) {
            // A commit that the branch no longer reaches (history was rewritten), or not by first parents.
            (Some(since), Some(tip)) => mirror.went_on(since, tip).unwrap_or(false).then_some(since),
            _ => None,
        };
        let continued = since.is_some().then(|| mark.clone()).flatten();
        let done = match Pass::begin(self, shelf, &mirror, releases, &basis, continued)?.run(since, tip) {
            Err(Stop::StartAnew) => Pass::begin(self, shelf, &mirror, releases, &basis, None)?.run(None, tip),
            other => other,
        };
        let done = done.map_err(|stop| match stop {
            Stop::Failed(error) => error,
            Stop::StartAnew => LibraryError::Index("its documents cannot be made anew".to_owned()),
        })?;
        self.take_team(name, tip, at)?;
        // Before anybody waits for it.
        self.index.warm(&self.lexicon())?;
        report.commits = done.commits;
        report.files = done.files;
        report.blobs_read = done.blobs_read;
        report.problems = done.problems;
        report.trees_read = mirror.trees_read() - trees;
        Ok(report)
    }

    fn fetch_into(&self, shelf: &Shelf) -> Result<(), LibraryError> {
        let repository = &shelf.repository;
        let folder = self.mirror_folder(&repository.name);
        let mut progress = |progress| {
            shelf.meter.fetched(&progress);
            shelf.is_wanted()
        };
        let outcome = match repository.location {
            Location::Path(_) => mirror::update(repository, &folder, &mut progress)
                .map(drop)
                .map_err(|error| error.to_string()),
            Location::Remote(_) => self.fetch.fetch(repository, &folder, &mut progress),
        };
        shelf.meter.enter(Stage::Waiting, 0);
        outcome.map_err(|reason| LibraryError::Fetch { repo: repository.name.clone(), reason })
    }
}

/// How a sync ended, for the record.
fn entry(
    outcome: &Result<SyncReport, LibraryError>,
    from: Option<String>,
    took_ms: u64,
    (began_at, cause): (DateTime<Utc>, Cause),
) -> SyncEntry {
    let (commits, files, problems, to, ending) = match outcome {
        Ok(report) => {
            let SyncReport { commits, files, problems, to, .. } = report;
            let same = report.from == report.to && *commits == 0 && *files == 0;
            let ending = if same { Ending::NothingNew } else { Ending::Done };
            (*commits, *files, *problems, to.clone(), ending)
        }
        Err(error) => (0, 0, 0, None, Ending::Failed(error.to_string())),
    };
    SyncEntry {
        number: 0,
        began_at,
        cause,
        from,
        to,
        commits,
        files,
        problems,
        health: None,
        took_ms,
        ending,
    }
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
