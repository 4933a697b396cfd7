//! The draft, cell by cell.

use super::answers::check;
use super::notes::{Note, NoteKind, guidance};
use super::sections::{About, Outline, heading};
use super::suggest::Suggested;
use super::window::Window;
use super::work::{Piece, Place, Work, has_word};
use crate::notebook::{Cell, CellKind, Notebook, myst};
use serde_json::{Value, json};

/// Names that the cell below the parameters gives, and what it gives them.
const GIVES: [(&str, &str); 4] = [
    (
        "kql_from",
        "kql_from, kql_to = (f\"{moment:%Y-%m-%dT%H:%M:%SZ}\" for moment in (window_from, window_to))",
    ),
    ("spl_from", "spl_from, spl_to = int(window_from.timestamp()), int(window_to.timestamp())"),
    (
        "sql_from",
        "sql_from, sql_to = (f\"{moment:%Y-%m-%d %H:%M:%S}\" for moment in (window_from, window_to))",
    ),
    (
        "taegis_window",
        "taegis_window = f\"EARLIEST={EARLIEST}\" + (f\" LATEST={LATEST}\" if LATEST else \"\")",
    ),
];

/// Parameters that name whom a copy is for: their names and what they are.
const WHOM: [(&str, &str); 6] = [
    ("TENANT_ID", "tenant to hunt in; the copy fills it in"),
    ("WORKSPACE_ID", "workspace to hunt in; the copy fills it in"),
    ("WORKSPACE", "workspace to hunt in; the copy fills it in"),
    ("DIRECTORY_ID", "Entra directory of that workspace; keep it among the tenant's parameters"),
    ("REGION", "region of that tenant, as the service calls it"),
    ("TENANT_NAME", "name of the tenant; the copy fills it in"),
];

/// Puts the cells together; the notes go into the first of them that guides.
pub(super) fn assemble(
    work: &Work<'_>,
    outline: &Outline,
    suggested: &Suggested,
    window: &Window,
    notes: &[Note],
) -> Vec<Cell> {
    let mut cells = vec![Cell::new(CellKind::Markdown, format!("# {}", suggested.title))];
    let parameters = parameters(work, window);
    if !parameters.is_empty() {
        cells.push(tagged(CellKind::Code, parameters, &["parameters", "remove_cell"]));
    }
    cells.push(tagged(CellKind::Markdown, guidance(notes), &["remove_cell"]));
    let setup = setup(work);
    if !setup.is_empty() {
        cells.push(tagged(CellKind::Code, setup, &["remove_cell"]));
    }
    for piece in work.pieces.iter().filter(|piece| piece.place == Place::Setup) {
        cells.push(tagged(piece.kind, piece.source.clone(), &["remove_cell"]));
    }
    for (index, name) in outline.names.iter().enumerate() {
        cells.push(Cell::new(CellKind::Markdown, format!("## {name}")));
        for piece in &work.pieces {
            let here = match piece.place {
                Place::Section(section) => section == index,
                Place::Analysis => index == outline.analysis,
                Place::Setup | Place::End => false,
            };
            if here {
                put(piece, work, &mut cells);
            }
        }
        if index != outline.analysis {
            cells.push(tagged(CellKind::Markdown, About::of(name).wanted().to_owned(), &["analyst_input"]));
        }
    }
    let mut held = work.pieces.iter().filter(|piece| piece.place == Place::End).peekable();
    if held.peek().is_some() {
        let text = "The cells below are raw: make code of them to stage the rows that are worth reading and to open a draft.";
        cells.push(tagged(CellKind::Markdown, text.to_owned(), &["remove_cell"]));
    }
    cells.extend(held.map(|piece| tagged(CellKind::Raw, piece.source.clone(), &["remove_cell"])));
    cells
}

/// A cell of the notebook, and behind it what says whether it was answered.
fn put(piece: &Piece, work: &Work<'_>, cells: &mut Vec<Cell>) {
    let is_heading = piece.kind == CellKind::Markdown
        && heading(&piece.source).is_some()
        && piece.source.lines().count() == 1;
    match piece.kind {
        CellKind::Markdown if is_heading => cells.push(Cell::new(CellKind::Markdown, piece.source.clone())),
        CellKind::Code if piece.answers.is_empty() && connects(piece) => {
            cells.push(tagged(CellKind::Code, piece.source.clone(), &["remove_cell"]));
        }
        CellKind::Code => cells.push(tagged(CellKind::Code, piece.source.clone(), &["remove_input"])),
        kind => cells.push(tagged(kind, piece.source.clone(), &["remove_cell"])),
    }
    let workspace = work.uses("WORKSPACE_ID").then_some("WORKSPACE_ID");
    if let Some(check) = check(piece, if piece.taegis { Some("TENANT_ID") } else { workspace }) {
        cells.push(tagged(CellKind::Code, check, &["remove_input"]));
    }
}

/// Whether a cell signs in, which is nothing for a customer to read.
fn connects(piece: &Piece) -> bool {
    piece.code().is_some_and(|code| code.calls.iter().any(|call| call.name.ends_with(".connect")))
}

fn tagged(kind: CellKind, source: String, tags: &[&str]) -> Cell {
    let mut cell = Cell::new(kind, source);
    cell.metadata.insert("tags".to_owned(), json!(tags));
    cell
}

/// Whether any cell reads the window.
fn has_window(work: &Work<'_>) -> bool {
    needs_moments(work) || ["EARLIEST", "LATEST", "taegis_window"].iter().any(|name| work.uses(name))
}

fn needs_moments(work: &Work<'_>) -> bool {
    ["window_from", "window_to", "kql_from", "kql_to", "spl_from", "spl_to", "sql_from", "sql_to"]
        .iter()
        .any(|name| work.uses(name))
}

/// The cell with the defaults.
fn parameters(work: &Work<'_>, window: &Window) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, kind: &str, default: &str, help: &str| {
        lines.push(format!("{name}: {kind} = {default}  # {help}"));
    };
    for (name, help) in WHOM {
        if work.uses(name) {
            line(name, "str", "\"\"", help);
        }
    }
    if work.uses("CUSTOMER_NAME") {
        line("CUSTOMER_NAME", "str", "\"\"", WHOM[5].1);
    }
    for (name, own) in &work.parameters {
        line(name, own.kind, &own.default, &own.help);
    }
    if has_window(work) {
        line(
            "EARLIEST",
            "str",
            &format!("\"{}\"", window.look_back()),
            "beginning of the window, or how far to look back",
        );
        line("LATEST", "str", "\"\"", "end of the window; empty is the time of the run");
    }
    let reports = work
        .pieces
        .iter()
        .any(|piece| piece.source.lines().any(|line| line.trim_start().starts_with("%generate_report")));
    if reports {
        line(
            "TAEGIS_MAGIC_NOTEBOOK_FILENAME",
            "str",
            "\"\"",
            "file name of this notebook; the report needs it",
        );
    }
    lines.join("\n")
}

/// The cell below them: it stops where there is nobody to hunt in, and works the window out.
fn setup(work: &Work<'_>) -> String {
    let mut imports = Vec::new();
    let mut lines = Vec::new();
    if work.environment {
        imports.push("import os".to_owned());
    }
    for (name, what) in [
        ("TENANT_ID", "tenant"),
        ("WORKSPACE_ID", "workspace"),
        ("WORKSPACE", "workspace"),
        ("DIRECTORY_ID", "directory"),
        ("REGION", "region"),
    ] {
        if work.uses(name) {
            lines.push(format!("assert {name}, \"no {what}: a hunt against nobody finds nothing\""));
        }
    }
    if needs_moments(work) {
        imports.push("import pandas as pd".to_owned());
        lines.push(
            "window_to = pd.to_datetime(LATEST, utc=True) if LATEST else pd.Timestamp.now(tz=\"UTC\")"
                .to_owned(),
        );
        lines.push("window_from = window_to - pd.Timedelta(EARLIEST[1:]) if EARLIEST.startswith(\"-\") else pd.to_datetime(EARLIEST, utc=True)".to_owned());
    }
    for (name, gives) in GIVES {
        let other = name.replace("_from", "_to");
        if work.uses(name) || work.uses(&other) {
            lines.push(gives.to_owned());
        }
    }
    if !imports.is_empty() && !lines.is_empty() {
        imports.push(String::new());
    }
    imports.extend(lines);
    imports.join("\n")
}

/// Cells as MyST can hold them: what would be read as something else is kept between fences, or left out and said.
pub(super) fn holdable(cells: Vec<Cell>, notes: &mut Vec<Note>) -> Vec<Cell> {
    let mut kept = Vec::new();
    for mut cell in cells {
        cell.source = super::work::plain(&cell.source);
        if cell.source.trim().is_empty() {
            continue;
        }
        if holds(&cell) {
            kept.push(cell);
            continue;
        }
        let longest = longest_run(&cell.source);
        let fence = "`".repeat(longest.max(2) + 1);
        let fenced = Cell {
            source: format!("{fence}text\n{}\n{fence}", cell.source),
            kind: CellKind::Markdown,
            ..cell.clone()
        };
        let (text, kind) = if holds(&fenced) {
            kept.push(tagged(CellKind::Markdown, fenced.source, &["remove_cell"]));
            ("A cell would be read as several in MyST: it stands between fences now.", NoteKind::LookAt)
        } else {
            ("A cell that MyST cannot hold.", NoteKind::LeftOut)
        };
        if !notes.iter().any(|note| note.text == text) {
            notes.push(Note { kind, cell: None, line: None, text: text.to_owned() });
        }
    }
    notes.sort_by_key(|note| note.kind);
    kept
}

/// Whether a cell is read back as it was written, and nothing that follows is taken in.
fn holds(cell: &Cell) -> bool {
    let before = Cell::new(CellKind::Code, "0");
    let notebook = Notebook { cells: vec![before.clone(), cell.clone(), before], ..Notebook::default() };
    same(&notebook.cells, &myst::read(myst::write(&notebook).as_bytes()).cells)
}

/// Whether cells are the same for whoever reads them.
pub(super) fn same(one: &[Cell], other: &[Cell]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            one.kind == other.kind && one.source == other.source && one.metadata == other.metadata
        })
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The kernel of the notebook where it says nothing but what a kernel is.
pub(super) fn kernel(notebook: &Notebook, is_clean: impl Fn(&str) -> bool) -> Option<Value> {
    let kernel = notebook.metadata.get("kernelspec")?;
    let said = |key: &str| {
        let text = kernel.get(key)?.as_str()?;
        let plain = text.len() <= 60
            && text.chars().all(|c| c.is_ascii_alphanumeric() || " .()_-".contains(c))
            && !text.trim().is_empty();
        (plain && is_clean(text) && !has_word(text, "None")).then(|| text.to_owned())
    };
    Some(json!({ "display_name": said("display_name")?, "language": "python", "name": said("name")? }))
}
