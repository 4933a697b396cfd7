//! Tables of MyST that are no tables to markdown: lists of lists, and values between commas.

use super::directive::Directive;
use super::highlight::escape;
use super::markdown::{self, State};
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};
use std::fmt::Write;

/// Most cells of one table.
const MAX_CELLS: usize = 5_000;

/// Most cells of values between commas whose text is read as markdown; what follows is text.
const MAX_MARKDOWN_CELLS: usize = 1_000;

/// Rows of cells, each already HTML.
type Rows = Vec<Vec<String>>;

/// A list of lists as a table; none where it is none, or too large.
pub(super) fn list_table(directive: &Directive<'_>, state: &mut State<'_, '_>) -> Option<String> {
    let arena = Arena::new();
    let root = markdown::parse(directive.body, &arena)?;
    let list = root.children().find(|node| matches!(node.data().value, NodeValue::List(_)))?;
    let mut rows = Rows::new();
    let mut count = 0;
    for item in list.children() {
        let inner = item.children().find(|node| matches!(node.data().value, NodeValue::List(_)))?;
        let mut row = Vec::new();
        for cell in inner.children() {
            count += 1;
            if count > MAX_CELLS {
                return None;
            }
            let document = &*arena.alloc(AstNode::from(NodeValue::Document));
            let children: Vec<_> = cell.children().collect();
            for child in children {
                child.detach();
                document.append(child);
            }
            let html = markdown::format(document, directive.body.len(), state.page, state.depth + 1)?;
            row.push(markdown::unwrapped(&html).unwrap_or(&html).to_owned());
        }
        rows.push(row);
    }
    Some(write(&rows, number(directive, "header-rows", 0), number(directive, "stub-columns", 0)))
}

/// Values between commas as a table; none where it is too large.
pub(super) fn csv_table(directive: &Directive<'_>, state: &mut State<'_, '_>) -> Option<String> {
    let separator = match directive.option("delim") {
        Some("tab") => '\t',
        Some("space") => ' ',
        Some(other) => other.chars().next().unwrap_or(','),
        None => ',',
    };
    let mut records = Vec::new();
    let mut headers = number(directive, "header-rows", 0);
    if let Some(header) = directive.option("header") {
        records.extend(records_of(header, separator)?);
        headers += records.len();
    }
    records.extend(records_of(directive.body, separator)?);
    let mut count = 0;
    let mut rows = Rows::new();
    for record in records {
        let mut row = Vec::new();
        for value in record {
            count += 1;
            if count > MAX_CELLS {
                return None;
            }
            if count <= MAX_MARKDOWN_CELLS {
                row.push(markdown::inline(&value, state));
            } else {
                let mut text = String::new();
                escape(&value, &mut text);
                row.push(text);
            }
        }
        rows.push(row);
    }
    Some(write(&rows, headers, number(directive, "stub-columns", 0)))
}

fn number(directive: &Directive<'_>, key: &str, otherwise: usize) -> usize {
    directive.option(key).and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// Records of values between separators; quoted values hold separators, line breaks and doubled quotes.
fn records_of(text: &str, separator: char) -> Option<Vec<Vec<String>>> {
    let mut records = vec![Vec::new()];
    let mut value = String::new();
    let mut quoted = false;
    let mut count = 0;
    let mut chars = text.trim_matches('\n').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' if quoted || value.trim().is_empty() => {
                quoted = !quoted;
                value.truncate(if quoted { 0 } else { value.len() });
            }
            '\n' if !quoted => {
                records.last_mut()?.push(std::mem::take(&mut value).trim().to_owned());
                records.push(Vec::new());
                count += 1;
            }
            c if c == separator && !quoted => {
                records.last_mut()?.push(std::mem::take(&mut value).trim().to_owned());
                count += 1;
            }
            c => value.push(c),
        }
        if count > MAX_CELLS {
            return None;
        }
    }
    records.last_mut()?.push(value.trim().to_owned());
    records.retain(|record| record.iter().any(|value| !value.is_empty()));
    Some(records)
}

fn write(rows: &Rows, headers: usize, stubs: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut out = String::from("<table>\n");
    let headers = headers.min(rows.len());
    for (part, rows) in [("thead", &rows[..headers]), ("tbody", &rows[headers..])] {
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "<{part}>");
        for row in rows {
            out.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let name = if part == "thead" || column < stubs { "th" } else { "td" };
                let _ = write!(out, "<{name}>{cell}</{name}>");
            }
            // A short row is filled up, within reason.
            for _ in row.len()..columns.min(row.len() + 50) {
                out.push_str("<td></td>");
            }
            out.push_str("</tr>\n");
        }
        let _ = writeln!(out, "</{part}>");
    }
    out.push_str("</table>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_hold_what_separates() {
        assert_eq!(
            records_of("a, \"b, \"\"c\"\"\"\n\n\"d\ne\",f", ',').unwrap(),
            [["a", "b, \"c\""], ["d\ne", "f"]]
        );
        assert_eq!(records_of("a;b", ';').unwrap(), [["a", "b"]]);
        assert_eq!(records_of(&"a,".repeat(MAX_CELLS + 1), ','), None);
    }
}
