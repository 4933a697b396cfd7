//! Keys of `hunting` that a team asks for, or that somebody gives: read as the team has them.

use super::{Ground, Wrong};
use crate::lint::{KeyKind, OwnKey};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keys that the form has fields for, and those that are not for a form.
const TAKEN: [&str; 9] = [
    "title",
    "id",
    "description",
    "attack_technique_ids",
    "data_sources",
    "tags",
    "service",
    "lint",
    "parameters",
];
/// Longest name of a key, and longest value, in characters.
const MAX_KEY: usize = 60;
const MAX_VALUE: usize = 500;
/// Most further keys.
const MAX_KEYS: usize = 40;
/// What stands where a team asks for a text that nobody gave, if it fits.
const UNSAID: [&str; 4] = ["to be said", "to-be-said", "draft", "unknown"];

/// The values of further keys: those that were given, and of those that a team asks for whatever fits.
pub(super) fn values(
    given: &BTreeMap<String, String>,
    ground: &Ground<'_>,
    id: &str,
) -> Result<BTreeMap<String, Value>, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut values = BTreeMap::new();
    let own = &ground.settings.keys;
    for (key, written) in given.iter().filter(|(_, written)| !written.trim().is_empty()).take(MAX_KEYS) {
        let mut say = |message: String| wrong.push(Wrong { field: format!("keys.{key}"), message });
        if !is_key(key) {
            say("a key has letters, digits, `_` and `-`, and is none of those that have a field".to_owned());
            continue;
        }
        if written.chars().count() > MAX_VALUE {
            say(format!("at most {MAX_VALUE} characters are taken"));
            continue;
        }
        let default = OwnKey::default();
        let asked = own.get(key).unwrap_or(&default);
        match read(asked, written) {
            Ok(value) => drop(values.insert(key.clone(), value)),
            Err(message) => say(message),
        }
    }
    for (key, asked) in own.iter().filter(|(key, asked)| asked.required && is_key(key)) {
        if !values.contains_key(key)
            && let Some(value) = unsaid(asked, ground, id)
        {
            values.insert(key.clone(), value);
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

fn is_key(key: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || "_-".contains(char);
    (1..=MAX_KEY).contains(&key.len())
        && key.starts_with(|char: char| char.is_ascii_alphabetic())
        && key.chars().all(plain)
        && !TAKEN.contains(&key)
}

/// A written value as the team has the key.
fn read(asked: &OwnKey, written: &str) -> Result<Value, String> {
    let text: String = written.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    let text = text.trim();
    let number = || serde_json::from_str::<Value>(text).ok().filter(Value::is_number);
    let value = match asked.kind {
        None | Some(KeyKind::Text) => Value::from(text),
        Some(KeyKind::List) => {
            text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(Value::from).collect()
        }
        Some(KeyKind::Integer) => number().filter(|number| !number.is_f64()).ok_or("write a whole number")?,
        Some(KeyKind::Number) => number().ok_or("write a number")?,
        Some(KeyKind::Boolean) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Value::Bool(true),
            "false" | "no" => Value::Bool(false),
            _ => return Err("write true or false".to_owned()),
        },
        Some(KeyKind::Date) => {
            let day = text.parse::<chrono::NaiveDate>().ok().filter(|_| text.len() == 10);
            day.ok_or("write a day such as 2026-01-31")?;
            Value::from(text)
        }
        Some(KeyKind::Mapping) => serde_json::from_str::<Map<String, Value>>(text)
            .map(Value::Object)
            .map_err(|_| "write a mapping as JSON, such as {\"name\": \"value\"}")?,
    };
    if fits(asked, &value) {
        return Ok(value);
    }
    Err(match (&asked.help, asked.choices.as_slice(), &asked.pattern) {
        (Some(help), ..) => help.clone(),
        (None, [], Some(pattern)) => format!("write what the pattern {} finds", pattern.as_str()),
        (None, choices, _) => format!("write one of {}", choices.join(", ")),
    })
}

/// Whether each text of a value is one of the choices and as the pattern has it.
fn fits(asked: &OwnKey, value: &Value) -> bool {
    let one = |text: &str| {
        (asked.choices.is_empty() || asked.choices.iter().any(|choice| choice == text))
            && asked.pattern.as_ref().is_none_or(|pattern| pattern.finds(text))
    };
    match value {
        Value::String(text) => one(text),
        Value::Number(_) | Value::Bool(_) => one(&value.to_string()),
        Value::Array(entries) => entries.iter().all(|entry| fits(asked, entry)),
        Value::Null | Value::Object(_) => true,
    }
}

/// What stands for a value that is asked for and that nobody gave; none where nothing that can be thought of fits.
fn unsaid(asked: &OwnKey, ground: &Ground<'_>, id: &str) -> Option<Value> {
    let texts = || asked.choices.iter().map(String::as_str).chain(UNSAID).chain([id]);
    let candidates: Vec<Value> = match asked.kind {
        None | Some(KeyKind::Text) => texts().map(Value::from).collect(),
        Some(KeyKind::List) => texts().map(|text| Value::from(vec![text])).collect(),
        Some(KeyKind::Integer | KeyKind::Number) => asked
            .choices
            .iter()
            .filter_map(|choice| serde_json::from_str(choice).ok())
            .filter(|value: &Value| value.is_number())
            .chain([Value::from(0), Value::from(1)])
            .collect(),
        Some(KeyKind::Boolean) => vec![Value::Bool(false), Value::Bool(true)],
        Some(KeyKind::Date) => vec![Value::from(ground.today.to_string())],
        Some(KeyKind::Mapping) => vec![Value::Object(Map::new())],
    };
    candidates.into_iter().find(|value| fits(asked, value))
}
