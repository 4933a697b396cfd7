//! TOML with the line of everything in it.
//!
//! A file is read into [`Node`]s first, so that one value of the wrong kind costs that value and nothing else. The depth is
//! bounded by the parser.

use super::Problems;
use crate::lint::Severity;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use toml::Spanned;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    List(Vec<Spanned<Node>>),
    Table(Entries),
    /// A number, a date, a truth: by what a reader would call it.
    Other(&'static str),
}

/// The keys of a table with their values.
type Entries = Vec<(Spanned<String>, Node)>;

/// A text and its line.
type At = (String, u32);

impl Node {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Other("true or false"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other("a number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Node, A::Error> {
        let mut entries: Entries = Vec::new();
        while let Some(entry) = table.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Table(entries))
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 1.
    pub(super) fn at(&self, byte: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < byte) + 1).unwrap_or(u32::MAX)
    }
}

/// A table that is taken apart key by key; what is left at the end nobody knows.
pub(super) struct Table<'a> {
    entries: Entries,
    lines: &'a Lines,
    /// What it is called in problems: `[[actors]]`; empty for the file.
    name: &'static str,
    /// The line that it begins in.
    pub(super) line: u32,
}

impl<'a> Table<'a> {
    pub(super) fn new(entries: Entries, lines: &'a Lines, name: &'static str, line: u32) -> Self {
        Self { entries, lines, name, line }
    }

    /// A key's value and its line.
    pub(super) fn take(&mut self, key: &str) -> Option<(Node, u32)> {
        let at = self.entries.iter().position(|(own, _)| own.get_ref() == key)?;
        let (own, node) = self.entries.remove(at);
        Some((node, self.lines.at(own.span().start)))
    }

    /// A key's text, in one line; a longer one than `most` characters is cut and said to be.
    pub(super) fn text(&mut self, key: &str, most: usize, problems: &mut Problems) -> Option<(String, u32)> {
        let (node, line) = self.take(key)?;
        match node {
            Node::Text(text) => {
                let text = clean(&text, most, key, line, problems);
                (!text.is_empty()).then_some((text, line))
            }
            other => {
                self.wrong_kind(key, "text in quotation marks", &other, line, problems);
                None
            }
        }
    }

    /// A key's list of texts, each with its line; a text alone is a list of one.
    pub(super) fn texts(&mut self, key: &str, most: usize, problems: &mut Problems) -> Vec<At> {
        let Some((node, line)) = self.take(key) else { return Vec::new() };
        self.list(key, node, line, most, problems).unwrap_or_default()
    }

    /// The texts of a list; none, and a problem, where it is no list.
    fn list(
        &self,
        key: &str,
        node: Node,
        line: u32,
        most: usize,
        problems: &mut Problems,
    ) -> Option<Vec<At>> {
        let nodes = match node {
            Node::List(nodes) => nodes,
            Node::Text(text) => {
                let text = clean(&text, super::MAX_NAME, key, line, problems);
                return Some(if text.is_empty() { Vec::new() } else { vec![(text, line)] });
            }
            other => {
                self.wrong_kind(key, "a list of texts in brackets", &other, line, problems);
                return None;
            }
        };
        if nodes.len() > most {
            problems.say(
                line,
                Severity::Warning,
                format!("`{key}` has {} entries; the first {most} are used", nodes.len()),
                "keep the list shorter, or make two of it",
            );
        }
        let mut texts = Vec::new();
        for node in nodes.into_iter().take(most) {
            let line = self.lines.at(node.span().start);
            match node.into_inner() {
                Node::Text(text) => {
                    let text = clean(&text, super::MAX_NAME, key, line, problems);
                    if !text.is_empty() {
                        texts.push((text, line));
                    }
                }
                other => self.wrong_kind(key, "text in quotation marks", &other, line, problems),
            }
        }
        Some(texts)
    }

    /// All lists that are left, with their keys and lines.
    pub(super) fn rest(mut self, most: usize, problems: &mut Problems) -> Vec<(String, u32, Vec<At>)> {
        let entries = std::mem::take(&mut self.entries);
        let list = |(key, node): (Spanned<String>, Node)| {
            let line = self.lines.at(key.span().start);
            let texts = self.list(key.get_ref(), node, line, most, problems);
            Some((key.into_inner(), line, texts?))
        };
        entries.into_iter().filter_map(list).collect()
    }

    fn wrong_kind(&self, key: &str, wanted: &str, is: &Node, line: u32, problems: &mut Problems) {
        let key = shown(key);
        let within = if self.name.is_empty() { String::new() } else { format!(" of {}", self.name) };
        problems.say(
            line,
            Severity::Error,
            format!("`{key}`{within} is {} where {wanted} is expected; it is not used", is.kind()),
            format!("write {wanted} behind `{key} =`"),
        );
    }

    /// Says of each key that is left that nobody knows it; `known` is what there is.
    pub(super) fn unknown(self, known: &str, problems: &mut Problems) {
        for (key, node) in self.entries {
            let line = self.lines.at(key.span().start);
            let key = shown(key.get_ref());
            let what = match node {
                Node::Table(_) => format!("a table `{key}`"),
                _ => format!("a key `{key}`"),
            };
            let within = if self.name.is_empty() { "here".to_owned() } else { format!("in {}", self.name) };
            problems.say(
                line,
                Severity::Warning,
                format!("there is no {} {within}: it is not used", what.trim_start_matches("a ")),
                format!("check the spelling; there is {known}"),
            );
        }
    }
}

/// A key as it is shown in a problem.
fn shown(key: &str) -> String {
    key.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect()
}

/// Trims, takes control characters out, and cuts.
fn clean(text: &str, most: usize, key: &str, line: u32, problems: &mut Problems) -> String {
    let is_prose = most > super::MAX_NAME;
    let kept = |c: char| if c.is_control() && !(is_prose && c == '\n') { ' ' } else { c };
    let text: String = text.trim().chars().map(kept).collect();
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let key = shown(key);
            problems.say(
                line,
                Severity::Warning,
                format!("`{key}` holds more than {most} characters; the first {most} are used"),
                "write it shorter",
            );
            text[..end].trim_end().to_owned()
        }
        None => text,
    }
}

/// Reads a file into its tables; none, and a problem, where it is no TOML.
pub(super) fn read(bytes: &[u8], problems: &mut Problems) -> Option<(Entries, Lines)> {
    if bytes.len() > super::MAX_FILE {
        problems.say(
            0,
            Severity::Error,
            format!(
                "the file has {} bytes; at most {} are read, and nothing of it is used",
                bytes.len(),
                super::MAX_FILE
            ),
            "keep the file smaller",
        );
        return None;
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            problems.say(
                u32::try_from(line).unwrap_or(u32::MAX),
                Severity::Error,
                "the file is not UTF-8, and nothing of it is used",
                "save it as UTF-8",
            );
            return None;
        }
    };
    let lines = Lines::of(text);
    match toml::from_str::<Node>(text) {
        Ok(Node::Table(entries)) => Some((entries, lines)),
        Ok(_) => None,
        Err(error) => {
            let line = error.span().map_or(0, |span| lines.at(span.start));
            let message: String = error.message().chars().take(MAX_SAID).collect();
            problems.say(
                line,
                Severity::Error,
                format!(
                    "the file cannot be read as TOML, and nothing of it is used: {}",
                    message.replace('\n', "; ")
                ),
                "mend the line; text stands in quotation marks, lists in brackets",
            );
            None
        }
    }
}

/// How much of a parser's message is said.
const MAX_SAID: usize = 300;
