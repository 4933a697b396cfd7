//! What the hunter was to write, and did not.

use super::super::reaches_customer;
use super::placeholders;
use super::{Found, Said};
use crate::notebook::{Cell, CellKind, Notebook};
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The rule.
pub(super) const CODE: &str = "analyst-input-unfilled";

const INPUT: &str = "analyst_input";

/// What a template asks for: a text that begins so, and is all in emphasis or brackets or says where.
static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?:please\s+)?(?:to\s+be\s+(?:written|filled|done|completed|added)|write|fill|describe|replace|summari[sz]e|add|enter
        |insert|state|explain|list|give|note|document|record|complete|your\b|the\s+analyst|the\s+hunter|analyst\b|hunter\b|what\s+did\s+you
        |one\s+paragraph|a\s+short|placeholder|example\b)",
    )
    .ok()
});

/// A name that is given nothing.
static NOTHING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^[A-Za-z_][A-Za-z0-9_]*\s*(?::[^=\n]*)?=\s*(?:None|\.\.\.)\s*(?:\#.*)?$").ok()
});

pub(super) fn check(procedure: Option<&Notebook>, found: &mut Found<'_>) {
    let asked: HashSet<&str> = procedure
        .iter()
        .flat_map(|procedure| &procedure.cells)
        .filter(|cell| cell.has_tag(INPUT))
        .map(|cell| cell.source.trim())
        .collect();
    let notebook = found.notebook;
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.has_tag(INPUT)
            && reaches_customer(cell)
            && (asked.contains(cell.source.trim()) || is_unfilled(cell))
        {
            found.of_cell(
                index,
                &cell.source,
                Said {
                    code: CODE,
                    message: "the hunter was to write here, and nothing is written yet",
                    help: "write it; where there is nothing to say, say so, or take the tag `analyst_input` off and tag the cell `remove_cell`",
                },
            );
        }
    }
}

fn is_unfilled(cell: &Cell) -> bool {
    if cell.kind == CellKind::Code {
        return NOTHING.as_ref().is_some_and(|nothing| nothing.is_match(&cell.source));
    }
    let uncommented = without_comments(&cell.source);
    let body: Vec<&str> = uncommented
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let text = body.join(" ");
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < 2 || placeholders::is_one(&text) {
        return true;
    }
    let plain: String = text.trim_start_matches(['*', '_', '<', '[', '(', '>', '-', ' ', '`']).to_owned();
    let asks = ASKS.as_ref().is_some_and(|asks| asks.is_match(&plain));
    let lower = text.to_lowercase();
    let wrapped = [("*", "*"), ("_", "_"), ("<", ">"), ("[", "]"), ("(", ")")].iter().any(|(open, close)| {
        text.starts_with(open) && text.trim_end_matches('.').ends_with(close) && !text.contains("\n\n")
    });
    let to_be = lower.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with("to be ");
    let says_where =
        text.len() < 200 && (lower.contains(" here") || lower.contains("this text") || lower.ends_with(':'));
    asks && (wrapped || to_be || says_where)
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!--") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find("-->").map_or("", |end| &rest[at + end + 3..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfilled(text: &str) -> bool {
        is_unfilled(&Cell::new(CellKind::Markdown, text))
    }

    #[test]
    fn what_a_template_asks_is_no_answer() {
        for text in [
            "",
            "  \n",
            "## Findings",
            "_Write here_",
            "**To be written:** how many commands, with which outcome.",
            "*Replace this text with what you found.*",
            "<Describe the findings>",
            "[Add your summary]",
            "...",
            "-",
            "TODO",
            "<!-- write -->",
            "Write your summary here.",
            "## Summary\n\nTBD",
        ] {
            assert!(unfilled(text), "{text:?}");
        }
        for text in [
            "We found nothing.",
            "None.",
            "*Nothing was found in this window.*",
            "Describe is a word of pandas, and was used by nobody.",
            "List of hosts:\n\n* wk-1",
            "No findings.",
            "## Findings\n\n3 hosts ran it.",
            "The analyst of the customer confirmed it.",
        ] {
            assert!(!unfilled(text), "{text:?}");
        }
    }
}
