//! Where a procedure stood at a commit: which path, which text, which revision left it so.

use super::examine::Source;
use super::{Address, Library, LibraryError, Located, Shelf, Since};
use crate::index::{Entry, Revision, RevisionStatus};
use crate::mirror::{BlobId, CommitId, CommitInfo, Mirror, Signature};
use std::str::FromStr;

/// Revisions of one file that are looked through to find where it stood at a commit.
const LOOKED_THROUGH: usize = 5_000;
/// Revisions that are read from the index at once.
const PAGE: usize = 500;

impl Library {
    /// The revision that left a procedure as it is at a commit that its branch reaches.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when it is no such commit, or the file was not there.
    pub fn revision_at(&self, address: &Address, at: &str) -> Result<Option<Revision>, LibraryError> {
        let Some((Located { entry, .. }, _)) = self.locate_any(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        Ok(Some(self.place(&shelf, &mirror, &entry, at)?.revision))
    }

    /// The revision that left a procedure as it is at a commit, and those that are newer.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when the branch does not reach the commit, or the file was not there.
    pub fn since(&self, address: &Address, at: &str) -> Result<Option<Since>, LibraryError> {
        let Some((Located { entry, .. }, _)) = self.locate_any(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let place = self.place(&shelf, &mirror, &entry, at)?;
        if !place.on_record {
            return Ok(None);
        }
        let (mut newer, _) = self.index.revisions(&entry.repo, &entry.lineage, PAGE, None)?;
        newer.retain(|revision| revision.order > place.revision.order);
        Ok(Some(Since { revision: place.revision, newer }))
    }

    /// The newest revision, or the newest one before another.
    pub(super) fn newest_before(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        entry: &Entry,
        order: Option<u64>,
    ) -> Result<Place, LibraryError> {
        let (mut revisions, _) = self.index.revisions(&entry.repo, &entry.lineage, 1, order)?;
        let revision = revisions
            .pop()
            .ok_or_else(|| LibraryError::Commit(format!("{} has no other revision", entry.id)))?;
        Self::place_of(shelf, mirror, revision)
    }

    /// Where a procedure stood at any commit that the branch reaches.
    pub(super) fn place(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        entry: &Entry,
        at: &str,
    ) -> Result<Place, LibraryError> {
        let failed = LibraryError::mirror(&entry.repo);
        let commit = mirror.resolve(at).map_err(&failed)?.ok_or_else(|| {
            LibraryError::Commit(format!(
                "{at} is not a commit that the branch of {} or a pin reaches",
                entry.repo
            ))
        })?;
        if let Some(revision) = self.index.revision(&entry.repo, &entry.lineage, &commit.to_string())? {
            return Self::place_of(shelf, mirror, revision);
        }
        self.place_between(shelf, mirror, entry, commit)
    }

    /// Where a revision left its file.
    fn place_of(shelf: &Shelf, mirror: &Mirror, revision: Revision) -> Result<Place, LibraryError> {
        let commit =
            CommitId::from_str(&revision.commit).map_err(|error| LibraryError::Index(error.to_string()))?;
        let blob = revision.blob.as_deref().and_then(|blob| BlobId::from_str(blob).ok());
        let source = match blob {
            Some(blob) => Some(Self::source(shelf, mirror, commit, &revision.path, blob)?),
            None => None,
        };
        let (commit, path) = (revision.commit.clone(), revision.path.clone());
        Ok(Place { commit, path, source, revision, on_record: true })
    }

    fn source(
        shelf: &Shelf,
        mirror: &Mirror,
        commit: CommitId,
        path: &str,
        blob: BlobId,
    ) -> Result<Source, LibraryError> {
        let repository = &shelf.repository;
        Source::at(mirror, &repository.sidecar, commit, path, blob)
            .map_err(LibraryError::mirror(&repository.name))
    }

    /// The revisions of a procedure, newest first, as far as they are looked through.
    fn chain(&self, entry: &Entry) -> Result<Vec<Revision>, LibraryError> {
        let mut chain: Vec<Revision> = Vec::new();
        while chain.len() < LOOKED_THROUGH {
            let before = chain.last().map(|revision| revision.order);
            let (page, _) = self.index.revisions(&entry.repo, &entry.lineage, PAGE, before)?;
            let whole = page.len() == PAGE;
            chain.extend(page);
            if !whole {
                break;
            }
        }
        Ok(chain)
    }

    /// The same for a commit that did not touch the file.
    fn place_between(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        entry: &Entry,
        commit: CommitId,
    ) -> Result<Place, LibraryError> {
        let failed = LibraryError::mirror(&entry.repo);
        let revisions = self.chain(entry)?;
        let mut paths: Vec<&str> = Vec::new();
        for revision in revisions.iter().filter(|revision| revision.status != RevisionStatus::Deleted) {
            if !paths.contains(&revision.path.as_str()) {
                paths.push(&revision.path);
            }
        }
        let on_branch = match mirror.tip().map_err(&failed)? {
            Some(tip) => mirror.is_ancestor(commit, tip).map_err(&failed)?,
            None => false,
        };
        for path in paths {
            let Some(blob) = mirror.entry_at(commit, path).map_err(&failed)? else { continue };
            if !on_branch {
                // Of a history that is no longer the branch's, only what a pin keeps is left: the file of that name.
                let revision = unrecorded(entry, &mirror.commit(commit).map_err(&failed)?, path, blob);
                return Ok(Place { on_record: false, ..Self::place_of(shelf, mirror, revision)? });
            }
            let text = blob.to_string();
            let came_from = revisions
                .iter()
                .find(|revision| revision.path == path && revision.blob.as_deref() == Some(text.as_str()));
            // A file of the same name and other content belongs to another lineage.
            let Some(revision) = came_from else { continue };
            return Ok(Place {
                commit: commit.to_string(),
                path: path.to_owned(),
                source: Some(Self::source(shelf, mirror, commit, path, blob)?),
                revision: revision.clone(),
                on_record: true,
            });
        }
        Err(LibraryError::Commit(format!("{} was not there at commit {}", entry.id, commit.short(12))))
    }
}

/// A procedure at a commit: its path and text there, and the revision that left it so.
pub(super) struct Place {
    pub(super) commit: String,
    pub(super) path: String,
    /// None where the commit deleted the file.
    pub(super) source: Option<Source>,
    pub(super) revision: Revision,
    /// Whether the revision is in the index, with all that is older.
    pub(super) on_record: bool,
}

/// A revision that is on no record: a file as a commit left it that the branch does not reach.
fn unrecorded(entry: &Entry, commit: &CommitInfo, path: &str, blob: BlobId) -> Revision {
    let time = |signature: &Signature| (signature.when_seconds, signature.offset_minutes);
    Revision {
        repo: entry.repo.clone(),
        commit: commit.id.to_string(),
        path: path.to_owned(),
        previous_path: None,
        lineage: entry.lineage.clone(),
        order: 0,
        author_name: commit.author.name.clone(),
        author_email: commit.author.email.clone(),
        authored_at: time(&commit.author),
        committed_at: time(&commit.committer),
        subject: commit.subject.clone(),
        status: RevisionStatus::Modified,
        changes: Vec::new(),
        blob: Some(blob.to_string()),
        before: None,
        merge: false,
        co_authors: commit.co_authors.iter().map(|one| (one.name.clone(), one.email.clone())).collect(),
        id: None,
        title: String::new(),
        gained: Vec::new(),
        lost: Vec::new(),
        hunts: Vec::new(),
        today: None,
    }
}
