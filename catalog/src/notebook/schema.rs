//! What nbformat 4.5 accepts of metadata. jupytext checks each cell and the notebook against its schema and opens
//! nothing that fails.

use super::{Cell, CellKind, Metadata};
use crate::lint::{Diagnostic, Severity};
use serde_json::Value;

/// Adds a blocking diagnostic for each thing about a cell's metadata that nbformat refuses. `is_foreign` tells by its dotted
/// path what was only kept as text and is something else for Python.
pub(crate) fn check_cell(
    cell: &Cell,
    index: usize,
    is_foreign: &dyn Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if cell.metadata.is_empty() {
        return;
    }
    let mut refuse = |code: &str, message: String, help: &str| {
        diagnostics.push(
            Diagnostic::new(code, Severity::Error, message, help)
                .at(cell.lines.0, 0)
                .in_cell(index)
                .blocking(),
        );
    };
    if let Some(tags) = cell.metadata.get("tags") {
        tags_fault(tags, is_foreign, &mut refuse);
    }
    // nbformat's `^.+$`, which lets one line feed stand at the end.
    let is_line = |name: &str| {
        !name.starts_with('\n') && !name.is_empty() && !name.strip_suffix('\n').unwrap_or(name).contains('\n')
    };
    if cell.metadata.get("name").is_some_and(|name| is_foreign("name") || !name.as_str().is_some_and(is_line))
    {
        refuse(
            "cell-name-not-text",
            "the cell's `name` is no line of text, and jupytext cannot open the file".to_owned(),
            "Write a name in one line, in quotes, or delete the key.",
        );
    }
    let mut wrong = |key: &str, what: &str, fine: fn(&Value) -> bool| {
        if cell.metadata.get(key).is_some_and(|value| is_foreign(key) || !fine(value)) {
            refuse(
                "cell-metadata-invalid",
                format!("the cell's `{key}` must be {what}, and Jupyter opens no file where it is not"),
                "Mend the value, or delete the key.",
            );
        }
    };
    wrong("jupyter", "a mapping", Value::is_object);
    match cell.kind {
        CellKind::Code => {
            wrong("collapsed", "true or false", Value::is_boolean);
            wrong("scrolled", "true, false or `auto`", |value| {
                value.is_boolean() || value.as_str() == Some("auto")
            });
            wrong("execution", "a mapping of texts", |value| {
                value.as_object().is_some_and(|map| map.values().all(Value::is_string))
            });
        }
        CellKind::Raw => wrong("format", "text", Value::is_string),
        CellKind::Markdown => {}
    }
}

fn tags_fault(tags: &Value, is_foreign: &dyn Fn(&str) -> bool, refuse: &mut impl FnMut(&str, String, &str)) {
    let Some(list) = tags.as_array() else {
        let written = tags.as_str().unwrap_or("").split(',').map(str::trim).collect::<Vec<_>>().join(", ");
        refuse(
            "tags-not-list",
            "the cell's `tags` are no list, and jupytext cannot open the file".to_owned(),
            &format!("Write `:tags: [{written}]`."),
        );
        return;
    };
    for (at, tag) in list.iter().enumerate() {
        match tag.as_str().filter(|_| !is_foreign(&format!("tags[{at}]"))) {
            None => refuse(
                "tag-not-text",
                format!("the tag `{tag}` is no text, and jupytext cannot open the file"),
                "Put the tag in quotes.",
            ),
            Some(text) if text.is_empty() || text.contains(',') => refuse(
                "tag-invalid",
                format!("the tag `{text}` is empty or holds a comma, and jupytext cannot open the file"),
                "Write each tag as an item of its own.",
            ),
            Some(text) if list[..at].iter().any(|other| other == tag) => refuse(
                "tag-twice",
                format!("the tag `{text}` stands twice, and jupytext cannot open the file"),
                "Delete one of the two.",
            ),
            Some(_) => {}
        }
    }
}

/// A fault of notebook metadata: code, the key it is at, message, help.
pub(crate) type Fault = (&'static str, String, String, &'static str);

/// What nbformat refuses of a notebook's metadata. `is_text` tells text from what was only kept as text.
pub(crate) fn notebook_faults(metadata: &Metadata, is_text: impl Fn(&str, &Value) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(kernelspec) = metadata.get("kernelspec") {
        for field in ["name", "display_name"] {
            if !kernelspec.get(field).is_some_and(|value| is_text(&format!("kernelspec.{field}"), value)) {
                faults.push((
                    "kernelspec-incomplete",
                    "kernelspec".to_owned(),
                    format!("`kernelspec` has no `{field}` that is text, and jupytext cannot open the file"),
                    "Give the kernelspec a `name` and a `display_name`.",
                ));
                break;
            }
        }
    }
    if let Some(info) = metadata.get("language_info") {
        let text = |field: &str| {
            info.get(field).is_none_or(|value| is_text(&format!("language_info.{field}"), value))
        };
        let mode = info.get("codemirror_mode").is_none_or(|mode| mode.is_string() || mode.is_object());
        if info.get("name").is_none()
            || !mode
            || !["name", "file_extension", "mimetype", "pygments_lexer"].iter().all(|field| text(field))
        {
            faults.push((
                "language-info-invalid",
                "language_info".to_owned(),
                "`language_info` has no `name`, or a field of it is no text, and jupytext cannot open the file".to_owned(),
                "Give it a `name`, or delete the block: Jupyter writes it anew.",
            ));
        }
    }
    if metadata.get("title").is_some_and(|title| !is_text("title", title)) {
        faults.push((
            "title-not-text",
            "title".to_owned(),
            "`title` is no text, and jupytext cannot open the file".to_owned(),
            "Put the title in quotes.",
        ));
    }
    if metadata.get("authors").is_some_and(|authors| !authors.is_array()) {
        faults.push((
            "authors-not-list",
            "authors".to_owned(),
            "`authors` is no list, and jupytext cannot open the file".to_owned(),
            "Write `authors: [{name: …}]`.",
        ));
    }
    if metadata.get("orig_nbformat").is_some_and(|format| format.as_u64().is_none_or(|format| format < 1)) {
        faults.push((
            "orig-nbformat-invalid",
            "orig_nbformat".to_owned(),
            "`orig_nbformat` is no number, and jupytext cannot open the file".to_owned(),
            "Delete the key.",
        ));
    }
    faults
}
