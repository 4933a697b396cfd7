//! The record of syncs: when a repository was last brought up to date, and what the last try failed with.

use super::LibraryError;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is remembered of a repository's syncs, beside its mirror. Derived: losing it loses an age and a message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) synced_at: Option<DateTime<Utc>>,
    pub(super) error: Option<(DateTime<Utc>, String)>,
    /// Whether a sync was tried since the start.
    #[serde(skip)]
    pub(super) tried: bool,
}

impl Record {
    fn file(data: &Path, repo: &str) -> PathBuf {
        data.join("mirrors").join(format!("{repo}.sync.json"))
    }

    /// What is on disk; nothing where there is none or it cannot be read.
    pub(super) fn load(data: &Path, repo: &str) -> Self {
        std::fs::read(Self::file(data, repo))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Writes it beside and renames, so that a crash leaves the old or the new one.
    pub(super) fn store(&self, data: &Path, repo: &str) -> Result<(), LibraryError> {
        let file = Self::file(data, repo);
        let beside = file.with_extension("json.new");
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        std::fs::write(&beside, bytes)
            .and_then(|()| std::fs::rename(&beside, &file))
            .map_err(|source| LibraryError::Io { path: file, source })
    }
}
