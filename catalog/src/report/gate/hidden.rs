//! Text that its author thought hidden, and text that is hidden by mistake.

use super::super::REMOVE_CELL;
use super::passages::{Origin, Passage};
use super::placeholders::Code;
use super::{Found, Said};
use crate::notebook::CellKind;
use regex::Regex;
use std::sync::LazyLock;

/// A tag whose element is not shown.
static UNSHOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)<[a-z][a-z0-9]*(?:\s[^>]*)?\s(?:style\s*=\s*['"][^'">]*(?:display\s*:\s*none|visibility\s*:\s*hidden)|hidden(?:[\s=>/]))"#).ok()
});

/// Parts of a report that the customer is to see, by their headings.
const SECTIONS: [&str; 11] = [
    "findings",
    "results",
    "conclusion",
    "conclusions",
    "recommendations",
    "executive summary",
    "summary",
    "technical analysis",
    "technical details",
    "impact",
    "timeline",
];

/// Comments of tools, which say nothing to anybody.
const TOOLS: [&str; 18] = [
    "markdownlint",
    "prettier",
    "toc",
    "region",
    "endregion",
    "#region",
    "#endregion",
    "vale",
    "cspell",
    "spell-checker",
    "textlint",
    "begin",
    "end",
    "start",
    "more",
    "lint",
    "doctoc",
    "nbstrip",
];

pub(super) fn check(passages: &[Passage], found: &mut Found<'_>) {
    swallowed(found);
    for passage in
        passages.iter().filter(|passage| matches!(passage.origin, Origin::Prose | Origin::Authored))
    {
        let Some(text) = passage.views.first() else { continue };
        comments(passage, text, found);
        block_breaks(passage, text, found);
        if passage.origin == Origin::Prose {
            unshown(passage, text, found);
        }
    }
}

/// Sections that a forgotten `+++` removes with the guidance above them.
fn swallowed(found: &mut Found<'_>) {
    let notebook = found.notebook;
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.kind != CellKind::Markdown
            || !cell.has_tag(REMOVE_CELL)
            || cell.source.trim_start().starts_with('#')
        {
            continue;
        }
        let mut fenced = false;
        let mut above = false;
        for line in cell.source.lines() {
            let mark = line.trim_start();
            fenced ^= mark.starts_with("```") || mark.starts_with("~~~");
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let heading = !fenced
                && (line.starts_with("# ")
                    || line.starts_with("## ")
                    || line.starts_with("###") && SECTIONS.contains(&title.as_str()));
            if heading && above {
                let message = format!(
                    "the section {:?} is removed with the guidance above it",
                    found
                        .others
                        .blot(line.trim_start_matches('#').trim())
                        .chars()
                        .take(80)
                        .collect::<String>()
                );
                found.of_cell(
                    index,
                    line,
                    Said {
                        code: "guidance-open",
                        message: &message,
                        help: "write `+++` on a line of its own above the heading, or make it a cell of its own, where the customer is to see it",
                    },
                );
                break;
            }
            above |= !line.trim().is_empty();
        }
    }
}

/// Comments, which a page hides and the markdown shows.
fn comments(passage: &Passage, text: &str, found: &mut Found<'_>) {
    let said = Said {
        code: "comment",
        message: "a comment goes with the report: whoever opens the markdown reads it",
        help: "take it out, or move it to a cell tagged `remove_cell`",
    };
    let mut at = 0;
    while let Some(open) = text[at..].find("<!--") {
        let start = at + open;
        // `<!-->` is a comment, too, and a whole one.
        let end = text[start + 2..].find("-->").map_or(text.len(), |end| start + 2 + end);
        if text.get(start + 4..end).is_some_and(says_something) {
            found.of_passage(passage, text, start, said);
        }
        at = (end + 3).min(text.len());
    }
    let mut at = 0;
    let mut begins = true;
    for line in text.split_inclusive('\n') {
        // What MyST and markdown have for comments.
        let comment = line.strip_prefix("% ").filter(|_| begins).or_else(|| {
            let behind = line.strip_prefix("[//]:").or_else(|| line.strip_prefix("[comment]:"))?;
            Some(behind.trim_start_matches([' ', '#', '<', '>', '(', '"']))
        });
        if comment.is_some_and(says_something) {
            found.of_passage(passage, text, at, said);
        }
        begins = line.trim().is_empty() || comment.is_some();
        at += line.len();
    }
}

fn says_something(comment: &str) -> bool {
    let mut words = comment
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '#' | '\''))
        .filter(|word| word.contains(char::is_alphabetic));
    let Some(first) = words.next() else { return false };
    let first = first.to_lowercase();
    !TOOLS.iter().any(|tool| first == *tool || first.starts_with(&format!("{tool}-")))
        && words.next().is_some()
}

/// HTML that a page does not show and the markdown does. Libraries put out much of it, people write it to hide something.
fn unshown(passage: &Passage, text: &str, found: &mut Found<'_>) {
    let said = Said {
        code: "comment",
        message: "this is hidden on a page only: whoever opens the markdown reads it",
        help: "take it out, or move it to a cell tagged `remove_cell`",
    };
    let code = Code::of(text);
    for hit in UNSHOWN.iter().flat_map(|shape| shape.find_iter(text)).filter(|hit| !code.holds(hit.start())) {
        found.of_passage(passage, text, hit.start(), said);
    }
}

/// A `+++` that no tool reads as one: what it was to tag is read, and so is it.
fn block_breaks(passage: &Passage, text: &str, found: &mut Found<'_>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let tags = trimmed.contains("tags") || trimmed.contains("remove");
        let directive =
            [":tags:", "```{code-cell}", "```{raw-cell}"].iter().any(|begin| trimmed.starts_with(begin));
        if (trimmed.starts_with("++") && tags) || (directive && (tags || trimmed.contains("-cell}"))) {
            found.of_passage(
                passage,
                text,
                at,
                Said {
                    code: "block-break-in-text",
                    message: "this was to part or tag cells, and is text here: what it was to remove is shown",
                    help: "write `+++` at the beginning of a line, with its JSON behind it; in a notebook tag the cell itself",
                },
            );
        }
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use crate::notebook::{Cell, CellKind, Notebook};
    use crate::report::gate::{Gate, check};

    fn told(text: &str) -> Vec<String> {
        let cells = vec![Cell::new(CellKind::Markdown, text)];
        let notebook = Notebook { cells, ..Notebook::default() };
        check(&notebook, &Gate::default()).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_comment_of_nothing_ends_where_it_begins() {
        for nothing in ["<!-->", "<!--->", "<!---->", "<!--", "Seen twice.<!--> and said so", "é<!-->é"] {
            assert_eq!(told(nothing).iter().filter(|code| *code == "comment").count(), 0, "{nothing}");
        }
        assert!(told("Seen.<!--> <!-- ask them again -->").contains(&"comment".to_owned()));
    }
}
