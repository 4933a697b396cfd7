//! The record of syncs: when a repository was last brought up to date, what the last try failed with, and every try of late
//! with what it did.
//!
//! It lies beside the mirror: the state as one small file that is replaced whole, the tries as one line of JSON each, only
//! ever appended to until half of the file can go. A crash while a line is written leaves a torn one, which is passed over.
//! Derived: losing it loses ages and messages, so what cannot be written never keeps a sync from being served.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// So many of a repository's syncs are kept, the newest.
pub const KEPT_SYNCS: usize = 500;
/// The file is written anew with [`KEPT_SYNCS`] lines when it has so many.
const MOST_LINES: usize = 2 * KEPT_SYNCS;
/// Longest reason of a failure that is kept, in characters.
const MAX_REASON: usize = 1_000;
/// Most bytes of a file that are read. A line has at most a few times [`MAX_REASON`].
const MAX_FILE: u64 = 8 << 20;

/// Why a repository was synced. The later ones are the more pressing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// It was time.
    Interval,
    /// The server started, or the repository was added or changed.
    Start,
    /// Its forge said that something is new.
    Webhook,
    /// Somebody asked for it.
    Demand,
}

impl Cause {
    /// The word for it, in the API and in the record.
    pub fn word(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Start => "start",
            Self::Webhook => "webhook",
            Self::Demand => "demand",
        }
    }
}

/// How a sync ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// What is new is in the index.
    Done,
    /// There was nothing new.
    NothingNew,
    /// It failed; what was served before still is.
    Failed(String),
}

/// One sync, as it is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncEntry {
    /// Its number among those of its repository; it grows.
    pub number: u64,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// Why.
    pub cause: Cause,
    /// The commit that was served before.
    pub from: Option<String>,
    /// The commit that is served since; none where it failed.
    pub to: Option<String>,
    /// Commits that were new.
    pub commits: usize,
    /// Files whose entries were written.
    pub files: usize,
    /// Problems in these files.
    pub problems: usize,
    /// How many files had errors and warnings after it, of how many; none where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How it ended.
    pub ending: Ending,
}

/// How a repository stood after a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Files with an entry.
    pub files: u64,
    /// Those with a problem that is an error.
    pub with_errors: u64,
    /// Those with a problem that is a warning.
    pub with_warnings: u64,
}

/// A page of the record, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syncs {
    /// This page.
    pub syncs: Vec<SyncEntry>,
    /// The number before which the next page begins.
    pub next: Option<u64>,
}

/// What is remembered of a repository's syncs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) synced_at: Option<DateTime<Utc>>,
    pub(super) error: Option<(DateTime<Utc>, String)>,
    /// Whether a sync was tried since the start.
    #[serde(skip)]
    pub(super) tried: bool,
    /// The newest syncs, oldest first.
    #[serde(skip)]
    syncs: VecDeque<SyncEntry>,
    /// Lines in their file; none where it must be written anew.
    #[serde(skip)]
    lines: Option<usize>,
}

impl Record {
    fn file(data: &Path, repo: &str) -> PathBuf {
        data.join("mirrors").join(format!("{repo}.sync.json"))
    }

    fn log(data: &Path, repo: &str) -> PathBuf {
        data.join("mirrors").join(format!("{repo}.syncs.jsonl"))
    }

    /// What is on disk; nothing where there is none or it cannot be read.
    pub(super) fn load(data: &Path, repo: &str) -> Self {
        let state = std::fs::read(Self::file(data, repo)).ok();
        let mut record: Self =
            state.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        if let Ok(text) = tail(&Self::log(data, repo)) {
            record.lines = Some(text.split(|byte| *byte == b'\n').count());
            let syncs =
                text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
            syncs.for_each(|sync| record.remember(sync));
        }
        record
    }

    /// Removes what is on disk.
    pub(super) fn forget(data: &Path, repo: &str) {
        // What is left over is overwritten by a repository of the same name.
        for file in [Self::file(data, repo), Self::log(data, repo)] {
            let _ = std::fs::remove_file(file);
        }
    }

    /// Notes how a sync ended. What cannot be written stays in memory, and is written with the next one.
    pub(super) fn note(&mut self, data: &Path, repo: &str, mut sync: SyncEntry, ended_at: DateTime<Utc>) {
        self.tried = true;
        sync.number = self.syncs.back().map_or(1, |last| last.number + 1);
        match &mut sync.ending {
            Ending::Failed(reason) => {
                if reason.chars().count() > MAX_REASON {
                    *reason = reason.chars().take(MAX_REASON).chain(['…']).collect();
                }
                self.error = Some((ended_at, reason.clone()));
            }
            Ending::Done | Ending::NothingNew => {
                self.synced_at = Some(ended_at);
                self.error = None;
            }
        }
        // The state is one that a later try writes again.
        let state = serde_json::to_vec(self).unwrap_or_default();
        let _ = replace(&Self::file(data, repo), &state);
        let log = Self::log(data, repo);
        let line = serde_json::to_vec(&sync).unwrap_or_default();
        self.remember(sync);
        let written = match self.lines {
            Some(lines) if lines < MOST_LINES => append(&log, &line).map(|()| lines + 1),
            _ => {
                let lines = self.syncs.iter().map(|sync| serde_json::to_vec(sync).unwrap_or_default());
                let all: Vec<u8> = lines.flat_map(|line| line.into_iter().chain([b'\n'])).collect();
                replace(&log, &all).map(|()| self.syncs.len())
            }
        };
        self.lines = written.ok();
    }

    fn remember(&mut self, sync: SyncEntry) {
        if self.syncs.len() == KEPT_SYNCS {
            self.syncs.pop_front();
        }
        self.syncs.push_back(sync);
    }

    /// The syncs before one, newest first.
    pub(super) fn before(&self, number: Option<u64>, limit: usize) -> Syncs {
        let mut older =
            self.syncs.iter().rev().filter(|sync| number.is_none_or(|number| sync.number < number));
        let syncs: Vec<SyncEntry> = older.by_ref().take(limit).cloned().collect();
        let next = older.next().and(syncs.last()).map(|last| last.number);
        Syncs { syncs, next }
    }
}

/// The end of a file, of at most [`MAX_FILE`] bytes.
fn tail(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(MAX_FILE)))?;
    let mut text = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut text)?;
    Ok(text)
}

/// Writes a file beside and renames it, so that a crash leaves the old or the new one.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

/// Adds one line. One that a crash tore is ended first.
fn append(path: &Path, line: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut bytes = Vec::with_capacity(line.len() + 2);
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != [b'\n'] {
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(line);
    bytes.push(b'\n');
    file.write_all(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn sync(ending: Ending) -> SyncEntry {
        SyncEntry {
            health: None,
            number: 0,
            began_at: DateTime::UNIX_EPOCH,
            cause: Cause::Interval,
            from: None,
            to: Some("0123".to_owned()),
            commits: 1,
            files: 2,
            problems: 3,
            took_ms: 4,
            ending,
        }
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mirrors")).unwrap();
        folder
    }

    fn note(record: &mut Record, data: &Path, ending: Ending) {
        record.note(data, "hunts", sync(ending), DateTime::UNIX_EPOCH + TimeDelta::seconds(9));
    }

    #[test]
    fn what_was_noted_is_there_after_a_restart_newest_first() {
        let folder = folder();
        let mut record = Record::load(folder.path(), "hunts");
        note(&mut record, folder.path(), Ending::Done);
        note(&mut record, folder.path(), Ending::Failed("away".to_owned()));
        let again = Record::load(folder.path(), "hunts");
        assert_eq!(again.before(None, 10), record.before(None, 10));
        let numbers: Vec<_> = again.before(None, 10).syncs.iter().map(|sync| sync.number).collect();
        assert_eq!(numbers, [2, 1]);
        assert_eq!(again.error.unwrap().1, "away");
        assert!(again.synced_at.is_some() && !again.tried);
        let page = record.before(None, 1);
        assert_eq!((page.syncs[0].number, page.next), (2, Some(2)));
        let page = record.before(page.next, 1);
        assert_eq!((page.syncs[0].number, page.next), (1, None));
    }

    #[test]
    fn a_line_that_a_crash_tore_costs_nothing_but_itself() {
        let folder = folder();
        let mut record = Record::load(folder.path(), "hunts");
        note(&mut record, folder.path(), Ending::Done);
        note(&mut record, folder.path(), Ending::NothingNew);
        let log = Record::log(folder.path(), "hunts");
        let whole = std::fs::read(&log).unwrap();
        let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in second..whole.len() - 1 {
            std::fs::write(&log, &whole[..length]).unwrap();
            let mut torn = Record::load(folder.path(), "hunts");
            assert_eq!(torn.before(None, 10).syncs.len(), 1, "{length}");
            note(&mut torn, folder.path(), Ending::Done);
            let numbers: Vec<_> = Record::load(folder.path(), "hunts")
                .before(None, 10)
                .syncs
                .iter()
                .map(|sync| sync.number)
                .collect();
            assert_eq!(numbers, [2, 1], "{length}");
        }
    }

    #[test]
    fn the_newest_are_kept_in_memory_and_on_disk() {
        let folder = folder();
        let mut record = Record::load(folder.path(), "hunts");
        for _ in 0..2 * MOST_LINES + 7 {
            note(&mut record, folder.path(), Ending::NothingNew);
        }
        let kept = |record: &Record| record.before(None, 10_000).syncs;
        assert_eq!((kept(&record).len(), kept(&record)[0].number), (KEPT_SYNCS, 2_007));
        let lines = std::fs::read_to_string(Record::log(folder.path(), "hunts")).unwrap().lines().count();
        assert!((KEPT_SYNCS..=MOST_LINES).contains(&lines), "{lines}");
        assert_eq!(kept(&Record::load(folder.path(), "hunts")), kept(&record));
    }

    #[test]
    fn what_could_not_be_written_is_written_with_the_next() {
        let folder = folder();
        let mut record = Record::load(folder.path(), "hunts");
        let mirrors = folder.path().join("mirrors");
        std::fs::remove_dir(&mirrors).unwrap();
        note(&mut record, folder.path(), Ending::Failed("x".repeat(5_000)));
        assert_eq!(record.before(None, 10).syncs.len(), 1);
        std::fs::create_dir(&mirrors).unwrap();
        note(&mut record, folder.path(), Ending::Done);
        assert_eq!(Record::load(folder.path(), "hunts").before(None, 10), record.before(None, 10));
    }
}
