//! What is seen in a notebook that came back, held against what was handed out: what the hunter wrote, which parameters and
//! which code changed, what went wrong. Outputs are read as text, and only as far as this needs.

use catalog::attack::Release;
use catalog::diff::{self, CellDiff, CellSide, CellStatus, NotebookDiff};
use catalog::instance::parameters;
use catalog::notebook::{Cell, CellKind, Notebook};
use catalog::procedure::{Procedure, understand};
use catalog::repository::FieldMapping;
use serde_json::{Value, json};

/// Longest text of an error, in characters.
const MESSAGE: usize = 300;
/// So much of an output is looked through for a number of rows, in bytes.
const LOOKED_THROUGH: usize = 256 << 10;

/// What is seen.
#[derive(Debug, Clone, Default)]
pub struct Readback {
    /// Cells that the hunter wrote: added, or meant to be filled in; places from 0 in what came back.
    pub wrote: Vec<Noted>,
    /// Parameters that are not as they were filled in.
    pub parameters: Vec<Parameter>,
    /// Cells of code that are not as they were handed out, or are gone.
    pub altered: Vec<Noted>,
    /// Cells that were held and are code again.
    pub released: Vec<Noted>,
    /// Cells that ended with an error.
    pub errors: Vec<CellError>,
    /// How many rows a cell's result has, where it says so.
    pub rows: Vec<(usize, u64)>,
    /// How many cells of code have run, of how many.
    pub ran: (usize, usize),
    /// Everything compared.
    pub compared: NotebookDiff,
}

/// A cell that is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Its place from 0: in what came back; of one that is gone, in what was handed out.
    pub cell: usize,
    /// Its first line.
    pub line: String,
    /// What became of it: `added`, `changed` or `removed`.
    pub what: &'static str,
}

/// A parameter that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// As it was handed out; none where it was not there.
    pub before: Option<String>,
    /// As it came back; none where it is gone.
    pub after: Option<String>,
}

/// An error of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// The cell's place, from 0.
    pub cell: usize,
    /// The error's name.
    pub name: String,
    /// What it says.
    pub message: String,
}

/// Holds what came back against what was handed out.
pub fn readback(handed: &Notebook, returned: &Notebook) -> Readback {
    let (was, is) = (understood(handed), understood(returned));
    let compared = diff::notebooks(Some((handed, &was)), Some((returned, &is)));
    let mut seen = Readback::default();
    for cell in &compared.cells {
        note(&mut seen, cell);
    }
    for (place, cell) in returned.cells.iter().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code) {
        if cell.source.trim().is_empty() {
            continue;
        }
        seen.ran.1 += 1;
        seen.ran.0 += usize::from(cell.execution_count.is_some());
        seen.errors.extend(cell.outputs.iter().filter_map(|output| error(place, output)));
        seen.rows.extend(cell.outputs.iter().find_map(rows).map(|rows| (place, rows)));
    }
    seen.compared = compared;
    seen
}

fn understood(notebook: &Notebook) -> Procedure {
    understand(notebook, "notebook.ipynb", &FieldMapping::default(), Release::current()).into_procedure()
}

/// Sorts a cell that differs under what it means.
fn note(seen: &mut Readback, cell: &CellDiff) {
    let tagged = |side: &Option<CellSide>, tag: &str| {
        side.as_ref().is_some_and(|side| side.tags.iter().any(|one| one == tag))
    };
    let either = |tag: &str| tagged(&cell.old, tag) || tagged(&cell.new, tag);
    let is_code = |side: &Option<CellSide>| side.as_ref().is_some_and(|side| side.kind == CellKind::Code);
    let was_held = cell.old.as_ref().is_some_and(|side| side.kind == CellKind::Raw) && is_code(&cell.new);
    let noted = |what| {
        let place = cell.new.as_ref().or(cell.old.as_ref()).map_or(0, |side| side.index);
        let text = if cell.new.is_some() { cell.new_text() } else { cell.old_text() };
        Noted { cell: place, line: text.lines().next().unwrap_or_default().chars().take(120).collect(), what }
    };
    if either("injected-parameters") || either("parameters") {
        seen.parameters.extend(changed(&cell.old_text(), &cell.new_text()));
        return;
    }
    match cell.status {
        CellStatus::Added => {
            if !cell.new_text().trim().is_empty() {
                seen.wrote.push(noted("added"));
            }
        }
        CellStatus::Removed if is_code(&cell.old) => seen.altered.push(noted("removed")),
        CellStatus::Same | CellStatus::Removed => {}
        CellStatus::Changed if was_held => seen.released.push(noted("changed")),
        CellStatus::Changed if !cell.text_changed() => {}
        CellStatus::Changed if either("analyst_input") || !is_code(&cell.new) => {
            seen.wrote.push(noted("changed"));
        }
        CellStatus::Changed => seen.altered.push(noted("changed")),
    }
}

/// The parameters that two cells assign otherwise.
fn changed(old: &str, new: &str) -> Vec<Parameter> {
    let assigned = |text: &str| {
        let mut cell = Cell::new(CellKind::Code, text);
        cell.metadata.insert("tags".to_owned(), json!(["parameters"]));
        let notebook = Notebook { cells: vec![cell], ..Notebook::default() };
        parameters(&notebook)
    };
    let (was, is) = (assigned(old), assigned(new));
    let mut changed = Vec::new();
    for one in &was {
        let after = is.iter().find(|other| other.name == one.name).map(|other| other.default.clone());
        if after.as_ref() != Some(&one.default) {
            changed.push(Parameter { name: one.name.clone(), before: Some(one.default.clone()), after });
        }
    }
    for one in is.iter().filter(|one| !was.iter().any(|other| other.name == one.name)) {
        changed.push(Parameter { name: one.name.clone(), before: None, after: Some(one.default.clone()) });
    }
    changed
}

/// An error among outputs.
fn error(cell: usize, output: &Value) -> Option<CellError> {
    if output["output_type"] != "error" {
        return None;
    }
    let text =
        |key: &str| output[key].as_str().unwrap_or_default().chars().filter(|letter| !letter.is_control());
    Some(CellError {
        cell,
        name: text("ename").take(100).collect(),
        message: text("evalue").take(MESSAGE).collect(),
    })
}

/// How many rows an output says that its table has: `123 rows × 4 columns`, as pandas writes below one.
fn rows(output: &Value) -> Option<u64> {
    let texts = ["text/html", "text/plain"].map(|kind| joined(&output["data"][kind]));
    texts.into_iter().chain([joined(&output["text"])]).find_map(|text| {
        let (before, _) = ["rows × ", "rows x "].iter().find_map(|word| text.split_once(word))?;
        let digits = before.trim_end();
        let number = &digits[digits.rfind(|letter: char| !letter.is_ascii_digit()).map_or(0, |at| at + 1)..];
        number.parse().ok()
    })
}

/// A text as nbformat has it: one, or lines of one; its end, if it is long.
fn joined(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    };
    let from = text.ceil_char_boundary(text.len().saturating_sub(LOOKED_THROUGH));
    text[from..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(kind: CellKind, source: &str, tags: &[&str]) -> Cell {
        let mut cell = Cell::new(kind, source);
        cell.metadata.insert("tags".to_owned(), json!(tags));
        cell
    }

    fn notebook(cells: Vec<Cell>) -> Notebook {
        Notebook { cells, ..Notebook::default() }
    }

    #[test]
    fn what_the_hunter_did_is_told_apart() {
        let handed = notebook(vec![
            cell(CellKind::Markdown, "# A hunt for dumps of lsass memory", &[]),
            cell(CellKind::Code, "TENANT_ID = \"0145483\"\nLIMIT = 5\n", &["injected-parameters"]),
            cell(CellKind::Code, "%%taegis alerts search\nFROM process WHERE a = 1", &[]),
            cell(CellKind::Markdown, "What was found: to be written here by the analyst", &["analyst_input"]),
            cell(CellKind::Raw, "client.investigations.create(title)", &[]),
            cell(CellKind::Code, "df.groupby('host').count().sort_values('pid')", &[]),
        ]);
        let mut returned = handed.clone();
        returned.cells[1].source = "TENANT_ID = \"0145483\"\nLIMIT = 50\nMORE = 1\n".to_owned();
        returned.cells[2].source = "%%taegis alerts search\nFROM process WHERE a = 2".to_owned();
        returned.cells[2].execution_count = Some(1);
        returned.cells[2].outputs = vec![
            json!({"output_type": "execute_result", "data": {"text/html": ["<p>1", "23 rows × 4 columns</p>"]}}),
        ];
        returned.cells[3].source = "What was found: two hosts, written here by the analyst".to_owned();
        returned.cells[4].kind = CellKind::Code;
        returned.cells[5].outputs = vec![
            json!({"output_type": "error", "ename": "KeyError", "evalue": "'host'\u{1b}[0m", "traceback": []}),
        ];
        returned.cells.push(cell(CellKind::Markdown, "A note of mine", &[]));
        let seen = readback(&handed, &returned);
        let told = |noted: &[Noted]| noted.iter().map(|one| (one.cell, one.what)).collect::<Vec<_>>();
        assert_eq!(told(&seen.wrote), [(3, "changed"), (6, "added")]);
        assert_eq!(told(&seen.altered), [(2, "changed")]);
        assert_eq!(told(&seen.released), [(4, "changed")]);
        let limit = Parameter { name: "LIMIT".into(), before: Some("5".into()), after: Some("50".into()) };
        let more = Parameter { name: "MORE".into(), before: None, after: Some("1".into()) };
        assert_eq!(seen.parameters, [limit, more]);
        assert_eq!(
            (seen.errors[0].cell, seen.errors[0].name.as_str(), seen.errors[0].message.as_str()),
            (5, "KeyError", "'host'[0m")
        );
        assert_eq!((seen.rows, seen.ran), (vec![(2, 123)], (1, 4)));
    }

    #[test]
    fn what_only_ran_changed_nothing() {
        let handed = notebook(vec![cell(CellKind::Code, "print(1)", &[]), cell(CellKind::Code, "", &[])]);
        let mut returned = handed.clone();
        returned.cells[0].execution_count = Some(3);
        returned.cells[0].outputs = vec![json!({"output_type": "stream", "name": "stdout", "text": ["1\n"]})];
        let seen = readback(&handed, &returned);
        assert!(
            seen.wrote.is_empty()
                && seen.altered.is_empty()
                && seen.errors.is_empty()
                && seen.rows.is_empty()
        );
        assert_eq!(seen.ran, (1, 1));
    }
}
