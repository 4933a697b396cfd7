//! Before another release of ATT&CK is shown: which procedures that concerns, and the patch that says what was replaced.

use super::patch::{MAX_PATCH, MAX_PATCHED, RepositoryPatch, text_of};
use super::{Library, LibraryError};
use crate::attack::{Fate, Release, Stale, Upgrade, remap};
use crate::diff;
use crate::index::{Entry, Mapped};

impl Library {
    /// The procedures of which a technique changes between two releases.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn upgrade(
        &self,
        upgrade: &Upgrade,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Mapped, LibraryError> {
        let ids: Vec<&str> = upgrade.techniques.iter().map(|one| one.id.as_str()).collect();
        Ok(self.index.mapped(&ids, None, limit, cursor)?)
    }

    /// The patch that replaces, in one repository, what a release has revoked. None for a repository that there is not.
    ///
    /// # Errors
    /// [`LibraryError::TooMany`] when the patch would be too large, and when index or mirror cannot be read.
    pub fn upgrade_patch(
        &self,
        upgrade: &Upgrade,
        repo: &str,
    ) -> Result<Option<RepositoryPatch>, LibraryError> {
        let Some(shelf) = self.shelf(repo) else { return Ok(None) };
        let replaced = upgrade.techniques.iter().filter(|one| one.fate == Fate::Replaced);
        let ids: Vec<&str> = replaced.map(|one| one.id.as_str()).collect();
        let mut patch = RepositoryPatch::default();
        let mut cursor = None;
        let mut seen = 0;
        loop {
            let mapped = self.index.mapped(&ids, Some(repo), 500, cursor.as_deref())?;
            if mapped.entries.is_empty() {
                return Ok(Some(patch));
            }
            let mirror = self.mirror(&shelf)?;
            for entry in &mapped.entries {
                seen += 1;
                let text = text_of(&mirror, entry).map_err(LibraryError::mirror(repo))?;
                let (change, whole) = text.map_or_else(Default::default, |text| {
                    let remapped = remap(&text, &entry.path, &shelf.repository.fields, upgrade.to);
                    let apart = |stale: &Stale| stale.replaced_by.is_some() && !stale.replaced;
                    let change = diff::patch(&entry.path, &text, &remapped.text);
                    let whole = !change.is_empty() && !remapped.stale.iter().any(apart);
                    (change, whole)
                });
                if !whole && names_replaced(entry, upgrade.to) {
                    patch.left.push(entry.path.clone());
                }
                patch.text.push_str(&change);
            }
            if mapped.next.is_some() && seen >= MAX_PATCHED || patch.text.len() > MAX_PATCH {
                return Err(LibraryError::TooMany(repo.to_owned()));
            }
            cursor = mapped.next;
            if cursor.is_none() {
                return Ok(Some(patch));
            }
        }
    }
}

/// Whether what an author wrote was replaced in a release.
fn names_replaced(entry: &Entry, to: &Release) -> bool {
    entry
        .procedure
        .techniques
        .iter()
        .any(|mapping| to.resolve(&mapping.id).is_some_and(|next| next.id.as_str() != mapping.id))
}
