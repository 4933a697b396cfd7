//! Procedures that were deleted: their page says when and by whom, and their history stays.

use super::examine::Source;
use super::{Address, Library, LibraryError, Located, Shelf};
use crate::index::{Entry, Revision};
use crate::mirror::{BlobId, CommitId};
use crate::procedure::{PATH_PREFIX, Standing};
use std::collections::BTreeSet;
use std::str::FromStr;

/// A procedure that the branch's tip has no longer.
#[derive(Debug, Clone)]
pub struct Gone {
    /// As it was before it went: what it said last, where it stood.
    pub located: Located,
    /// The revision that deleted it.
    pub deleted: Revision,
}

impl Library {
    /// The procedure that bore an id, or stood at `path:…`, and was deleted last. None while one is there.
    ///
    /// # Errors
    /// When index or mirror cannot be read.
    pub fn gone(&self, address: &Address) -> Result<Option<Gone>, LibraryError> {
        if self.locate(address)?.is_some() {
            return Ok(None);
        }
        let mut deleted = self.index.deletions(&address.id)?;
        deleted.retain(|revision| {
            address.repo.as_ref().is_none_or(|repo| *repo == revision.repo)
                && self.shelf(&revision.repo).is_some()
        });
        deleted.sort_by_key(|revision| std::cmp::Reverse((revision.committed_at.0, revision.order)));
        for revision in deleted {
            // It came back, under another id or path.
            if self.index.by_lineage(&revision.repo, &revision.lineage)?.is_some() {
                continue;
            }
            let (newer, _) = self.index.revisions(&revision.repo, &revision.lineage, 1, None)?;
            if newer.first().is_some_and(|newest| newest.order == revision.order) {
                return self.as_it_was(revision);
            }
        }
        Ok(None)
    }

    /// The procedure at an address; one that is gone as it was, with the revision that deleted it.
    pub(super) fn locate_any(
        &self,
        address: &Address,
    ) -> Result<Option<(Located, Option<Revision>)>, LibraryError> {
        if let Some(located) = self.locate(address)? {
            return Ok(Some((located, None)));
        }
        Ok(self.gone(address)?.map(|gone| (gone.located, Some(gone.deleted))))
    }

    fn as_it_was(&self, deleted: Revision) -> Result<Option<Gone>, LibraryError> {
        let Revision { repo, lineage, order, .. } = &deleted;
        let Some(shelf) = self.shelf(repo) else { return Ok(None) };
        let (before, _) = self.index.revisions(repo, lineage, 1, Some(*order))?;
        let Some(last) = before.into_iter().next() else { return Ok(None) };
        let entry = self.entry_of(&shelf, &last, &deleted)?;
        Ok(entry.map(|entry| Gone { located: Located { entry, others: Vec::new() }, deleted }))
    }

    /// The entry that a revision's text would have.
    fn entry_of(
        &self,
        shelf: &Shelf,
        last: &Revision,
        deleted: &Revision,
    ) -> Result<Option<Entry>, LibraryError> {
        let id = |text: &str| BlobId::from_str(text).ok();
        let (Some(blob), Ok(commit)) = (last.blob.as_deref().and_then(id), CommitId::from_str(&last.commit))
        else {
            return Ok(None);
        };
        let repository = &shelf.repository;
        let mirror = self.mirror(shelf)?;
        let source = Source::at(&mirror, &repository.sidecar, commit, &last.path, blob)
            .map_err(LibraryError::mirror(&repository.name))?;
        let (_, examined) = self.examined(shelf, &mirror, Some(source), &last.path)?;
        let mut procedure = examined.procedure.clone();
        procedure.diagnostics = Vec::new();
        let id = deleted.id.clone().unwrap_or_else(|| format!("{PATH_PREFIX}{}", last.path));
        Ok(Some(Entry {
            repo: last.repo.clone(),
            path: last.path.clone(),
            id,
            lineage: last.lineage.clone(),
            standing: if examined.is_catalogued() { Standing::Good } else { Standing::Uncatalogued },
            commit: last.commit.clone(),
            blob: blob.to_string(),
            sidecar: examined.sidecar_of(source),
            updated_at: deleted.committed_at.0,
            updated_by: deleted.author_name.clone(),
            authors: procedure.authors.clone(),
            copyable: false,
            broken: None,
            taken_by: None,
            problems: Vec::new(),
            mendable: false,
            born: 0,
            former_ids: Vec::new(),
            ever_catalogued: examined.is_catalogued(),
            metadata_ever_lost: false,
            change_kinds: BTreeSet::new(),
            people: Vec::new(),
            commits: Vec::new(),
            procedure,
        }))
    }
}
