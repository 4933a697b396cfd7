//! What is linted: one file, and what several rules want to know of it, found out once.

use super::around::Around;
use super::code::{CellCode, read_cells};
use super::rules::headings::{Heading, Section, sections};
use super::settings::Settings;
use crate::instance::{Parameter, parameters};
use crate::notebook::{Cell, CellKind, Notebook};
use crate::procedure::Procedure;
use crate::query::{Query, queries};
use serde_json::Value;
use std::cell::OnceCell;
use std::ops::Range;

/// One file.
pub(super) struct Subject<'a> {
    pub(super) notebook: &'a Notebook,
    pub(super) procedure: &'a Procedure,
    pub(super) settings: &'a Settings,
    pub(super) around: &'a Around<'a>,
    queries: OnceCell<Vec<Query>>,
    code: OnceCell<Vec<CellCode>>,
    parameters: OnceCell<Vec<Parameter>>,
    sections: OnceCell<Vec<Section>>,
    lines: OnceCell<Option<Vec<Range<usize>>>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        notebook: &'a Notebook,
        procedure: &'a Procedure,
        settings: &'a Settings,
        around: &'a Around<'a>,
    ) -> Self {
        Self {
            notebook,
            procedure,
            settings,
            around,
            queries: OnceCell::new(),
            code: OnceCell::new(),
            parameters: OnceCell::new(),
            sections: OnceCell::new(),
            lines: OnceCell::new(),
        }
    }

    /// The text as read, when it was MyST.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.notebook.layout.original.as_deref()
    }

    /// Whether a byte order mark hides the front matter: that is told, and what is missing for it is not.
    pub(super) fn is_hidden(&self) -> bool {
        self.text().is_some_and(|text| text.starts_with("\u{feff}---"))
    }

    /// Its queries.
    pub(super) fn queries(&self) -> &[Query] {
        self.queries.get_or_init(|| queries(self.notebook))
    }

    /// Its Python, cell by cell; cells of other magics are left out.
    pub(super) fn code(&self) -> &[CellCode] {
        self.code.get_or_init(|| read_cells(self.notebook))
    }

    /// What its cell tagged `parameters` declares.
    pub(super) fn parameters(&self) -> &[Parameter] {
        self.parameters.get_or_init(|| parameters(self.notebook))
    }

    /// Its sections, in order; what stands before the first heading is left out.
    pub(super) fn sections(&self) -> &[Section] {
        self.sections.get_or_init(|| sections(self.notebook))
    }

    /// The headings of its prose, in order.
    pub(super) fn headings(&self) -> impl Iterator<Item = &Heading> {
        self.sections().iter().map(|section| &section.heading)
    }

    /// Whether its kernel is one of Python: other languages have kernels and notebooks of their own.
    pub(super) fn is_python(&self) -> bool {
        let Some(kernel) = self.notebook.metadata.get("kernelspec") else { return true };
        let said = |key: &str| kernel.get(key).and_then(Value::as_str).map(str::to_lowercase);
        match (said("language"), said("name")) {
            (Some(language), _) => language == "python",
            (None, Some(name)) => name.contains("py"),
            (None, None) => true,
        }
    }

    /// The cells of a kind, with their places.
    pub(super) fn cells(&self, kind: CellKind) -> impl Iterator<Item = (usize, &'a Cell)> + use<'a> {
        self.notebook.cells.iter().enumerate().filter(move |(_, cell)| cell.kind == kind)
    }

    /// The line of a key of the front matter, or of what it stands in.
    pub(super) fn line_of(&self, key: &str) -> u32 {
        let mut key = key;
        loop {
            let line = self.notebook.line_of(key);
            let Some(end) = key.rfind(['.', '[']).filter(|_| line == 0) else { return line };
            key = &key[..end];
        }
    }

    /// Line and column, from 1, of a byte of a cell's source; nothing is known of the lines of ipynb.
    pub(super) fn place(&self, cell: usize, at: usize) -> (u32, u32) {
        let cell = &self.notebook.cells[cell];
        if cell.source_line == 0 {
            return (0, 0);
        }
        let before = &cell.source[..cell.source.floor_char_boundary(at)];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let lines = before.matches('\n').count();
        (cell.source_line + narrow(lines), narrow(before[start..].chars().count() + 1))
    }

    /// The bytes in the text of a line, from 1, without its end; none where there is no such line, or where jupytext counts
    /// lines otherwise than editors do.
    pub(super) fn line(&self, line: u32) -> Option<(Range<usize>, &'a str)> {
        let text = self.text()?;
        let lines = self.lines.get_or_init(|| has_plain_lines(text).then(|| lines(text))).as_ref()?;
        let range = lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        Some((range.clone(), text.get(range.clone())?))
    }

    /// Where a word stands among a cell's options, or behind the `+++` above it: its line, and its bytes.
    pub(super) fn among_options(&self, cell: usize, word: &str) -> Option<(u32, Range<usize>)> {
        let cell = &self.notebook.cells[cell];
        let lines = if cell.kind == CellKind::Markdown {
            let above = (1..cell.lines.0)
                .rev()
                .find(|number| self.line(*number).is_none_or(|(_, line)| !line.trim().is_empty()))?;
            self.line(above).filter(|(_, line)| line.starts_with("+++"))?;
            above..above + 1
        } else {
            cell.lines.0..cell.source_line.max(cell.lines.0 + 1)
        };
        lines.into_iter().find_map(|number| {
            let (range, line) = self.line(number)?;
            let is_tag = |at: usize| {
                let around = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
                !line[..at].ends_with(around) && !line[at + word.len()..].starts_with(around)
            };
            let at = line.match_indices(word).map(|(at, _)| at).find(|at| is_tag(*at))?;
            Some((number, range.start + at..range.start + at + word.len()))
        })
    }
}

/// The bytes of each line, without its end.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |piece: &str| {
        let range = start..start + piece.trim_end_matches(['\n', '\r']).len();
        start += piece.len();
        range
    };
    text.split_inclusive('\n').map(line).collect()
}

fn has_plain_lines(text: &str) -> bool {
    let odd = ['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let alone = |(at, _): (usize, &str)| !text[at + 1..].starts_with('\n');
    !text.contains(odd) && !text.match_indices('\r').any(alone)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
