//! # A key is not as the team asks
//!
//! A team says what kind of value a key of `hunting` has, what it looks like, or which ones there are (`[lint.keys.NAME]` with
//! `type`, `pattern` and `choices`). Of a list each entry is looked at.
//!
//! ~~~team
//! [lint.keys.owner]
//! type = "text"
//! required = true
//! pattern = "^[a-z]+$"
//!
//! [lint.keys.maturity]
//! choices = ["draft", "tried", "trusted"]
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
//!   owner: Maren O.
//!   maturity: tried
//! ---
//!
//! # A hunt
//! ~~~
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
//!   tags: [one]
//!   owner: maren
//!   maturity: old
//! ---
//!
//! # A hunt
//! ~~~
//!
//! ~~~good
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
//!   owner: maren
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, KeyKind, OwnKey, Rule, Severity};
use chrono::NaiveDate;
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("key-invalid", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(hunting) = subject.notebook.hunting() else { return };
    for (key, own) in &subject.settings.keys {
        let Some(value) = hunting.get(key).filter(|value| !value.is_null()) else { continue };
        let path = format!("hunting.{key}");
        let mut say = |path: &str, (wrong, right): Unlike| {
            let message = own.message.clone().unwrap_or(wrong);
            let help = own.help.clone().unwrap_or(right);
            found.as_bad_as(own.severity, |found| found.at_key(path, message, help));
        };
        if let Some(kind) = own.kind.filter(|kind| !is_of(*kind, value)) {
            let label = kind.label();
            say(&path, (format!("`{key}` is not {label}"), format!("write {label} behind `{key}:`")));
        } else if let Value::Array(entries) = value {
            for (place, entry) in entries.iter().enumerate() {
                if let Some(unlike) = unlike(key, own, entry) {
                    say(&format!("{path}[{place}]"), unlike);
                }
            }
        } else if let Some(unlike) = unlike(key, own, value) {
            say(&path, unlike);
        }
    }
}

fn is_of(kind: KeyKind, value: &Value) -> bool {
    match kind {
        KeyKind::Text => value.is_string(),
        KeyKind::List => value.as_array().is_some_and(|entries| entries.iter().all(Value::is_string)),
        KeyKind::Integer => value.is_i64() || value.is_u64(),
        KeyKind::Number => value.is_number(),
        KeyKind::Boolean => value.is_boolean(),
        KeyKind::Date => value.as_str().is_some_and(is_day),
        KeyKind::Mapping => value.is_object(),
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<NaiveDate>().is_ok()
}

/// What is wrong with a value, and what would be right.
type Unlike = (String, String);

/// How a value differs from what is asked for; lists and mappings within lists have no text to be looked at.
fn unlike(key: &str, own: &OwnKey, value: &Value) -> Option<Unlike> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    let shown: String = text.chars().take(100).collect();
    if !own.choices.is_empty() && !own.choices.contains(&text) {
        let choices = own.choices.join(", ");
        return Some((
            format!("{shown:?} is none of what `{key}` may be"),
            format!("write one of {choices}"),
        ));
    }
    let pattern = own.pattern.as_ref().filter(|pattern| !pattern.regex().is_match(&text))?;
    let wrong = format!("{shown:?} does not look as the team's `{key}` does");
    Some((wrong, format!("write what the pattern `{}` finds", pattern.as_str())))
}
