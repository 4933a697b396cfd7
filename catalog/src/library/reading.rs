//! Finding, reading and looking back: what the pages and the API ask of the library.

use super::around::TreeAt;
use super::examine::{self, Contents, Examined, Source};
use super::place::Place;
use super::{Address, History, Library, LibraryError, Located, Reading, Shelf};
use crate::index::{Coverage, Entry, Found, Likeness, Offers, Ranking, Search, Suggest, Suggestions};
use crate::lint::Around;
use crate::mirror::{Content, Mirror};
use crate::notebook::{ipynb, myst};
use crate::procedure::Releases;
use std::collections::HashMap;
use std::sync::Arc;

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
        let files = TreeAt::new(&mirror, &commit);
        let around = Around { files: Some(&files), ..self.around(&path) };
        let diagnostics = examined.diagnostics(&self.team(&entry.repo).unwrap_or_default(), &around);
        Ok(Some(Reading {
            commit,
            past,
            path,
            blob,
            described_by,
            bytes,
            notebook: examined.notebook.clone(),
            procedure: examined.procedure.clone(),
            diagnostics,
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
        let team = self.team(&repository.name);
        let lint = team.and_then(|team| team.release(&self.releases)).unwrap_or(self.release);
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
