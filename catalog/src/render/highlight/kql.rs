//! Kusto's query language, of Sentinel and Defender.

use super::Class;
use super::scan::{Grammar, Scan, is_word};

const GRAMMAR: Grammar = Grammar {
    comments: &["//"],
    quotes: b"'\"",
    escapes: true,
    keywords: &[
        "and",
        "as",
        "asc",
        "between",
        "by",
        "contains",
        "contains_cs",
        "count",
        "datatable",
        "declare",
        "desc",
        "distinct",
        "endswith",
        "evaluate",
        "extend",
        "externaldata",
        "facet",
        "find",
        "fork",
        "getschema",
        "has",
        "has_all",
        "has_any",
        "has_cs",
        "hasprefix",
        "hassuffix",
        "in",
        "invoke",
        "join",
        "kind",
        "let",
        "limit",
        "lookup",
        "make-series",
        "matches",
        "materialize",
        "mv-apply",
        "mv-expand",
        "not",
        "of",
        "on",
        "or",
        "order",
        "parse",
        "parse-where",
        "partition",
        "print",
        "project",
        "project-away",
        "project-keep",
        "project-rename",
        "project-reorder",
        "range",
        "regex",
        "render",
        "sample",
        "scan",
        "search",
        "serialize",
        "set",
        "sort",
        "startswith",
        "step",
        "summarize",
        "take",
        "to",
        "top",
        "top-nested",
        "union",
        "where",
        "with",
    ],
    types: &["bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"],
    fold: false,
    calls: true,
    in_words: b"",
};

/// No keyword is longer. A chain of differences is looked at no further, so that it stays linear.
const LONGEST: usize = 20;

/// Colours a query. A word that begins a statement names its table.
pub(super) fn lex(scan: &mut Scan<'_>) {
    let mut begins = true;
    scan.by(&GRAMMAR, |scan| {
        if scan.variable() {
            begins = false;
            return true;
        }
        let byte = scan.peek(0);
        // Verbatim strings have no escapes.
        if byte == b'@' && matches!(scan.peek(1), b'\'' | b'"') {
            let rest = &scan.rest().as_bytes()[2..];
            let len = rest.iter().position(|&b| b == scan.peek(1)).map_or(rest.len(), |len| len + 1);
            scan.token(Class::String, len + 2);
            begins = false;
            return true;
        }
        if is_word(byte) && !byte.is_ascii_digit() {
            let first = std::mem::take(&mut begins);
            // `project-away` is one word; `a-b` is a difference.
            let bytes = scan.rest().as_bytes();
            let len = bytes.iter().take(LONGEST + 1).take_while(|&&b| is_word(b) || b == b'-').count();
            let whole = scan.rest().get(..len).unwrap_or_default();
            if len <= LONGEST && whole.contains('-') && GRAMMAR.keywords.binary_search(&whole).is_ok() {
                scan.token(Class::Keyword, len);
                return true;
            }
            let len = scan.word_len(b"");
            let word = scan.rest().get(..len).unwrap_or_default();
            if first && scan.peek(len) != b'(' && GRAMMAR.keywords.binary_search(&word).is_err() {
                scan.token(Class::Type, len);
                return true;
            }
        } else if byte == b';' {
            begins = true;
        } else if !(byte.is_ascii_whitespace() || byte == b'/' && scan.peek(1) == b'/') {
            begins = false;
        }
        false
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
