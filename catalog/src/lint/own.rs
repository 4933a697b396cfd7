//! Rules that a team writes itself: keys of `hunting`, and texts that a regular expression finds.

use super::Severity;
use regex::{Regex, RegexBuilder};
use serde::de::{Deserialize, Deserializer, Error};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Longest regular expression, in characters.
const MAX_PATTERN: usize = 1000;

/// The most memory that one regular expression takes, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// A regular expression of the `regex` crate, which looks at a text in linear time. With `LINES` its `^` and `$` are the ends
/// of each line, otherwise those of the text.
#[derive(Debug, Clone)]
pub struct Pattern<const LINES: bool> {
    written: String,
    regex: Arc<Regex>,
}

impl<const LINES: bool> Pattern<LINES> {
    /// Compiles one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(written: &str) -> Result<Self, String> {
        if written.chars().count() > MAX_PATTERN {
            return Err(format!("a regular expression has at most {MAX_PATTERN} characters"));
        }
        let regex = RegexBuilder::new(written)
            .multi_line(LINES)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "the regular expression grows too large".to_owned(),
                other => {
                    let message = other.to_string();
                    let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    format!("the regular expression {written:?} cannot be read: {last}")
                }
            })?;
        if LINES && regex.is_match("") {
            return Err(format!("the regular expression {written:?} finds the empty text everywhere"));
        }
        Ok(Self { written: written.to_owned(), regex: Arc::new(regex) })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it finds something in a text.
    pub fn finds(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }
}

impl<const LINES: bool> PartialEq for Pattern<LINES> {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl<const LINES: bool> Eq for Pattern<LINES> {}

impl<const LINES: bool> Hash for Pattern<LINES> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.written.hash(state);
    }
}

impl<'de, const LINES: bool> Deserialize<'de> for Pattern<LINES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// What kind of value a key has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// A text.
    Text,
    /// A list of texts.
    List,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day, written `2026-01-31`.
    Date,
    /// A mapping.
    Mapping,
}

impl KeyKind {
    /// What it is called in messages.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::List => "a list of texts",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a day such as \"2026-01-31\", in quotes",
            Self::Mapping => "a mapping",
        }
    }
}

/// What a team asks of a key of `hunting`: `[lint.keys.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnKey {
    /// The kind of its value; any where it is not named.
    #[serde(rename = "type")]
    pub kind: Option<KeyKind>,
    /// What is to be found in its text, or in each text of its list.
    pub pattern: Option<Pattern<false>>,
    /// The texts that it may be; any where there are none.
    pub choices: Vec<String>,
    /// Whether every procedure has it.
    pub required: bool,
    /// What is said where it is missing or otherwise; what is wrong where there is none.
    pub message: Option<String>,
    /// What to do about it, and what editors say of the key.
    pub help: Option<String>,
    /// How bad that is.
    pub severity: Option<Severity>,
}

/// Where a [text rule](OwnText) looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Cells of prose.
    Prose,
    /// Cells of code and raw ones, queries included.
    Code,
    /// The texts of queries.
    Query,
}

/// A rule that finds a text: `[[lint.text]]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnText {
    /// The code of its diagnostics.
    #[serde(deserialize_with = "code")]
    pub code: String,
    /// What it finds.
    pub pattern: Pattern<true>,
    /// Where it looks.
    #[serde(rename = "in", default = "prose", deserialize_with = "places")]
    pub places: Vec<Place>,
    /// What is said of it.
    pub message: String,
    /// How bad it is.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// What to do about it.
    #[serde(default)]
    pub help: String,
}

fn prose() -> Vec<Place> {
    vec![Place::Prose]
}

fn warning() -> Severity {
    Severity::Warning
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let code = String::deserialize(deserializer)?;
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if code.len() > 60 || !code.split('-').all(is_word) {
        return Err(D::Error::custom(format!("{code:?} is no code: write lower-case words with hyphens")));
    }
    if super::rule(&code).is_some() {
        return Err(D::Error::custom(format!("`{code}` is a rule already: give this one a code of its own")));
    }
    Ok(code)
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Place>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Places {
        One(Place),
        Several(Vec<Place>),
    }
    let wrong = |_| D::Error::custom("write `in = \"prose\"`, or a list of prose, code and query");
    match Places::deserialize(deserializer).map_err(wrong)? {
        Places::One(place) => Ok(vec![place]),
        Places::Several(mut places) if !places.is_empty() => {
            places.sort_unstable();
            places.dedup();
            Ok(places)
        }
        Places::Several(_) => Err(D::Error::custom("it looks nowhere: name prose, code or query")),
    }
}
