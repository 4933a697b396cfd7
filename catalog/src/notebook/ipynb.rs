//! Jupyter's own format, nbformat 4.5.

use super::{Cell, CellKind, Metadata, Notebook, hex, myst, python_text, schema};
use crate::lint::{Diagnostic, Severity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt::Write;

/// What an ipynb file may have at most, in bytes. Outputs make it larger than a text.
const FILE: usize = 64 << 20;
/// What it may have at most, in cells.
const CELLS: usize = 10_000;

fn blocking(code: &str, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, message, help).blocking()
}

/// Reads an ipynb file of nbformat 4. Total, as [`myst::read`] is. Outputs are kept as they are; nothing in them is
/// looked at.
pub fn read(bytes: &[u8]) -> Notebook {
    let mut notebook = Notebook::default();
    if bytes.len() > FILE {
        notebook.diagnostics.push(blocking(
            "too-large",
            format!("the file has {} bytes; at most {FILE} are read", bytes.len()),
            "Clear the notebook's outputs.",
        ));
        return notebook;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            notebook.diagnostics.push(myst::not_utf8(bytes, error.valid_up_to()));
            return notebook;
        }
    };
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            notebook.diagnostics.push(
                blocking(
                    "ipynb-not-json",
                    format!("the notebook is not JSON: {error}"),
                    "Restore the file from a version that Jupyter opened; a merge conflict often leaves such a file.",
                )
                .at(place(error.line()), place(error.column())),
            );
            return notebook;
        }
    };
    let Value::Object(mut root) = value else {
        notebook.diagnostics.push(blocking(
            "ipynb-not-notebook",
            "the file is JSON, but no notebook",
            "Give a file that Jupyter wrote.",
        ));
        return notebook;
    };
    let format = root.get("nbformat").and_then(Value::as_u64);
    if format != Some(4) {
        notebook.diagnostics.push(blocking(
            "ipynb-format",
            match format {
                Some(format) => format!("the notebook is of nbformat {format}; only nbformat 4 is read"),
                None => "the file says no `nbformat`".to_owned(),
            },
            "Open the notebook in Jupyter and save it, or run `jupyter nbconvert --to notebook --inplace` on it.",
        ));
    }
    match root.shift_remove("metadata") {
        Some(Value::Object(map)) => notebook.metadata = map,
        None => {}
        Some(_) => notebook.diagnostics.push(blocking(
            "ipynb-metadata",
            "the notebook's `metadata` are no mapping",
            "Replace them by `{}`.",
        )),
    }
    for (code, _, message, help) in schema::notebook_faults(&notebook.metadata, |_, value| value.is_string())
    {
        notebook.diagnostics.push(Diagnostic::new(code, Severity::Warning, message, help));
    }
    match root.shift_remove("cells") {
        Some(Value::Array(cells)) => {
            if cells.len() > CELLS {
                notebook.diagnostics.push(blocking(
                    "too-many-cells",
                    format!("the notebook has more than {CELLS} cells; the rest is not shown"),
                    "Split the notebook in two.",
                ));
            }
            for (index, value) in cells.into_iter().take(CELLS).enumerate() {
                cell(value, index, &mut notebook);
            }
        }
        _ => notebook.diagnostics.push(blocking(
            "ipynb-not-notebook",
            "the notebook has no list of `cells`",
            "Give a file that Jupyter wrote.",
        )),
    }
    myst::find_hunting_cell(&mut notebook);
    notebook
}

/// A text that nbformat writes as one string or as a list of lines.
fn joined(value: Option<Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn cell(value: Value, index: usize, notebook: &mut Notebook) {
    let fault = |message: &str| {
        blocking(
            "ipynb-cell",
            format!("this cell {message}"),
            "Delete the cell, or write it anew in Jupyter.",
        )
        .in_cell(index)
    };
    let Value::Object(mut map) = value else {
        notebook.diagnostics.push(fault("is no mapping"));
        return;
    };
    let kind = match map.get("cell_type").and_then(Value::as_str) {
        Some("markdown") => CellKind::Markdown,
        Some("code") => CellKind::Code,
        Some("raw") => CellKind::Raw,
        _ => {
            notebook.diagnostics.push(fault("has no `cell_type` that is known"));
            CellKind::Raw
        }
    };
    let source = joined(map.shift_remove("source")).unwrap_or_else(|| {
        notebook.diagnostics.push(fault("has no `source` that is text"));
        String::new()
    });
    let mut cell = Cell::new(kind, source);
    match map.shift_remove("metadata") {
        Some(Value::Object(metadata)) => cell.metadata = metadata,
        None => {}
        Some(_) => notebook.diagnostics.push(fault("has `metadata` that are no mapping")),
    }
    cell.id = map.get("id").and_then(Value::as_str).map(str::to_owned);
    cell.attachments = map.shift_remove("attachments").filter(Value::is_object);
    if kind == CellKind::Code {
        if let Some(Value::Array(outputs)) = map.shift_remove("outputs") {
            cell.outputs = outputs;
        }
        cell.execution_count =
            map.get("execution_count").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
    }
    schema::check_cell(&cell, index, &mut notebook.diagnostics);
    notebook.cells.push(cell);
}

/// Whether nbformat takes `id` for a cell's id.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The ids under which the cells are written: their own where they are fit and not taken, else made from their place, kind
/// and text. The same notebook always gets the same ids.
pub fn ids(notebook: &Notebook) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let own: Vec<bool> = notebook
        .cells
        .iter()
        .map(|cell| cell.id.as_ref().is_some_and(|id| is_id(id) && taken.insert(id.clone())))
        .collect();
    let mut ids = Vec::with_capacity(own.len());
    for (index, (cell, own)) in notebook.cells.iter().zip(own).enumerate() {
        if let Some(id) = cell.id.as_ref().filter(|_| own) {
            ids.push(id.clone());
            continue;
        }
        let mut salt = 0_u32;
        loop {
            let mut hash = Sha256::new();
            hash.update(format!("{index}:{salt}:{:?}:", cell.kind));
            hash.update(&cell.source);
            let id = hex(&hash.finalize()[..6]);
            if taken.insert(id.clone()) {
                ids.push(id);
                break;
            }
            salt += 1;
        }
    }
    ids
}

/// Writes a notebook as nbformat 4.5, byte for byte as nbformat itself would write it: keys sorted, indented by one blank.
///
/// The metadata's `text_representation`, which says how the text was written, is left out, as jupytext does.
pub fn write(notebook: &Notebook) -> Vec<u8> {
    let mut metadata = notebook.metadata.clone();
    if let Some(Value::Object(jupytext)) = metadata.get_mut("jupytext") {
        jupytext.shift_remove("text_representation");
        if jupytext.is_empty() {
            metadata.shift_remove("jupytext");
        }
    }
    for transient in ["orig_nbformat", "orig_nbformat_minor", "signature"] {
        metadata.shift_remove(transient);
    }
    let cells: Vec<Value> =
        notebook.cells.iter().zip(ids(notebook)).map(|(cell, id)| cell_value(cell, id)).collect();
    let root = json!({ "cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5 });
    let mut out = String::new();
    pretty(&root, 0, &mut out);
    out.push('\n');
    out.into_bytes()
}

fn cell_value(cell: &Cell, id: String) -> Value {
    let mut map = Metadata::new();
    let kind = match cell.kind {
        CellKind::Markdown => "markdown",
        CellKind::Code => "code",
        CellKind::Raw => "raw",
    };
    map.insert("cell_type".to_owned(), kind.into());
    map.insert("id".to_owned(), id.into());
    let mut metadata = cell.metadata.clone();
    metadata.shift_remove("trusted");
    map.insert("metadata".to_owned(), Value::Object(metadata));
    map.insert("source".to_owned(), python_text::lines_with_ends(&cell.source).collect::<Vec<_>>().into());
    if cell.kind == CellKind::Code {
        map.insert("execution_count".to_owned(), json!(cell.execution_count));
        map.insert("outputs".to_owned(), cell.outputs.clone().into());
    } else if let Some(attachments) = &cell.attachments {
        map.insert("attachments".to_owned(), attachments.clone());
    }
    Value::Object(map)
}

/// JSON as Python's `json.dumps(…, sort_keys=True, indent=1, ensure_ascii=False)` writes it.
fn pretty(value: &Value, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                pretty(item, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, item)) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                text(key, out);
                out.push_str(": ");
                pretty(item, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
        Value::String(string) => text(string, out),
        Value::Number(number) if number.is_f64() => {
            out.push_str(&python_text::float(number.as_f64().unwrap_or(0.0)));
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A text as JSON, letters beyond ASCII as they are.
fn text(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        from = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}
