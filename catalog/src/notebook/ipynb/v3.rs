//! nbformat 3, made nbformat 4 as nbformat's own converter makes it: worksheets laid end to end, headings made markdown,
//! fields renamed.

use super::super::{Metadata, python_text};
use serde_json::{Value, json};

/// The names that nbformat 3 had for MIME types.
const MIME: &[(&str, &str)] = &[
    ("text", "text/plain"),
    ("html", "text/html"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpeg", "image/jpeg"),
    ("latex", "text/latex"),
    ("json", "application/json"),
    ("javascript", "application/javascript"),
];

/// The root of a notebook of nbformat 3 as one of nbformat 4.
pub(super) fn upgrade(mut root: Metadata) -> Metadata {
    let mut cells = Vec::new();
    if let Some(Value::Array(worksheets)) = root.shift_remove("worksheets") {
        for worksheet in worksheets {
            if let Value::Object(mut worksheet) = worksheet
                && let Some(Value::Array(list)) = worksheet.shift_remove("cells")
            {
                cells.extend(list.into_iter().map(upgrade_cell));
            }
        }
    }
    root.insert("cells".to_owned(), cells.into());
    if let Some(Value::Object(metadata)) = root.get_mut("metadata") {
        metadata.shift_remove("name");
        metadata.shift_remove("signature");
    }
    root
}

/// Lines, written with their ends or without them.
fn join(value: &mut Value) {
    let Value::Array(lines) = value else { return };
    let Some(lines) = lines.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else { return };
    let ended = lines.first().is_some_and(|line| line.ends_with(['\n', '\r']));
    *value = lines.join(if ended { "" } else { "\n" }).into();
}

fn upgrade_cell(cell: Value) -> Value {
    let Value::Object(mut cell) = cell else { return cell };
    cell.entry("metadata").or_insert_with(|| json!({}));
    match cell.get("cell_type").and_then(Value::as_str) {
        Some("code") => {
            cell.shift_remove("language");
            if let Some(collapsed) = cell.shift_remove("collapsed")
                && let Some(Value::Object(metadata)) = cell.get_mut("metadata")
            {
                metadata.insert("collapsed".to_owned(), collapsed);
            }
            let mut source = cell.shift_remove("input").unwrap_or_else(|| json!(""));
            join(&mut source);
            cell.insert("source".to_owned(), source);
            let count = cell.shift_remove("prompt_number").unwrap_or(Value::Null);
            cell.insert("execution_count".to_owned(), count);
            if let Some(Value::Array(outputs)) = cell.get_mut("outputs") {
                outputs.iter_mut().for_each(upgrade_output);
            }
        }
        Some("heading") => {
            let level = cell.shift_remove("level").and_then(|level| level.as_u64()).unwrap_or(1);
            let mut source = cell.shift_remove("source").unwrap_or_else(|| json!(""));
            join(&mut source);
            let line = python_text::lines(source.as_str().unwrap_or("")).collect::<Vec<_>>().join(" ");
            let marks = "#".repeat(usize::try_from(level.min(32)).unwrap_or(1));
            cell.insert("cell_type".to_owned(), "markdown".into());
            cell.insert("source".to_owned(), format!("{marks} {line}").into());
        }
        kind => {
            if kind == Some("html") {
                cell.insert("cell_type".to_owned(), "markdown".into());
            }
            cell.shift_remove("rendered");
            if let Some(source) = cell.get_mut("source") {
                join(source);
            }
        }
    }
    Value::Object(cell)
}

/// The keys of a bundle by their MIME types; those that had other names come last.
fn named_by_mime(bundle: &mut Metadata) {
    for (alias, mime) in MIME {
        if let Some(value) = bundle.shift_remove(*alias) {
            bundle.insert((*mime).to_owned(), value);
        }
    }
}

fn upgrade_output(output: &mut Value) {
    let Value::Object(map) = output else { return };
    for field in ["text", "html", "svg", "latex", "javascript", "json"] {
        if let Some(value) = map.get_mut(field) {
            join(value);
        }
    }
    match map.get("output_type").and_then(Value::as_str) {
        Some(kind @ ("pyout" | "display_data")) => {
            let result = kind == "pyout";
            let mut metadata = map.shift_remove("metadata").unwrap_or_else(|| json!({}));
            if let Value::Object(metadata) = &mut metadata {
                named_by_mime(metadata);
            }
            let count = map.shift_remove("prompt_number");
            map.shift_remove("output_type");
            let mut data = std::mem::take(map);
            if !result && let Some(count) = count.clone() {
                data.insert("prompt_number".to_owned(), count);
            }
            named_by_mime(&mut data);
            if let Some(Value::String(text)) = data.get("application/json")
                && let Ok(loaded) = super::super::json::load(text)
            {
                data.insert("application/json".to_owned(), loaded.value);
            }
            if result {
                map.insert("output_type".to_owned(), "execute_result".into());
                map.insert("execution_count".to_owned(), count.unwrap_or(Value::Null));
            } else {
                map.insert("output_type".to_owned(), "display_data".into());
            }
            map.insert("metadata".to_owned(), metadata);
            map.insert("data".to_owned(), data.into());
        }
        Some("pyerr") => {
            map.insert("output_type".to_owned(), "error".into());
        }
        Some("stream") => {
            let name = map.shift_remove("stream").unwrap_or_else(|| "stdout".into());
            map.insert("name".to_owned(), name);
            // The stream of an output that was neither has none of the other fields in nbformat 4.
            map.shift_remove("metadata");
        }
        _ => {}
    }
}
