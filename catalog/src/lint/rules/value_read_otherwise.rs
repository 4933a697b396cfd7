//! # YAML reads something else than was written
//!
//! Jupyter's YAML is of version 1.1: `0123` is the number 83, `12:30:45` is 45045, `yes`, `no`, `on` and `off` are true
//! and false. Put such a value in quotes.
//!
//! ~~~bad 14
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: a-hunt
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags:
//!     - one
//!   ready: yes
//! ---
//!
//! # A hunt
//! ~~~
//!
//! ~~~bad 13
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: a-hunt
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags: [one]
//!   countries: [de, no, se]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::own::KeyKind;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("value-read-otherwise", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(hunting) = subject.notebook.metadata.get("hunting").and_then(Value::as_object) else { return };
    // Of the id that is told already.
    for (key, value) in hunting.iter().filter(|(key, _)| *key != "id") {
        match value {
            Value::Array(list) => {
                for (place, value) in list.iter().enumerate() {
                    in_list(key, place, value, subject, found);
                }
            }
            value => of_key(key, value, subject, found),
        }
    }
}

fn of_key(key: &str, value: &Value, subject: &Subject<'_>, found: &mut Found<'_>) {
    let line = subject.notebook.line_of(&format!("hunting.{key}"));
    let Some(written) = behind_key(line, key, subject) else { return };
    let written = written.split(" #").next().unwrap_or_default().trim();
    if !reads_otherwise(written, value) {
        return;
    }
    found.at_line(
        line,
        format!("`{key}: {written}` is read as {value}"),
        format!("put it in quotes: `{key}: \"{written}\"`"),
    );
    let kind = subject.settings.keys.get(key).and_then(|own| own.kind);
    // A number with marks between its digits may be meant as one.
    let is_value = matches!(kind, Some(KeyKind::Boolean | KeyKind::Integer | KeyKind::Number))
        || value.is_number() && written.contains('_');
    if let Some((range, text)) = subject.line(line)
        && let Some(at) = text.find(written)
        && !is_value
    {
        found.mended_by(range.start + at..range.start + at + written.len(), format!("\"{written}\""));
    }
}

/// Of an entry of a list, on one line with its key or on one of its own.
fn in_list(key: &str, place: usize, value: &Value, subject: &Subject<'_>, found: &mut Found<'_>) {
    let line = subject.line_of(&format!("hunting.{key}[{place}]"));
    let Some((_, text)) = subject.line(line).filter(|_| line > 0) else { return };
    let written = if let Some(entry) = text.trim_start().strip_prefix("- ") {
        entry.split(" #").next().unwrap_or_default().trim()
    } else {
        let inner = behind_key(line, key, subject)
            .and_then(|list| list.trim().strip_prefix('[')?.split(']').next())
            .filter(|inner| !inner.contains(['"', '\'', '{', '[']));
        inner.and_then(|inner| inner.split(',').nth(place)).unwrap_or_default().trim()
    };
    // That an entry is no text is told of the fields that we know.
    let is_told =
        subject.procedure.diagnostics.iter().any(|one| one.code == "entry-not-text" && one.line == line);
    if !written.is_empty() && !is_told && reads_otherwise(written, value) {
        found.at_line(
            line,
            format!("`{written}` of `{key}` is read as {value}"),
            format!("put it in quotes: `\"{written}\"`"),
        );
    }
}

/// What stands on a line behind a key.
fn behind_key<'s>(line: u32, key: &str, subject: &Subject<'s>) -> Option<&'s str> {
    let (_, text) = subject.line(line).filter(|_| line > 0)?;
    text.trim_start().strip_prefix(key)?.strip_prefix(':')
}

fn reads_otherwise(written: &str, value: &Value) -> bool {
    match value {
        Value::Bool(_) => !written.eq_ignore_ascii_case("true") && !written.eq_ignore_ascii_case("false"),
        Value::Number(_) => {
            let digits = written.trim_start_matches(['+', '-']);
            digits.contains(':')
                || digits.contains('_')
                || digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.")
        }
        _ => false,
    }
}
