//! Outputs of code cells and attachments: as they stand in a file, as nbformat holds them, and what of them it refuses.
//!
//! Nothing in an output is looked at beyond its shape. What nbformat 4.5 could not open is mended where that is plain, and
//! otherwise left out; both are said.

use super::super::{Metadata, python_text};
use serde_json::{Value, json};

/// Whether a MIME type's value is JSON of any shape, and not text.
fn is_json(mime: &str) -> bool {
    mime.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}

/// A list of lines as the text that it is.
fn rejoin(value: &mut Value) {
    if let Value::Array(lines) = value
        && let Some(text) = lines.iter().map(Value::as_str).collect::<Option<String>>()
    {
        *value = text.into();
    }
}

/// A text as the list of lines that nbformat writes.
fn split(value: &mut Value) {
    if let Value::String(text) = value {
        *value = python_text::lines_with_ends(text).collect::<Vec<_>>().into();
    }
}

/// A bundle of representations, keyed by MIME type, as nbformat holds it. Gives what had to go.
fn read_bundle(bundle: &mut Metadata, faults: &mut Vec<String>) {
    bundle.retain(|mime, value| {
        if is_json(mime) {
            return true;
        }
        rejoin(value);
        let fine = value.is_string();
        if !fine {
            faults.push(format!("`{mime}` holds no text, and is left out"));
        }
        fine
    });
}

fn split_bundle(bundle: &mut Metadata) {
    for (mime, value) in bundle {
        if mime.starts_with("text/") || matches!(mime.as_str(), "application/javascript" | "image/svg+xml") {
            split(value);
        }
    }
}

/// Attachments as nbformat holds them: bundles by the names of files.
pub(super) fn read_attachments(attachments: &mut Metadata, faults: &mut Vec<String>) {
    attachments.retain(|name, bundle| {
        if let Value::Object(bundle) = bundle {
            read_bundle(bundle, faults);
            return true;
        }
        faults.push(format!("the attachment `{name}` is no mapping, and is left out"));
        false
    });
}

/// Attachments as they are written.
pub(super) fn split_attachments(attachments: &mut Value) {
    for bundle in attachments.as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
        if let Value::Object(bundle) = bundle {
            split_bundle(bundle);
        }
    }
}

/// The outputs as nbformat holds them, without those that it could not open.
pub(super) fn read(outputs: Vec<Value>, faults: &mut Vec<String>) -> Vec<Value> {
    outputs.into_iter().filter_map(|output| read_one(output, faults)).collect()
}

fn read_one(output: Value, faults: &mut Vec<String>) -> Option<Value> {
    let Value::Object(mut map) = output else {
        faults.push("an output is no mapping, and is left out".to_owned());
        return None;
    };
    let fields: &[&str] = match map.get("output_type").and_then(Value::as_str) {
        Some("execute_result") => &["output_type", "data", "metadata", "execution_count"],
        Some("display_data") => &["output_type", "data", "metadata"],
        Some("stream") => &["output_type", "name", "text"],
        Some("error") => &["output_type", "ename", "evalue", "traceback"],
        other => {
            let kind = other.unwrap_or("none").to_owned();
            faults.push(format!(
                "an output is of the type `{kind}`, which nbformat does not know, and is left out"
            ));
            return None;
        }
    };
    map.retain(|field, _| {
        let known = fields.contains(&field.as_str());
        if !known {
            faults.push(format!(
                "an output has the field `{field}`, which nbformat does not know; it is left out"
            ));
        }
        known
    });
    for field in fields {
        let fine = match (*field, map.get_mut(*field)) {
            ("output_type", Some(_)) => true,
            ("data", Some(Value::Object(bundle))) => {
                read_bundle(bundle, faults);
                true
            }
            ("metadata", Some(value)) => value.is_object(),
            ("execution_count", Some(value)) => value.is_null() || value.is_u64(),
            ("text", Some(value)) => {
                rejoin(value);
                value.is_string()
            }
            ("traceback", Some(value)) => {
                value.as_array().is_some_and(|lines| lines.iter().all(Value::is_string))
            }
            ("name" | "ename" | "evalue", Some(value)) => value.is_string(),
            _ => false,
        };
        if !fine {
            let mended = match *field {
                "data" | "metadata" => json!({}),
                "execution_count" => Value::Null,
                "traceback" => json!([]),
                "name" => json!("stdout"),
                _ => json!(""),
            };
            if map.insert((*field).to_owned(), mended).is_some() || *field != "execution_count" {
                faults.push(format!(
                    "the `{field}` of an output is missing or of the wrong kind, and is made anew"
                ));
            }
        }
    }
    Some(Value::Object(map))
}

/// The outputs as they are written.
pub(super) fn split_all(outputs: &[Value]) -> Vec<Value> {
    let mut outputs = outputs.to_vec();
    for output in outputs.iter_mut().filter_map(Value::as_object_mut) {
        match output.get("output_type").and_then(Value::as_str) {
            Some("execute_result" | "display_data") => {
                if let Some(Value::Object(bundle)) = output.get_mut("data") {
                    split_bundle(bundle);
                }
            }
            Some("stream") => {
                if let Some(text) = output.get_mut("text") {
                    split(text);
                }
            }
            _ => {}
        }
    }
    outputs
}
