//! Cells compared, as the page shows them: coloured lines, or prose as it is read.

use crate::routes::pages::shared::change;
use catalog::diff::{CellDiff, CellSide, CellStatus, FieldDiff, Line, NotebookDiff};
use catalog::notebook::{CellKind, Notebook};
use catalog::render::highlight::{Language, Token, tokens};
use catalog::render::{self, Options, RenderedCell};
use std::collections::HashMap;
use web::pages::diff::{self, Body, Cell, Field, Piece, Side, Status};

/// The longest text of one cell that is coloured, in bytes.
const COLOURED: usize = 64 << 10;

/// The two notebooks of a comparison, where there are such.
#[derive(Default)]
pub(in crate::routes::pages) struct Notebooks<'a> {
    pub(in crate::routes::pages) old: Option<&'a Notebook>,
    pub(in crate::routes::pages) new: Option<&'a Notebook>,
}

/// The fields of metadata that differ, but for those that only the tools care for.
pub(in crate::routes::pages) fn fields(found: Vec<FieldDiff>) -> Vec<Field> {
    found
        .into_iter()
        .map(|field| Field { key: field.key, before: field.before, after: field.after })
        .collect()
}

/// The cells; prose is rendered where it is to be shown as it is `read`.
pub(in crate::routes::pages) fn cells(
    compared: &mut NotebookDiff,
    notebooks: &Notebooks<'_>,
    read: bool,
) -> Vec<Cell> {
    let rendered = |notebook: Option<&Notebook>| -> HashMap<usize, String> {
        let prose = |cell: &RenderedCell| cell.kind == CellKind::Markdown;
        // Nothing of a comparison is served as a file: its links and pictures are words.
        let all =
            notebook.map_or_else(Vec::new, |notebook| render::notebook(notebook, &Options::default()).cells);
        all.into_iter().filter(prose).map(|cell| (cell.index, cell.html)).collect()
    };
    let (mut was, mut is) =
        if read { (rendered(notebooks.old), rendered(notebooks.new)) } else { Default::default() };
    let kernel = |notebook: Option<&Notebook>| notebook.map_or(Language::Python, render::kernel_language);
    let languages = (kernel(notebooks.old), kernel(notebooks.new));
    std::mem::take(&mut compared.cells)
        .into_iter()
        .map(|cell| {
            let old = cell.old.as_ref().and_then(|side| was.remove(&side.index));
            let new = cell.new.as_ref().and_then(|side| is.remove(&side.index));
            let body = if old.is_some() || new.is_some() {
                Body::Prose(old, new)
            } else {
                Body::Lines(lines(&cell, languages))
            };
            one(cell, body)
        })
        .collect()
}

fn one(cell: CellDiff, body: Body) -> Cell {
    let left_out = if matches!(body, Body::Lines(_)) { cell.left_out } else { 0 };
    Cell {
        status: match cell.status {
            CellStatus::Same => Status::Same,
            CellStatus::Changed => Status::Changed,
            CellStatus::Added => Status::Added,
            CellStatus::Removed => Status::Removed,
        },
        moved: cell.moved,
        old: cell.old.as_ref().map(side),
        new: cell.new.as_ref().map(side),
        tags_lost: cell.tags_lost,
        tags_gained: cell.tags_gained,
        fields: fields(cell.metadata),
        outputs_changed: cell.outputs_changed,
        changes: cell.changes.into_iter().map(change).collect(),
        body,
        left_out,
    }
}

fn side(side: &CellSide) -> Side {
    Side {
        place: side.index + 1,
        kind: match side.kind {
            CellKind::Markdown => "text",
            CellKind::Code => "code",
            CellKind::Raw => "raw",
        },
        customer: side.customer,
        outputs: side.outputs,
    }
}

/// The lines of a cell, code in colours.
fn lines(cell: &CellDiff, (was, is): (Language, Language)) -> Vec<diff::Line> {
    let is_code = |side: &Option<CellSide>| {
        side.as_ref().is_some_and(|side| matches!(side.kind, CellKind::Code | CellKind::Raw))
    };
    let mut old = Colours::of(&if is_code(&cell.old) { cell.old_text() } else { String::new() }, was);
    let mut new = Colours::of(&if is_code(&cell.new) { cell.new_text() } else { String::new() }, is);
    cell.lines
        .iter()
        .map(|line| {
            let pieces = match line.sign {
                '-' => old.line(line),
                '+' => new.line(line),
                _ => {
                    old.pass(line);
                    new.line(line)
                }
            };
            diff::Line { sign: line.sign, old: line.old, new: line.new, pieces }
        })
        .collect()
}

/// A line without colours.
pub(in crate::routes::pages) fn plain(line: Line) -> diff::Line {
    let piece = |(changed, text)| Piece { class: "", changed, text };
    diff::Line {
        sign: line.sign,
        old: line.old,
        new: line.new,
        pieces: line.pieces.into_iter().map(piece).collect(),
    }
}

/// The coloured parts of one side's text, taken up line by line.
struct Colours {
    tokens: Vec<Token>,
    /// The first token that does not end before the next line.
    next: usize,
    /// Where the next line begins.
    at: usize,
}

impl Colours {
    fn of(text: &str, language: Language) -> Self {
        let tokens = if text.len() > COLOURED { Vec::new() } else { tokens(text, language) };
        Self { tokens, next: 0, at: 0 }
    }

    /// Passes a line over.
    fn pass(&mut self, line: &Line) {
        // The newline is no part of it.
        self.at += line.pieces.iter().map(|(_, text)| text.len()).sum::<usize>() + 1;
    }

    /// The pieces of the next line, cut where colours change.
    fn line(&mut self, line: &Line) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(line.pieces.len());
        let mut at = self.at;
        for (changed, text) in &line.pieces {
            let end = at + text.len();
            let mut rest = text.as_str();
            while !rest.is_empty() {
                while self.tokens.get(self.next).is_some_and(|token| token.range.end <= at) {
                    self.next += 1;
                }
                let (class, until) = match self.tokens.get(self.next) {
                    Some(token) if token.range.start <= at => (token.class, token.range.end),
                    Some(token) => ("", token.range.start),
                    None => ("", end),
                };
                let (piece, after) = rest.split_at(rest.ceil_char_boundary(until.min(end) - at));
                pieces.push(Piece { class, changed: *changed, text: piece.to_owned() });
                at += piece.len();
                rest = after;
            }
        }
        self.at = at + 1;
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sign: char, pieces: &[(bool, &str)]) -> Line {
        let pieces = pieces.iter().map(|(changed, text)| (*changed, (*text).to_owned())).collect();
        Line { sign, old: Some(1), new: Some(1), pieces }
    }

    fn pieces(line: &[Piece]) -> Vec<(&str, bool, &str)> {
        line.iter().map(|piece| (piece.class, piece.changed, piece.text.as_str())).collect()
    }

    #[test]
    fn what_changed_within_a_line_keeps_its_colours() {
        let mut colours = Colours::of("x = 'é a'\ny = 2", Language::Python);
        let first = colours.line(&line('+', &[(false, "x = 'é"), (true, " a"), (false, "'")]));
        assert_eq!(
            pieces(&first).into_iter().filter(|(class, ..)| *class == "s").collect::<Vec<_>>(),
            [("s", false, "'é"), ("s", true, " a"), ("s", false, "'")]
        );
        let text: String = first.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, "x = 'é a'");
        let second = colours.line(&line('+', &[(false, "y = 2")]));
        assert!(pieces(&second).contains(&("n", false, "2")), "{second:?}");
    }

    #[test]
    fn a_string_over_several_lines_is_coloured_on_each() {
        let mut colours = Colours::of("'''a\nb'''", Language::Python);
        colours.pass(&line(' ', &[(false, "'''a")]));
        assert_eq!(pieces(&colours.line(&line(' ', &[(false, "b'''")]))), [("s", false, "b'''")]);
    }
}
