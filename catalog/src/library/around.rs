//! What is known of a file besides its text, for the rules.

use super::{Library, lock};
use crate::lint::{Around, Files};
use crate::mirror::{CommitId, Mirror};
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// The files of a commit.
pub(super) struct TreeAt<'m> {
    mirror: &'m Mirror,
    commit: Option<CommitId>,
}

impl<'m> TreeAt<'m> {
    pub(super) fn new(mirror: &'m Mirror, commit: &str) -> Self {
        Self { mirror, commit: CommitId::from_str(commit).ok() }
    }
}

impl Files for TreeAt<'_> {
    /// Of what cannot be looked up nobody says that it is missing.
    fn is_there(&self, path: &str) -> bool {
        self.commit.is_none_or(|commit| self.mirror.has(commit, path).unwrap_or(true))
    }
}

impl Library {
    /// What is known where other files are not looked at: what is found then depends on this file alone.
    pub(super) fn around<'p>(&self, path: &'p str) -> Around<'p> {
        Around { path, today: *lock(&self.day), files: None }
    }

    /// Takes in what day it is: a sync is told.
    pub(super) fn tell_day(&self, now: DateTime<Utc>) {
        *lock(&self.day) = Some(now.date_naive());
    }
}
