//! One blame going on: through a chain of revisions, newest first, until it is known of every line where it came from.

use super::chain::Chain;
use super::{CutBecause, MAX_REVISIONS};
use crate::diff::LineBook;
use crate::diff::blame::{self, Parts, Sought};
use crate::index::RevisionStatus;
use crate::library::LibraryError;
use crate::library::examine::largest;
use crate::mirror::{BlobId, CommitId, Content, Mirror};
use crate::notebook::{Cell, ipynb, myst, python_text};
use crate::repository::Sidecar;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::str::FromStr;

/// Most bytes of text, and most lines, that are read for one blame.
const MAX_BYTES: usize = 32 << 20;
const MAX_LINES: usize = 1_000_000;
/// Most lines of one text.
const MAX_TEXT: usize = 50_000;
/// Parents of one merge that are looked at.
const PARENTS: usize = 8;
/// Revisions that are looked through for who last changed the file beside a notebook.
const MAX_SIDECARS: usize = 200;

/// A text as it is compared.
struct Text {
    bytes: Vec<u8>,
    lines: Vec<u32>,
}

/// A revision on the way, and which lines of the newest text are looked for in the text that it left.
struct Suspect {
    revision: usize,
    sought: Sought,
}

/// One blame going on. Revisions are places in what was read of the chain: a larger one is older.
pub(super) struct Trace<'a> {
    mirror: &'a Mirror,
    pub(super) chain: Chain<'a>,
    book: LineBook,
    /// By blob, and whether it is an ipynb file's.
    texts: HashMap<(BlobId, bool), Option<Rc<Text>>>,
    /// How much was read.
    bytes: usize,
    lines: usize,
    /// The cells of the newest text, and their lines in it.
    cells: &'a [Cell],
    pub(super) cell_parts: Parts,
    /// The lines of its front matter, and those of the keys in it.
    pub(super) metadata: Parts,
    pub(super) keys: Parts,
    /// Where it stopped short.
    pub(super) cut: Option<(usize, CutBecause)>,
}

impl<'a> Trace<'a> {
    /// One that has not begun, of a text with these cells.
    pub(super) fn new(mirror: &'a Mirror, chain: Chain<'a>, cells: &'a [Cell]) -> Self {
        Self {
            mirror,
            chain,
            book: LineBook::default(),
            texts: HashMap::new(),
            bytes: 0,
            lines: 0,
            cells,
            cell_parts: Parts::default(),
            metadata: Parts::default(),
            keys: Parts::default(),
            cut: None,
        }
    }

    /// For every line of the newest text the revision that it came with.
    pub(super) fn run(
        &mut self,
        newest: usize,
        blob: BlobId,
        bytes: Vec<u8>,
    ) -> Result<Vec<usize>, LibraryError> {
        let is_ipynb = ipynb::is_path(&self.chain.read[newest].path);
        let Some(text) = self.take(bytes) else {
            self.cut = Some((newest, CutBecause::TooMuch));
            return Ok(Vec::new());
        };
        let count = text.lines.len();
        self.texts.insert((blob, is_ipynb), Some(Rc::new(text)));
        let mut by = vec![newest; count];
        let sought = (0..u32::try_from(count).unwrap_or(u32::MAX)).map(|at| (at, at)).collect();
        // By place in the walk: all that hand lines on to a revision are newer, and were taken before it.
        let mut suspects =
            BTreeMap::from([(self.chain.read[newest].order, Suspect { revision: newest, sought })]);
        let mut seen = 0;
        while let Some((_, suspect)) = suspects.pop_last() {
            seen += 1;
            let Suspect { revision, mut sought } = suspect;
            let older = if seen < MAX_REVISIONS { self.made_from(revision)? } else { Vec::new() };
            if seen == MAX_REVISIONS {
                self.cut.get_or_insert((revision, CutBecause::TooMuch));
            }
            let single = older.len() == 1;
            for older in older {
                if sought.is_empty() {
                    break;
                }
                let Some(passed) = self.step(revision, older, &mut sought, single)? else { continue };
                if passed.is_empty() {
                    continue;
                }
                let order = self.chain.read[older].order;
                let suspect =
                    suspects.entry(order).or_insert_with(|| Suspect { revision: older, sought: Vec::new() });
                suspect.sought.extend(passed);
                suspect.sought.sort_unstable();
            }
            for (_, line) in sought {
                by[line as usize] = revision;
                for parts in [&mut self.cell_parts, &mut self.metadata, &mut self.keys] {
                    parts.came(line, revision);
                }
            }
        }
        Ok(by)
    }

    /// Parts the lines sought in what a revision left: those that an older one has as well are given, the rest stays.
    fn step(
        &mut self,
        newer: usize,
        older: usize,
        sought: &mut Sought,
        single: bool,
    ) -> Result<Option<Sought>, LibraryError> {
        let same = self.chain.read[newer].blob == self.chain.read[older].blob
            && ipynb::is_path(&self.chain.read[newer].path) == ipynb::is_path(&self.chain.read[older].path);
        if same {
            return Ok(Some(std::mem::take(sought)));
        }
        let (Some(text), Some(before)) = (self.text(newer)?, self.text(older)?) else {
            return Ok(None);
        };
        let edits = self.book.changed(&before.lines, &text.lines);
        let passed = blame::pass(std::mem::take(sought), &edits);
        if single {
            // What one side of a merge does not have, the other may have taken out.
            for (_, line) in &passed.newer {
                self.cell_parts.came(*line, newer);
            }
            self.lost(&passed.removed, newer, &before);
        }
        *sought = passed.newer;
        Ok(Some(passed.older))
    }

    /// Lines were taken out by a revision: which parts that changed.
    fn lost(&mut self, removed: &[(Option<u32>, Option<u32>)], by: usize, before: &Text) {
        let mut cells_before = None;
        for (above, below) in removed {
            self.metadata.lost(*above, *below, by);
            self.keys.lost(*above, *below, by);
            for cell in self.cell_parts.lost(*above, *below, by) {
                // Whether the lines were those of the cell is told by whether it was there without them.
                let before = cells_before.get_or_insert_with(|| myst::read(&before.bytes).cells);
                let Some(own) = self.cells.get(cell) else { continue };
                if !before.iter().any(|other| blame::same_cell(own, other)) {
                    self.cell_parts.change(cell, by);
                }
            }
        }
    }

    /// The revisions whose texts a revision was made from.
    fn made_from(&mut self, at: usize) -> Result<Vec<usize>, LibraryError> {
        let revision = &self.chain.read[at];
        if revision.merge {
            return self.sides(at);
        }
        let before = match (&revision.before, revision.status) {
            (Some(before), _) => before.clone(),
            (None, RevisionStatus::Added) => return self.came_back(at),
            (None, _) => return Ok(Vec::new()),
        };
        let path = revision.previous_path.clone().unwrap_or_else(|| revision.path.clone());
        let found = self.left(at, &path, &before)?;
        if found.is_none() {
            self.cut.get_or_insert((at, CutBecause::Unreadable));
        }
        Ok(found.into_iter().collect())
    }

    /// Of a file that is there again after it was deleted, the revision that it was deleted after.
    fn came_back(&mut self, at: usize) -> Result<Vec<usize>, LibraryError> {
        let Some(deleted) = self.chain.older(at)? else { return Ok(Vec::new()) };
        if self.chain.read[deleted].status != RevisionStatus::Deleted || !self.is_before(deleted, at)? {
            return Ok(Vec::new());
        }
        let Some(before) = self.chain.read[deleted].before.clone() else { return Ok(Vec::new()) };
        let path = self.chain.read[deleted].path.clone();
        Ok(self.left(deleted, &path, &before)?.into_iter().collect())
    }

    /// The revisions that the sides of a merge had, each once.
    fn sides(&mut self, at: usize) -> Result<Vec<usize>, LibraryError> {
        let repo = self.chain.repo.clone();
        let failed = LibraryError::mirror(&repo);
        let Ok(commit) = CommitId::from_str(&self.chain.read[at].commit) else { return Ok(Vec::new()) };
        let parents = self.mirror.commit(commit).map_err(&failed)?.parents;
        // A side that does not know of a rename has the file where it was.
        self.chain.older(at)?;
        let mut paths: Vec<String> = Vec::new();
        let own = &self.chain.read[at];
        let older = self.chain.read[at..].iter().map(|one| &one.path);
        for path in [&own.path].into_iter().chain(&own.previous_path).chain(older) {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        let mut found = Vec::new();
        for parent in parents.into_iter().take(PARENTS) {
            for path in &paths {
                let Some(blob) = self.mirror.entry_at(parent, path).map_err(&failed)? else { continue };
                found.extend(self.left(at, path, &blob.to_string())?.filter(|one| !found.contains(one)));
                break;
            }
        }
        Ok(found)
    }

    /// The revision that left this text at this path, and from which another one grew.
    fn left(&mut self, of: usize, path: &str, blob: &str) -> Result<Option<usize>, LibraryError> {
        let mut at = of;
        let mut first = None;
        while let Some(older) = self.chain.older(at)? {
            at = older;
            let revision = &self.chain.read[older];
            if revision.blob.as_deref() != Some(blob) || revision.path != path {
                continue;
            }
            first.get_or_insert(older);
            // Where branches ran beside each other, both may have come to the same text.
            if !self.chain.branches || self.is_before(older, of)? {
                return Ok(Some(older));
            }
        }
        Ok(first)
    }

    /// Whether one revision's commit grew from the other's.
    fn is_before(&self, older: usize, newer: usize) -> Result<bool, LibraryError> {
        let id = |at: usize| CommitId::from_str(&self.chain.read[at].commit);
        match (id(older), id(newer)) {
            (Ok(older), Ok(newer)) => {
                self.mirror.is_ancestor(older, newer).map_err(LibraryError::mirror(&self.chain.repo))
            }
            _ => Ok(false),
        }
    }

    /// The text that a revision left, as it is compared. None where it cannot be read, or is more than is read.
    fn text(&mut self, at: usize) -> Result<Option<Rc<Text>>, LibraryError> {
        let revision = &self.chain.read[at];
        let Some(blob) = revision.blob.as_deref().and_then(|blob| BlobId::from_str(blob).ok()) else {
            return Ok(None);
        };
        let is_ipynb = ipynb::is_path(&revision.path);
        if let Some(known) = self.texts.get(&(blob, is_ipynb)) {
            return Ok(known.clone());
        }
        let limit = largest(&revision.path);
        let content = self.mirror.blob(blob, limit).map_err(LibraryError::mirror(&self.chain.repo))?;
        let (text, because) = match content {
            Content::Bytes(bytes) => {
                let bytes = if is_ipynb { myst::write(&ipynb::read(&bytes)).into_bytes() } else { bytes };
                (self.take(bytes).map(Rc::new), CutBecause::TooMuch)
            }
            Content::TooLarge(_) => (None, CutBecause::TooMuch),
            Content::Missing => (None, CutBecause::Unreadable),
        };
        if text.is_none() {
            self.cut.get_or_insert((at, because));
        }
        self.texts.insert((blob, is_ipynb), text.clone());
        Ok(text)
    }

    /// A text cut into lines. None where that is more than is read for one blame.
    fn take(&mut self, bytes: Vec<u8>) -> Option<Text> {
        self.bytes += bytes.len();
        let count = python_text::line_feeds(&bytes) + 1;
        self.lines += count;
        let fits = self.bytes <= MAX_BYTES && self.lines <= MAX_LINES && count <= MAX_TEXT;
        fits.then(|| Text { lines: self.book.read(&bytes), bytes })
    }

    /// The revision that last changed the file that describes the notebook beside it.
    pub(super) fn described_by(&mut self, sidecar: &Sidecar) -> Result<usize, LibraryError> {
        let mut at = 0;
        for _ in 0..MAX_SIDECARS {
            let revision = &self.chain.read[at];
            let path = sidecar.of(&revision.path);
            let before = revision.previous_path.as_deref().map_or(path.clone(), |path| sidecar.of(path));
            let Ok(commit) = CommitId::from_str(&revision.commit) else { break };
            let blob = |commit: CommitId, path: &Option<String>| -> Result<Option<BlobId>, LibraryError> {
                let Some(path) = path else { return Ok(None) };
                self.mirror.entry_at(commit, path).map_err(LibraryError::mirror(&self.chain.repo))
            };
            let here = blob(commit, &path)?;
            let parents = self.mirror.commit(commit).map_err(LibraryError::mirror(&self.chain.repo))?.parents;
            let mut same = false;
            for parent in parents.into_iter().take(PARENTS) {
                same |= blob(parent, &before)? == here;
            }
            match self.chain.older(at)? {
                Some(older) if same => at = older,
                _ => break,
            }
        }
        Ok(at)
    }
}
