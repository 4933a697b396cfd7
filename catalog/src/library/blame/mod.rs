//! Blame: for every line of a procedure, every cell and its metadata the revision that last changed it.
//!
//! Git's own blame stops at renames that it does not see, and libgit2's is slow. This one goes through the file's chain of
//! revisions in the index, newest first, and reads each text once, until it is known of every line where it came from:
//! usually long before the oldest. A merge hands its lines on to each of its parents in turn, as git does.

mod chain;
mod trace;

use super::examine::Source;
use super::place::Place;
use super::{Address, Library, LibraryError, Located, Shelf};
use crate::diff::blame::{self, Part, Parts};
use crate::index::{Entry, Revision};
use crate::mirror::{Content, Mirror};
use crate::notebook::{Cell, CellKind, Notebook, ipynb, myst};
use chain::Chain;
use std::sync::Arc;
use trace::Trace;

/// Most revisions whose texts are read.
const MAX_REVISIONS: usize = 1_000;

/// Bytes of results that are kept.
const KEPT: u64 = 16 << 20;

/// Who last changed what of a procedure.
#[derive(Debug, Clone)]
pub struct Blame {
    /// The procedure at the tip.
    pub entry: Entry,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
    /// The commit whose text this is of: that of the newest revision (the last good one, when that is broken), or the one
    /// asked for.
    pub commit: String,
    /// Whether a commit was asked for that is not the newest revision.
    pub past: bool,
    /// The path at that commit.
    pub path: String,
    /// The revision that deleted it, when it is gone.
    pub deleted: Option<Revision>,
    /// What was found.
    pub found: Arc<Attributed>,
}

/// A text whose lines, cells and metadata are each attributed to the revision that last changed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributed {
    /// The text; of an ipynb file its cells, in `MyST`.
    pub text: String,
    /// The revisions that are named below, newest first, without what they changed in meaning.
    pub revisions: Vec<Revision>,
    /// For each line of the text a place in `revisions`.
    pub lines: Vec<u32>,
    /// The front matter, where there is some.
    pub metadata: Option<Attribution>,
    /// The keys of the front matter, those of `hunting` in its place: `hunting.title`, `kernelspec`.
    pub keys: Vec<(String, Attribution)>,
    /// The path of the file beside the notebook that describes it, and who last changed that: a place in `revisions`.
    pub described_by: Option<(String, usize)>,
    /// The notebook's cells. None for an empty cell of prose, of which there is no line.
    pub cells: Vec<Option<Attribution>>,
    /// Set when more history is there than was looked through.
    pub cut: Option<Cut>,
}

/// A part of a text and who last changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// Its first and last line in the text, from 1.
    pub lines: (u32, u32),
    /// A place in [`Attributed::revisions`].
    pub revision: usize,
}

/// Where blame stopped short: what is attributed to this revision may be older.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The commit at which it stopped.
    pub commit: String,
    /// Why.
    pub because: CutBecause,
}

/// Why blame stopped short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutBecause {
    /// So many revisions, bytes or lines are enough.
    TooMuch,
    /// What the revision was made from is not on record, or its text cannot be read.
    Unreadable,
}

/// Results of blame that are kept.
pub(super) type Blames = moka::sync::Cache<Key, Arc<Attributed>>;

/// What a blame depends on. A commit's id stands for all that is older than it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    repo: String,
    /// Mailmap and the rest of what decides about what is on record.
    settings: String,
    lineage: String,
    commit: String,
    source: Source,
}

/// An empty cache.
pub(super) fn kept() -> Blames {
    let weight = |_: &Key, found: &Arc<Attributed>| {
        let bytes =
            found.text.len() + 4 * found.lines.len() + 64 * found.cells.len() + 1024 * found.revisions.len();
        u32::try_from(bytes + 1024).unwrap_or(u32::MAX)
    };
    moka::sync::Cache::builder().max_capacity(KEPT).weigher(weight).build()
}

impl Library {
    /// Who last changed each line, each cell and the metadata of a procedure: as it is, or as a commit left it.
    ///
    /// A cell was last changed by the newest revision that changed, added or removed one of the lines of its source, its
    /// tags or its options. A cell that was moved counts as changed by who moved it. Outputs do not count.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when `at` is not a commit of the branch or the file was not there; when index or mirror
    /// cannot be read.
    pub fn blame(&self, address: &Address, at: Option<&str>) -> Result<Option<Blame>, LibraryError> {
        let Some((Located { entry, others }, deleted)) = self.locate_any(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let last_good = entry.broken.as_ref().and_then(|broken| broken.last_good_commit.clone());
        let shown = at.map_or_else(|| last_good.unwrap_or_else(|| entry.commit.clone()), str::to_owned);
        let place = self.place(&shelf, &mirror, &entry, &shown)?;
        if !place.on_record {
            return Err(LibraryError::Commit(format!(
                "the history of {} is the branch's; commit {shown} is kept without it",
                entry.id
            )));
        }
        let Some(source) = place.source else {
            return Err(LibraryError::Commit(format!("{} was not there at commit {shown}", entry.id)));
        };
        let past = deleted.is_some() || at.is_some() && source.blob.to_string() != entry.blob;
        let key = Key {
            repo: entry.repo.clone(),
            settings: self.settings_of(&entry.repo),
            lineage: entry.lineage.clone(),
            commit: place.revision.commit.clone(),
            source,
        };
        let found = if let Some(found) = self.blames.get(&key) {
            found
        } else {
            let found = Arc::new(self.attribute(&shelf, &mirror, &place, source)?);
            self.blames.insert(key, Arc::clone(&found));
            found
        };
        let Place { commit, path, .. } = place;
        Ok(Some(Blame { entry, others, commit, past, path, deleted, found }))
    }

    fn attribute(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        place: &Place,
        source: Source,
    ) -> Result<Attributed, LibraryError> {
        let (contents, examined) = self.examined(shelf, mirror, Some(source), &place.path)?;
        let (bytes, notebook) = match contents.notebook {
            Content::Bytes(_) if ipynb::is_path(&place.path) => {
                let text = myst::write(&examined.notebook);
                let read = myst::read(text.as_bytes());
                (text.into_bytes(), Some(read))
            }
            Content::Bytes(bytes) => (bytes, None),
            Content::TooLarge(_) | Content::Missing => {
                return Err(LibraryError::Commit(format!(
                    "the text of commit {} cannot be read",
                    place.commit
                )));
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let own = notebook.as_ref().unwrap_or(&examined.notebook);
        let front_matter = blame::front_matter_lines(own, &text);
        let keys = front_matter.map(|lines| blame::key_lines(own, lines)).unwrap_or_default();
        let mut trace = Trace::new(mirror, Chain::of(&self.index, &place.revision), &own.cells);
        trace.cell_parts = Parts::of(blame::cell_lines(own, &text));
        trace.metadata = Parts::of(front_matter);
        trace.keys = Parts::of(keys.iter().map(|(_, lines)| *lines));
        let newest = trace.chain.newest()?;
        let by = trace.run(newest, source.blob, bytes)?;
        let described_by = match shelf.repository.sidecar.of(&place.path) {
            Some(path) if examined.notebook.layout.sidecar.is_some() => {
                Some((path, trace.described_by(&shelf.repository.sidecar)?))
            }
            _ => None,
        };
        // Newest first, each once.
        let mut named: Vec<usize> = by.clone();
        named.extend(
            [&trace.cell_parts, &trace.metadata, &trace.keys]
                .iter()
                .flat_map(|parts| parts.all())
                .filter_map(|part| part.by),
        );
        named.extend(described_by.as_ref().map(|(_, by)| *by));
        named.sort_unstable();
        named.dedup();
        let place_of = |by: usize| named.binary_search(&by).unwrap_or(0);
        let told = |parts: &Parts| -> Vec<Attribution> {
            let one = |part: &Part| Attribution {
                lines: (part.lines.0 + 1, part.lines.1 + 1),
                revision: place_of(part.by.unwrap_or(newest)),
            };
            parts.all().iter().map(one).collect()
        };
        Ok(Attributed {
            lines: by.into_iter().map(|by| u32::try_from(place_of(by)).unwrap_or(u32::MAX)).collect(),
            metadata: told(&trace.metadata).pop(),
            keys: keys.into_iter().map(|(path, _)| path).zip(told(&trace.keys)).collect(),
            described_by: described_by.map(|(path, by)| (path, place_of(by))),
            cells: of_notebook(&examined.notebook, notebook.is_some(), told(&trace.cell_parts)),
            cut: trace.cut.map(|(by, because)| Cut { commit: trace.chain.read[by].commit.clone(), because }),
            revisions: named.iter().map(|by| plain(&trace.chain.read[*by])).collect(),
            text,
        })
    }
}

/// A revision without what it changed in meaning, which is long and not asked for here.
fn plain(revision: &Revision) -> Revision {
    Revision { changes: Vec::new(), gained: Vec::new(), lost: Vec::new(), ..revision.clone() }
}

/// The attributions of a text's cells as those of the notebook that it was written from: empty cells of prose are not in it.
fn of_notebook(notebook: &Notebook, written: bool, told: Vec<Attribution>) -> Vec<Option<Attribution>> {
    if !written {
        return told.into_iter().map(Some).collect();
    }
    let mut told = told.into_iter();
    let own = |cell: &Cell| {
        let empty = cell.kind == CellKind::Markdown && cell.source.trim().is_empty();
        if empty { None } else { told.next() }
    };
    notebook.cells.iter().map(own).collect()
}
