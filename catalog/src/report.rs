//! The customer's view of a procedure: the notebook without what its tags remove, without inputs and without raw cells.
//!
//! What stays is what the published export leaves, `jupyter nbconvert --to markdown --no-input` with nbconvert's
//! `TagRemovePreprocessor` for `remove_cell` and `remove_output`; raw cells go too, as `taegis notebook generate-report`
//! drops them. Tags count exactly as nbconvert compares them, so `remove-cell` removes nothing. That spelling is told, for
//! whoever wrote it meant otherwise.

use crate::notebook::{Cell, CellKind, Notebook};
use serde_json::Value;

/// Removes its cell from the report.
pub const REMOVE_CELL: &str = "remove_cell";

/// Removes its cell's outputs from the report.
pub const REMOVE_OUTPUT: &str = "remove_output";

/// Spellings of other tools, with the one that removes something here.
const MISTAKEN: [(&str, &str); 3] =
    [("remove-cell", REMOVE_CELL), ("remove-input", "remove_input"), ("remove-output", REMOVE_OUTPUT)];

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
            CellKind::Markdown => true,
            CellKind::Code => !cell.has_tag(REMOVE_OUTPUT),
            CellKind::Raw => false,
        }
}

/// What a customer sees of a notebook.
pub fn customer(notebook: &Notebook) -> CustomerView {
    let mut view = CustomerView::default();
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.has_tag(REMOVE_CELL) {
            view.removed += 1;
        } else if cell.kind == CellKind::Raw {
            view.raw += 1;
        } else {
            view.cells.push(Shown { cell: index, outputs: !cell.has_tag(REMOVE_OUTPUT) });
        }
    }
    view
}

/// Tags of a cell that were meant to remove something and do not, each with the spelling that would.
pub fn mistaken(cell: &Cell) -> impl Iterator<Item = (&'static str, &'static str)> {
    MISTAKEN.into_iter().filter(|(wrong, _)| cell.has_tag(wrong))
}

/// The customer's view as markdown, as nbconvert writes it.
pub fn markdown(notebook: &Notebook) -> String {
    let mut text = String::new();
    for shown in customer(notebook).cells {
        let cell = &notebook.cells[shown.cell];
        match cell.kind {
            CellKind::Markdown => block(&cell.source, &mut text),
            CellKind::Code if shown.outputs => cell.outputs.iter().for_each(|one| output(one, &mut text)),
            CellKind::Code | CellKind::Raw => {}
        }
    }
    text
}

fn block(source: &str, text: &mut String) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(source);
    text.push('\n');
}

/// What markdown can hold of an output: text.
fn output(output: &Value, text: &mut String) {
    let of = |key: &str| output.get(key);
    let data = |kind: &str| of("data").and_then(|data| data.get(kind)).map(joined);
    let kind = of("output_type").and_then(Value::as_str).unwrap_or_default();
    let shown = match kind {
        "stream" => of("text").map(|text| indented(&joined(text))),
        "error" => of("traceback").map(|lines| indented(&traceback(lines))),
        _ => data("text/markdown").or_else(|| data("text/plain").map(|plain| indented(&plain))),
    };
    if let Some(shown) = shown {
        block(&shown, text);
    }
}

/// A text of nbformat: one string, or lines.
fn joined(text: &Value) -> String {
    match text {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn traceback(lines: &Value) -> String {
    let lines = lines.as_array().into_iter().flatten().filter_map(Value::as_str);
    lines.map(without_colours).collect::<Vec<_>>().join("\n\n")
}

/// A text without the escape sequences that colour it on a terminal.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).map_or(sequence.len(), |end| end + 1);
        rest = &sequence[end..];
    }
    plain.push_str(rest);
    plain
}

/// Each line four blanks in, which makes it preformatted; blank lines stay empty.
fn indented(text: &str) -> String {
    let line = |line: &str| if line.trim().is_empty() { line.to_owned() } else { format!("    {line}") };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
