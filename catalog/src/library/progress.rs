//! How far a running sync is: a few numbers in memory, cheap to move on and never in the way of what they count.

use super::record::Cause;
use crate::mirror::Progress;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The remote is asked and sends; objects are counted.
    Fetching,
    /// Another repository is being written to the index.
    Waiting,
    /// New commits are walked; commits are counted.
    ReadingCommits,
    /// What each commit changed is told; files are counted.
    ComparingRevisions,
    /// Entries are written; files are counted.
    IndexingFiles,
    /// All of it is made visible.
    Committing,
}

const STAGES: [Stage; 6] = [
    Stage::Fetching,
    Stage::Waiting,
    Stage::ReadingCommits,
    Stage::ComparingRevisions,
    Stage::IndexingFiles,
    Stage::Committing,
];

/// How far a running sync is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncProgress {
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// Why.
    pub cause: Cause,
    /// What it is doing.
    pub stage: Stage,
    /// How much of that is done, in what the stage counts.
    pub done: u64,
    /// How much there is to do; 0 while that is not known.
    pub total: u64,
    /// Bytes that the remote has sent.
    pub bytes: u64,
}

/// Where a sync writes down how far it is.
#[derive(Default)]
pub(super) struct Meter {
    running: Mutex<Option<(DateTime<Utc>, Cause)>>,
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
    bytes: AtomicU64,
}

/// A sync that is going on; it is over when this is dropped, however it ends.
pub(super) struct Running<'a>(&'a Meter);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.say(None);
    }
}

impl Meter {
    /// A sync begins.
    pub(super) fn begin(&self, now: DateTime<Utc>, cause: Cause) -> Running<'_> {
        self.bytes.store(0, Ordering::Relaxed);
        self.enter(Stage::Fetching, 0);
        self.say(Some((now, cause)));
        Running(self)
    }

    fn say(&self, running: Option<(DateTime<Utc>, Cause)>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
    }

    /// Another stage begins, with so much to do.
    pub(super) fn enter(&self, stage: Stage, total: usize) {
        let place = STAGES.iter().position(|one| *one == stage).unwrap_or(0);
        self.stage.store(u8::try_from(place).unwrap_or(0), Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.total.store(u64::try_from(total).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// One more of what the stage counts is done.
    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// What the fetch tells.
    pub(super) fn fetched(&self, progress: &Progress) {
        // The pack is indexed while it arrives and after: what is done is done in both.
        self.done.store(progress.indexed_objects.max(progress.received_objects), Ordering::Relaxed);
        self.total.store(progress.total_objects, Ordering::Relaxed);
        self.bytes.store(progress.received_bytes, Ordering::Relaxed);
    }

    /// How far it is; nothing where no sync is going on.
    pub(super) fn read(&self) -> Option<SyncProgress> {
        let (began_at, cause) = (*self.running.lock().unwrap_or_else(PoisonError::into_inner))?;
        let stage = STAGES.get(usize::from(self.stage.load(Ordering::Relaxed)));
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        Some(SyncProgress {
            began_at,
            cause,
            stage: stage.copied().unwrap_or(Stage::Fetching),
            // The numbers are read one by one while a sync moves them on.
            done: if total > 0 { done.min(total) } else { done },
            total,
            bytes: self.bytes.load(Ordering::Relaxed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_tells_the_stage_and_is_silent_when_nothing_runs() {
        let meter = Meter::default();
        assert_eq!(meter.read(), None);
        let running = meter.begin(DateTime::UNIX_EPOCH, Cause::Interval);
        let fetched =
            Progress { received_objects: 5, total_objects: 9, received_bytes: 77, ..Progress::default() };
        meter.fetched(&fetched);
        let told = meter.read().unwrap();
        assert_eq!((told.stage, told.done, told.total, told.bytes), (Stage::Fetching, 5, 9, 77));
        meter.enter(Stage::IndexingFiles, 2);
        (0..3).for_each(|_| meter.step());
        let told = meter.read().unwrap();
        assert_eq!((told.stage, told.done, told.total, told.bytes), (Stage::IndexingFiles, 2, 2, 77));
        drop(running);
        assert_eq!(meter.read(), None);
    }
}
