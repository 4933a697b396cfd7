//! What is wrong with a procedure among the others of the catalog.

use super::examine::Source;
use super::{Library, LibraryError};
use crate::index::Entry;
use crate::lint::{Among, Around, Diagnostic, lint_among};
use chrono::{DateTime, Utc};

/// Most near-duplicates that are looked at: a few are named.
const ALIKE: usize = 4;

impl Library {
    /// What is wrong with a procedure as it is at the tip among the others: near-duplicates, and that nobody has looked at it
    /// for as long as its team asks. A change of the file counts as a look, as does a review at `reviewed`.
    ///
    /// # Errors
    /// When index or mirror cannot be read.
    pub fn among(
        &self,
        entry: &Entry,
        reviewed: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Diagnostic>, LibraryError> {
        let settings = self.team(&entry.repo).unwrap_or_default().lint.for_path(&entry.path);
        let alike: Vec<(String, u32)> = (self.index.near_duplicates(entry, ALIKE)?.into_iter())
            .map(|near| (near.entry.path, u32::from(near.alike)))
            .collect();
        if alike.is_empty() && settings.unreviewed_days.is_none() {
            return Ok(Vec::new());
        }
        let (shelf, mirror) = self.shelf_of(entry)?;
        let source = Source::read(&entry.blob, entry.sidecar.as_deref());
        let (_, examined) = self.examined(&shelf, &mirror, source, &entry.path)?;
        let changed = DateTime::from_timestamp(entry.updated_at, 0);
        let looked_at = changed.max(reviewed).map(|at| at.date_naive());
        let around = Around { path: &entry.path, today: Some(now.date_naive()), files: None };
        let among = Among { same_id: &[], alike: &alike, looked_at };
        let findings = lint_among(&examined.notebook, &settings, &around, &among);
        Ok(findings.into_iter().map(|finding| finding.diagnostic).collect())
    }
}
