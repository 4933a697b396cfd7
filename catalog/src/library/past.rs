//! What became of a technique in the catalog: when procedures gained it, and when they lost it.

use super::{Library, LibraryError};
use crate::attack::{Release, TechniqueId};
use crate::index::{Entry, Revision, RevisionStatus, technique_ids};
use serde::Serialize;

/// The past of a technique: one page.
#[derive(Debug, Clone, Default)]
pub struct TechniqueHistory {
    /// Newest first.
    pub events: Vec<TechniqueEvent>,
    /// How many there are in all.
    pub total: usize,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// A revision in which a procedure gained or lost a technique, or a sub-technique of it.
#[derive(Debug, Clone)]
pub struct TechniqueEvent {
    /// How that came.
    pub kind: EventKind,
    /// The ids that it gained, as written.
    pub gained: Vec<String>,
    /// The ids that it lost, as written.
    pub lost: Vec<String>,
    /// The revision.
    pub revision: Revision,
    /// The procedure as it is today; none when it is gone.
    pub today: Option<Entry>,
}

/// How a procedure came to hunt a technique, or ceased to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The procedure was added, with it.
    Added,
    /// The procedure was deleted, with it.
    Deleted,
    /// The procedure was mapped to it.
    Gained,
    /// The procedure was mapped to it no longer.
    Lost,
    /// An id gave way to another: to what replaced it, to its parent, to a sibling.
    Remapped,
    /// It went with all metadata.
    MetadataLost,
    /// It came back with the metadata.
    MetadataRestored,
}

impl Library {
    /// When procedures gained or lost a technique, a sub-technique of it, or what it replaced, newest first. The cursor
    /// is opaque.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn technique_history(
        &self,
        release: &Release,
        id: &TechniqueId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<TechniqueHistory, LibraryError> {
        let past = self.index.technique_past(id, limit, cursor)?;
        let of_it = |written: &&String| {
            let Ok(written) = written.parse::<TechniqueId>() else { return false };
            // The index resolves by the shown release; the page may be of another.
            [self.release, release]
                .into_iter()
                .any(|release| technique_ids(&release.map(&written)).any(|own| own == id.as_str()))
        };
        let event = |revision: Revision| -> Result<TechniqueEvent, LibraryError> {
            let gained: Vec<String> = revision.gained.iter().filter(of_it).cloned().collect();
            let lost: Vec<String> = revision.lost.iter().filter(of_it).cloned().collect();
            let kind = kind(&revision, &gained, &lost);
            let today = self.index.by_lineage(&revision.repo, &revision.lineage)?;
            Ok(TechniqueEvent { kind, gained, lost, revision, today })
        };
        let events = past.revisions.into_iter().map(event).collect::<Result<_, _>>()?;
        Ok(TechniqueHistory { events, total: past.total, next: past.next })
    }
}

fn kind(revision: &Revision, gained: &[String], lost: &[String]) -> EventKind {
    let has = |kind: &str| revision.changes.iter().any(|change| change.kind == kind);
    match (revision.status, gained.is_empty(), lost.is_empty()) {
        (RevisionStatus::Added, ..) => EventKind::Added,
        (RevisionStatus::Deleted, ..) => EventKind::Deleted,
        (_, false, false) => EventKind::Remapped,
        (_, false, true) if has("metadata-restored") => EventKind::MetadataRestored,
        (_, true, false) if has("metadata-lost") => EventKind::MetadataLost,
        (_, false, true) => EventKind::Gained,
        (_, true, _) => EventKind::Lost,
    }
}
