//! Finding, reading and looking back: what the pages and the API ask of the library.

use super::examine::{self, Contents, Examined, Source};
use super::{Address, History, Library, LibraryError, Located, Problem, Reading, Shelf};
use crate::index::{
    Coverage, Entry, Found, Likeness, Offers, Ranking, Revision, RevisionStatus, Search, Suggest, Suggestions,
};
use crate::mirror::{BlobId, CommitId, CommitInfo, Content, Mirror, Signature};
use crate::notebook::{ipynb, myst};
use crate::procedure::Releases;
use std::collections::HashMap;
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
        Ok(self.index.search(search, &self.lexicon())?)
    }

    /// How many procedures a search finds, and the names of the first.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn rank(&self, search: &Search) -> Result<Ranking, LibraryError> {
        Ok(self.index.rank(search, &self.lexicon())?)
    }

    /// What to offer where a search found nothing.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn offers(&self, search: &Search) -> Result<Offers, LibraryError> {
        Ok(self.index.offers(search, &self.lexicon())?)
    }

    /// What a query can go on with at a place.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn suggest(&self, asked: &Suggest) -> Result<Suggestions, LibraryError> {
        Ok(self.index.suggest(asked, &self.lexicon())?)
    }

    /// How a search's results are spread over the techniques of ATT&CK.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn coverage(&self, search: &Search) -> Result<Coverage, LibraryError> {
        Ok(self.index.coverage(search, &self.lexicon())?)
    }

    /// What is like a procedure: nearly its text, or much of what it hunts; so many of each, the likest first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn likeness(&self, entry: &Entry, most: usize) -> Result<Likeness, LibraryError> {
        Ok(self.index.likeness(entry, most)?)
    }

    /// The procedure at an address, from the index alone.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn locate(&self, address: &Address) -> Result<Option<Located>, LibraryError> {
        let mut found: Vec<Entry> =
            self.index.by_id(&address.id)?.into_iter().map(|found| found.entry).collect();
        // Who holds the id today comes before who once had it, then the configured order decides.
        let shelves = self.shelves.all();
        let rank =
            |repo: &str| shelves.iter().position(|shelf| shelf.repository.name == repo).unwrap_or(usize::MAX);
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
        // What is gone is read at a commit only: nobody takes it for what holds today.
        let found = match at {
            Some(_) => self.locate_any(address)?,
            None => self.locate(address)?.map(|located| (located, None)),
        };
        let Some((Located { entry, others }, deleted)) = found else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let broken = entry.broken.clone().filter(|_| at.is_none());
        let last_good = broken.as_ref().and_then(|broken| {
            let source =
                Source::read(broken.last_good_blob.as_deref()?, broken.last_good_sidecar.as_deref())?;
            let path = broken.last_good_path.clone().unwrap_or_else(|| entry.path.clone());
            Some((broken.last_good_commit.clone()?, path, source))
        });
        let newest = Source::read(&entry.blob, entry.sidecar.as_deref());
        let (commit, path, source) = match (at, last_good) {
            (Some(at), _) => {
                let place = self.place(&shelf, &mirror, &entry, at)?;
                (place.commit, place.path, place.source)
            }
            (None, Some((commit, path, source))) => (commit, path, Some(source)),
            (None, None) => (entry.commit.clone(), entry.path.clone(), newest),
        };
        let (contents, examined) = self.examined(&shelf, &mirror, source, &path)?;
        let shown = source.map(|source| (source.blob.to_string(), examined.sidecar_of(source)));
        let past =
            deleted.is_some() || at.is_some() && shown != Some((entry.blob.clone(), entry.sidecar.clone()));
        let blob = source.map(|source| source.blob.to_string()).unwrap_or_default();
        let described_by =
            examined.notebook.layout.sidecar.as_ref().and_then(|_| shelf.repository.sidecar.of(&path));
        let bytes = match contents.notebook {
            Content::Bytes(bytes) => bytes,
            Content::TooLarge(_) | Content::Missing => Vec::new(),
        };
        Ok(Some(Reading {
            commit,
            past,
            path,
            blob,
            described_by,
            bytes,
            notebook: examined.notebook.clone(),
            procedure: examined.procedure.clone(),
            diagnostics: examined.procedure.diagnostics.clone(),
            broken,
            entry,
            others,
            deleted,
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
        let Some((Located { entry, .. }, deleted)) = self.locate_any(address)? else { return Ok(None) };
        let before = cursor.and_then(|cursor| u64::from_str_radix(cursor, 36).ok());
        let (revisions, total) = self.index.revisions(&entry.repo, &entry.lineage, limit, before)?;
        let next = match revisions.last() {
            Some(last) if revisions.len() == limit && last.order > 0 => {
                let (more, _) = self.index.revisions(&entry.repo, &entry.lineage, 1, Some(last.order))?;
                (!more.is_empty()).then(|| radix36(last.order))
            }
            _ => None,
        };
        Ok(Some(History { entry, revisions, total, next, deleted }))
    }

    /// The revision that left a procedure as it is at a commit that its branch reaches.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when it is no such commit, or the file was not there.
    pub fn revision_at(&self, address: &Address, at: &str) -> Result<Option<Revision>, LibraryError> {
        let Some((Located { entry, .. }, _)) = self.locate_any(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        Ok(Some(self.place(&shelf, &mirror, &entry, at)?.revision))
    }

    /// The places in the walk of the revisions that commits made of a procedure, by commit; those that made none are left
    /// out. A larger place is newer.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn orders(&self, entry: &Entry, commits: &[String]) -> Result<HashMap<String, u64>, LibraryError> {
        let mut orders = HashMap::new();
        for commit in commits {
            if let Some(revision) = self.index.revision(&entry.repo, &entry.lineage, commit)? {
                orders.insert(commit.clone(), revision.order);
            }
        }
        Ok(orders)
    }

    /// All problems at the branches' tips: first those of the files that teams keep for Huntshelf, then those of
    /// procedures, each by repository and path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn problems(
        &self,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<(Vec<Problem>, Option<String>), LibraryError> {
        let (entries, next) = self.index.with_problems(limit, cursor)?;
        let mut problems = Vec::new();
        if cursor.is_none() {
            problems = self.team_problems();
            problems.extend(self.left_out());
        }
        problems.extend(entries.into_iter().flat_map(|entry| {
            let Entry { repo, path, id, commit, problems, .. } = entry;
            problems.into_iter().map(move |diagnostic| Problem {
                repo: repo.clone(),
                path: path.clone(),
                id: Some(id.clone()),
                commit: commit.clone(),
                diagnostic,
            })
        }));
        Ok((problems, next))
    }

    pub(super) fn shelf_of(&self, entry: &Entry) -> Result<(Arc<Shelf>, Arc<Mirror>), LibraryError> {
        let shelf = self.shelf(&entry.repo).ok_or_else(|| LibraryError::NoRepository(entry.repo.clone()))?;
        let mirror = self.mirror(&shelf)?;
        Ok((shelf, mirror))
    }

    /// The bytes that a source names, and what they say, from memory where they were understood before. A file that is
    /// not there is empty.
    pub(super) fn examined(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        source: Option<Source>,
        path: &str,
    ) -> Result<(Contents, Arc<Examined>), LibraryError> {
        let repository = &shelf.repository;
        let contents = match source {
            Some(source) => examine::contents(source, path, |blob, most| mirror.blob(blob, most))
                .map_err(LibraryError::mirror(&repository.name))?,
            None => Contents { notebook: Content::Missing, sidecar: None },
        };
        let lint =
            self.team(&repository.name).and_then(|team| team.release(&self.releases)).unwrap_or(self.release);
        let releases = Releases { shown: self.release, lint };
        let examine = || Arc::new(examine::examine(&contents, path, repository, releases));
        let lint = (lint.domain(), lint.version());
        let examined = match source {
            Some(source) => self.parsed.get_with((source, path.to_owned(), lint), examine),
            None => examine(),
        };
        Ok((contents, examined))
    }

    /// The text that a place holds, and what it says; nothing where a commit deleted the file.
    pub(super) fn side(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        place: &Place,
    ) -> Result<(String, Option<Arc<Examined>>), LibraryError> {
        if place.source.is_none() {
            return Ok((String::new(), None));
        }
        let (contents, examined) = self.examined(shelf, mirror, place.source, &place.path)?;
        let text = match &contents.notebook {
            // Lines of JSON would say nothing to a reader.
            Content::Bytes(_) if ipynb::is_path(&place.path) => myst::write(&examined.notebook),
            Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Content::TooLarge(_) | Content::Missing => String::new(),
        };
        Ok((text, Some(examined)))
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
        Ok(Place { commit: revision.commit.clone(), path: revision.path.clone(), source, revision })
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

    /// The same for a commit that did not touch the file.
    fn place_between(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        entry: &Entry,
        commit: CommitId,
    ) -> Result<Place, LibraryError> {
        let failed = LibraryError::mirror(&entry.repo);
        let (revisions, _) = self.index.revisions(&entry.repo, &entry.lineage, LOOKED_THROUGH, None)?;
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
                return Self::place_of(shelf, mirror, revision);
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
            });
        }
        Err(LibraryError::Commit(format!("{} was not there at commit {}", entry.id, commit.short(12))))
    }
}

/// A procedure at a commit: its path and text there, and the revision that left it so.
pub(super) struct Place {
    commit: String,
    pub(super) path: String,
    /// None where the commit deleted the file.
    pub(super) source: Option<Source>,
    pub(super) revision: Revision,
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
        co_authors: commit.co_authors.iter().map(|one| (one.name.clone(), one.email.clone())).collect(),
        id: None,
        title: String::new(),
        gained: Vec::new(),
        lost: Vec::new(),
        hunts: Vec::new(),
        today: None,
    }
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
