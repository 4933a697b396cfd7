//! YAML as `PyYAML`'s `SafeLoader` reads it, which is what Jupyter's tools use.
//!
//! The events are granit-parser's; which plain scalar is a number, a date or a boolean is decided here, by the rules of
//! YAML 1.1 (<https://yaml.org/type/>) in `PyYAML`'s reading of them. Anchors, aliases, tags and merge keys are refused,
//! and every size is bounded: a few lines of YAML must not become a large tree.

mod characters;
mod scalar;

pub(crate) use characters::{control_character, unprintable};
pub(crate) use scalar::{Plain, resolve};

use super::python_text;
use crate::lint::{Diagnostic, Severity};
use characters::{line_feeds, separated};
use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};
use serde_json::{Map, Number, Value};

/// The deepest nesting that is read.
const DEPTH: usize = 32;
/// The most keys and values that are read.
const NODES: usize = 10_000;

/// Something in the text, by its dotted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// `hunting.tags[0]`
    pub(crate) path: String,
    /// Line in the file, from 1.
    pub(crate) line: u32,
    /// Column in characters, from 1.
    pub(crate) column: u32,
}

/// A value that JSON has no type for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// Its dotted path.
    pub(crate) path: String,
    /// As `PyYAML` writes it.
    pub(crate) literal: String,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The document; null when there was none.
    pub(crate) value: Value,
    /// Every key and list item, with its line.
    pub(crate) keys: Vec<(String, u32)>,
    /// Where a null stands.
    pub(crate) nulls: Vec<Place>,
    /// Keys that are not text (`yes:`, `1:`).
    pub(crate) odd_keys: Vec<Place>,
    /// Values that JSON has no type for and that were kept as the text they were written as: dates, and numbers that are
    /// too large or none.
    pub(crate) foreign: Vec<Foreign>,
    /// What is worth a warning.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Loaded {
    /// What the value at `path` is for Python, where it is text for us only.
    pub(crate) fn foreign(&self, path: &str) -> Option<&str> {
        self.foreign.iter().find(|value| value.path == path).map(|value| value.literal.as_str())
    }
}

/// Reads one document. `first_line` is the line of the file on which `text` begins.
///
/// # Errors
/// The blocking diagnostic when `PyYAML` could not read it, or when it holds what we refuse.
pub(crate) fn load(text: &str, first_line: u32) -> Result<Loaded, Box<Diagnostic>> {
    read(text, Builder { first_line, ..Builder::default() })
}

/// Reads one document in which every scalar but null is the text that was written: `010` is no eight there.
///
/// # Errors
/// As for [`load`].
pub(crate) fn load_texts(text: &str) -> Result<Loaded, Box<Diagnostic>> {
    read(text, Builder { first_line: 1, how: How::Texts, ..Builder::default() })
}

/// Reads documents up to the first that is a mapping, as jupytext does to look for a header.
///
/// # Errors
/// As for [`load`].
pub(crate) fn load_first_mapping(text: &str) -> Result<Loaded, Box<Diagnostic>> {
    read(text, Builder { first_line: 1, how: How::FirstMapping, ..Builder::default() })
}

fn read<'t>(text: &'t str, start: Builder<'t>) -> Result<Loaded, Box<Diagnostic>> {
    if let Some((line, column, found)) = unprintable(text) {
        return Err(Box::new(control_character(found).at(start.first_line + line, column)));
    }
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
        bom_inside_document_as_content: true,
        flow_nesting_limit: DEPTH + 1,
        block_nesting_limit: DEPTH + 1,
    };
    let (text, separators) = line_feeds(text);
    let text = &*text;
    let tabs = text.contains('\t');
    let first_mapping = start.how == How::FirstMapping;
    let mut builder = Builder { text, separators, tabs, ..start };
    let mut end = text.len();
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::DocumentEnd, span)) if first_mapping => {
                if matches!(builder.root, Some(Value::Object(_))) {
                    end = span.byte_range().map_or(end, |range| range.start);
                    break;
                }
                builder.documents = 0;
            }
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => {
                let marker = error.marker();
                return Err(Box::new(
                    Diagnostic::new(
                        "yaml-invalid",
                        Severity::Error,
                        format!("this YAML cannot be read: {}", error.info()),
                        "Mend the YAML at this place. A value that holds `: `, ` #` or begins with one of \
                         `%@`{}[]&*!|>` must stand in quotes.",
                    )
                    .at(builder.line(marker.line()), column(marker.col()))
                    .blocking(),
                ));
            }
        }
    }
    if builder.tabs {
        builder.refuse_tabs(&text[..end])?;
    }
    builder.loaded.value = builder.root.unwrap_or(Value::Null);
    Ok(builder.loaded)
}

/// `usize` to `u32`, as large as it gets.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A column from 1.
fn column(col: usize) -> u32 {
    narrow(col).saturating_add(1)
}

/// A mapping or a sequence that is being read.
enum Frame {
    Mapping { map: Map<String, Value>, key: Option<String>, base: usize, block: bool },
    Sequence { items: Vec<Value>, base: usize },
}

/// What is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum How {
    /// One document.
    #[default]
    Values,
    /// One document, of which plain scalars but null are the text that they were written as.
    Texts,
    /// Documents up to the first mapping; anchors, aliases and tags are passed over rather than refused.
    FirstMapping,
}

#[derive(Default)]
struct Builder<'t> {
    first_line: u32,
    text: &'t str,
    /// Whether U+2028 and U+2029 are marked in the text.
    separators: bool,
    stack: Vec<Frame>,
    root: Option<Value>,
    path: String,
    nodes: usize,
    documents: usize,
    how: How,
    /// Whether there are tabs in the text, and so where they may stand matters.
    tabs: bool,
    /// Where they may stand: quoted and block scalars.
    scalars: Vec<std::ops::Range<usize>>,
    loaded: Loaded,
}

impl Builder<'_> {
    fn line(&self, line: usize) -> u32 {
        self.first_line.saturating_add(narrow(line).saturating_sub(1))
    }

    fn place(&self, span: &Span) -> Place {
        Place {
            path: self.path.clone(),
            line: self.line(span.start.line()),
            column: column(span.start.col()),
        }
    }

    fn refuse(
        &self,
        code: &str,
        span: &Span,
        message: impl Into<String>,
        help: &str,
    ) -> Result<(), Box<Diagnostic>> {
        Err(Box::new(
            Diagnostic::new(code, Severity::Error, message, help)
                .at(self.line(span.start.line()), column(span.start.col()))
                .blocking(),
        ))
    }

    fn warn(&mut self, code: &str, span: &Span, message: String, help: &str) {
        let place = self.place(span);
        self.loaded
            .warnings
            .push(Diagnostic::new(code, Severity::Warning, message, help).at(place.line, place.column));
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Diagnostic>> {
        if self.how == How::FirstMapping {
            match event {
                Event::Anchor(..) => return Ok(()),
                Event::Alias(_) | Event::UnresolvedAlias(_) => {
                    return self.scalar("*", ScalarStyle::DoubleQuoted, &span);
                }
                _ => {}
            }
        } else if event.tag().is_some() {
            let start = span.tag_start().unwrap_or(span.start);
            return self.refuse(
                "yaml-tag",
                &Span::empty(start),
                "a YAML tag (`!…`) stands here; tags are refused",
                "Write the value without its tag.",
            );
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.refuse(
                        "yaml-documents",
                        &span,
                        "a second YAML document begins here, where there may be only one",
                        "Remove the `---`, or what follows it.",
                    );
                }
            }
            Event::Anchor(_, name) => {
                return self.refuse(
                    "yaml-anchor",
                    &span,
                    format!("the anchor `&{name}` stands here; anchors and aliases are refused"),
                    "Write the value out wherever it is needed.",
                );
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return self.refuse(
                    "yaml-alias",
                    &span,
                    "an alias (`*…`) stands here; anchors and aliases are refused",
                    "Write the value out, or put text that begins with `*` in quotes.",
                );
            }
            Event::Scalar(text, style, ..) => {
                if self.tabs && style != ScalarStyle::Plain {
                    self.scalars.extend(span.byte_range());
                }
                self.scalar(&text, style, &span)?;
            }
            Event::MappingStart(style, ..) => self.open(Some(style), &span)?,
            Event::SequenceStart(..) => self.open(None, &span)?,
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(frame) = self.stack.pop() {
                    let (value, base) = match frame {
                        Frame::Mapping { map, base, .. } => (Value::Object(map), base),
                        Frame::Sequence { items, base } => (Value::Array(items), base),
                    };
                    self.path.truncate(base);
                    self.put(value);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// `PyYAML` takes a tab for a blank in no place: only quotes, block scalars and comments may hold one.
    fn refuse_tabs(&self, text: &str) -> Result<(), Box<Diagnostic>> {
        let bytes = text.as_bytes();
        let mut scalars = self.scalars.iter().peekable();
        let mut at = 0;
        while at < bytes.len() {
            while scalars.next_if(|range| range.end <= at).is_some() {}
            if let Some(range) = scalars.next_if(|range| range.start <= at) {
                at = range.end;
                continue;
            }
            let begins_comment =
                bytes[at] == b'#' && (at == 0 || matches!(bytes[at - 1], b' ' | b'\n' | b'\r'));
            if begins_comment {
                at = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |end| at + end);
                continue;
            }
            if bytes[at] == b'\t' {
                let line = python_text::line_feeds(&bytes[..at]);
                let column = text[..at].rsplit('\n').next().map_or(0, |line| line.chars().count());
                return Err(Box::new(
                    Diagnostic::new(
                        "yaml-tab",
                        Severity::Error,
                        "a tab stands here, and PyYAML takes tabs for blanks in no place",
                        "Write blanks instead, or put text that holds a tab in quotes.",
                    )
                    .at(self.line(line + 1), narrow(column + 1))
                    .blocking(),
                ));
            }
            at += 1;
        }
        Ok(())
    }

    fn count(&mut self, span: &Span) -> Result<(), Box<Diagnostic>> {
        self.nodes += 1;
        if self.nodes > NODES || self.stack.len() > DEPTH {
            return self.refuse(
                "yaml-too-large",
                span,
                format!("more than {NODES} values, or nested deeper than {DEPTH} levels"),
                "Move what is not metadata out of the front matter.",
            );
        }
        Ok(())
    }

    /// Whether what comes next is a key.
    fn at_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame::Mapping { key: None, .. }))
    }

    /// Moves the path to the next item when a sequence is being read.
    fn step(&mut self, span: &Span) {
        if let Some(Frame::Sequence { items, base }) = self.stack.last() {
            let index = items.len();
            self.path.truncate(*base);
            self.path.push('[');
            self.path.push_str(&index.to_string());
            self.path.push(']');
            self.loaded.keys.push((self.path.clone(), self.line(span.start.line())));
        }
    }

    fn open(&mut self, mapping: Option<StructureStyle>, span: &Span) -> Result<(), Box<Diagnostic>> {
        if self.at_key() {
            return self.refuse(
                "yaml-key",
                span,
                "a list or a mapping stands where a key should be",
                "Use text as the key; put it in quotes if it begins with `[` or `{`.",
            );
        }
        self.step(span);
        let base = self.path.len();
        self.stack.push(if let Some(style) = mapping {
            Frame::Mapping { map: Map::new(), key: None, base, block: style == StructureStyle::Block }
        } else {
            Frame::Sequence { items: Vec::new(), base }
        });
        self.count(span)
    }

    fn put(&mut self, value: Value) {
        match self.stack.last_mut() {
            None => self.root = Some(value),
            Some(Frame::Sequence { items, .. }) => items.push(value),
            Some(Frame::Mapping { map, key, .. }) => {
                if let Some(key) = key.take() {
                    map.insert(key, value);
                }
            }
        }
    }

    /// Whether a block mapping's key has no text and no `?` either.
    fn is_missing_key(&self, text: &str, span: &Span) -> bool {
        let block = matches!(self.stack.last(), Some(Frame::Mapping { key: None, block: true, .. }));
        // granit-parser gives `~` for what is not there.
        let empty =
            text.is_empty() || (text == "~" && span.byte_range().is_some_and(|range| range.is_empty()));
        block && empty && {
            let before = span.byte_range().and_then(|range| self.text.get(..range.start)).unwrap_or("");
            !before.trim_end().ends_with('?')
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: &Span) -> Result<(), Box<Diagnostic>> {
        let restored;
        let text = if self.separators {
            restored = separated(text, style == ScalarStyle::Plain);
            &restored
        } else {
            text
        };
        if style == ScalarStyle::Plain && self.is_missing_key(text, span) {
            return self.refuse(
                "yaml-invalid",
                span,
                "a colon stands here without a key before it",
                "Write the key, or put the text that begins with a colon in quotes.",
            );
        }
        let plain = match style {
            ScalarStyle::Plain => resolve(text),
            _ => Plain::Text,
        };
        let plain = match plain {
            Plain::Null | Plain::Merge => plain,
            _ if self.how == How::Texts => Plain::Text,
            plain => plain,
        };
        if style == ScalarStyle::Plain && text.contains('\t') {
            return self.refuse(
                "yaml-invalid",
                span,
                "PyYAML cannot read a tab within text that has no quotes",
                "Put blanks in its place, or the text in quotes.",
            );
        }
        match plain {
            Plain::Merge if self.how != How::FirstMapping => {
                return self.refuse(
                    "yaml-merge",
                    span,
                    "a merge key (`<<`) stands here; merge keys are refused",
                    "Write the keys out, or put `<<` in quotes if it is text.",
                );
            }
            Plain::Equals if !self.at_key() => {
                return self.refuse(
                    "yaml-invalid",
                    span,
                    "PyYAML cannot read a bare `=`",
                    "Put it in quotes.",
                );
            }
            Plain::Malformed => {
                return self.refuse(
                    "yaml-invalid",
                    span,
                    format!("`{text}` is written like a number but is none, and PyYAML stops at it"),
                    "Put it in quotes.",
                );
            }
            Plain::Date(false) => {
                return self.refuse(
                    "yaml-invalid",
                    span,
                    format!("`{text}` is written like a date, but there is no such day"),
                    "Mend the date, or put it in quotes.",
                );
            }
            _ => {}
        }
        if self.at_key() { self.key(text, &plain, span) } else { self.value(text, &plain, span) }
    }

    fn key(&mut self, text: &str, plain: &Plain, span: &Span) -> Result<(), Box<Diagnostic>> {
        let name = match plain {
            Plain::Text | Plain::Equals | Plain::Date(_) | Plain::HugeInt | Plain::Merge => text.to_owned(),
            Plain::Null => "null".to_owned(),
            Plain::Bool(value) => value.to_string(),
            Plain::Int(value) => value.to_string(),
            Plain::Float(value) => python_text::float(*value),
            Plain::Malformed => return Ok(()),
        };
        let Some(Frame::Mapping { base, map, .. }) = self.stack.last() else { return Ok(()) };
        let again = map.contains_key(&name);
        self.path.truncate(*base);
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(&name);
        let line = self.line(span.start.line());
        if again {
            self.warn(
                "yaml-duplicate-key",
                span,
                format!("the key `{name}` stands here a second time; the last one wins"),
                "Delete one of the two.",
            );
            let path = &self.path;
            self.loaded.keys.retain(|(known, _)| known != path);
            let here = &self.path;
            let below = |path: &str| {
                path.strip_prefix(here.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            self.loaded.nulls.retain(|place| !below(&place.path));
            self.loaded.foreign.retain(|value| !below(&value.path));
        }
        if !matches!(plain, Plain::Text | Plain::Equals) {
            let place = self.place(span);
            self.loaded.odd_keys.push(place);
        }
        self.loaded.keys.push((self.path.clone(), line));
        if let Some(Frame::Mapping { key, .. }) = self.stack.last_mut() {
            *key = Some(name);
        }
        self.count(span)
    }

    fn value(&mut self, text: &str, plain: &Plain, span: &Span) -> Result<(), Box<Diagnostic>> {
        self.step(span);
        let value = match plain {
            Plain::Null => {
                let place = self.place(span);
                self.loaded.nulls.push(place);
                Value::Null
            }
            Plain::Bool(value) => Value::Bool(*value),
            Plain::Int(value) => i64::try_from(*value)
                .map(Number::from)
                .or_else(|_| u64::try_from(*value).map(Number::from))
                .map_or_else(|_| self.kept(text, value.to_string(), span), Value::Number),
            Plain::Float(value) => Number::from_f64(*value).map_or_else(
                || self.kept(text, format!(".{}", python_text::float(*value)).replace(".-", "-."), span),
                Value::Number,
            ),
            Plain::HugeInt => self.kept(text, text.replace('_', ""), span),
            Plain::Date(_) => {
                let place = self.place(span);
                self.warn(
                    "yaml-date",
                    span,
                    format!(
                        "`{}` is a date for YAML, and Jupyter cannot save a date; it is kept as text",
                        place.path
                    ),
                    "Put the date in quotes.",
                );
                self.loaded.foreign.push(Foreign { path: place.path, literal: scalar::date_literal(text) });
                Value::String(text.to_owned())
            }
            _ => Value::String(text.to_owned()),
        };
        self.put(value);
        self.count(span)
    }

    /// A number that JSON cannot hold, as it was written.
    fn kept(&mut self, text: &str, literal: String, span: &Span) -> Value {
        self.warn(
            "yaml-number",
            span,
            format!("`{text}` is a number that JSON cannot hold; it is kept as text"),
            "Put it in quotes.",
        );
        self.loaded.foreign.push(Foreign { path: self.path.clone(), literal });
        Value::String(text.to_owned())
    }
}
