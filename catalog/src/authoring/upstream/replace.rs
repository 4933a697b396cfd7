//! Names of parameters in place of their values, where that is certain.
//!
//! A hunter who tries a query out types the tenant's key into it. Where the copy was given that very text for exactly one
//! parameter, which the procedure declares and assigns nowhere else, the parameter is what was meant. How its name is written
//! depends on the place, and is as the procedure's own cells do it:
//!
//! * in Python, a literal that is the value becomes the name, and a word of an f-string becomes `{NAME}`;
//! * on the line of `%%taegis` and `%taegis` a word becomes `$NAME`, if the procedure writes so anywhere;
//! * in the body of a `%%taegis -t` cell, a template, a word becomes `{{ NAME }}`.
//!
//! Everywhere else the value stays, and the cell is held back for it.

use crate::instance::{INJECTED, assigned, cell_magic, declared, parameters, provenance, python};
use crate::notebook::{CellKind, Notebook};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, FStringPart, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange};
use serde_json::Value;
use std::ops::Range;

/// The shortest value in place of which a name is put, in letters.
const SHORTEST: usize = 4;

/// Magics under which Python stands.
const WRAPPERS: [&str; 4] = ["time", "timeit", "capture", "prun"];

/// What stands for what.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The name, and the text that it was given.
    known: Vec<(String, String)>,
}

/// A piece of a cell that gives way.
struct Change {
    at: Range<usize>,
    written: String,
    name: String,
}

impl Names {
    /// The parameters of a copy whose values stand for them.
    pub(super) fn of(handed: &Notebook, now: &Notebook) -> Self {
        let injected = handed.cells.iter().enumerate().find(|(_, cell)| cell.has_tag(INJECTED));
        let given = injected.and_then(|(place, cell)| declared(cell, place).ok()).unwrap_or_default();
        let own = parameters(now);
        let texts: Vec<(String, String)> = given
            .into_iter()
            .filter_map(|one| match one.value {
                Some(Value::String(text)) => Some((one.name, text)),
                _ => None,
            })
            .collect();
        // A key is one whatever its length; of other values a short one says nothing.
        let key = provenance(handed).and_then(|stamp| stamp.tenant);
        let is_certain = |(name, text): &&(String, String)| {
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
            let only = texts.iter().filter(|(_, other)| other.eq_ignore_ascii_case(text)).count() == 1;
            let plain = text.chars().all(|c| !c.is_control() && !"\"'\\{}$`".contains(c));
            let elsewhere = now
                .cells
                .iter()
                .filter(|cell| cell.kind == CellKind::Code && !cell.has_tag(crate::instance::PARAMETERS));
            let names = [name.clone()];
            let assigns =
                elsewhere.map(|cell| cell.source.as_str()).any(|code| !assigned(code, &names).is_empty());
            (letters >= SHORTEST || key.as_ref() == Some(text) && letters > 1)
                && only
                && plain
                && own.iter().any(|own| own.name == *name)
                && !assigns
        };
        Self { known: texts.iter().filter(is_certain).cloned().collect() }
    }

    /// A cell's text with names in place of values, and what was done, in words. Values that the procedure's cell has itself
    /// stay. `neighbours` are the procedure's cells of code.
    pub(super) fn put(&self, before: &str, after: &str, neighbours: &[&str]) -> (String, Vec<String>) {
        let mut known: Vec<&(String, String)> = self
            .known
            .iter()
            .filter(|(name, value)| {
                after.contains(value.as_str())
                    && !before.contains(value.as_str())
                    && assigned(after, std::slice::from_ref(name)).is_empty()
            })
            .collect();
        // A value within another one is a part of that one.
        let values: Vec<&str> = known.iter().map(|(_, value)| value.as_str()).collect();
        known.retain(|(_, own)| !values.iter().any(|other| *other != own && other.contains(own.as_str())));
        if known.is_empty() {
            return (after.to_owned(), Vec::new());
        }
        let mut changes = changes(after, &known, neighbours);
        changes.sort_by_key(|change| change.at.start);
        let mut text = String::with_capacity(after.len());
        let (mut at, mut said) = (0, Vec::new());
        for change in changes {
            let Some(kept) = after.get(at..change.at.start) else { continue };
            text.push_str(kept);
            text.push_str(&change.written);
            let line = after.get(..change.at.start).unwrap_or_default().matches('\n').count() + 1;
            said.push(format!("`{}` in place of its value (line {line})", change.name));
            at = change.at.end;
        }
        text.push_str(after.get(at..).unwrap_or_default());
        (text, said)
    }
}

/// What gives way in a cell.
fn changes(source: &str, known: &[&(String, String)], neighbours: &[&str]) -> Vec<Change> {
    let fills = neighbours.iter().any(|cell| taegis_lines(cell).any(|(_, line)| line.contains('$')));
    let mut found = Vec::new();
    match cell_magic(source) {
        None => python_changes(source, 0, known, &mut found),
        Some((name, _, body)) if WRAPPERS.contains(&name) => {
            python_changes(body, source.len() - body.len(), known, &mut found);
        }
        Some(("taegis", line, body)) => {
            let mut words = line.split_whitespace();
            if words.any(|word| word == "-t" || word == "--cell-template") {
                let start = source.len() - body.len();
                for (name, value) in known {
                    let whole = whole_words(body, value);
                    found
                        .extend(whole.map(|at| change(start + at, value, format!("{{{{ {name} }}}}"), name)));
                }
            }
        }
        Some(_) => return found,
    }
    if fills {
        for (start, line) in taegis_lines(source) {
            for (name, value) in known {
                let whole = whole_words(line, value).filter(|at| is_word_of_shell(line, *at, value));
                found.extend(whole.map(|at| change(start + at, value, format!("${name}"), name)));
            }
        }
    }
    found
}

fn change(start: usize, value: &str, written: String, name: &str) -> Change {
    Change { at: start..start + value.len(), written, name: name.to_owned() }
}

/// The lines of a cell that go to Taegis, with where they begin.
fn taegis_lines(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    source.split_inclusive('\n').filter_map(move |line| {
        let begin = start;
        start += line.len();
        let is_first = source.get(..begin).is_some_and(|before| before.trim().is_empty());
        let text = line.trim_start();
        let is_cell = is_first && text.starts_with("%%taegis ");
        // Below the magic of a cell, a line is not IPython's.
        let is_line = text.starts_with("%taegis ") && !source.trim_start().starts_with("%%");
        (is_cell || is_line).then_some((begin, line))
    })
}

/// Where a value stands as a word of its own.
fn whole_words<'t>(text: &'t str, value: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '{' | '}' | '\\' | '/' | '%' | '@')
    };
    text.match_indices(value).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).unwrap_or_default();
        let behind = text.get(at + value.len()..).unwrap_or_default();
        !before.ends_with(is_part) && !behind.starts_with(is_part)
    })
}

/// Whether a value is a whole word of a shell: what `$NAME` stands for there, and not between single quotes, where nothing is
/// filled in.
fn is_word_of_shell(line: &str, at: usize, value: &str) -> bool {
    let before = line.get(..at).unwrap_or_default();
    let behind = line.get(at + value.len()..).unwrap_or_default();
    let bare = before.ends_with([' ', '\t', '='])
        && (behind.is_empty() || behind.starts_with([' ', '\t', '\n', '\r']));
    let quoted = before.ends_with('"') && behind.starts_with('"');
    // A value with a blank is one word between quotes only.
    let fits = quoted || bare && !value.contains(char::is_whitespace);
    fits && !line.contains(['\'', '{', '}'])
}

fn python_changes(source: &str, start: usize, known: &[&(String, String)], found: &mut Vec<Change>) {
    let looked = python::parse(source, |parsed| {
        let mut literals = Literals { source, known, found: Vec::new() };
        for statement in parsed.suite() {
            literals.visit_stmt(statement);
        }
        (parsed.has_valid_syntax(), literals.found)
    });
    // What is no Python cannot be told.
    let Some((true, changes)) = looked else { return };
    found.extend(
        changes
            .into_iter()
            .map(|change| Change { at: change.at.start + start..change.at.end + start, ..change }),
    );
}

/// Looks for literals that are a value.
struct Literals<'s> {
    source: &'s str,
    known: &'s [&'s (String, String)],
    found: Vec<Change>,
}

impl Literals<'_> {
    fn literal(&mut self, range: TextRange, text: &str) {
        if let Some((name, _)) = self.known.iter().find(|(_, value)| value == text) {
            let at = range.start().to_usize()..range.end().to_usize();
            self.found.push(Change { at, written: name.clone(), name: name.clone() });
        }
    }

    /// Text between the fields of an f-string.
    fn text(&mut self, range: TextRange) {
        let start = range.start().to_usize();
        let Some(text) = self.source.get(start..range.end().to_usize()) else { return };
        for (name, value) in self.known {
            let whole = whole_words(text, value);
            self.found.extend(whole.map(|at| change(start + at, value, format!("{{{name}}}"), name)));
        }
    }
}

impl<'a> Visitor<'a> for Literals<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        // A text that stands alone is a comment.
        if !matches!(statement, Stmt::Expr(alone) if alone.value.is_string_literal_expr()) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(literal) => {
                if !literal.value.is_implicit_concatenated() {
                    self.literal(literal.range(), literal.value.to_str());
                }
            }
            Expr::FString(string) => {
                for part in &string.value {
                    if let FStringPart::FString(string) = part {
                        string.elements.literals().for_each(|element| self.text(element.range()));
                    }
                }
                walk_expr(self, expression);
            }
            // `Literal["x"]` is a type.
            Expr::Subscript(subscript) if names_type(&subscript.value) => {}
            other => walk_expr(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    /// A name in a pattern is given a value, and stands for none.
    fn visit_pattern(&mut self, _: &'a Pattern) {}
}

fn names_type(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => name.id.as_str() == "Literal",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "Literal",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEIGHBOURS: [&str; 1] = ["%%taegis alerts search --tenant $TENANT_ID\nFROM process"];

    fn put(after: &str) -> String {
        let known =
            vec![("TENANT_ID".to_owned(), "0145483".to_owned()), ("HOST".to_owned(), "srv-dc01".to_owned())];
        Names { known }.put("", after, &NEIGHBOURS).0
    }

    #[test]
    fn a_literal_that_is_the_value_becomes_the_name() {
        assert_eq!(put("ask(tenant=\"0145483\", host='srv-dc01')"), "ask(tenant=TENANT_ID, host=HOST)");
        assert_eq!(put("q = f\"tenant = '0145483' {x}\""), "q = f\"tenant = '{TENANT_ID}' {x}\"");
        assert_eq!(put("%%time\nask('0145483')"), "%%time\nask(TENANT_ID)");
    }

    #[test]
    fn a_word_of_the_magic_becomes_what_it_fills_in() {
        assert_eq!(
            put("%%taegis alerts search --tenant 0145483\nFROM process"),
            "%%taegis alerts search --tenant $TENANT_ID\nFROM process"
        );
        assert_eq!(
            put("%taegis alerts search --tenant=\"0145483\"\n"),
            "%taegis alerts search --tenant=\"$TENANT_ID\"\n"
        );
        assert_eq!(
            put("%%taegis alerts search -t\nFROM process WHERE host = 'srv-dc01'"),
            "%%taegis alerts search -t\nFROM process WHERE host = '{{ HOST }}'"
        );
    }

    #[test]
    fn what_is_not_certain_stays() {
        for text in [
            "q = \"tenant = '0145483'\"",
            "q = '0145' '483'",
            "# 0145483",
            "'0145483'",
            "x: Literal['0145483'] = y",
            "match x:\n    case '0145483':\n        pass",
            "%%taegis alerts search\nFROM process WHERE host = 'srv-dc01'",
            "%%kql\nT | where host == 'srv-dc01'",
            "f'a-0145483'",
            "TENANT_ID = x\nask('0145483')",
            "if '0145483'",
        ] {
            assert_eq!(put(text), text);
        }
    }
}
