//! What a procedure declares of its parameters: `hunting.parameters`, a list of mappings with a `name`, or a mapping of
//! names. It refines what is told by the cell tagged `parameters`, and says which values are right.
//!
//! ```yaml
//! hunting:
//!   parameters:
//!     LIMIT: {type: integer, minimum: 1, maximum: 5000, help: rows at most}
//!     SEVERITY: {type: choice, choices: [low, high], required: true}
//!     CASE: {pattern: 'CASE-\d+'}
//! ```

use super::{Kind, Refusal};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::Notebook;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use regex::{Regex, RegexBuilder};
use serde_json::Value;

/// The most parameters that are declared.
const MOST: usize = 200;
/// The most choices of one.
const MOST_CHOICES: usize = 500;
/// The longest pattern, in bytes, and the most memory that it may take when it is made ready.
const LONGEST_PATTERN: usize = 500;
const PATTERN_SIZE: usize = 256 << 10;

/// What is declared of one parameter.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// The kind of its values.
    pub kind: Option<Kind>,
    /// The values that it may have; any when there are none.
    pub choices: Vec<Value>,
    /// What all of a text must look like.
    pub pattern: Option<Regex>,
    /// The least value, the earliest time, the fewest entries, or the fewest characters.
    pub minimum: Option<Value>,
    /// The most.
    pub maximum: Option<Value>,
    /// What it is for.
    pub help: Option<String>,
    /// Whether it must not be empty.
    pub required: bool,
}

/// What a procedure declares.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Its parameters.
    pub declared: Vec<Declared>,
    /// What of it cannot be used, and is passed over.
    pub diagnostics: Vec<Diagnostic>,
    /// The line of the file where it begins.
    line: u32,
}

impl Schema {
    /// Reads what a notebook declares. What cannot be used is said and passed over.
    pub fn of(notebook: &Notebook) -> Self {
        let mut schema = Self { line: notebook.line_of("hunting.parameters"), ..Self::default() };
        match notebook.hunting().and_then(|hunting| hunting.get("parameters")) {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => {
                for (name, fields) in map.iter().take(MOST) {
                    schema.read(name, fields);
                }
            }
            Some(Value::Array(list)) => {
                for (at, fields) in list.iter().take(MOST).enumerate() {
                    match fields.get("name").and_then(Value::as_str) {
                        Some(name) => schema.read(name, fields),
                        None => schema.wrong(&format!("entry {}", at + 1), "has no `name`"),
                    }
                }
            }
            Some(_) => schema.wrong("it", "is neither a list nor a mapping"),
        }
        schema
    }

    /// What is declared of a parameter.
    pub fn get(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.name == name)
    }

    fn wrong(&mut self, what: &str, how: &str) {
        let message = format!("`hunting.parameters`: {what} {how}; it is passed over");
        let help = "Write `NAME: {type: integer, minimum: 1}`; known are type, choices, pattern, minimum, maximum, help and required.";
        let found = Diagnostic::new("schema-malformed", Severity::Warning, message, help);
        self.diagnostics.push(found.at(self.line, 0));
    }

    fn read(&mut self, name: &str, fields: &Value) {
        let called = format!("`{}`", name.chars().take(100).collect::<String>());
        if self.get(name).is_some() {
            return self.wrong(&called, "is declared twice");
        }
        let mut declared = Declared {
            name: name.to_owned(),
            kind: None,
            choices: Vec::new(),
            pattern: None,
            minimum: None,
            maximum: None,
            help: None,
            required: false,
        };
        match fields {
            Value::Null => {}
            Value::String(word) => self.kind(&mut declared, &called, word),
            Value::Object(map) => {
                for (key, value) in map {
                    self.field(&mut declared, &called, key, value);
                }
                self.bounds(&mut declared, &called);
            }
            _ => return self.wrong(&called, "is neither a type nor a mapping"),
        }
        if declared.kind == Some(Kind::Choice) && declared.choices.is_empty() {
            self.wrong(&called, "is a choice and names no `choices`");
            declared.kind = None;
        }
        if declared.kind.is_none() && !declared.choices.is_empty() {
            declared.kind = Some(Kind::Choice);
        }
        self.declared.push(declared);
    }

    fn kind(&mut self, declared: &mut Declared, called: &str, word: &str) {
        declared.kind = Kind::of(word.trim());
        if declared.kind.is_none() {
            let word: String = word.chars().take(60).collect();
            self.wrong(called, &format!("has the type {word:?}, which is none"));
        }
    }

    fn field(&mut self, declared: &mut Declared, called: &str, key: &str, value: &Value) {
        match (key, value) {
            ("type", Value::String(word)) => self.kind(declared, called, word),
            ("choices" | "enum" | "options", Value::Array(list))
                if list.len() <= MOST_CHOICES
                    && !list.is_empty()
                    && list.iter().all(|choice| !choice.is_object() && !choice.is_array()) =>
            {
                declared.choices.clone_from(list);
            }
            ("pattern", Value::String(pattern)) if pattern.len() <= LONGEST_PATTERN => {
                // All of the text, whatever the pattern's own anchors say.
                let whole = format!("^(?:{pattern})$");
                match RegexBuilder::new(&whole).size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE).build()
                {
                    Ok(pattern) => declared.pattern = Some(pattern),
                    Err(_) => self
                        .wrong(called, "has a `pattern` that is no regular expression, or too large a one"),
                }
            }
            ("minimum" | "min", bound @ (Value::Number(_) | Value::String(_))) => {
                declared.minimum = Some(bound.clone());
            }
            ("maximum" | "max", bound @ (Value::Number(_) | Value::String(_))) => {
                declared.maximum = Some(bound.clone());
            }
            ("help" | "description", Value::String(text)) => {
                declared.help = Some(text.trim().chars().take(1000).collect());
            }
            ("required", Value::Bool(required)) => declared.required = *required,
            // The first is read already; the others are said elsewhere.
            ("name" | "default" | "title" | "label", _) => {}
            (
                "type" | "choices" | "enum" | "options" | "pattern" | "minimum" | "min" | "maximum" | "max"
                | "help" | "description" | "required",
                _,
            ) => {
                self.wrong(called, &format!("has a `{key}` that cannot be used"));
            }
            (other, _) => {
                let other: String = other.chars().take(60).collect();
                self.wrong(called, &format!("has a `{other}`, which is not known"));
            }
        }
    }

    /// A bound that cannot be compared with is none.
    fn bounds(&mut self, declared: &mut Declared, called: &str) {
        let kind = declared.kind;
        for (bound, name) in [(&mut declared.minimum, "minimum"), (&mut declared.maximum, "maximum")] {
            if bound.as_ref().is_some_and(|bound| bound_size(kind, bound).is_none()) {
                *bound = None;
                self.wrong(called, &format!("has a `{name}` that its values cannot be compared with"));
            }
        }
    }
}

impl Declared {
    /// Whether a value is right.
    ///
    /// # Errors
    /// Why it is not, and what would be.
    pub fn check(&self, value: &Value) -> Result<(), Refusal> {
        let name = &self.name;
        if is_empty(value) {
            return if self.required { Err(self.empty()) } else { Ok(()) };
        }
        if let Some(kind) = self.kind
            && !fits(kind, value)
        {
            return Err(Refusal::new(
                "wrong-type",
                format!("`{name}` is {}, where {} is expected", told(value), kind.label()),
                format!("Give `{name}` as {}.", kind.label()),
            ));
        }
        if !self.choices.is_empty() && !self.chosen(value) {
            let choices: Vec<String> = self.choices.iter().take(20).map(told).collect();
            let more = if self.choices.len() > 20 { ", …" } else { "" };
            return Err(Refusal::new(
                "not-a-choice",
                format!("`{name}` is {}, which is none of its choices", told(value)),
                format!("Choose one of {}{more}.", choices.join(", ")),
            ));
        }
        if let Some(pattern) = &self.pattern {
            let written = pattern.as_str();
            let written = &written[4..written.len() - 2];
            if !texts(value).all(|text| pattern.is_match(text)) {
                return Err(Refusal::new(
                    "pattern",
                    format!("`{name}` is {}, which does not look as it should", told(value)),
                    format!("Give `{name}` so that all of it matches `{written}`."),
                ));
            }
        }
        let size = size(self.kind, value);
        let bound = |bound: &Option<Value>| Some((bound.clone()?, bound_size(self.kind, bound.as_ref()?)?));
        if let (Some(size), Some((least, bound))) = (size, bound(&self.minimum))
            && size < bound
        {
            return Err(Refusal::new(
                "below-minimum",
                format!("`{name}` is {}{}, below {}", told(value), counted(value, size), told(&least)),
                format!("Give `{name}` as {} or more.", told(&least)),
            ));
        }
        if let (Some(size), Some((most, bound))) = (size, bound(&self.maximum))
            && size > bound
        {
            return Err(Refusal::new(
                "above-maximum",
                format!("`{name}` is {}{}, above {}", told(value), counted(value, size), told(&most)),
                format!("Give `{name}` as {} or less.", told(&most)),
            ));
        }
        Ok(())
    }

    /// That it must not be empty.
    pub(super) fn empty(&self) -> Refusal {
        Refusal::new(
            "required-parameter-empty",
            format!("`{}` must be given, and is empty", self.name),
            format!("Give `{}` a value.", self.name),
        )
    }

    /// Of a list, each entry is one of the choices.
    fn chosen(&self, value: &Value) -> bool {
        match value {
            Value::Array(list) => list.iter().all(|entry| self.choices.contains(entry)),
            value => self.choices.contains(value),
        }
    }
}

/// Whether a value says nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Text => value.is_string(),
        Kind::Number => value.is_number(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Boolean => value.is_boolean(),
        Kind::Date => value.as_str().is_some_and(|text| day(text).is_some()),
        Kind::DateTime => value.as_str().is_some_and(|text| moment(text).is_some()),
        Kind::List => value.is_array(),
        Kind::Indicators => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        Kind::Mapping => value.is_object(),
        Kind::Choice => true,
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// A moment, in milliseconds. Without a zone it is UTC.
fn moment(text: &str) -> Option<i64> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_millis());
    let plain = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|at| at.and_utc().timestamp_millis())
    };
    zoned.ok().or_else(plain)
}

/// What of a value a bound is compared with.
#[expect(clippy::cast_precision_loss, reason = "bounds are of people's sizes")]
fn size(kind: Option<Kind>, value: &Value) -> Option<f64> {
    match (kind, value) {
        (Some(Kind::Date), Value::String(text)) => {
            day(text).map(|day| f64::from(chrono::Datelike::num_days_from_ce(&day)))
        }
        (Some(Kind::DateTime), Value::String(text)) => moment(text).map(|at| at as f64),
        (_, Value::Number(number)) => number.as_f64(),
        (_, Value::String(text)) => Some(text.chars().count() as f64),
        (_, Value::Array(list)) => Some(list.len() as f64),
        _ => None,
    }
}

fn bound_size(kind: Option<Kind>, bound: &Value) -> Option<f64> {
    match (kind, bound) {
        (Some(Kind::Date | Kind::DateTime), bound) => bound.is_string().then(|| size(kind, bound)).flatten(),
        (Some(Kind::Boolean | Kind::Mapping), _) => None,
        (_, Value::Number(number)) => number.as_f64(),
        _ => None,
    }
}

/// The texts that a pattern is held against.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let one = std::slice::from_ref(value);
    value.as_array().map_or(one, Vec::as_slice).iter().filter_map(Value::as_str)
}

/// A value in a sentence.
fn told(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format!("{text:?}"),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "a mapping".to_owned(),
        other => other.to_string(),
    };
    if text.chars().count() > 80 { format!("{}…", text.chars().take(79).collect::<String>()) } else { text }
}

/// How long a text is, where that is what counts.
fn counted(value: &Value, size: f64) -> String {
    match value {
        Value::String(text) if day(text).is_none() && moment(text).is_none() => {
            format!(" ({size} characters)")
        }
        _ => String::new(),
    }
}
