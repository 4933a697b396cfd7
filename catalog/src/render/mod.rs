//! Notebook -> safe HTML.
//!
//! Repository content is hostile, so nothing reaches a page but through two fences: markdown is rendered by comrak with
//! raw HTML reduced to well-nested, allowed tags, and what comes out goes through the sanitizer, always. Code
//! never goes through either: it is escaped text with spans of our own ([`highlight`]). Each cell is sanitized by itself,
//! so that what is left open in one cannot leak into the next.
//!
//! Work is linear in the input: nesting, raw tags and output are bounded, and a cell beyond a bound is shown as plain text.
//! Results depend on the notebook, [`RENDERER`] and what [`Places`] says, and may be cached by blob where these stay.

mod ansi;
mod directive;
mod directives;
pub mod highlight;
mod late;
mod markdown;
mod math;
mod outputs;
mod picture;
mod places;
mod raw_html;
mod roles;
mod sanitize;
mod strict;
mod tables;

pub use ansi::CLASSES as TERMINAL_CLASSES;
pub(crate) use outputs::harmless;
pub use outputs::{attachment_image, output_image};
pub use picture::raster;
pub use places::{Options, Places};
pub use sanitize::ID_PREFIX;

use crate::notebook::{CellKind, Notebook};
use highlight::Language;
use late::{Label, Late};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The version of this renderer: part of the key under which its results are cached.
pub const RENDERER: &str = "4";

/// The longest markdown cell that is rendered, in bytes; a longer one is shown as text.
const MAX_MARKDOWN: usize = 512 * 1024;

/// The longest code that is coloured, in bytes.
const MAX_COLOURED: usize = 256 * 1024;

/// A rendered notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// One for each cell.
    pub cells: Vec<RenderedCell>,
    /// The outline: headings in order.
    pub headings: Vec<Heading>,
}

/// A rendered cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedCell {
    /// Its place, from 0.
    pub index: usize,
    /// What it holds.
    pub kind: CellKind,
    /// Safe HTML. Prose as blocks; code and raw text as escaped text with spans, for a `pre` that the page puts around.
    pub html: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its anchor on the page: `cell-` and its place. Content cannot have such an id (see [`ID_PREFIX`]).
    pub anchor: String,
    /// What its code is, for people: `Python`, `Taegis`, `KQL`; empty for prose and where it is unknown.
    pub language: String,
    /// First and last line in the file, from 1.
    pub lines: (u32, u32),
    /// Safe HTML for each output, in order, each a block of its own; none for a notebook that was read from `MyST`. The
    /// bytes of pictures are served apart: see [`output_image`] and [`Places::output`].
    pub outputs: Vec<String>,
}

/// A heading of a rendered notebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// The anchor on the page, unique within the notebook.
    pub anchor: String,
    /// The cell that it stands in, from 0.
    pub cell: usize,
}

/// What the cells of one page share: anchors given so far, and a number for each piece of markdown.
#[derive(Default)]
struct Page<'o> {
    options: Options<'o>,
    headings: Vec<Heading>,
    /// How often a slug was asked for; every anchor given is a key.
    anchors: HashMap<String, u32>,
    cell: usize,
    pieces: u32,
    /// The text that is being rendered, and its hash once it was asked for.
    source: String,
    hash: Option<String>,
    /// What is put in behind the sanitizer, with the hash of the text that it is put into.
    late: Vec<(String, Late)>,
    /// What can be referred to, by anchor; the first of a name counts.
    labels: HashMap<String, Label>,
    /// Anchors of targets that name what comes next.
    waiting: Vec<String>,
    /// How many figures, tables, listings and formulas there were.
    numbers: HashMap<&'static str, u32>,
    /// The sets of tabs that are open, by number, and whether one of its tabs is; and how many sets there were.
    tabs: Vec<(u32, bool)>,
    tab_sets: u32,
}

impl Page<'_> {
    /// An anchor for a heading, without [`ID_PREFIX`], unlike all before.
    fn anchor(&mut self, text: &str) -> String {
        let slug = slug(text);
        let mut anchor = slug.clone();
        while self.anchors.contains_key(&anchor) {
            let count = self.anchors.entry(slug.clone()).or_default();
            *count += 1;
            anchor = format!("{slug}-{count}");
        }
        self.anchors.insert(anchor.clone(), 0);
        anchor
    }
}

impl Page<'_> {
    /// Says what an anchor names.
    fn name(&mut self, anchor: String, label: Label) {
        let known = self.labels.entry(anchor).or_default();
        if known.title.is_empty() && known.number.is_none() {
            *known = label;
        }
    }
}

/// A text as part of an address: lower-case words joined by hyphens.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().take(80) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if c.is_alphanumeric() || c == '_' {
            slug.extend(c.to_lowercase());
        } else if (c.is_whitespace() || c == '-') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "section".to_owned() } else { slug.to_owned() }
}

/// Renders a notebook, cell by cell.
pub fn notebook(notebook: &Notebook, options: &Options<'_>) -> Rendered {
    let kernel = kernel_language(notebook);
    let mut page = Page { options: *options, ..Page::default() };
    let mut cells = Vec::with_capacity(notebook.cells.len());
    for (index, cell) in notebook.cells.iter().enumerate() {
        page.cell = index;
        let (html, language) = match cell.kind {
            CellKind::Markdown => (prose(&cell.source, &mut page), ""),
            CellKind::Code | CellKind::Raw => {
                let language = highlight::language_of_cell(&cell.source, kernel);
                // The whole cell is lexed as the kernel's, which knows its magics; the label tells the body's language.
                (code(&cell.source, kernel), language.label())
            }
        };
        cells.push(RenderedCell {
            index,
            kind: cell.kind,
            html,
            tags: cell.tags().map(str::to_owned).collect(),
            anchor: format!("cell-{index}"),
            language: language.to_owned(),
            lines: cell.lines,
            outputs: outputs::of_cell(cell, &mut page),
        });
    }
    for cell in &mut cells {
        page.fill(&mut cell.html);
        cell.outputs.iter_mut().for_each(|output| page.fill(output));
    }
    Rendered { cells, headings: page.headings }
}

/// Renders a text of markdown that stands alone, such as a note.
pub fn markdown(source: &str) -> String {
    let mut page = Page::default();
    let mut html = prose(source, &mut page);
    page.fill(&mut html);
    html
}

/// Code as escaped text with coloured spans; only escaped when it is very long.
pub fn code(source: &str, language: Language) -> String {
    let language = if source.len() > MAX_COLOURED { Language::Plain } else { language };
    highlight::highlight(source, language)
}

fn prose(source: &str, page: &mut Page<'_>) -> String {
    let before = page.headings.len();
    source.clone_into(&mut page.source);
    page.hash = None;
    page.waiting.clear();
    let rendered = (source.len() <= MAX_MARKDOWN).then(|| markdown::blocks(source, page, 0)).flatten();
    if let Some(html) = rendered {
        return sanitize::clean(&html);
    }
    page.headings.truncate(before);
    let mut html = String::from("<pre class=\"plain\" tabindex=\"0\">");
    highlight::escape(source, &mut html);
    html.push_str("</pre>\n");
    html
}

/// The language of the code cells: what the kernel says, else Python.
pub fn kernel_language(notebook: &Notebook) -> Language {
    let named = |key: &str, name: &str| notebook.metadata.get(key)?.get(name)?.as_str();
    match named("kernelspec", "language").or_else(|| named("language_info", "name")) {
        Some(name) => Language::of_name(name),
        None => Language::Python,
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod myst_tests;
