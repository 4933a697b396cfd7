//! Metadata against metadata, field by field.

use super::change::{Change, shortened};
use super::changes;
use crate::notebook::{Cell, Notebook};
use crate::procedure::Procedure;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// The most fields of a notebook that are told.
const MAX_FIELDS: usize = 300;

/// The longest value of a notebook's field that is told, in characters.
const MAX_VALUE: usize = 4_000;

/// The same of a cell's.
const MAX_CELL_VALUE: usize = 300;

/// The fields of `hunting` that are told first, in this order.
const FIRST: [&str; 6] = ["id", "title", "description", "attack_technique_ids", "data_sources", "tags"];

/// What became of something that may stand on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldStatus {
    /// Only on the new side.
    Added,
    /// Only on the old side.
    Removed,
    /// On both, with another value.
    Changed,
}

/// A field of metadata that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDiff {
    /// Its dotted path: `hunting.title`, `kernelspec.name`.
    pub key: String,
    /// What became of it.
    pub status: FieldStatus,
    /// The value before, as one would say it: texts without quotes, lists with commas.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// The difference as a sentence.
    pub text: String,
}

/// A field by the names that lead to it.
type Path<'a> = (&'a str, Option<&'a str>);

/// The fields that differ between two notebooks, those of `hunting` first, and how many are left out.
pub(super) fn of_notebooks(
    old: Option<(&Notebook, &Procedure)>,
    new: Option<(&Notebook, &Procedure)>,
) -> (Vec<FieldDiff>, usize) {
    let told = match (old, new) {
        (Some((old, was)), Some((new, is))) => changes::of_metadata((old, was), (new, is)),
        _ => Vec::new(),
    };
    let (was, is) = (old.map(|(notebook, _)| notebook), new.map(|(notebook, _)| notebook));
    let mut fields = between(&of_notebook(was), &of_notebook(is), MAX_VALUE);
    // What a text says of its own format; written as ipynb, a notebook has no need to say it.
    let own_format = |field: &FieldDiff| {
        field.key == "jupytext.text_representation" && field.status != FieldStatus::Changed
    };
    if was.is_some() && is.is_some() {
        fields.retain(|field| !own_format(field));
    }
    let left_out = fields.len().saturating_sub(MAX_FIELDS);
    fields.truncate(MAX_FIELDS);
    for field in &mut fields {
        let about: Vec<&str> =
            told.iter().filter(|change| is_about(change, &field.key)).map(|change| &*change.text).collect();
        if !about.is_empty() {
            field.text = about.join("; ");
        }
    }
    (fields, left_out)
}

/// The fields that differ between two cells, but for their tags; and their attachments.
pub(super) fn of_cells(old: Option<&Cell>, new: Option<&Cell>) -> Vec<FieldDiff> {
    let mut fields = between(&of_cell(old), &of_cell(new), MAX_CELL_VALUE);
    let was = old.and_then(|cell| cell.attachments.as_ref());
    let is = new.and_then(|cell| cell.attachments.as_ref());
    if was != is {
        let names = |held: Option<&Value>| {
            let names: Vec<&str> = held?.as_object()?.keys().map(String::as_str).collect();
            Some(Value::from(names.join(", ")))
        };
        let (before, after) = (names(was), names(is));
        // What they hold is no text, so files of the same names are only said to differ.
        let mut field = field(("attachments", None), before.as_ref(), after.as_ref(), MAX_CELL_VALUE);
        if before == after {
            field.text = String::from("`attachments` hold something else");
            field.status = FieldStatus::Changed;
        }
        fields.push(field);
    }
    fields
}

fn of_cell(cell: Option<&Cell>) -> Vec<(Path<'_>, &Value)> {
    let entries = cell.into_iter().flat_map(|cell| &cell.metadata);
    // What is no list of texts gives no tags, and is told as it is.
    let are_tags = |value: &Value| value.as_array().is_some_and(|tags| tags.iter().all(Value::is_string));
    entries
        .filter(|(key, value)| *key != "tags" || !are_tags(value))
        .map(|(key, value)| ((key.as_str(), None), value))
        .collect()
}

/// The metadata of a notebook in the order in which it is told, mappings of its root by their keys.
fn of_notebook(notebook: Option<&Notebook>) -> Vec<(Path<'_>, &Value)> {
    let Some(notebook) = notebook else { return Vec::new() };
    let mut entries: Vec<(Path<'_>, &Value)> = Vec::new();
    let mut block: Vec<(&String, &Value)> = notebook.hunting().into_iter().flatten().collect();
    block.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
    entries.extend(block.into_iter().map(|(key, value)| (("hunting", Some(key.as_str())), value)));
    for (key, value) in &notebook.metadata {
        match value.as_object().filter(|map| !map.is_empty()) {
            // The block is told above, wherever it stands.
            Some(_) if key == "hunting" => {}
            Some(map) => {
                entries.extend(map.iter().map(|(name, value)| ((key.as_str(), Some(name.as_str())), value)));
            }
            None => entries.push(((key, None), value)),
        }
    }
    entries
}

/// What is not the same: in the order of the old side, then what came.
fn between(old: &[(Path<'_>, &Value)], new: &[(Path<'_>, &Value)], longest: usize) -> Vec<FieldDiff> {
    let was: HashMap<Path<'_>, &Value> = old.iter().copied().collect();
    let is: HashMap<Path<'_>, &Value> = new.iter().copied().collect();
    let changed = old.iter().filter(|(path, value)| is.get(path).is_none_or(|after| after != value));
    let mut fields: Vec<FieldDiff> =
        changed.map(|(path, value)| field(*path, Some(value), is.get(path).copied(), longest)).collect();
    let came = new.iter().filter(|(path, _)| !was.contains_key(path));
    fields.extend(came.map(|(path, value)| field(*path, None, Some(value), longest)));
    fields.sort_by_key(|field| !field.key.starts_with("hunting."));
    fields
}

fn field((root, name): Path<'_>, before: Option<&Value>, after: Option<&Value>, longest: usize) -> FieldDiff {
    let key = match name {
        Some(name) => format!("{root}.{name}"),
        None => root.to_owned(),
    };
    let told = if root == "hunting" { name.unwrap_or(root) } else { &key };
    let text = key_changed(told, before, after).text;
    let (before, after) = said(before, after);
    FieldDiff {
        status: match (&before, &after) {
            (None, _) => FieldStatus::Added,
            (_, None) => FieldStatus::Removed,
            _ => FieldStatus::Changed,
        },
        before: before.map(|value| cut(value, longest)),
        after: after.map(|value| cut(value, longest)),
        key: shortened(&key),
        text,
    }
}

/// Whether a change is told of this field.
fn is_about(change: &Change, key: &str) -> bool {
    let Some(name) = key.strip_prefix("hunting.") else { return change.key.as_deref() == Some(key) };
    match change.kind.as_str() {
        "technique-added" | "technique-removed" | "technique-remapped" => name == "attack_technique_ids",
        "tactic-changed" => changes::names_tactics(name),
        _ => change.key.as_deref() == Some(name),
    }
}

/// One key of a block that has another value, as a change.
pub(super) fn key_changed(key: &str, was: Option<&Value>, is: Option<&Value>) -> Change {
    let name = shortened(key);
    let of_lists = was.zip(is).and_then(|(was, is)| entries_changed(was, is));
    let (was, is) = said(was, is);
    let text = match (&was, &is) {
        _ if of_lists.is_some() => format!("`{name}`: {}", of_lists.unwrap_or_default()),
        (Some(was), Some(is)) => format!("`{name}`: {} became {}", shortened(was), shortened(is)),
        (None, Some(is)) => format!("`{name}` added: {}", shortened(is)),
        (Some(was), None) => format!("`{name}` taken away; it was {}", shortened(was)),
        (None, None) => format!("`{name}` changed"),
    };
    let mut change = Change::new("key-changed", text).of_key(key);
    change.before = was.as_deref().map(shortened);
    change.after = is.as_deref().map(shortened);
    change
}

/// What came to a list of plain values and what went; none for anything else, and where only their order changed.
fn entries_changed(was: &Value, is: &Value) -> Option<String> {
    let plain_list = |value: &Value| {
        let values = value.as_array()?;
        let are_plain = values.iter().all(|value| value.is_string() || value.is_number());
        are_plain.then(|| values.iter().map(plain).collect::<Vec<String>>())
    };
    let (was, is) = (plain_list(was)?, plain_list(is)?);
    let (old, new): (HashSet<&String>, HashSet<&String>) = (was.iter().collect(), is.iter().collect());
    let beyond = |these: &[String], those: &HashSet<&String>| {
        these.iter().filter(|entry| !those.contains(entry)).cloned().collect::<Vec<_>>().join(", ")
    };
    match (beyond(&is, &old), beyond(&was, &new)) {
        (come, gone) if come.is_empty() && gone.is_empty() => None,
        (come, gone) if gone.is_empty() => Some(format!("{} added", shortened(&come))),
        (come, gone) if come.is_empty() => Some(format!("{} removed", shortened(&gone))),
        (come, gone) => Some(format!("{} added, {} removed", shortened(&come), shortened(&gone))),
    }
}

/// Both values as one would say them; as JSON where that would sound the same, as 83 does and "83".
fn said(was: Option<&Value>, is: Option<&Value>) -> (Option<String>, Option<String>) {
    let (before, after) = (was.map(plain), is.map(plain));
    if before == after {
        return (was.map(Value::to_string), is.map(Value::to_string));
    }
    (before, after)
}

/// A value as one would say it: texts without quotes, lists with commas.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn cut(mut text: String, longest: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(longest) {
        text.truncate(end);
        text.push('…');
    }
    text
}
