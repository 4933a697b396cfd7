//! Two notebooks side by side: metadata by field, and every cell of both once.
//!
//! Which cell is which is answered by the same code that the sentences are made with, so both say the same. Everything is
//! bounded, and what is left out is counted. Outputs are only counted: what tools left in them is never read.

use super::cells::Sentences;
use super::change::{Change, shortened};
use super::fields::{self, FieldDiff};
use super::matching::{self, Place};
use super::unified::{self, Line};
use crate::notebook::{Cell, CellKind, Notebook};
use crate::procedure::Procedure;
use crate::report;
use serde_json::Value;
use std::collections::HashSet;

/// The most cells that are shown.
const MAX_CELLS: usize = 2_000;

/// The most lines that are shown, of all cells together.
const MAX_LINES: usize = 20_000;

/// The most text that is shown, in bytes.
const MAX_BYTES: usize = 2 << 20;

/// The longest line that is shown whole, in bytes.
const MAX_LINE: usize = 4_000;

/// The most lines of a cell that are compared one by one, on either side.
const MAX_COMPARED: usize = 2_000;

/// The most fields of cells that are shown, of all cells together.
const MAX_FIELDS: usize = 500;

/// The most tags that are shown, of all cells together.
const MAX_TAGS: usize = 10_000;

/// The most sentences that are told, of all cells together.
const MAX_CHANGES: usize = 1_000;

/// The most bytes of changed lines that are compared word by word.
const MAX_MARKED: usize = 128 * 1024;

/// Two notebooks compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotebookDiff {
    /// The fields of the notebook's metadata that differ, those of `hunting` first.
    pub metadata: Vec<FieldDiff>,
    /// Every cell of both notebooks once, in the order in which a reader of the new one meets them; those that are gone
    /// where they stood.
    pub cells: Vec<CellDiff>,
    /// What is left out because there is too much of it.
    pub left_out: LeftOut,
}

/// How much of a comparison is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Fields of metadata, and tags.
    pub fields: usize,
    /// Cells, from the last on.
    pub cells: usize,
    /// Lines of cells that are shown.
    pub lines: usize,
    /// Sentences about cells that are shown.
    pub changes: usize,
    /// Lines that are cut short; they end with `…`.
    pub shortened: usize,
}

impl LeftOut {
    /// Whether everything is there.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What became of a cell. That it stands elsewhere is no change of its own: see [`CellDiff::moved`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellStatus {
    /// It is as it was.
    Same,
    /// Its text, kind, tags, metadata or outputs are not as they were.
    Changed,
    /// Only the new notebook has it.
    Added,
    /// Only the old notebook has it.
    Removed,
}

/// A cell of either notebook, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellDiff {
    /// What became of it.
    pub status: CellStatus,
    /// Whether it stands elsewhere among the cells that stayed.
    pub moved: bool,
    /// What it is in the old notebook; none when it was added.
    pub old: Option<CellSide>,
    /// What it is in the new notebook; none when it was removed.
    pub new: Option<CellSide>,
    /// Tags that it had and has no longer.
    pub tags_lost: Vec<String>,
    /// Tags that it has and had not.
    pub tags_gained: Vec<String>,
    /// Its metadata but for the tags, and its attachments, by field.
    pub metadata: Vec<FieldDiff>,
    /// Whether it has other outputs.
    pub outputs_changed: bool,
    /// What [`changes`](super::changes()) tells of it.
    pub changes: Vec<Change>,
    /// Its lines, numbered within the cell. Those of both signs but `+` are the old text, those of both but `-` the new.
    pub lines: Vec<Line>,
    /// How many further lines are left out.
    pub left_out: usize,
}

/// A cell as one notebook has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSide {
    /// Its place, from 0.
    pub index: usize,
    /// What it holds.
    pub kind: CellKind,
    /// The line in the file on which its text begins, from 1; 0 for a notebook from nowhere.
    pub line: u32,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether a customer sees anything of it: its text, or what code puts out. Prose that none sees is guidance.
    pub customer: bool,
    /// Whether it asks a service.
    pub query: bool,
    /// How many outputs are committed with it.
    pub outputs: usize,
}

impl CellDiff {
    /// Its text in the old notebook, as far as it is shown.
    pub fn old_text(&self) -> String {
        text(&self.lines, '+')
    }

    /// Its text in the new notebook, as far as it is shown.
    pub fn new_text(&self) -> String {
        text(&self.lines, '-')
    }

    /// Whether its text is not as it was.
    pub fn text_changed(&self) -> bool {
        self.lines.iter().any(|line| line.sign != ' ')
    }
}

fn text(lines: &[Line], but: char) -> String {
    let own = lines.iter().filter(|line| line.sign != but);
    let texts = own.map(|line| line.pieces.iter().map(|(_, piece)| piece.as_str()).collect::<String>());
    texts.collect::<Vec<_>>().join("\n")
}

impl NotebookDiff {
    /// How many of the cells that are shown this became of.
    pub fn count(&self, status: CellStatus) -> usize {
        self.cells.iter().filter(|cell| cell.status == status).count()
    }

    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        let stayed = |cell: &CellDiff| cell.status == CellStatus::Same && !cell.moved;
        self.metadata.is_empty() && self.left_out.is_nothing() && self.cells.iter().all(stayed)
    }
}

/// Compares two notebooks; one that is not there has no cells and no metadata.
pub fn notebooks(old: Option<(&Notebook, &Procedure)>, new: Option<(&Notebook, &Procedure)>) -> NotebookDiff {
    let (metadata, fields_left_out) = fields::of_notebooks(old, new);
    let nothing = Notebook::default();
    let sides = [old, new].map(|side| side.map_or(&nothing, |(notebook, _)| notebook));
    let (was, is) = (&sides[0].cells, &sides[1].cells);
    let places = matching::places(was, is);
    let left_out = LeftOut {
        fields: fields_left_out,
        cells: places.len().saturating_sub(MAX_CELLS),
        ..LeftOut::default()
    };
    let mut room = Room {
        lines: MAX_LINES,
        bytes: MAX_BYTES,
        marked: MAX_MARKED,
        fields: MAX_FIELDS,
        tags: MAX_TAGS,
        changes: MAX_CHANGES,
        left_out,
    };
    let sentences = Sentences::between(sides[0], sides[1]);
    let shown = places.into_iter().take(MAX_CELLS).map(|place| {
        let (old, new, moved) = match place {
            Place::Both { old, new, moved } => (Some(old), Some(new), moved),
            Place::Gone(old) => (Some(old), None, false),
            Place::Come(new) => (None, Some(new), false),
        };
        let mut cell = room.cell(old.map(|at| (at, &was[at])), new.map(|at| (at, &is[at])));
        cell.moved = moved;
        for (side, query) in
            [(&mut cell.old, sentences.query_before(old)), (&mut cell.new, sentences.query_after(new))]
        {
            if let Some(side) = side {
                side.query = query;
            }
        }
        cell.changes = kept(sentences.of(place), &mut room.changes, &mut room.left_out.changes);
        cell
    });
    let cells = shown.collect();
    NotebookDiff { metadata, cells, left_out: room.left_out }
}

/// How much may still be shown, and what was left out so far.
struct Room {
    lines: usize,
    bytes: usize,
    marked: usize,
    fields: usize,
    tags: usize,
    changes: usize,
    left_out: LeftOut,
}

impl Room {
    fn cell(&mut self, old: Option<(usize, &Cell)>, new: Option<(usize, &Cell)>) -> CellDiff {
        let (was, is) = (old.map(|(_, cell)| cell), new.map(|(_, cell)| cell));
        let (tags_lost, tags_gained) = (tags_beyond(was, is), tags_beyond(is, was));
        let metadata = fields::of_cells(was, is);
        let outputs_changed = outputs(was) != outputs(is);
        let status = match (was, is) {
            (None, _) => CellStatus::Added,
            (_, None) => CellStatus::Removed,
            (Some(was), Some(is)) if was.kind != is.kind || was.source != is.source => CellStatus::Changed,
            _ if outputs_changed => CellStatus::Changed,
            _ if tags_lost.is_empty() && tags_gained.is_empty() && metadata.is_empty() => CellStatus::Same,
            _ => CellStatus::Changed,
        };
        let (lines, left_out) =
            self.lines(was.map_or("", |cell| &cell.source), is.map_or("", |cell| &cell.source));
        CellDiff {
            status,
            moved: false,
            old: old.map(|(index, cell)| self.side(index, cell)),
            new: new.map(|(index, cell)| self.side(index, cell)),
            tags_lost: self.tags(tags_lost),
            tags_gained: self.tags(tags_gained),
            metadata: kept(metadata, &mut self.fields, &mut self.left_out.fields),
            outputs_changed,
            changes: Vec::new(),
            lines,
            left_out,
        }
    }

    fn side(&mut self, index: usize, cell: &Cell) -> CellSide {
        CellSide {
            index,
            kind: cell.kind,
            line: cell.source_line,
            tags: self.tags(cell.tags().collect()),
            customer: report::reaches_customer(cell),
            query: false,
            outputs: cell.outputs.len(),
        }
    }

    fn tags(&mut self, tags: Vec<&str>) -> Vec<String> {
        kept(tags, &mut self.tags, &mut self.left_out.fields).into_iter().map(shortened).collect()
    }

    /// The lines of a cell, and how many are left out.
    fn lines(&mut self, old: &str, new: &str) -> (Vec<Line>, usize) {
        let was: Vec<&str> = lines_of(old).take(self.lines).collect();
        let is: Vec<&str> = lines_of(new).take(self.lines).collect();
        let mut left_out = lines_of(old).count() - was.len();
        if old != new {
            left_out += lines_of(new).count() - is.len();
        }
        let mut lines = unified::lines(&was, &is, MAX_COMPARED, &mut self.marked);
        let mut shown = 0;
        for line in lines.iter_mut().take(self.lines) {
            let cut = shorten(&mut line.pieces);
            let bytes = line.pieces.iter().map(|(_, piece)| piece.len()).sum();
            let Some(room) = self.bytes.checked_sub(bytes) else { break };
            self.bytes = room;
            self.left_out.shortened += usize::from(cut);
            shown += 1;
        }
        self.lines -= shown;
        left_out += lines.len() - shown;
        lines.truncate(shown);
        self.left_out.lines += left_out;
        (lines, left_out)
    }
}

/// The lines of a cell; an empty one has none.
fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').take(if text.is_empty() { 0 } else { usize::MAX })
}

/// As many as there is room for; the others are counted.
fn kept<T>(mut these: Vec<T>, room: &mut usize, left_out: &mut usize) -> Vec<T> {
    *left_out += these.len().saturating_sub(*room);
    these.truncate(*room);
    *room -= these.len();
    these
}

/// The tags of one side that the other has not.
fn tags_beyond<'a>(these: Option<&'a Cell>, those: Option<&Cell>) -> Vec<&'a str> {
    let (Some(these), Some(those)) = (these, those) else { return Vec::new() };
    let known: HashSet<&str> = those.tags().collect();
    let mut seen = HashSet::new();
    these.tags().filter(|tag| !known.contains(tag) && seen.insert(*tag)).collect()
}

fn outputs(cell: Option<&Cell>) -> &[Value] {
    cell.map_or(&[], |cell| &cell.outputs)
}

/// Cuts a line that is too long to be shown; answers whether it was.
fn shorten(pieces: &mut Vec<(bool, String)>) -> bool {
    let mut room = MAX_LINE;
    for at in 0..pieces.len() {
        let piece = &mut pieces[at].1;
        if piece.len() > room {
            piece.truncate(piece.floor_char_boundary(room));
            piece.push('…');
            pieces.truncate(at + 1);
            return true;
        }
        room -= piece.len();
    }
    false
}

#[cfg(test)]
mod tests;
