//! YAML as `PyYAML` writes it, so that a notebook that we write looks as if jupytext had written it.
//!
//! Which quotes a text gets and where a line is folded follow `PyYAML`'s emitter at its width of 80 columns.

use super::{Metadata, python_text, yaml};
use serde_json::Value;

/// Lines are folded behind this column.
const WIDTH: usize = 80;
/// A key that is not shorter is written with `?`: 128 characters, of which `PyYAML` counts five for the tag.
const SIMPLE_KEY: usize = 123;

/// How lists are written, and which characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// `[a, b]` for lists that hold no mapping.
    flow_lists: bool,
    /// Letters beyond ASCII as they are.
    unicode: bool,
}

impl Style {
    /// `yaml.safe_dump`
    pub(crate) const BLOCK: Self = Self { flow_lists: false, unicode: false };
    /// jupytext's own dumper for `MyST`.
    pub(crate) const COMPACT: Self = Self { flow_lists: true, unicode: true };
}

/// A mapping as YAML, with a line feed at the end. The keys keep their order.
pub(crate) fn dump(map: &Metadata, style: Style) -> String {
    dump_with(map, style, &|_| None)
}

/// The same, where some of the texts are something else for `PyYAML`, and written without quotes: `literal` says so, by
/// their dotted paths.
pub(crate) fn dump_with<'a>(
    map: &Metadata,
    style: Style,
    literal: &dyn Fn(&str) -> Option<&'a str>,
) -> String {
    let mut emitter = Emitter {
        literal,
        path: String::new(),
        out: String::new(),
        column: 0,
        whitespace: true,
        indention: true,
        indent: None,
        flow: 0,
        style,
    };
    if map.is_empty() {
        return "{}\n".to_owned();
    }
    emitter.mapping(map);
    emitter.line_break();
    emitter.out
}

struct Emitter<'l, 'a> {
    literal: &'l dyn Fn(&str) -> Option<&'a str>,
    /// The dotted path of what is being written.
    path: String,
    out: String,
    column: usize,
    whitespace: bool,
    indention: bool,
    indent: Option<usize>,
    flow: usize,
    style: Style,
}

/// What a text allows.
#[allow(clippy::struct_excessive_bools)] // PyYAML's own analysis of a scalar.
struct Analysis {
    empty: bool,
    multiline: bool,
    flow_plain: bool,
    block_plain: bool,
    single_quoted: bool,
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_white(c: Option<char>) -> bool {
    c.is_none_or(|c| matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(c))
}

fn analyze(text: &str, unicode: bool) -> Analysis {
    if text.is_empty() {
        return Analysis {
            empty: true,
            multiline: false,
            flow_plain: false,
            block_plain: true,
            single_quoted: true,
        };
    }
    let marker = text.starts_with("---") || text.starts_with("...");
    let (mut block_indicators, mut flow_indicators) = (marker, marker);
    let (mut line_breaks, mut special, mut edge, mut break_space, mut space_break) =
        (false, false, false, false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let mut previous: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let followed = is_white(next);
        if previous.is_none() {
            if "#,[]{}&*!|>'\"%@`".contains(c) || (c == '-' && followed) {
                flow_indicators = true;
                block_indicators = true;
            } else if c == '?' || c == ':' {
                flow_indicators = true;
                block_indicators |= followed;
            }
        } else {
            flow_indicators |= ",?[]{}:".contains(c);
            block_indicators |= c == ':' && followed;
            if c == '#' && is_white(previous) {
                flow_indicators = true;
                block_indicators = true;
            }
        }
        line_breaks |= is_break(c);
        if c != '\n' && !(' '..='~').contains(&c) {
            let letter = c != '\u{feff}'
                && matches!(c, '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10fffe}');
            special |= !(letter && unicode);
        }
        let at_edge = previous.is_none() || next.is_none();
        if c == ' ' {
            edge |= at_edge;
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if is_break(c) {
            edge |= at_edge;
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        previous = Some(c);
    }
    let plain = !(edge || break_space || space_break || special || line_breaks);
    Analysis {
        empty: false,
        multiline: line_breaks,
        flow_plain: plain && !flow_indicators,
        block_plain: plain && !block_indicators,
        single_quoted: !(break_space || space_break || special),
    }
}

/// The text of a scalar that is no text.
fn literal(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => {
            let text = python_text::float(number.as_f64().unwrap_or(0.0));
            if !text.contains('.') && text.contains('e') { text.replacen('e', ".0e", 1) } else { text }
        }
        other => other.to_string(),
    }
}

impl Emitter<'_, '_> {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn indicator(&mut self, text: &str, need_whitespace: bool, whitespace: bool, indention: bool) {
        if need_whitespace && !self.whitespace {
            self.write(" ");
        }
        self.write(text);
        self.whitespace = whitespace;
        self.indention = self.indention && indention;
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.whitespace = true;
        self.indention = true;
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        if self.column < indent {
            self.whitespace = true;
            for _ in self.column..indent {
                self.out.push(' ');
            }
            self.column = indent;
        }
    }

    fn increase_indent(&mut self, flow: bool, indentless: bool) -> Option<usize> {
        let old = self.indent;
        self.indent = Some(match old {
            None => {
                if flow {
                    2
                } else {
                    0
                }
            }
            Some(indent) if indentless => indent,
            Some(indent) => indent + 2,
        });
        old
    }

    fn value(&mut self, value: &Value, in_mapping: bool, simple: bool) {
        match value {
            Value::Object(map) if self.flow > 0 || map.is_empty() => self.flow_mapping(map),
            Value::Object(map) => self.mapping(map),
            Value::Array(items)
                if self.flow > 0
                    || items.is_empty()
                    || (self.style.flow_lists && !items.iter().any(Value::is_object)) =>
            {
                self.flow_sequence(items);
            }
            Value::Array(items) => self.sequence(items, in_mapping),
            Value::String(text) => {
                if let Some(literal) = (self.literal)(&self.path) {
                    return self.scalar(literal, true, simple);
                }
                let is_text = matches!(yaml::resolve(text), yaml::Plain::Text);
                self.scalar(text, is_text, simple);
            }
            other => self.scalar(&literal(other), true, simple),
        }
    }

    fn mapping(&mut self, map: &Metadata) {
        let old = self.increase_indent(false, false);
        for (key, value) in map {
            self.write_indent();
            self.key(key, value);
        }
        self.indent = old;
    }

    fn sequence(&mut self, items: &[Value], in_mapping: bool) {
        let old = self.increase_indent(false, in_mapping && !self.indention);
        let base = self.path.len();
        for (at, item) in items.iter().enumerate() {
            self.write_indent();
            self.indicator("-", true, false, true);
            self.step_into(at);
            self.value(item, false, false);
            self.path.truncate(base);
        }
        self.indent = old;
    }

    fn key(&mut self, key: &str, value: &Value) {
        let analysis = analyze(key, self.style.unicode);
        let simple = key.chars().count() < SIMPLE_KEY && !analysis.empty && !analysis.multiline;
        let is_text = matches!(yaml::resolve(key), yaml::Plain::Text);
        if simple {
            self.scalar(key, is_text, true);
            self.indicator(":", false, false, false);
        } else {
            self.indicator("?", true, false, true);
            self.scalar(key, is_text, false);
            if self.flow == 0 || self.column > WIDTH {
                self.write_indent();
            }
            self.indicator(":", true, false, self.flow == 0);
        }
        let base = self.path.len();
        if base > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        self.value(value, true, false);
        self.path.truncate(base);
    }

    fn step_into(&mut self, item: usize) {
        self.path.push('[');
        self.path.push_str(&item.to_string());
        self.path.push(']');
    }

    fn flow_sequence(&mut self, items: &[Value]) {
        self.indicator("[", true, true, false);
        self.flow += 1;
        let old = self.increase_indent(true, false);
        let base = self.path.len();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.indicator(",", false, false, false);
            }
            if self.column > WIDTH {
                self.write_indent();
            }
            self.step_into(at);
            self.value(item, false, false);
            self.path.truncate(base);
        }
        self.indent = old;
        self.flow -= 1;
        self.indicator("]", false, false, false);
    }

    fn flow_mapping(&mut self, map: &Metadata) {
        self.indicator("{", true, true, false);
        self.flow += 1;
        let old = self.increase_indent(true, false);
        for (at, (key, value)) in map.iter().enumerate() {
            if at > 0 {
                self.indicator(",", false, false, false);
            }
            if self.column > WIDTH {
                self.write_indent();
            }
            self.key(key, value);
        }
        self.indent = old;
        self.flow -= 1;
        self.indicator("}", false, false, false);
    }

    fn scalar(&mut self, text: &str, plain_is_it: bool, simple: bool) {
        let analysis = analyze(text, self.style.unicode);
        let plain = plain_is_it
            && !(simple && (analysis.empty || analysis.multiline))
            && if self.flow > 0 { analysis.flow_plain } else { analysis.block_plain };
        // Folded lines stand deeper than what they belong to.
        let old = self.increase_indent(true, false);
        if plain {
            self.plain(text, !simple);
        } else if analysis.single_quoted && !(simple && analysis.multiline) {
            self.single_quoted(text, !simple);
        } else {
            self.double_quoted(text, !simple);
        }
        self.indent = old;
    }

    fn plain(&mut self, text: &str, split: bool) {
        if text.is_empty() {
            return;
        }
        if !self.whitespace {
            self.write(" ");
        }
        self.whitespace = false;
        self.indention = false;
        let mut rest = text;
        while !rest.is_empty() {
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            if blanks == 1 && self.column > WIDTH && split {
                self.write_indent();
                self.whitespace = false;
                self.indention = false;
            } else {
                self.write(&rest[..blanks]);
            }
            rest = &rest[blanks..];
            let word = rest.find(' ').unwrap_or(rest.len());
            self.write(&rest[..word]);
            rest = &rest[word..];
        }
    }

    fn single_quoted(&mut self, text: &str, split: bool) {
        self.indicator("'", true, false, false);
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let kind = |c: char| {
                if c == ' ' {
                    1
                } else if is_break(c) {
                    2
                } else {
                    0
                }
            };
            let first = rest.chars().next().map_or(0, kind);
            let end = at + rest.find(|c| kind(c) != first).unwrap_or(rest.len());
            let run = &text[at..end];
            match first {
                1 if run.len() == 1 && self.column > WIDTH && split && at != 0 && end != text.len() => {
                    self.write_indent();
                }
                2 => {
                    if run.starts_with('\n') {
                        self.line_break();
                    }
                    for c in run.chars() {
                        if c == '\n' {
                            self.line_break();
                        } else {
                            self.line_break();
                            self.out.pop();
                            self.out.push(c);
                        }
                    }
                    self.write_indent();
                }
                _ => self.write(&run.replace('\'', "''")),
            }
            self.whitespace = false;
            self.indention = false;
            at = end;
        }
        self.indicator("'", false, false, false);
    }

    fn double_quoted(&mut self, text: &str, split: bool) {
        self.indicator("\"", true, false, false);
        let chars: Vec<char> = text.chars().collect();
        let mut start = 0;
        for end in 0..=chars.len() {
            let c = chars.get(end).copied();
            let as_is = c.is_some_and(|c| {
                !matches!(c, '"' | '\\' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
                    && ((' '..='~').contains(&c)
                        || (self.style.unicode
                            && matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')))
            });
            if !as_is {
                if start < end {
                    let run: String = chars[start..end].iter().collect();
                    self.write(&run);
                    start = end;
                }
                if let Some(c) = c {
                    self.write(&escape(c));
                    start = end + 1;
                }
            }
            if end > 0
                && end + 1 < chars.len()
                && (c == Some(' ') || start >= end)
                && self.column + end.saturating_sub(start) > WIDTH
                && split
            {
                let mut run: String = chars.get(start..end).unwrap_or_default().iter().collect();
                run.push('\\');
                if start < end {
                    start = end;
                }
                self.write(&run);
                self.write_indent();
                self.whitespace = false;
                self.indention = false;
                if chars.get(start) == Some(&' ') {
                    self.write("\\");
                }
            }
        }
        self.indicator("\"", false, false, false);
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c if c <= '\u{ff}' => return format!("\\x{:02X}", u32::from(c)),
        c if c <= '\u{ffff}' => return format!("\\u{:04X}", u32::from(c)),
        c => return format!("\\U{:08X}", u32::from(c)),
    };
    format!("\\{short}")
}
