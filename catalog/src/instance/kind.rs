//! What kind of value a parameter takes.

use super::{Declared, Parameter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A day: `2026-11-30`.
    Date,
    /// A moment: `2026-11-30T08:00:00Z`.
    DateTime,
    /// A list.
    List,
    /// A list of addresses, domains, hashes and the like.
    Indicators,
    /// Names with values.
    Mapping,
    /// One of those that are named.
    Choice,
}

impl Kind {
    /// The kind of a word, as a schema or an annotation writes it.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "text" | "str" | "string" => Self::Text,
            "number" | "float" => Self::Number,
            "integer" | "int" => Self::Integer,
            "boolean" | "bool" | "switch" => Self::Boolean,
            "date" => Self::Date,
            "datetime" | "date-time" | "timestamp" => Self::DateTime,
            "list" | "array" | "set" | "tuple" | "sequence" | "frozenset" => Self::List,
            "indicators" | "iocs" => Self::Indicators,
            "mapping" | "dict" | "object" => Self::Mapping,
            "choice" | "enum" => Self::Choice,
            _ => return None,
        })
    }

    /// Its word, as a schema writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::List => "list",
            Self::Indicators => "indicators",
            Self::Mapping => "mapping",
            Self::Choice => "choice",
        }
    }

    /// What a value of this kind is, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2026-11-30",
            Self::DateTime => "a time such as 2026-11-30T08:00:00Z",
            Self::List => "a list",
            Self::Indicators => "a list of indicators",
            Self::Mapping => "a mapping of names to values",
            Self::Choice => "one of the values that are named",
        }
    }
}

impl Parameter {
    /// Its kind: as it is declared, else by its annotation, else by its default; none when nothing tells.
    pub fn kind(&self, declared: Option<&Declared>) -> Option<Kind> {
        declared.and_then(|declared| declared.kind).or_else(|| self.inferred())
    }

    fn inferred(&self) -> Option<Kind> {
        let kind = self.by_annotation().or(match &self.value {
            Some(Value::String(_)) => Some(Kind::Text),
            Some(Value::Bool(_)) => Some(Kind::Boolean),
            Some(Value::Number(number)) => Some(if number.is_f64() { Kind::Number } else { Kind::Integer }),
            Some(Value::Array(_)) => Some(Kind::List),
            Some(Value::Object(_)) => Some(Kind::Mapping),
            Some(Value::Null) | None => None,
        });
        if kind == Some(Kind::List) && names_indicators(&self.name) { Some(Kind::Indicators) } else { kind }
    }

    /// `Optional[int]`, `int | None`, `list[str]`. Python's own dates are no text, so that `date` tells nothing.
    fn by_annotation(&self) -> Option<Kind> {
        let written = self.annotation.as_deref()?.trim().trim_matches(['"', '\'']);
        let inner = written.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']'));
        let one = inner.unwrap_or(written).split('|').map(str::trim).find(|part| *part != "None")?;
        let name = one.split('[').next().unwrap_or(one);
        let name = name.rsplit('.').next().unwrap_or(name).trim();
        if name == "Literal" {
            return Some(Kind::Choice);
        }
        Kind::of(name).filter(|kind| !matches!(kind, Kind::Date | Kind::DateTime))
    }

    /// What can be chosen from: as it is declared, else by `Literal["a", "b"]`.
    pub fn choices(&self, declared: Option<&Declared>) -> Vec<Value> {
        if let Some(declared) = declared.filter(|declared| !declared.choices.is_empty()) {
            return declared.choices.clone();
        }
        let literal = self.annotation.as_deref().and_then(|written| written.split_once("Literal["));
        let Some((_, rest)) = literal else { return Vec::new() };
        let inside = rest.rsplit_once(']').map_or(rest, |(inside, _)| inside);
        let list = super::python::expression(&format!("[{inside}]"), super::python::value).flatten();
        list.and_then(|list| list.as_array().cloned()).unwrap_or_default()
    }

    /// Whether its default is more than a text, a number or a switch: an expression, to keep or to replace.
    pub fn is_expression(&self) -> bool {
        !matches!(self.value, Some(Value::String(_) | Value::Bool(_) | Value::Number(_)))
    }
}

/// Whether a list of that name holds indicators.
fn names_indicators(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    let known =
        ["IOC", "IOCS", "INDICATORS", "HASHES", "DOMAINS", "IPS", "URLS", "ADDRESSES", "SHA256S", "MD5S"];
    known.iter().any(|known| last.eq_ignore_ascii_case(known))
}
