//! The customer's view of a notebook: without what its tags remove, without inputs and without raw cells.
//!
//! What stays is what the published export leaves, `jupyter nbconvert --to markdown --no-input` with nbconvert's
//! `TagRemovePreprocessor` for `remove_cell`, `remove_output` and `remove_input`, as `taegis notebook generate-report` sets
//! it; raw cells go too, as they do there. What a copy was filled in with is never in it. Tags count exactly as nbconvert
//! compares them, so `remove-cell` removes nothing. That spelling is told, for whoever wrote it meant otherwise.
//!
//! [`markdown`] and [`export`] write it byte for byte as nbconvert 7.17 does, [`html()`] as one file for a customer. What must
//! not leave is found by the [`gate`].

mod active;
mod cover;
mod data;
pub mod gate;
mod html;
mod manifest;
mod markdown;
mod python;
mod settings;

pub use cover::About;
pub use html::{html, picture, preview};
pub use manifest::{Bytes, Manifest, Of, Passed, Removed};
pub use markdown::{Export, File, Naming, export, markdown};
pub use settings::Settings;

use crate::notebook::{Cell, CellKind, Notebook};
use serde_json::Value;

/// Removes its cell from the report.
pub const REMOVE_CELL: &str = "remove_cell";

/// Removes its cell's outputs from the report.
pub const REMOVE_OUTPUT: &str = "remove_output";

/// Removes its cell's text from the report: prose too, where a cell of prose has it.
pub const REMOVE_INPUT: &str = "remove_input";

/// What papermill and this library tag the cell with that fills in a copy's parameters.
const INJECTED: &str = "injected-parameters";

/// Spellings of other tools, with the one that removes something here.
const MISTAKEN: [(&str, &str); 3] =
    [("remove-cell", REMOVE_CELL), ("remove-input", REMOVE_INPUT), ("remove-output", REMOVE_OUTPUT)];

/// What a customer sees of a notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerView {
    /// The cells that show something or could once they have run, in order.
    pub cells: Vec<Shown>,
    /// How many cells the tags remove.
    pub removed: usize,
    /// How many raw cells are left out.
    pub raw: usize,
}

/// A cell that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its place in the notebook, from 0.
    pub cell: usize,
    /// Whether its outputs are shown.
    pub outputs: bool,
}

/// Whether a customer sees anything of a cell: its text, or what code puts out once it has run.
pub fn reaches_customer(cell: &Cell) -> bool {
    !cell.has_tag(REMOVE_CELL)
        && match cell.kind {
            CellKind::Markdown => shows_text(cell),
            CellKind::Code => shows_outputs(cell),
            CellKind::Raw => false,
        }
}

/// Whether the text of a cell of prose that stays is shown.
fn shows_text(cell: &Cell) -> bool {
    let removed = cell.metadata.get("transient").and_then(|transient| transient.get("remove_source"));
    !cell.has_tag(REMOVE_INPUT) && !removed.is_some_and(python::is_true)
}

/// Whether the outputs of a cell of code that stays are shown.
fn shows_outputs(cell: &Cell) -> bool {
    !cell.has_tag(REMOVE_OUTPUT) && !cell.has_tag(INJECTED)
}

/// What a customer sees of a notebook.
pub fn customer(notebook: &Notebook) -> CustomerView {
    let mut view = CustomerView::default();
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.has_tag(REMOVE_CELL) || cell.kind == CellKind::Markdown && !shows_text(cell) {
            view.removed += 1;
        } else if cell.kind == CellKind::Raw {
            view.raw += 1;
        } else {
            view.cells.push(Shown { cell: index, outputs: shows_outputs(cell) });
        }
    }
    view
}

/// Tags of a cell that were meant to remove something and do not, each with the spelling that would.
pub fn mistaken(cell: &Cell) -> impl Iterator<Item = (&'static str, &'static str)> {
    MISTAKEN.into_iter().filter(|(wrong, _)| cell.has_tag(wrong))
}

/// A text of nbformat: one string, or lines.
fn joined(text: &Value) -> std::borrow::Cow<'_, str> {
    match text {
        Value::Array(lines) => {
            let lines = || lines.iter().filter_map(Value::as_str);
            let mut text = String::with_capacity(lines().map(str::len).sum());
            text.extend(lines());
            text.into()
        }
        other => other.as_str().unwrap_or_default().into(),
    }
}
