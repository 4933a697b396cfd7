//! Jupyter's own format: nbformat 3 to 4.5 is read, 4.5 is written.

mod outputs;
mod v3;

use super::{Cell, CellKind, Metadata, Notebook, hex, json, myst, python_text, schema};
use crate::lint::{Diagnostic, Severity};
use serde_json::{Value, json as value};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// What an ipynb file may have at most, in bytes. Outputs make it larger than a text.
const FILE: usize = 64 << 20;
/// What it may have at most, in cells.
const CELLS: usize = 10_000;

fn blocking(code: &str, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, message, help).blocking()
}

fn warning(code: &str, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(code, Severity::Warning, message, help)
}

/// Whether a file at this path is written as Jupyter writes notebooks, by its ending.
pub fn is_path(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("ipynb"))
}

/// Reads an ipynb file of nbformat 3 or 4. Total, as [`myst::read`] is. Outputs are kept as they are, as nbformat holds
/// them (texts whole, not in lines); nothing in them is looked at beyond their shape.
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
    let loaded = match load(bytes) {
        Ok(loaded) => loaded,
        Err(diagnostic) => {
            notebook.diagnostics.push(diagnostic);
            return notebook;
        }
    };
    if let Some(number) = loaded.kept.first() {
        notebook.diagnostics.push(warning(
            "json-number",
            format!("`{number}` is a number that few programs read; it is kept as text"),
            "Nothing needs to be done; the value was not finite, or too large.",
        ));
    }
    let Value::Object(mut root) = loaded.value else {
        notebook.diagnostics.push(blocking(
            "ipynb-not-notebook",
            "the file is JSON, but no notebook",
            "Give a file that Jupyter wrote.",
        ));
        return notebook;
    };
    match root.get("nbformat").and_then(Value::as_u64) {
        Some(4) => {
            if let Some(minor) = root.get("nbformat_minor").and_then(Value::as_u64).filter(|minor| *minor > 5) {
                notebook.diagnostics.push(warning(
                    "ipynb-format",
                    format!("the notebook is of nbformat 4.{minor}, which is newer than 4.5; what is new in it may be lost"),
                    "Save the notebook in an older Jupyter if something is missing.",
                ));
            }
        }
        Some(2 | 3) => root = v3::upgrade(root),
        format => notebook.diagnostics.push(blocking(
            "ipynb-format",
            match format {
                Some(format) => format!("the notebook is of nbformat {format}; nbformat 3 and 4 are read"),
                None => "the file says no `nbformat`".to_owned(),
            },
            "Open the notebook in Jupyter and save it, or run `jupyter nbconvert --to notebook --inplace` on it.",
        )),
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
    mend_metadata(&mut notebook.metadata, &mut notebook.diagnostics);
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

/// The JSON of a file.
fn load(bytes: &[u8]) -> Result<json::Loaded, Diagnostic> {
    let text = std::str::from_utf8(bytes).map_err(|error| myst::not_utf8(bytes, error.valid_up_to()))?;
    json::load(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| {
        let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (message, help) = if text.contains("<<<<<<<") {
            (
                format!("the notebook is not JSON, and holds the marks of a merge conflict: {error}"),
                "Settle the conflict, or take one side of it.",
            )
        } else {
            (
                format!("the notebook is not JSON: {error}"),
                "Restore the file from a version that Jupyter opened.",
            )
        };
        blocking("ipynb-not-json", message, help).at(place(error.line()), place(error.column()))
    })
}

/// Makes of the metadata what nbformat takes, and says so: a kernelspec has a name to display, a title is text.
fn mend_metadata(metadata: &mut Metadata, diagnostics: &mut Vec<Diagnostic>) {
    for (code, key, message, help) in schema::notebook_faults(metadata, |_, value| value.is_string()) {
        let mended = match metadata.get_mut(&key) {
            Some(Value::Object(kernelspec)) if key == "kernelspec" => {
                let named = |key: &str| kernelspec.get(key).filter(|name| name.is_string()).cloned();
                let (name, display) = (named("name"), named("display_name"));
                let both = name.clone().or_else(|| display.clone()).zip(display.or(name));
                both.map(|(name, display)| {
                    kernelspec.insert("name".to_owned(), name);
                    kernelspec.insert("display_name".to_owned(), display);
                })
            }
            Some(title) if key == "title" && !title.is_null() => {
                *title = title.to_string().into();
                Some(())
            }
            Some(authors) if key == "authors" => {
                *authors = Value::Array(vec![authors.take()]);
                Some(())
            }
            _ => None,
        };
        let done = if mended.is_some() {
            "it is mended"
        } else {
            metadata.shift_remove(&key);
            "it is left out"
        };
        let message = message.split(", and jupytext").next().unwrap_or(&message).to_owned();
        diagnostics.push(warning(code, format!("{message}: {done}"), help));
    }
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
    let mut faults = Vec::new();
    if kind == CellKind::Code {
        match map.shift_remove("outputs") {
            Some(Value::Array(list)) => cell.outputs = outputs::read(list, &mut faults),
            None => {}
            Some(_) => faults.push("its `outputs` are no list, and are left out".to_owned()),
        }
        cell.execution_count =
            map.get("execution_count").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
    } else if let Some(Value::Object(mut attachments)) = map.shift_remove("attachments") {
        outputs::read_attachments(&mut attachments, &mut faults);
        cell.attachments = Some(attachments.into());
    }
    let known = ["cell_type", "id", "execution_count", "attachments"];
    faults.extend(
        map.keys()
            .filter(|key| !known.contains(&key.as_str()))
            .map(|key| format!("it has the field `{key}`, which nbformat does not know; it is left out")),
    );
    // One a cell: a notebook with thousands of faulty outputs needs one remedy.
    if let Some(fault) = faults.first() {
        let more = if faults.len() > 1 { format!(" (and {} more)", faults.len() - 1) } else { String::new() };
        notebook.diagnostics.push(
            warning(
                "ipynb-cell-field",
                format!("of this cell, {fault}{more}"),
                "Run the cell anew in Jupyter and save the notebook.",
            )
            .in_cell(index),
        );
    }
    schema::check_cell(&cell, index, &|_| false, &mut notebook.diagnostics);
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
    // What MyST may say under `jupyter`, where jupytext does not look, and nbformat refuses in a file.
    mend_metadata(&mut metadata, &mut Vec::new());
    for transient in ["orig_nbformat", "orig_nbformat_minor", "signature"] {
        metadata.shift_remove(transient);
    }
    let cells: Vec<Value> =
        notebook.cells.iter().zip(ids(notebook)).map(|(cell, id)| cell_value(cell, id)).collect();
    let root = value!({ "cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5 });
    let mut out = String::new();
    json::pretty(&root, 0, &mut out);
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
        map.insert("execution_count".to_owned(), value!(cell.execution_count));
        map.insert("outputs".to_owned(), outputs::split_all(&cell.outputs).into());
    } else if let Some(attachments) = &cell.attachments {
        let mut attachments = attachments.clone();
        outputs::split_attachments(&mut attachments);
        map.insert("attachments".to_owned(), attachments);
    }
    Value::Object(map)
}
