//! A notebook as MyST text, in jupytext's form.

use super::{CODE, RAW, python_text, schema};
use crate::notebook::{Cell, CellKind, Metadata, Notebook, yaml_write};
use serde_json::{Value, json};
use std::fmt::Write;

/// The version of the format that jupytext 1.19 writes.
const FORMAT_VERSION: f64 = 0.13;

/// Writes a notebook as `MyST`. While its cells and metadata are those that were read, the text is the one that was read,
/// byte for byte; else it has jupytext's form.
///
/// Unlike jupytext's, this keeps all of the metadata, whatever the filters say: what jupytext could not read at the root
/// of the front matter goes under `jupyter`.
pub fn write(notebook: &Notebook) -> String {
    if let Some(original) = &notebook.layout.original {
        let read = super::read(original.as_bytes());
        if unchanged(&read, notebook) {
            return original.to_string();
        }
    }
    let mut out = String::new();
    let mut metadata = notebook.metadata.clone();
    let lexer = lexer(&mut metadata);
    describe(&mut metadata);
    let front = arrange(metadata);
    out.push_str("---\n");
    out.push_str(&yaml_write::dump(&front, yaml_write::Style::COMPACT));
    out.push_str("---\n");
    let mut after_markdown = false;
    for cell in &notebook.cells {
        if cell.kind == CellKind::Markdown {
            if !cell.metadata.is_empty() {
                let _ = write!(out, "\n+++ {}\n", python_json(&Value::Object(cell.metadata.clone())));
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
            fenced(cell, lexer.as_deref(), &mut out);
            after_markdown = false;
        }
    }
    let mut text = python_text::rstrip(&out).to_owned();
    text.push('\n');
    text
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
        metadata.insert("jupytext".to_owned(), json!({}));
    }
    if let Some(Value::Object(jupytext)) = metadata.get_mut("jupytext") {
        let kept = jupytext
            .get("text_representation")
            .and_then(|text| text.get("jupytext_version"))
            .filter(|version| version.is_string())
            .cloned();
        let mut text = json!({ "extension": ".md", "format_name": "myst", "format_version": FORMAT_VERSION });
        if let (Some(version), Some(map)) = (kept, text.as_object_mut()) {
            map.insert("jupytext_version".to_owned(), version);
        }
        jupytext.insert("text_representation".to_owned(), text);
    }
}

/// The keys in jupytext's order, those that it could not read at the root under `jupyter`.
fn arrange(metadata: Metadata) -> Metadata {
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
        let at_root = plain && key != "jupyter" && !faulty.contains(&key) && !has_null(&value);
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

fn fenced(cell: &Cell, lexer: Option<&str>, out: &mut String) {
    let marks = cell
        .source
        .lines()
        .map(|line| line.trim_start_matches(' '))
        .filter(|line| line.starts_with("```"))
        .map(|line| line.len() - line.trim_start_matches('`').len() + 1)
        .max()
        .unwrap_or(3);
    let fence = "`".repeat(marks);
    let code = cell.kind == CellKind::Code;
    let _ = write!(out, "\n{fence}{}", if code { CODE } else { RAW });
    if let Some(lexer) = lexer.filter(|_| code) {
        let _ = write!(out, " {lexer}");
    }
    out.push('\n');
    let first_blank = !cell.source.is_empty() && cell.source.split('\n').next().is_some_and(blank);
    if cell.metadata.is_empty() {
        // A blank line before the source is not read as part of it: it keeps a source that looks like options, and one
        // that begins with a blank line, what they are.
        if cell.source.starts_with("---") || python_text::lstrip(&cell.source).starts_with(':') || first_blank
        {
            out.push('\n');
        }
    } else {
        let yaml = yaml_write::dump(&cell.metadata, yaml_write::Style::COMPACT);
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
    let optional = !cell.metadata.is_empty() || python_text::lstrip(&cell.source).starts_with(':');
    if optional && cell.source.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
}

/// JSON as Python's `json.dumps` writes it on one line.
fn python_json(value: &Value) -> String {
    let mut out = String::new();
    json(value, &mut out);
    out
}

fn json(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) if number.is_f64() => {
            out.push_str(&python_text::float(number.as_f64().unwrap_or(0.0)));
        }
        Value::String(text) => json_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                json(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                json_text(key, out);
                out.push_str(": ");
                json(item, out);
            }
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A text as JSON in ASCII.
fn json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}
