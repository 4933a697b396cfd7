//! Puts cells into the text of a procedure and leaves everything else as it is, byte for byte.
//!
//! Only the lines of one cell are touched. The text that comes of it is read anew, and must have the cells that it should: a
//! source that would close its own fence, or that reads as options, does not get in.

use super::candidates::REMOVE;
use super::{Offered, Part};
use crate::notebook::{Cell, Notebook, myst};
use serde_json::json;

/// A text, and what it should hold.
#[derive(Clone, Copy)]
pub(super) struct Edit<'a> {
    /// The text, in which only lines behind the cell in question have changed so far.
    pub(super) text: &'a str,
    /// The procedure, as its lines were.
    pub(super) now: &'a Notebook,
    /// The cells of the text.
    pub(super) expected: &'a [Cell],
}

/// The text and its cells; or why it is not so.
type Done = Result<(String, Vec<Cell>), String>;

const UNFIT: &str =
    "it cannot stand in the file as it is: its text would be read as the end of a cell, or as options";

impl Edit<'_> {
    /// Puts a cell's new text in the place of its old one.
    pub(super) fn replace(self, offered: &Offered) -> Done {
        let gone = || "the procedure has this cell no more".to_owned();
        let place = offered.upstream.ok_or_else(gone)?;
        let cell = self.now.cells.get(place).ok_or_else(gone)?;
        if cell.source.is_empty() || cell.source_line == 0 {
            return Err(UNFIT.to_owned());
        }
        let lines = Lines::of(self.text);
        let begin = to_usize(cell.source_line).saturating_sub(1);
        // Blank lines at the end are the file's, and stay.
        let count = cell.source.trim_end().split('\n').count();
        let from = lines.begin(begin).ok_or(UNFIT)?;
        let to = lines.end_of(begin + count - 1).ok_or(UNFIT)?;
        let kept = cell.source.get(cell.source.trim_end().len()..).unwrap_or_default();
        let mut written = self.text.get(..from).unwrap_or_default().to_owned();
        written.push_str(&lines.written(&offered.after));
        written.push_str(self.text.get(to..).unwrap_or_default());
        let mut cells = self.expected.to_vec();
        let own = cells.get_mut(place).ok_or_else(gone)?;
        // What stands behind the last word of its last line goes with it.
        let kept = kept.split_once('\n').map_or(String::new(), |(_, rest)| format!("\n{rest}"));
        own.source = format!("{}{kept}", offered.after);
        checked(self.now, written, cells)
    }

    /// Puts a new cell behind another one, or before all.
    pub(super) fn insert(self, offered: &Offered, returned: &Notebook) -> Done {
        let place = offered
            .upstream
            .ok_or_else(|| "it stands before all cells of the procedure: put it in by hand".to_owned())?;
        let neighbour = self.now.cells.get(place).ok_or(UNFIT)?;
        let lines = Lines::of(self.text);
        let at = lines.begin(to_usize(neighbour.lines.1)).unwrap_or(self.text.len());
        let tags: Vec<&str> = returned
            .cells
            .get(offered.cell)
            .into_iter()
            .flat_map(Cell::tags)
            .filter(|tag| [REMOVE, "remove_input", "remove_output"].contains(tag))
            .collect();
        let mut cell = Cell::new(offered.kind, offered.after.clone());
        if !tags.is_empty() {
            cell.metadata.insert("tags".to_owned(), json!(tags));
        }
        let text = if offered.part == Part::Guidance {
            format!("\n+++ {{\"tags\": [\"{}\"]}}\n\n{}\n\n+++\n", tags.join("\", \""), cell.source)
        } else {
            let options =
                if tags.is_empty() { String::new() } else { format!(":tags: [{}]\n\n", tags.join(", ")) };
            format!("\n{}\n{options}{}\n```\n", self.fence(), cell.source)
        };
        let mut written = self.text.get(..at).unwrap_or_default().to_owned();
        if !written.ends_with(['\n', '\r']) {
            written.push_str(lines.end);
        }
        written.push_str(&text.replace('\n', lines.end));
        written.push_str(self.text.get(at..).unwrap_or_default());
        let mut cells = self.expected.to_vec();
        cells.insert((place + 1).min(cells.len()), cell);
        checked(self.now, written, cells)
    }

    /// How the procedure opens a cell of code.
    fn fence(&self) -> &str {
        let opens = |line: &&str| line.starts_with("```{code-cell}");
        self.text.lines().find(opens).map_or("```{code-cell}", str::trim_end)
    }
}

/// A text, if it has these cells and the procedure's metadata.
fn checked(now: &Notebook, text: String, cells: Vec<Cell>) -> Done {
    let read = myst::read(text.as_bytes());
    let same = |(own, wanted): (&Cell, &Cell)| {
        own.kind == wanted.kind && own.source == wanted.source && own.metadata == wanted.metadata
    };
    let fits = read.metadata == now.metadata
        && read.cells.len() == cells.len()
        && read.cells.iter().zip(&cells).all(same)
        && read.blocking().is_none();
    if fits { Ok((text, cells)) } else { Err(UNFIT.to_owned()) }
}

/// The lines of a text as they are counted: ended by a line feed, a carriage return, or both.
struct Lines<'a> {
    /// Where each ends, its end excluded and included.
    ends: Vec<(usize, usize)>,
    /// How the text ends its lines.
    end: &'a str,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let mut ends = Vec::new();
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if at > 0 && bytes.get(at - 1) == Some(&b'\r') => {
                    if let Some((_, end)) = ends.last_mut() {
                        *end = at + 1;
                    }
                }
                b'\n' | b'\r' => ends.push((at, at + 1)),
                _ => {}
            }
        }
        if ends.last().is_none_or(|(_, end)| *end < text.len()) {
            ends.push((text.len(), text.len()));
        }
        let end = ends.first().and_then(|(at, end)| text.get(*at..*end)).filter(|end| !end.is_empty());
        Self { ends, end: end.unwrap_or("\n") }
    }

    /// Where a line begins, counted from 0.
    fn begin(&self, line: usize) -> Option<usize> {
        match line.checked_sub(1) {
            Some(before) => self.ends.get(before).map(|(_, end)| *end),
            None => Some(0),
        }
    }

    /// Where its text ends.
    fn end_of(&self, line: usize) -> Option<usize> {
        self.ends.get(line).map(|(end, _)| *end)
    }

    /// A source with the text's ends of lines.
    fn written(&self, source: &str) -> String {
        source.replace('\n', self.end)
    }
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
