//! Two notebooks compared, as answers hold them: metadata by field, and every cell of both once.

use super::item::ChangeItem;
use catalog::diff::{CellDiff, CellSide, CellStatus, FieldDiff, FieldStatus, LeftOut, Line, NotebookDiff};
use catalog::notebook::CellKind;
use serde::Serialize;
use utoipa::ToSchema;

/// A field of metadata that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedField {
    /// Its dotted path: `hunting.title`, `kernelspec.name`; of a cell's metadata its key.
    pub key: String,
    /// `added`, `removed` or `changed`.
    pub status: &'static str,
    /// The value before, as one would say it; null when it was added.
    pub before: Option<String>,
    /// The value after; null when it was removed.
    pub after: Option<String>,
    /// The difference as a sentence.
    pub text: String,
}

/// A cell of either notebook, or of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedCell {
    /// `same`, `changed`, `added` or `removed`.
    pub status: &'static str,
    /// Whether it stands elsewhere among the cells that stayed.
    pub moved: bool,
    /// What it is in the older notebook; null when it was added.
    pub old: Option<ComparedSide>,
    /// What it is in the newer notebook; null when it was removed.
    pub new: Option<ComparedSide>,
    /// Tags that it had and has no longer.
    pub tags_lost: Vec<String>,
    /// Tags that it has and had not.
    pub tags_gained: Vec<String>,
    /// Its further metadata, by field.
    pub metadata: Vec<ComparedField>,
    /// Whether it has other outputs.
    pub outputs_changed: bool,
    /// What changed of it in meaning.
    pub changes: Vec<ChangeItem>,
    /// Its text on both sides, line by line.
    pub lines: Vec<ComparedLine>,
    /// How many further lines are left out.
    pub left_out: usize,
}

/// A cell as one notebook has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedSide {
    /// Its place, from 0.
    pub index: usize,
    /// `markdown`, `code` or `raw`.
    pub kind: &'static str,
    /// The line in the file on which its text begins, from 1; 0 when that is not known.
    pub line: u32,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether customers see anything of it: its text, or what code puts out. Prose that they do not see is guidance.
    pub customer: bool,
    /// Whether it asks a service.
    pub query: bool,
    /// How many outputs are committed with it.
    pub outputs: usize,
}

/// A line of a cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedLine {
    /// A blank for a line of both, `-` for one of the older, `+` for one of the newer notebook.
    #[schema(value_type = String)]
    pub sign: char,
    /// Its number in the older cell, from 1.
    pub old: Option<u32>,
    /// Its number in the newer cell, from 1.
    pub new: Option<u32>,
    /// Its text in pieces.
    pub pieces: Vec<ComparedPiece>,
}

/// A piece of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedPiece {
    /// Whether it is what changed within the line.
    pub changed: bool,
    /// Its text.
    pub text: String,
}

/// How much of a comparison is left out because there is too much of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedLeftOut {
    /// Fields of metadata, and tags.
    pub fields: usize,
    /// Cells, from the last on.
    pub cells: usize,
    /// Lines of cells that are there.
    pub lines: usize,
    /// Sentences about cells that are there.
    pub changes: usize,
    /// Lines that are cut short; they end with `…`.
    pub shortened: usize,
}

/// The three parts of an answer that a comparison makes.
pub fn items(diff: NotebookDiff) -> (Vec<ComparedField>, Vec<ComparedCell>, ComparedLeftOut) {
    let NotebookDiff { metadata, cells, left_out } = diff;
    (
        metadata.into_iter().map(ComparedField::from).collect(),
        cells.into_iter().map(ComparedCell::from).collect(),
        left_out.into(),
    )
}

impl From<FieldDiff> for ComparedField {
    fn from(field: FieldDiff) -> Self {
        Self {
            key: field.key,
            status: match field.status {
                FieldStatus::Added => "added",
                FieldStatus::Removed => "removed",
                FieldStatus::Changed => "changed",
            },
            before: field.before,
            after: field.after,
            text: field.text,
        }
    }
}

impl From<CellDiff> for ComparedCell {
    fn from(cell: CellDiff) -> Self {
        Self {
            status: match cell.status {
                CellStatus::Same => "same",
                CellStatus::Changed => "changed",
                CellStatus::Added => "added",
                CellStatus::Removed => "removed",
            },
            moved: cell.moved,
            old: cell.old.map(ComparedSide::from),
            new: cell.new.map(ComparedSide::from),
            tags_lost: cell.tags_lost,
            tags_gained: cell.tags_gained,
            metadata: cell.metadata.into_iter().map(ComparedField::from).collect(),
            outputs_changed: cell.outputs_changed,
            changes: cell.changes.into_iter().map(ChangeItem::from).collect(),
            lines: cell.lines.into_iter().map(ComparedLine::from).collect(),
            left_out: cell.left_out,
        }
    }
}

impl From<CellSide> for ComparedSide {
    fn from(side: CellSide) -> Self {
        let CellSide { index, kind, line, tags, customer, query, outputs } = side;
        let kind = match kind {
            CellKind::Markdown => "markdown",
            CellKind::Code => "code",
            CellKind::Raw => "raw",
        };
        Self { index, kind, line, tags, customer, query, outputs }
    }
}

impl From<Line> for ComparedLine {
    fn from(line: Line) -> Self {
        let Line { sign, old, new, pieces } = line;
        let pieces = pieces.into_iter().map(|(changed, text)| ComparedPiece { changed, text }).collect();
        Self { sign, old, new, pieces }
    }
}

impl From<LeftOut> for ComparedLeftOut {
    fn from(left_out: LeftOut) -> Self {
        let LeftOut { fields, cells, lines, changes, shortened } = left_out;
        Self { fields, cells, lines, changes, shortened }
    }
}
