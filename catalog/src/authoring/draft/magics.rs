//! Magics that ask, but for Taegis': it is not known what they fill into their text, so they become calls in Python, which fills
//! in for certain.

use super::edits::{Edits, quoted};
use super::notes::NoteKind;
use super::work::{Piece, Work};
use crate::instance::cell_magic;
use crate::notebook::CellKind;

/// Magics whose text is a query, besides Taegis'.
const ASKS: [&str; 8] = ["kql", "sql", "sparksql", "bigquery", "splunk", "spl", "eql", "esql"];

/// Makes calls of magics that ask.
pub(super) fn as_calls(work: &mut Work<'_>) {
    let mut cells = Vec::new();
    for at in 0..work.pieces.len() {
        let name = work.new_name("answer");
        let Some(piece) = work.pieces.get_mut(at).filter(|piece| piece.kind == CellKind::Code) else {
            continue;
        };
        let number = piece.number;
        let changed = match cell_magic(&piece.source) {
            Some((magic, line, body)) if ASKS.contains(&magic) => cell_call(magic, line, body, &name),
            Some(_) => None,
            None => line_calls(piece, &name),
        };
        if let Some(source) = changed.filter(|source| super::code::Code::read(source).is_some())
            && let Some(piece) = work.pieces.get_mut(at)
        {
            piece.source = source;
            cells.push(number);
        }
    }
    for cell in cells {
        work.notes.of_cell(
            NoteKind::Changed,
            cell,
            "the magic is a call in Python now, which fills in the window and says what it answered.",
        );
    }
}

/// `%%kql NAME <<` and its text as one call.
fn cell_call(magic: &str, line: &str, body: &str, answer: &str) -> Option<String> {
    let body = body.trim_matches('\n');
    if body.trim().is_empty() {
        return None;
    }
    let (name, rest) = given(line).unwrap_or((answer, line));
    let text = triple(body)?;
    Some(format!(
        "{name} = get_ipython().run_cell_magic(\"{magic}\", {}, {text})\n{name}",
        quoted(rest.trim())
    ))
}

/// The name before `<<`, and what follows it.
fn given(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once("<<")?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((name, rest))
}

/// A text between three quotes, as it stands.
fn triple(body: &str) -> Option<String> {
    let raw = if body.contains('\\') { "r" } else { "" };
    let quotes = ["\"\"\"", "'''"].into_iter().find(|quotes| !body.contains(quotes))?;
    Some(format!("{raw}{quotes}\n{body}\n{quotes}"))
}

/// `%kql TABLE | …` and `rows = %kql …` on lines of their own.
fn line_calls(piece: &Piece, answer: &str) -> Option<String> {
    let code = piece.code()?;
    let mut edits = Edits::default();
    for statement in &code.statements {
        let written = piece.source.get(statement.at.clone())?;
        let (before, command) = match written.strip_prefix('%') {
            Some(command) if statement.escapes => (None, command),
            _ => match written.split_once('=') {
                Some((name, value))
                    if value.trim_start().starts_with('%') && !value.trim_start().starts_with("%%") =>
                {
                    (Some(name.trim()), value.trim_start().trim_start_matches('%'))
                }
                _ => continue,
            },
        };
        let magic = command.split_whitespace().next().unwrap_or_default();
        let rest = command.get(magic.len()..).unwrap_or_default();
        // Connections and options are no query, and `$NAME` is filled in there only.
        let asks = ASKS.contains(&magic)
            && !rest.contains("://")
            && !rest.contains('$')
            && !rest.trim_start().starts_with('-');
        if !asks || rest.trim().is_empty() {
            continue;
        }
        let (given, query) = given(rest).map_or((None, rest), |(name, rest)| (Some(name), rest));
        let name = before.or(given).unwrap_or(answer);
        let filled = if query.contains('{') { "f" } else { "" };
        let text = triple(query.trim())?;
        edits.put(
            statement.at.clone(),
            format!("{name} = get_ipython().run_line_magic(\"{magic}\", {filled}{text}.strip())"),
        );
    }
    if edits.is_empty() { None } else { edits.apply_to_python(&piece.source) }
}
