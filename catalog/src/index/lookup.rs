//! Finding by name: ids, paths, lineages, revisions. No scores, no words.

use super::columns::texts;
use super::document;
use super::schema::{Handle, column};
use super::shelf::{Index, Snapshot};
use super::{Entry, IndexError, Listed, Match, Matched, Revision};
use crate::procedure::{PATH_PREFIX, Standing};
use serde::de::DeserializeOwned;
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, DocSet, TERMINATED, TantivyDocument, Term};

/// Most revisions or problems of one page.
const MAX_PAGE: usize = 500;

impl Index {
    /// Every entry that an id names, in all repositories: those that have it (or `path:…` for their path), then those
    /// that once had it. Within each by repository and path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn by_id(&self, id: &str) -> Result<Vec<Match>, IndexError> {
        let snapshot = self.current();
        let mut found: Vec<Match> = Vec::new();
        for (handle, matched) in [(Handle::Id(id), Matched::Id), (Handle::FormerId(id), Matched::FormerId)] {
            let mut here = Vec::new();
            for address in with_term(&snapshot, &self.handle(handle))? {
                let entry: Entry = stored(&snapshot, address, self.fields.entry)?;
                here.push(Match { entry, matched });
            }
            if let (Matched::Id, Some(path)) = (matched, id.strip_prefix("path:")) {
                for repo in snapshot.marks.repos.keys() {
                    if let Some(entry) = self.entry_at(&snapshot, repo, path)? {
                        here.push(Match { entry, matched: Matched::Path });
                    }
                }
            }
            here.sort_by(|a, b| (&a.entry.repo, &a.entry.path).cmp(&(&b.entry.repo, &b.entry.path)));
            for one in here {
                let same =
                    |other: &Match| other.entry.repo == one.entry.repo && other.entry.path == one.entry.path;
                if !found.iter().any(same) {
                    found.push(one);
                }
            }
        }
        Ok(found)
    }

    /// The entry of a path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn by_path(&self, repo: &str, path: &str) -> Result<Option<Entry>, IndexError> {
        self.entry_at(&self.current(), repo, path)
    }

    /// The entry of a lineage, while the branch's tip has one.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn by_lineage(&self, repo: &str, lineage: &str) -> Result<Option<Entry>, IndexError> {
        let snapshot = self.current();
        match with_term(&snapshot, &self.handle(Handle::Lineage(repo, lineage)))?.first() {
            Some(&address) => Ok(Some(stored(&snapshot, address, self.fields.entry)?)),
            None => Ok(None),
        }
    }

    /// The id that a procedure of a repository has today, by one that it has or once had, or by `path:` and its path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn id_today(&self, repo: &str, id: &str) -> Result<Option<String>, IndexError> {
        let snapshot = self.current();
        let prefix = document::key(repo, "");
        for handle in [Handle::Id(id), Handle::FormerId(id)] {
            for address in with_term(&snapshot, &self.handle(handle))? {
                let columns = snapshot.columns(address.segment_ord as usize, &self.vocabulary)?;
                if !columns.keys.of(address.doc_id).starts_with(prefix.as_bytes()) {
                    continue;
                }
                return match handle {
                    Handle::Id(_) => Ok(Some(id.to_owned())),
                    _ => Ok(Some(stored::<Entry>(&snapshot, address, self.fields.entry)?.id)),
                };
            }
        }
        match id.strip_prefix(PATH_PREFIX) {
            Some(path) => Ok(self.entry_at(&snapshot, repo, path)?.map(|entry| entry.id)),
            None => Ok(None),
        }
    }

    /// How the procedure of a lineage is addressed, while the branch's tip has one. Reads no stored document.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn address(&self, repo: &str, lineage: &str) -> Result<Option<String>, IndexError> {
        let snapshot = self.current();
        let found = first_with_term(&snapshot, &self.handle(Handle::Lineage(repo, lineage)), 1)?;
        let Some(address) = found.first() else { return Ok(None) };
        let fast = snapshot.searcher.segment_reader(address.segment_ord).fast_fields();
        let Some(column) = fast.str(column::ROW)? else { return Ok(None) };
        let mut row = String::new();
        if let Some(ordinal) = column.ords().first(address.doc_id) {
            column.ord_to_str(ordinal, &mut row)?;
        }
        // The id comes first and is the only part that an author could put a NUL into.
        Ok(row.rsplitn(4, '\0').last().map(str::to_owned))
    }

    /// What a sync must know of every entry of a repository, by path. Reads no stored document.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn entries(&self, repo: &str) -> Result<Vec<Listed>, IndexError> {
        let snapshot = self.current();
        let prefix = document::key(repo, "");
        let mut listed = Vec::new();
        for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
            let columns = snapshot.columns(segment, &self.vocabulary)?;
            let mine = |doc: &u32| columns.keys.of(*doc).starts_with(prefix.as_bytes());
            if !columns.procedures.iter().any(mine) {
                continue;
            }
            let rows = texts(reader, column::ROW)?;
            for doc in columns.procedures.iter().copied().filter(mine).filter(|doc| !reader.is_deleted(*doc))
            {
                let path = String::from_utf8_lossy(&columns.keys.of(doc)[prefix.len()..]).into_owned();
                let row = String::from_utf8_lossy(rows.of(doc)).into_owned();
                // The id comes first and is the only part that an author could put a NUL into.
                let mut parts = row.rsplitn(4, '\0');
                let standing = match parts.next() {
                    Some("good") => Standing::Good,
                    Some("broken") => Standing::Broken,
                    Some("duplicate") => Standing::Duplicate,
                    _ => Standing::Uncatalogued,
                };
                let mut next = || parts.next().unwrap_or_default().to_owned();
                let (lineage, blob, id) = (next(), next(), next());
                listed.push(Listed { path, id, blob, lineage, standing });
            }
        }
        listed.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(listed)
    }

    /// Revisions of a lineage, newest first, those before a place in the walk if one is given; and how many there are
    /// in all.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn revisions(
        &self,
        repo: &str,
        lineage: &str,
        limit: usize,
        before: Option<u64>,
    ) -> Result<(Vec<Revision>, usize), IndexError> {
        let snapshot = self.current();
        let mut ordered = Vec::new();
        let addresses = with_term(&snapshot, &self.handle(Handle::Revisions(repo, lineage)))?;
        let mut order = None;
        for address in &addresses {
            let segment = address.segment_ord;
            let column = match order.take() {
                Some((of, column)) if of == segment => column,
                _ => snapshot.searcher.segment_reader(segment).fast_fields().u64(column::ORDER)?,
            };
            ordered.push((column.first(address.doc_id).unwrap_or(0), *address));
            order = Some((segment, column));
        }
        ordered.sort_unstable_by(|a, b| b.cmp(a));
        let page = (ordered.iter())
            .filter(|(order, _)| before.is_none_or(|before| *order < before))
            .take(limit.clamp(1, MAX_PAGE))
            .map(|(_, address)| stored(&snapshot, *address, self.fields.revision));
        Ok((page.collect::<Result<_, _>>()?, ordered.len()))
    }

    /// The entries of a repository that bear an id in their metadata, whether they hold it or are duplicates.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn by_claimed_id(&self, repo: &str, id: &str) -> Result<Vec<Entry>, IndexError> {
        let snapshot = self.current();
        let addresses = with_term(&snapshot, &self.handle(Handle::Claim(repo, id)))?;
        addresses.into_iter().map(|address| stored(&snapshot, address, self.fields.entry)).collect()
    }

    /// The newest revision that names a path, as the one it left the file at or the one it took it from.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn newest_at_path(&self, repo: &str, path: &str) -> Result<Option<Revision>, IndexError> {
        let snapshot = self.current();
        let mut newest: Option<Revision> = None;
        for address in with_term(&snapshot, &self.handle(Handle::AtPath(repo, path)))? {
            let revision: Revision = stored(&snapshot, address, self.fields.revision)?;
            if newest.as_ref().is_none_or(|newest| newest.order < revision.order) {
                newest = Some(revision);
            }
        }
        Ok(newest)
    }

    /// Every revision that names a path, as the one it left the file at or the one it took it from, oldest first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn at_path(&self, repo: &str, path: &str) -> Result<Vec<Revision>, IndexError> {
        let snapshot = self.current();
        let addresses = with_term(&snapshot, &self.handle(Handle::AtPath(repo, path)))?;
        let revisions = addresses.into_iter().map(|address| stored(&snapshot, address, self.fields.revision));
        let mut revisions = revisions.collect::<Result<Vec<Revision>, _>>()?;
        revisions.sort_unstable_by_key(|revision| revision.order);
        Ok(revisions)
    }

    /// The revision of a lineage that a commit made.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn revision(&self, repo: &str, lineage: &str, commit: &str) -> Result<Option<Revision>, IndexError> {
        let snapshot = self.current();
        match with_term(&snapshot, &self.handle(Handle::Commit(repo, lineage, commit)))?.first() {
            Some(&address) => Ok(Some(stored(&snapshot, address, self.fields.revision)?)),
            None => Ok(None),
        }
    }

    /// The revisions that deleted what bore an id, or stood at `path:` and its path, in all repositories.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn deletions(&self, id: &str) -> Result<Vec<Revision>, IndexError> {
        let snapshot = self.current();
        let addresses = first_with_term(&snapshot, &self.handle(Handle::Gone(id)), MAX_PAGE)?;
        addresses.into_iter().map(|address| stored(&snapshot, address, self.fields.revision)).collect()
    }

    pub(super) fn handle(&self, handle: Handle<'_>) -> Term {
        Term::from_field_bytes(self.fields.handle, &handle.hash())
    }

    fn entry_at(&self, snapshot: &Snapshot, repo: &str, path: &str) -> Result<Option<Entry>, IndexError> {
        match with_term(snapshot, &self.handle(Handle::Path(repo, path)))?.first() {
            Some(&address) => Ok(Some(stored(snapshot, address, self.fields.entry)?)),
            None => Ok(None),
        }
    }
}

/// The live documents that have a term.
pub(super) fn with_term(snapshot: &Snapshot, term: &Term) -> Result<Vec<DocAddress>, IndexError> {
    first_with_term(snapshot, term, usize::MAX)
}

/// The first of them, so many at most.
pub(super) fn first_with_term(
    snapshot: &Snapshot,
    term: &Term,
    most: usize,
) -> Result<Vec<DocAddress>, IndexError> {
    let mut addresses = Vec::new();
    for (segment_ord, reader) in (0..).zip(snapshot.searcher.segment_readers()) {
        let inverted = reader.inverted_index(term.field())?;
        let Some(mut postings) = inverted.read_postings(term, IndexRecordOption::Basic)? else {
            continue;
        };
        let mut doc_id = postings.doc();
        while doc_id != TERMINATED && addresses.len() < most {
            if !reader.is_deleted(doc_id) {
                addresses.push(DocAddress { segment_ord, doc_id });
            }
            doc_id = postings.advance();
        }
    }
    Ok(addresses)
}

/// What a document stores as JSON.
pub(super) fn stored<T: DeserializeOwned>(
    snapshot: &Snapshot,
    address: DocAddress,
    field: Field,
) -> Result<T, IndexError> {
    let document: TantivyDocument = snapshot.searcher.doc(address)?;
    let json = document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
    Ok(serde_json::from_str(json)?)
}
