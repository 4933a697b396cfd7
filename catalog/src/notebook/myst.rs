//! MyST markdown as jupytext reads it (`md:myst`).
//!
//! [`read`] gives exactly the cells and metadata of jupytext 1.19.6, and says of each thing that jupytext stops at where
//! it stands and how to mend it. It never fails: what can be shown is shown. [`write`] gives back the text as it was,
//! byte for byte, while nothing has changed.

mod blocks;
mod filter;
mod formats;
mod front_matter;
mod keep;
mod options;
mod write;

pub use write::{left_out, write};

pub(super) use front_matter::find_hunting_cell;

use super::{Cell, CellKind, Metadata, Notebook, json, python_text, schema, yaml};
use crate::lint::{Diagnostic, Severity};
use blocks::{Block, Blocks};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// What a file may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the file.
    pub file: usize,
    /// Bytes of the front matter, and of the options of one cell.
    pub front_matter: usize,
    /// Cells.
    pub cells: usize,
}

impl Bounds {
    /// What [`read`] allows.
    pub const DEFAULT: Self = Self { file: 4 << 20, front_matter: 64 << 10, cells: 10_000 };
}

/// Whether `bytes` look like a `MyST` notebook: the front matter says so, or a line begins a cell. Cheap, and never
/// wrong about a file that says what it is; what [`read`] finds in it is another matter.
pub fn looks_like_myst(bytes: &[u8]) -> bool {
    if let Some(text) = utf16(bytes) {
        return looks_like_myst(text.as_bytes());
    }
    let mut in_front_matter = false;
    for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if number == 0 && line.starts_with(b"---") {
            in_front_matter = true;
        } else if in_front_matter {
            in_front_matter = !ends_front_matter(line);
            if format_name(line).is_some_and(|(name, _)| name == b"myst") {
                return true;
            }
        }
        let fence = line.trim_ascii_start();
        if let Some(marker @ (b'`' | b'~')) = fence.first()
            && line.len() - fence.len() <= 3
        {
            let marks = fence.iter().take_while(|b| *b == marker).count();
            let info = &fence[marks..];
            if marks >= 3 && (info.starts_with(CODE.as_bytes()) || info.starts_with(RAW.as_bytes())) {
                return true;
            }
        }
    }
    false
}

/// The text of a file that says at its beginning that it is UTF-16. Jupyter opens none such: that is told, and where what stands
/// in it is wrong, too.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// The code of what [`other_format`] says.
pub const OTHER_FORMAT: &str = "format-other";

/// What to say of a notebook in another of jupytext's formats for text with this ending, as its front matter names it.
/// None for a file that names no such format.
pub fn other_format(bytes: &[u8]) -> Option<Diagnostic> {
    let mut lines = bytes.split(|b| *b == b'\n').zip(1..);
    lines.next().filter(|(line, _)| line.starts_with(b"---"))?;
    let inside = lines.take(Bounds::DEFAULT.front_matter).take_while(|(line, _)| !ends_front_matter(line));
    let mut jupytext = false;
    for (line, number) in inside {
        jupytext |= line.trim_ascii().starts_with(b"jupytext:");
        let Some((name, column)) = format_name(line).filter(|_| jupytext) else { continue };
        let name = OTHER_FORMATS.iter().find(|other| other.as_bytes() == name)?;
        return Some(
            Diagnostic::new(
                OTHER_FORMAT,
                Severity::Error,
                format!("this is a notebook in jupytext's format `{name}`, of which nothing is read here"),
                "Convert it with `jupytext --to md:myst FILE`; its cells and metadata stay the same.",
            )
            .at(number, column),
        );
    }
    None
}

/// jupytext's formats of notebooks in markdown besides `MyST`.
const OTHER_FORMATS: [&str; 4] = ["markdown", "pandoc", "rmarkdown", "quarto"];

fn ends_front_matter(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"---") || line == b"..."
}

/// The format that a line of front matter names, and the column on which it stands.
fn format_name(line: &[u8]) -> Option<(&[u8], u32)> {
    let at = find(line, FORMAT_NAME)? + FORMAT_NAME.len();
    let value = line[at..].trim_ascii_start();
    let column = narrow(line.len() - value.len() + 1);
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(value.len());
    Some((&value[..end], column))
}

const FORMAT_NAME: &[u8] = b"format_name:";

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// What the info string of a code cell begins with.
const CODE: &str = "{code-cell}";
/// What the info string of a raw cell begins with.
const RAW: &str = "{raw-cell}";

/// Reads a `MyST` notebook. Total: every text gives a notebook, and what jupytext stops at is a blocking diagnostic.
pub fn read(bytes: &[u8]) -> Notebook {
    read_within(bytes, &Bounds::DEFAULT)
}

/// The same within other bounds.
pub fn read_within(bytes: &[u8], bounds: &Bounds) -> Notebook {
    let mut notebook = Notebook::default();
    if bytes.len() > bounds.file {
        notebook.diagnostics.push(
            Diagnostic::new(
                "too-large",
                Severity::Error,
                format!("the file has {} bytes; at most {} are read", bytes.len(), bounds.file),
                "Keep data out of the notebook, or split it in two.",
            )
            .blocking(),
        );
        return notebook;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            notebook.diagnostics.push(not_utf8(bytes, error.valid_up_to()));
            utf16(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Cow::Owned)
        }
    };
    if notebook.diagnostics.is_empty() {
        notebook.layout.original = Some(Arc::from(&*text));
    }
    Reader::new(&text, bounds, notebook).read()
}

/// The diagnostic for bytes that are no UTF-8.
pub(super) fn not_utf8(bytes: &[u8], at: usize) -> Diagnostic {
    let before = &bytes[..at];
    let line = python_text::line_feeds(before) + 1;
    let begin = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[begin..]).chars().count() + 1;
    Diagnostic::new(
        "not-utf8",
        Severity::Error,
        format!("the byte 0x{:02X} is no UTF-8 text", bytes.get(at).copied().unwrap_or(0)),
        "Save the file as UTF-8. A file from Windows is often in code page 1252 or UTF-16.",
    )
    .at(narrow(line), narrow(column))
    .blocking()
}

/// `usize` to `u32`, as large as it gets.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The text as markdown-it sees it: `\n` ends every line, the last one too.
fn normalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if text.contains('\r') {
        let mut rest = text;
        while let Some(at) = rest.find('\r') {
            out.push_str(&rest[..at]);
            out.push('\n');
            rest = &rest[at + 1..];
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        out.push_str(rest);
        // The line feed that is added makes one end of a line with a carriage return before it.
        if text.ends_with('\r') {
            return out;
        }
    } else {
        out.push_str(text);
    }
    out.push('\n');
    out
}

/// The lines as `str.splitlines` cuts them, where these are not markdown's lines.
struct PythonLines<'a> {
    lines: Vec<&'a str>,
    /// The line of the file, from 1, on which each of them begins.
    numbers: Vec<u32>,
}

impl<'a> PythonLines<'a> {
    fn of(text: &'a str) -> Self {
        let mut number = 1;
        let mut numbers = Vec::new();
        for line in python_text::lines_with_ends(text) {
            numbers.push(number);
            number += u32::from(line.ends_with('\n'));
        }
        Self { lines: python_text::lines(text).collect(), numbers }
    }
}

struct Reader<'a> {
    source: &'a str,
    bounds: &'a Bounds,
    notebook: Notebook,
    /// What the next markdown cell is given.
    markdown_metadata: Metadata,
    lexer: Option<String>,
    /// There are as many cells as there may be, and more in the text.
    full: bool,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, bounds: &'a Bounds, notebook: Notebook) -> Self {
        Self { source, bounds, notebook, markdown_metadata: Metadata::new(), lexer: None, full: false }
    }

    fn warn(&mut self, diagnostic: Diagnostic) {
        self.notebook.diagnostics.push(diagnostic);
    }

    fn read(mut self) -> Notebook {
        let text = normalized(self.source);
        let blocks = Blocks::of(&text);
        let odd = self.odd_lines(&text);
        let mut found = blocks.found();
        let mut start = 0;
        let mut header = front_matter::Header::default();
        if let [Block::FrontMatter { lines }, rest @ ..] = found {
            let (begin, end) = blocks.span(1, lines.1 - 1);
            header = front_matter::read(&text, Some(&text[begin..end]), self.bounds);
            start = lines.1;
            found = rest;
        } else if self.source.starts_with("---") {
            header = front_matter::read(&text, None, self.bounds);
        } else if self.source.starts_with('\u{feff}') {
            self.warn(
                Diagnostic::new(
                    "byte-order-mark",
                    Severity::Warning,
                    "the file begins with a byte order mark, which hides its front matter from jupytext",
                    "Save the file as UTF-8 without a byte order mark.",
                )
                .at(1, 1),
            );
        }
        self.notebook.diagnostics.append(&mut header.diagnostics);
        if let Some(diagnostic) = front_matter::encoding_line(&text) {
            self.warn(diagnostic);
        }
        for block in found {
            if self.full {
                break;
            }
            match *block {
                Block::FrontMatter { .. } => {}
                Block::Fence { lines, info, closed } => {
                    let info = &text[info.0..info.1];
                    let kind = if info.starts_with(CODE) {
                        CellKind::Code
                    } else if info.starts_with(RAW) {
                        CellKind::Raw
                    } else {
                        continue;
                    };
                    self.flush(&text, &blocks, odd.as_ref(), start, Some(lines.0));
                    if kind == CellKind::Code {
                        self.lexer(python_text::strip(&info[CODE.len()..]), lines.0);
                    }
                    self.fenced(kind, &blocks.content(lines, closed), lines, &blocks, closed);
                    self.markdown_metadata = Metadata::new();
                    start = lines.1;
                }
                Block::Break { lines, text: (begin, end) } => {
                    self.flush(&text, &blocks, odd.as_ref(), start, Some(lines.0));
                    self.block_break(python_text::strip(&text[begin..end]), lines.0, begin, &text);
                    start = lines.1;
                }
            }
        }
        self.flush(&text, &blocks, odd.as_ref(), start, None);
        front_matter::finish(header, self.lexer.take(), &mut self.notebook);
        self.notebook
    }

    /// The lines as Python cuts them, when that is elsewhere than markdown does.
    fn odd_lines<'t>(&mut self, text: &'t str) -> Option<PythonLines<'t>> {
        let at = python_text::odd_line_break(text.as_bytes())?;
        let line = text[..at].matches('\n').count() + 1;
        let column = text[..at].rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        let found = text[at..].chars().next().map_or(0, u32::from);
        self.warn(
            Diagnostic::new(
                "unusual-line-break",
                Severity::Warning,
                format!("the character U+{found:04X} ends a line for jupytext, but not for markdown: cells after it begin and end elsewhere"),
                "Replace it by a plain line break or a blank.",
            )
            .at(narrow(line), narrow(column)),
        );
        // Without the line feed that was put at the end: jupytext cuts the text as it came.
        let put = usize::from(!self.source.ends_with('\r'));
        Some(PythonLines::of(&text[..text.len() - put]))
    }

    /// Makes a markdown cell of the lines from `start` to `end` (excluded; none for the rest), if anything is on them.
    fn flush(
        &mut self,
        text: &str,
        blocks: &Blocks<'_>,
        odd: Option<&PythonLines<'_>>,
        start: usize,
        end: Option<usize>,
    ) {
        let joined;
        let (slice, first) = if let Some(odd) = odd {
            let end = end.unwrap_or(odd.lines.len()).min(odd.lines.len());
            let lines = odd.lines.get(start..end).unwrap_or_default();
            joined = lines.join("\n");
            (joined.as_str(), odd.numbers.get(start).copied().unwrap_or(1))
        } else {
            let (from, to) = blocks.span(start, end.unwrap_or(blocks.count()));
            (&text[from..to], narrow(start + 1))
        };
        let stripped = python_text::rstrip(slice);
        let source = stripped.trim_start_matches('\n');
        if source.is_empty() {
            return;
        }
        let ends = python_text::line_feeds(source.as_bytes());
        let skipped = stripped.len() - source.len();
        let (begin, last) = if let Some(odd) = odd {
            let number = |at: usize| odd.numbers.get(at).copied().unwrap_or(first);
            (number(start + skipped), number(start + skipped + ends))
        } else {
            let begin = first + narrow(skipped);
            (begin, begin + narrow(ends))
        };
        let metadata = self.markdown_metadata.clone();
        let cell = Cell {
            lines: (begin, last),
            source_line: begin,
            metadata,
            ..Cell::new(CellKind::Markdown, source)
        };
        self.push(cell, &[]);
    }

    /// Adds a cell, checked as nbformat checks it. `foreign` is what of its metadata is no text for Python.
    fn push(&mut self, cell: Cell, foreign: &[yaml::Foreign]) {
        let index = self.notebook.cells.len();
        if index < self.bounds.cells {
            let is_foreign = |path: &str| foreign.iter().any(|value| value.path == path);
            schema::check_cell(&cell, index, &is_foreign, &mut self.notebook.diagnostics);
            self.notebook.cells.push(cell);
        } else if !self.full {
            self.full = true;
            self.warn(
                Diagnostic::new(
                    "too-many-cells",
                    Severity::Error,
                    format!("the notebook has more than {} cells; the rest is not shown", self.bounds.cells),
                    "Split the notebook in two.",
                )
                .at(cell.lines.0, 0)
                .blocking(),
            );
        }
    }

    fn lexer(&mut self, lexer: &str, line: usize) {
        if lexer.is_empty() {
            return;
        }
        match &self.lexer {
            None => self.lexer = Some(lexer.to_owned()),
            Some(first) if first != lexer => {
                let message = format!(
                    "this code cell is `{lexer}`, the first one was `{first}`; jupytext keeps the first"
                );
                self.warn(
                    Diagnostic::new(
                        "mixed-languages",
                        Severity::Warning,
                        message,
                        "Write the same word behind every `{code-cell}`.",
                    )
                    .at(narrow(line + 1), 0)
                    .in_cell(self.notebook.cells.len()),
                );
            }
            Some(_) => {}
        }
    }

    fn fenced(
        &mut self,
        kind: CellKind,
        content: &str,
        lines: (usize, usize),
        blocks: &Blocks<'_>,
        closed: bool,
    ) {
        let index = self.notebook.cells.len();
        let options = options::split(content, narrow(lines.0 + 2), self.bounds);
        let mut metadata = Metadata::new();
        let mut foreign = Vec::new();
        match options.value {
            Ok(loaded) => {
                foreign = loaded.foreign;
                self.notebook
                    .diagnostics
                    .extend(loaded.warnings.into_iter().map(|warning| warning.in_cell(index)));
                match loaded.value {
                    Value::Object(map) => metadata = map,
                    value if is_false(&value) => {}
                    _ => self.warn(
                        Diagnostic::new(
                            "cell-options-not-mapping",
                            Severity::Error,
                            "the options of this cell are no mapping, and jupytext cannot open the file",
                            "Write one `key: value` on each line.",
                        )
                        .at(narrow(lines.0 + 2), 1)
                        .in_cell(index)
                        .blocking(),
                    ),
                }
            }
            Err(diagnostic) => self.warn(diagnostic.in_cell(index)),
        }
        if !closed {
            self.warn(
                Diagnostic::new(
                    "fence-unclosed",
                    Severity::Warning,
                    "this cell is not closed: everything down to the end of the file is in it",
                    "Close it with as many backticks as it was opened with, on a line of their own.",
                )
                .at(narrow(lines.0 + 1), 1)
                .in_cell(index),
            );
        }
        // The reader adds a line feed at the end, which may make a line that the file does not have.
        let file_lines =
            blocks.count().saturating_sub(usize::from(self.source.ends_with(['\n', '\r']))).max(1);
        let cell = Cell {
            lines: (narrow(lines.0 + 1), narrow(lines.1.min(file_lines))),
            source_line: narrow(lines.0 + 2 + options.skipped),
            metadata,
            ..Cell::new(kind, options.body.replace('\0', "\u{fffd}"))
        };
        self.push(cell, &foreign);
    }

    fn block_break(&mut self, content: &str, line: usize, at: usize, text: &str) {
        self.markdown_metadata = Metadata::new();
        if content.is_empty() {
            return;
        }
        let index = self.notebook.cells.len();
        let begin = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let column = text[begin..at].chars().count();
        let place = |diagnostic: Diagnostic, more: usize| {
            diagnostic.at(narrow(line + 1), narrow(column + more)).in_cell(index).blocking()
        };
        match json::load(content).map(|loaded| (loaded.value, loaded.kept)) {
            Ok((Value::Object(map), kept)) => {
                self.markdown_metadata = map;
                if let Some(number) = kept.first() {
                    let diagnostic = Diagnostic::new(
                        "json-number",
                        Severity::Warning,
                        format!("`{number}` is a number that few programs read; it is kept as text"),
                        "Put it in quotes.",
                    );
                    self.warn(diagnostic.at(narrow(line + 1), narrow(column + 1)).in_cell(index));
                }
            }
            Ok(_) => self.warn(place(
                Diagnostic::new(
                    "block-break-not-mapping",
                    Severity::Error,
                    "what follows `+++` is no JSON object, and jupytext cannot open the file",
                    "Write the cell's metadata as `+++ {\"tags\": [\"…\"]}`, or nothing behind the `+++`.",
                ),
                1,
            )),
            Err(error) => self.warn(place(
                Diagnostic::new(
                    "block-break-not-json",
                    Severity::Error,
                    format!("what follows `+++` is not JSON, and jupytext cannot open the file: {error}"),
                    "Write the cell's metadata as `+++ {\"tags\": [\"…\"]}`, or nothing behind the `+++`.",
                ),
                error.column().max(1),
            )),
        }
    }
}

/// Whether Python takes a value for nothing (`value or {}`).
fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty(),
        Value::Array(value) => value.is_empty(),
        Value::Object(value) => value.is_empty(),
    }
}
