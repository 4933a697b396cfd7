//! Finding, reading and looking back: what the pages and the API ask of the library.

use super::examine::{self, Examined};
use super::{Address, Comparison, History, Library, LibraryError, Located, Problem, Reading, Shelf};
use crate::diff;
use crate::index::{Entry, Found, Revision, RevisionStatus, Search};
use crate::mirror::{BlobId, CommitId, Content, Mirror};
use std::str::FromStr;
use std::sync::Arc;

/// Revisions of one file that are looked through to find where it stood at a commit.
const LOOKED_THROUGH: usize = 5_000;

impl Library {
    /// Searches.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn search(&self, search: &Search) -> Result<Found, LibraryError> {
        Ok(self.index.search(search, self.release)?)
    }

    /// The procedure at an address, from the index alone.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn locate(&self, address: &Address) -> Result<Option<Located>, LibraryError> {
        let mut found: Vec<Entry> =
            self.index.by_id(&address.id)?.into_iter().map(|found| found.entry).collect();
        // Who holds the id today comes before who once had it, then the configured order decides.
        let rank = |repo: &str| {
            self.shelves.iter().position(|shelf| shelf.repository.name == repo).unwrap_or(usize::MAX)
        };
        found.sort_by_key(|entry| (entry.id != address.id, rank(&entry.repo), entry.path.clone()));
        let wanted = |entry: &Entry| address.repo.as_ref().is_none_or(|repo| *repo == entry.repo);
        let Some(position) = found.iter().position(wanted) else { return Ok(None) };
        let entry = found.swap_remove(position);
        let mut others: Vec<String> = found.into_iter().map(|other| other.repo).collect();
        others.retain(|repo| *repo != entry.repo);
        others.sort_by_key(|repo| rank(repo));
        others.dedup();
        Ok(Some(Located { entry, others }))
    }

    /// One revision of a procedure: the newest (the last good one, when that is broken), or the one at a commit.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when `at` is not a commit of the branch or the file was not there.
    pub fn read(&self, address: &Address, at: Option<&str>) -> Result<Option<Reading>, LibraryError> {
        let Some(Located { entry, others }) = self.locate(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let (commit, path, blob, broken) = match (at, &entry.broken) {
            (Some(at), _) => {
                let place = self.place(&mirror, &entry, at)?;
                (place.commit, place.path, place.blob, None)
            }
            (None, Some(broken)) => match (&broken.last_good_commit, &broken.last_good_blob) {
                (Some(commit), Some(blob)) => {
                    let path = broken.last_good_path.clone().unwrap_or_else(|| entry.path.clone());
                    (commit.clone(), path, blob.clone(), Some(broken.clone()))
                }
                _ => (entry.commit.clone(), entry.path.clone(), entry.blob.clone(), Some(broken.clone())),
            },
            (None, None) => (entry.commit.clone(), entry.path.clone(), entry.blob.clone(), None),
        };
        let content = Self::content(&mirror, &entry.repo, &blob)?;
        let examined = self.examined(shelf, &content, &blob, &path);
        let past = at.is_some() && blob != entry.blob;
        let bytes = match content {
            Content::Bytes(bytes) => bytes,
            Content::TooLarge(_) | Content::Missing => Vec::new(),
        };
        Ok(Some(Reading {
            commit,
            past,
            path,
            blob,
            bytes,
            notebook: examined.notebook.clone(),
            procedure: examined.procedure.clone(),
            diagnostics: examined.procedure.diagnostics.clone(),
            broken,
            entry,
            others,
        }))
    }

    /// The revisions of a procedure, newest first, through renames. The cursor is opaque.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn history(
        &self,
        address: &Address,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Option<History>, LibraryError> {
        let Some(Located { entry, .. }) = self.locate(address)? else { return Ok(None) };
        let before = cursor.and_then(|cursor| u64::from_str_radix(cursor, 36).ok());
        let (revisions, total) = self.index.revisions(&entry.repo, &entry.lineage, limit, before)?;
        let next = match revisions.last() {
            Some(last) if revisions.len() == limit && last.order > 0 => {
                let (more, _) = self.index.revisions(&entry.repo, &entry.lineage, 1, Some(last.order))?;
                (!more.is_empty()).then(|| radix36(last.order))
            }
            _ => None,
        };
        Ok(Some(History { entry, revisions, total, next }))
    }

    /// Two revisions of a procedure compared; without `from` or `to`, the newest against the one before.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when a side is not a revision of the procedure.
    pub fn compare(
        &self,
        address: &Address,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Option<Comparison>, LibraryError> {
        let Some(Located { entry, .. }) = self.locate(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let to = match to {
            Some(at) => self.place(&mirror, &entry, at)?,
            None => self.newest_before(&entry, None)?,
        };
        let from = match from {
            Some(at) => Some(self.place(&mirror, &entry, at)?),
            None => self.newest_before(&entry, Some(to.revision.order)).ok(),
        };
        // The first revision is compared with nothing.
        let old = match &from {
            Some(place) => Some(self.side(shelf, &mirror, place)?),
            None => None,
        };
        let new = self.side(shelf, &mirror, &to)?;
        let empty = (String::new(), None);
        let (old_text, old_examined) = old.unwrap_or(empty);
        let (new_text, new_examined) = new;
        let from_name = from.as_ref().map_or("/dev/null".to_owned(), |place| format!("a/{}", place.path));
        let unified = diff::unified(&old_text, &new_text, &from_name, &format!("b/{}", to.path), 3);
        let changes = diff::changes(
            old_examined.as_deref().map(|side| (&side.notebook, &side.procedure)),
            new_examined.as_deref().map(|side| (&side.notebook, &side.procedure)),
        );
        let to = to.revision;
        let from = from.map_or_else(|| to.clone(), |place| place.revision);
        Ok(Some(Comparison { entry, from, to, changes, unified }))
    }

    /// All problems at the branches' tips, by repository and path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn problems(
        &self,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<(Vec<Problem>, Option<String>), LibraryError> {
        let (entries, next) = self.index.with_problems(limit, cursor)?;
        let problems = entries
            .into_iter()
            .flat_map(|entry| {
                let Entry { repo, path, id, commit, problems, .. } = entry;
                problems.into_iter().map(move |diagnostic| Problem {
                    repo: repo.clone(),
                    path: path.clone(),
                    id: id.clone(),
                    commit: commit.clone(),
                    diagnostic,
                })
            })
            .collect();
        Ok((problems, next))
    }

    fn shelf_of(&self, entry: &Entry) -> Result<(&Shelf, Arc<Mirror>), LibraryError> {
        let shelf = self.shelf(&entry.repo).ok_or_else(|| LibraryError::NoRepository(entry.repo.clone()))?;
        Ok((shelf, self.mirror(shelf)?))
    }

    fn content(mirror: &Mirror, repo: &str, blob: &str) -> Result<Content, LibraryError> {
        let id = BlobId::from_str(blob).map_err(|error| LibraryError::Mirror {
            repo: repo.to_owned(),
            reason: format!("{blob}: {error}"),
        })?;
        mirror.blob(id, examine::LARGEST).map_err(LibraryError::mirror(repo))
    }

    /// The file understood, from memory where it was read before.
    fn examined(&self, shelf: &Shelf, content: &Content, blob: &str, path: &str) -> Arc<Examined> {
        self.parsed.get_with((blob.to_owned(), path.to_owned()), || {
            Arc::new(examine::examine(content, path, &shelf.repository.fields, self.release))
        })
    }

    fn side(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        place: &Place,
    ) -> Result<(String, Option<Arc<Examined>>), LibraryError> {
        if place.blob.is_empty() {
            return Ok((String::new(), None));
        }
        let content = Self::content(mirror, &shelf.repository.name, &place.blob)?;
        let examined = self.examined(shelf, &content, &place.blob, &place.path);
        let text = match &content {
            Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Content::TooLarge(_) | Content::Missing => String::new(),
        };
        Ok((text, Some(examined)))
    }

    /// The newest revision, or the newest one before another.
    fn newest_before(&self, entry: &Entry, order: Option<u64>) -> Result<Place, LibraryError> {
        let (mut revisions, _) = self.index.revisions(&entry.repo, &entry.lineage, 1, order)?;
        let revision = revisions
            .pop()
            .ok_or_else(|| LibraryError::Commit(format!("{} has no other revision", entry.id)))?;
        Ok(Place {
            commit: revision.commit.clone(),
            path: revision.path.clone(),
            blob: revision.blob.clone().unwrap_or_default(),
            revision,
        })
    }

    /// Where a procedure stood at any commit that the branch reaches.
    fn place(&self, mirror: &Mirror, entry: &Entry, at: &str) -> Result<Place, LibraryError> {
        let failed = LibraryError::mirror(&entry.repo);
        let commit = mirror.resolve(at).map_err(&failed)?.ok_or_else(|| {
            LibraryError::Commit(format!("{at} is not a commit that the branch of {} reaches", entry.repo))
        })?;
        let full = commit.to_string();
        if let Some(revision) = self.index.revision(&entry.repo, &entry.lineage, &full)? {
            return Ok(Place {
                commit: full,
                path: revision.path.clone(),
                blob: revision.blob.clone().unwrap_or_default(),
                revision,
            });
        }
        self.place_between(mirror, entry, commit)
    }

    /// The same for a commit that did not touch the file.
    fn place_between(&self, mirror: &Mirror, entry: &Entry, commit: CommitId) -> Result<Place, LibraryError> {
        let failed = LibraryError::mirror(&entry.repo);
        let (revisions, _) = self.index.revisions(&entry.repo, &entry.lineage, LOOKED_THROUGH, None)?;
        let mut paths: Vec<&str> = Vec::new();
        for revision in revisions.iter().filter(|revision| revision.status != RevisionStatus::Deleted) {
            if !paths.contains(&revision.path.as_str()) {
                paths.push(&revision.path);
            }
        }
        for path in paths {
            let Some(blob) = mirror.entry_at(commit, path).map_err(&failed)? else { continue };
            let blob = blob.to_string();
            let came_from = revisions
                .iter()
                .find(|revision| revision.path == path && revision.blob.as_deref() == Some(blob.as_str()));
            // A file of the same name and other content belongs to another lineage.
            let Some(revision) = came_from else { continue };
            return Ok(Place {
                commit: commit.to_string(),
                path: path.to_owned(),
                blob,
                revision: revision.clone(),
            });
        }
        Err(LibraryError::Commit(format!("{} was not there at commit {}", entry.id, commit.short(12))))
    }
}

/// A procedure at a commit: its path and blob there, and the revision that left it so.
struct Place {
    commit: String,
    path: String,
    /// Empty where the commit deleted the file.
    blob: String,
    revision: Revision,
}

fn radix36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(number % 36).unwrap_or(0), 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}
