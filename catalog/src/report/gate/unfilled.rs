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

/// One sentence that tells to choose, or to say what, which or how.
static REQUEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\W_]*(?:
        (?:choose|select|pick)\s+(?:one|an?\b|the\b)[^.]{0,200}
        |(?:summari[sz]e|describe|explain|state|list|document|say)\s[^.]{0,300}?\b(?:what|which|how|whether|who|in\s+(?:one|two|three|a\s+few)\s+sentences)\b[^.]{0,300}
        |[^.]{0,200}\(delete\s+as\s+appropriate\)
        )[.\W_]*$",
    )
    .ok()
});

/// What somebody writes who means to come back.
const LEFT: [&str; 5] = ["todo", "tbd", "tba", "tbc", "wip"];

/// The fewest words by which a cell is known that lost its tag.
const MANY: usize = 6;

/// A name that is given nothing.
static NOTHING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^[A-Za-z_][A-Za-z0-9_]*\s*(?::[^=\n]*)?=\s*(?:None|\.\.\.)\s*(?:\#.*)?$").ok()
});

pub(super) fn check(procedure: Option<&Notebook>, found: &mut Found<'_>) {
    let asked: HashSet<Vec<&str>> = procedure
        .iter()
        .flat_map(|procedure| &procedure.cells)
        .filter(|cell| is_input(cell))
        .map(|cell| words(&cell.source))
        .collect();
    let notebook = found.notebook;
    for (index, cell) in notebook.cells.iter().enumerate().filter(|(_, cell)| reaches_customer(cell)) {
        let own = words(&cell.source);
        let is_asked = asked.contains(&own);
        // A cell that lost its tag is known by its words, where they are no mere heading.
        let is_lost = is_asked && own.len() >= MANY && cell.kind == CellKind::Markdown;
        if is_lost || is_input(cell) && (is_asked || is_unfilled(cell)) {
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

/// Whether the hunter is to write in a cell, however its tag is spelled.
fn is_input(cell: &Cell) -> bool {
    cell.tags().any(|tag| tag.trim().to_lowercase().replace(['-', ' '], "_") == INPUT)
}

/// The words of a text: lines that end elsewhere and emphasis make no other text.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

fn is_unfilled(cell: &Cell) -> bool {
    if cell.kind == CellKind::Code {
        return NOTHING.as_ref().is_some_and(|nothing| nothing.is_match(&cell.source));
    }
    let uncommented = without_comments(&cell.source).replace("&nbsp;", " ").replace("<br>", " ");
    let body: Vec<&str> = uncommented
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let text = body.join(" ");
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < 2 || placeholders::is_one(&text) || is_a_form(&body) || asks_to(&text) {
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

/// Whether lines are labels without a value, boxes without a tick, or a table without a row that says something.
fn is_a_form(lines: &[&str]) -> bool {
    let bare = |line: &str| line.trim_end_matches(['*', '_', ' ', '.', '…', '-', '?']).ends_with([':', '：']);
    let is_open = |line: &&str| line.starts_with("- [ ]") || line.starts_with("* [ ]");
    let is_rule =
        |line: &&str| line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    let is_empty_table = lines.first().is_some_and(|head| head.contains('|'))
        && lines.get(1).is_some_and(is_rule)
        && !lines[2..].iter().any(|row| row.contains(char::is_alphanumeric));
    lines.iter().all(|line| bare(line)) || lines.iter().all(is_open) || is_empty_table
}

/// Whether a text is one request, nothing but questions, or a word that says so.
fn asks_to(text: &str) -> bool {
    let only_asks = text.ends_with('?') && !text.contains(['.', ':', '!', ';']);
    let is_left =
        LEFT.iter().any(|left| text.trim_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case(left));
    only_asks || is_left || REQUEST.as_ref().is_some_and(|request| request.is_match(text))
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
            "&nbsp;",
            "todo",
            "**Outcome:** …",
            "**Host:**\n\n**Time:**\n",
            "- [ ] malicious\n- [ ] benign",
            "| Host | Finding |\n|---|---|\n| | |",
            "Choose one: malicious, benign, hygiene.",
            "Summarize in two sentences what was found, and what was not.",
            "How many hosts? Which accounts? Since when?",
            "*malicious / benign (delete as appropriate)*",
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
            "- [x] benign\n- [ ] malicious",
            "| Host | Finding |\n|---|---|\n| wk-1 | none |",
            "List what runs on each server. We did so, and found nothing.",
            "**Host:** wk-1\n\n**Comment:**",
            "Was it malicious? No.",
        ] {
            assert!(!unfilled(text), "{text:?}");
        }
    }
}
