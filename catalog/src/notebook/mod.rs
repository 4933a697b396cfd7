//! One notebook model; [`myst`] and [`ipynb`] read and write it without loss.

pub mod ipynb;
mod json;
pub mod myst;
pub(crate) mod python_text;
mod schema;
mod yaml;
mod yaml_write;

use crate::lint::Diagnostic;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Metadata of a notebook or a cell, in the order in which it was written.
pub type Metadata = Map<String, Value>;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// Prose.
    Markdown,
    /// Something for the kernel.
    Code,
    /// Text that Jupyter passes on untouched.
    Raw,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it holds.
    pub kind: CellKind,
    /// Its text, without a final newline, as jupytext gives it.
    pub source: String,
    /// Its metadata; the tags are under `tags`.
    pub metadata: Metadata,
    /// The id it came with; MyST has none (see [`ipynb::write`] for those that we make).
    pub id: Option<String>,
    /// First and last line in the file, counted from 1, fences included.
    pub lines: (u32, u32),
    /// The line in the file on which `source` begins, counted from 1.
    pub source_line: u32,
    /// Outputs as nbformat has them; always empty when read from MyST.
    pub outputs: Vec<Value>,
    /// As nbformat has it.
    pub execution_count: Option<u32>,
    /// Files inside a markdown or raw cell, as nbformat has them; always none when read from MyST.
    pub attachments: Option<Value>,
}

impl Cell {
    /// A cell of that kind and text, from nowhere.
    pub fn new(kind: CellKind, source: impl Into<String>) -> Self {
        Self {
            kind,
            source: source.into(),
            metadata: Metadata::new(),
            id: None,
            lines: (0, 0),
            source_line: 0,
            outputs: Vec::new(),
            execution_count: None,
            attachments: None,
        }
    }

    /// The cell's tags, in order. Anything but a list of strings is no tag.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.metadata.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether the cell has this very tag (exact and case-sensitive, as nbconvert compares).
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags().any(|own| own == tag)
    }
}

/// A notebook, whatever it was written in.
#[derive(Debug, Clone, Default)]
pub struct Notebook {
    /// Notebook-level metadata: `kernelspec`, `jupytext`, `hunting`, … (keys under `jupyter:` lifted to the root).
    pub metadata: Metadata,
    /// The cells, in order.
    pub cells: Vec<Cell>,
    /// What reading it brought to light. A *blocking* one means that Jupyter's tools could not open the file.
    pub diagnostics: Vec<Diagnostic>,
    /// Where things stood in the text, for messages and for writing back.
    pub layout: Layout,
}

/// Where things stood in the text that a notebook was read from.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The text as read, when it was MyST: what [`myst::write`] gives back while nothing has changed.
    pub original: Option<std::sync::Arc<str>>,
    /// Lines (from 1) of front-matter keys, by dotted path: `hunting`, `hunting.id`, `kernelspec.name`, …
    pub front_matter_lines: Vec<(String, u32)>,
    /// The `hunting` block of a leading raw cell (`---`, `hunting: …`, `---`), where the metadata itself has none.
    pub hunting_cell: Option<Metadata>,
    /// What a file beside the notebook says of it, where the notebook itself has no `hunting` block.
    pub sidecar: Option<Described>,
}

/// What a file beside a notebook says of it, in the words of a `hunting` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The file's name.
    pub file: String,
    /// The block that is made of it.
    pub hunting: Metadata,
    /// Lines (from 1) in that file, by dotted path in the block: `hunting.title`, `hunting.tags[0]`, …
    pub lines: Vec<(String, u32)>,
}

impl Notebook {
    /// The `hunting` block, if it is a mapping: of the metadata, of a leading raw cell that holds front matter, or of a
    /// file beside the notebook.
    pub fn hunting(&self) -> Option<&Metadata> {
        let own = self.metadata.get("hunting").and_then(Value::as_object);
        let sidecar = || self.layout.sidecar.as_ref().map(|described| &described.hunting);
        own.or(self.layout.hunting_cell.as_ref()).or_else(sidecar)
    }

    /// Whether it says itself what it is, well or badly.
    pub fn has_hunting(&self) -> bool {
        self.metadata.contains_key("hunting") || self.layout.hunting_cell.is_some()
    }

    /// The line of a front-matter key by its dotted path; 0 when unknown.
    pub fn line_of(&self, key: &str) -> u32 {
        self.layout.front_matter_lines.iter().find(|(path, _)| path == key).map_or(0, |(_, line)| *line)
    }

    /// The first diagnostic that keeps the notebook from being used.
    pub fn blocking(&self) -> Option<&Diagnostic> {
        self.diagnostics.iter().find(|d| d.blocking)
    }
}

/// Reads one value as front matter is read: YAML 1.1 as `PyYAML` resolves it, within the same bounds. For values that come
/// from elsewhere, such as a command line.
///
/// # Errors
/// What is wrong with it, as for front matter.
pub fn yaml_value(text: &str) -> Result<Value, Diagnostic> {
    yaml::load(text, 1).map(|loaded| loaded.value).map_err(|diagnostic| *diagnostic)
}

/// Reads a YAML mapping whose values are wanted as they were written, as text; with the line (from 1) of every key and item.
///
/// # Errors
/// What is wrong with it, as for front matter.
pub(crate) fn yaml_texts(text: &str) -> Result<(Metadata, Vec<(String, u32)>), Diagnostic> {
    match yaml::load_texts(text) {
        Ok(yaml::Loaded { value: Value::Object(map), keys, .. }) => Ok((map, keys)),
        Ok(_) => Err(Diagnostic::new(
            "yaml-no-mapping",
            crate::lint::Severity::Error,
            "it is no mapping of fields",
            "Write one `key: value` a line.",
        )),
        Err(diagnostic) => Err(*diagnostic),
    }
}

/// A mapping as YAML, as jupytext writes it into front matter.
pub(crate) fn yaml_block(map: &Metadata) -> String {
    yaml_write::dump(map, yaml_write::Style::COMPACT)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
