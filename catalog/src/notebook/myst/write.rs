//! A notebook as MyST text, in jupytext's form.

use super::{CODE, RAW, keep, python_text, schema};
use crate::notebook::{Cell, CellKind, Metadata, Notebook, json, yaml, yaml_write};
use serde_json::{Value, json as value};
use std::fmt::Write;

/// The version of the format that jupytext 1.19 writes.
const FORMAT_VERSION: f64 = 0.13;

/// Writes a notebook as `MyST`. While its cells and metadata are those that were read, the text is the one that was read,
/// byte for byte; else it has jupytext's form.
///
/// Unlike jupytext, this always keeps `hunting` and the cells' tags, and of the rest all but the state of tools
/// ([`left_out`] names it). What jupytext could not read at the root of the front matter goes under `jupyter`.
pub fn write(notebook: &Notebook) -> String {
    if let Some(original) = &notebook.layout.original {
        let read = super::read(original.as_bytes());
        if unchanged(&read, notebook) {
            return original.to_string();
        }
    }
    let mut metadata = notebook.metadata.clone();
    let lexer = lexer(&mut metadata);
    let cell_filter = keep::cells(&metadata);
    let (header, cells) = leading_header(&metadata, &notebook.cells, &cell_filter);
    describe(&mut metadata);
    if let Some(header) = &header {
        name_header(header, &mut metadata);
    }
    let root = RootNames::of(&metadata);
    let mut front = header.unwrap_or_default();
    for (key, value) in arrange(keep::notebook(metadata), &root) {
        front.insert(key, value);
    }
    let body = body(cells, lexer.as_deref(), &cell_filter);
    // Without a header the text begins with its first cell, unless that would be taken for one.
    if front.is_empty() && !body.starts_with("\n--") && !body.starts_with("\n\u{feff}") {
        return finished(body.strip_prefix('\n').unwrap_or(&body));
    }
    if front.is_empty() {
        front.insert("jupytext".to_owned(), value!({ "notebook_metadata_filter": "-all" }));
    }
    let yaml = yaml_write::dump(&front, yaml_write::Style::COMPACT);
    finished(&format!("---\n{yaml}---\n{body}"))
}

/// The names of metadata that a text of this notebook leaves out because they are the state of tools, or because the
/// notebook's own filters say so.
pub fn left_out(notebook: &Notebook) -> Vec<String> {
    keep::left_out(notebook)
}

/// A text as it ends: with one line feed.
fn finished(text: &str) -> String {
    let mut text = python_text::rstrip(text).to_owned();
    text.push('\n');
    text
}

fn body(cells: &[Cell], lexer: Option<&str>, filter: &keep::Filter) -> String {
    let mut out = String::new();
    let mut after_markdown = false;
    for cell in cells {
        let metadata = keep::cell(&cell.metadata, filter);
        if cell.kind == CellKind::Markdown {
            if !metadata.is_empty() {
                let _ = write!(out, "\n+++ {}\n", json::line(&Value::Object(metadata)));
            } else if after_markdown {
                out.push_str("\n+++\n");
            }
            out.push('\n');
            out.push_str(&cell.source);
            if !cell.source.ends_with('\n') {
                out.push('\n');
            }
            after_markdown = true;
        } else {
            fenced(cell, &metadata, lexer, &mut out);
            after_markdown = false;
        }
    }
    out
}

/// The header of a leading raw cell, which jupytext writes as front matter, and the cells without it. Only where reading
/// makes the same cell of it again: its text is written anew then.
fn leading_header<'c>(
    metadata: &Metadata,
    cells: &'c [Cell],
    filter: &keep::Filter,
) -> (Option<Metadata>, &'c [Cell]) {
    let none = (None, cells);
    let Some((first, rest)) = cells.split_first().filter(|(first, _)| first.kind == CellKind::Raw) else {
        return none;
    };
    let as_raw =
        metadata.get("jupytext").and_then(|jupytext| jupytext.get("root_level_metadata_as_raw_cell"));
    if as_raw.is_some_and(super::is_false) || !keep::cell(&first.metadata, filter).is_empty() {
        return none;
    }
    let Some(yaml) = first.source.strip_prefix("---\n").and_then(|text| text.strip_suffix("---")) else {
        return none;
    };
    let Ok(loaded) = yaml::load(yaml.strip_suffix('\n').unwrap_or(yaml), 1) else { return none };
    let Value::Object(map) = loaded.value else { return none };
    let plain = loaded.foreign.is_empty() && loaded.nulls.is_empty() && loaded.odd_keys.is_empty();
    let names = RootNames::of(metadata);
    let known = |key: &String| {
        metadata.contains_key(key)
            || key == "jupyter"
            || key == "jupytext"
            || !super::filter::valid_key(key)
            || names.keeps_at_root(key)
    };
    if !plain || map.keys().any(known) || yaml_write::dump(&map, yaml_write::Style::BLOCK) != yaml {
        return none;
    }
    (Some(map), rest)
}

/// Says that the header's keys are none of the notebook's metadata, unless the metadata say so already.
fn name_header(header: &Metadata, metadata: &mut Metadata) {
    let names: Vec<String> = header.keys().map(|key| format!("-{key}")).collect();
    let jupytext = metadata.entry("jupytext").or_insert_with(|| value!({}));
    if let Value::Object(jupytext) = jupytext {
        jupytext.entry("root_level_metadata_filter").or_insert_with(|| names.join(",").into());
    }
}

/// What `root_level_metadata_filter` says of keys at the root.
struct RootNames(Option<keep::Filter>);

impl RootNames {
    fn of(metadata: &Metadata) -> Self {
        Self(keep::root(metadata))
    }

    /// Whether a key at the root is said to be the notebook's.
    fn keeps_at_root(&self, key: &str) -> bool {
        self.0.as_ref().is_some_and(|filter| filter.keeps(key, &[]))
    }

    /// Whether the notebook's `key` may stand at the root.
    fn allows(&self, key: &str) -> bool {
        self.0.as_ref().is_none_or(|filter| filter.keeps(key, &[]))
    }
}

/// Whether `notebook` still has the cells and the metadata that were read.
fn unchanged(read: &Notebook, notebook: &Notebook) -> bool {
    read.metadata == notebook.metadata
        && read.cells.len() == notebook.cells.len()
        && read.cells.iter().zip(&notebook.cells).all(|(a, b)| {
            a.kind == b.kind && a.source == b.source && a.metadata == b.metadata && b.attachments.is_none()
        })
}

/// What stands behind `{code-cell}`.
fn lexer(metadata: &mut Metadata) -> Option<String> {
    let kept = match metadata.get_mut("jupytext") {
        Some(Value::Object(jupytext)) => jupytext.shift_remove("default_lexer"),
        _ => None,
    };
    let info = metadata.get("language_info").and_then(|info| info.get("pygments_lexer")).cloned();
    info.or(kept).and_then(|lexer| lexer.as_str().map(str::to_owned)).filter(|lexer| !lexer.is_empty())
}

/// Says in the metadata what kind of text this is.
fn describe(metadata: &mut Metadata) {
    if !metadata.get("jupytext").is_some_and(Value::is_object) {
        metadata.insert("jupytext".to_owned(), value!({}));
    }
    let formats = metadata
        .get("jupytext")
        .and_then(|jupytext| jupytext.get("formats"))
        .filter(|formats| !super::is_false(formats))
        .and_then(|formats| super::formats::of_myst(formats, metadata));
    if let Some(Value::Object(jupytext)) = metadata.get_mut("jupytext") {
        if let Some(formats) = formats {
            jupytext.insert("formats".to_owned(), formats);
        }
        let kept = jupytext
            .get("text_representation")
            .and_then(|text| text.get("jupytext_version"))
            .filter(|version| version.is_string())
            .cloned();
        let mut text =
            value!({ "extension": ".md", "format_name": "myst", "format_version": FORMAT_VERSION });
        if let (Some(version), Some(map)) = (kept, text.as_object_mut()) {
            map.insert("jupytext_version".to_owned(), version);
        }
        jupytext.insert("text_representation".to_owned(), text);
    }
}

/// The keys in jupytext's order, those that it could not read at the root under `jupyter`.
fn arrange(metadata: Metadata, root: &RootNames) -> Metadata {
    let faulty: Vec<String> = schema::notebook_faults(&metadata, |_, value| value.is_string())
        .into_iter()
        .map(|(_, path, ..)| path)
        .collect();
    let mut front = Metadata::new();
    let mut inner = Metadata::new();
    let mut keys: Vec<(String, Value)> = metadata.into_iter().collect();
    keys.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (key, value) in keys {
        let plain = super::filter::valid_key(&key)
            && matches!(crate::notebook::yaml::resolve(&key), crate::notebook::yaml::Plain::Text);
        let at_root =
            plain && root.allows(&key) && key != "jupyter" && !faulty.contains(&key) && !has_null(&value);
        if at_root { &mut front } else { &mut inner }.insert(key, value);
    }
    if !inner.is_empty() {
        front.insert("jupyter".to_owned(), Value::Object(inner));
    }
    front
}

/// Whether jupytext would come upon a null.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.values().any(has_null),
        _ => false,
    }
}

fn blank(line: &str) -> bool {
    python_text::strip(line).is_empty()
}

/// How many backticks a fence around this line needs: one more than the line begins with. jupytext sees only those at its
/// very beginning; a line that is indented and would close the fence counts too.
fn marks_needed(line: &str) -> Option<usize> {
    let text = line.trim_start_matches(' ');
    let behind = text.trim_start_matches('`');
    let marks = text.len() - behind.len();
    let indent = line.len() - text.len();
    let counts = indent == 0 || (indent <= 3 && behind.trim_matches([' ', '\t']).is_empty());
    (marks >= 3 && counts).then_some(marks + 1)
}

fn fenced(cell: &Cell, metadata: &Metadata, lexer: Option<&str>, out: &mut String) {
    let marks = python_text::lines(&cell.source).filter_map(marks_needed).max().unwrap_or(3);
    let fence = "`".repeat(marks);
    let code = cell.kind == CellKind::Code;
    let _ = write!(out, "\n{fence}{}", if code { CODE } else { RAW });
    if let Some(lexer) = lexer.filter(|_| code) {
        let _ = write!(out, " {lexer}");
    }
    out.push('\n');
    let first_blank = !cell.source.is_empty() && cell.source.split('\n').next().is_some_and(blank);
    if metadata.is_empty() {
        // A blank line before the source is not read as part of it: it keeps a source that looks like options, and one
        // that begins with a blank line, what they are.
        if cell.source.starts_with("---") || python_text::lstrip(&cell.source).starts_with(':') || first_blank
        {
            out.push('\n');
        }
    } else {
        let yaml = yaml_write::dump(metadata, yaml_write::Style::COMPACT);
        if python_text::lines(&yaml).all(|line| line.starts_with(char::is_alphabetic)) {
            for line in python_text::lines(&yaml) {
                let _ = writeln!(out, ":{line}");
            }
            out.push('\n');
        } else {
            let _ = write!(out, "---\n{yaml}---\n");
            if first_blank {
                out.push('\n');
            }
        }
    }
    out.push_str(&cell.source);
    out.push('\n');
    // Behind options, and behind what looks like them, the last line feed is not read as part of the source.
    let optional = !metadata.is_empty() || python_text::lstrip(&cell.source).starts_with(':');
    if optional && cell.source.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
}
