//! Taegis' query language: `FROM process WHERE … EARLIEST=-7d | aggregate …`.

use super::Class;
use super::scan::{Grammar, Scan, compare, is_word};

const GRAMMAR: Grammar = Grammar {
    comments: &["//", "/*"],
    quotes: b"'\"",
    escapes: true,
    keywords: &[
        "aggregate",
        "and",
        "as",
        "asc",
        "by",
        "cardinality",
        "contains",
        "desc",
        "earliest",
        "eval",
        "exists",
        "from",
        "head",
        "histogram",
        "in",
        "is",
        "latest",
        "like",
        "limit",
        "matches",
        "matches_regex",
        "not",
        "null",
        "or",
        "project",
        "sort",
        "startswith",
        "tail",
        "where",
        "with",
    ],
    types: &[],
    fold: true,
    calls: true,
    in_words: b".",
};

/// Colours a query. What follows `FROM` names tables.
pub(super) fn lex(scan: &mut Scan<'_>) {
    let mut tables = false;
    scan.by(&GRAMMAR, |scan| {
        let byte = scan.peek(0);
        if scan.variable() {
            return true;
        }
        if is_word(byte) && !byte.is_ascii_digit() {
            let len = scan.word_len(b".");
            let word = &scan.rest().as_bytes()[..len];
            if tables && !word.eq_ignore_ascii_case(b"where") && !is_keyword(word) {
                scan.token(Class::Type, len);
                return true;
            }
            tables = word.eq_ignore_ascii_case(b"from");
        } else if !matches!(byte, b' ' | b'\t' | b'\n' | b',' | b'(') {
            tables = false;
        }
        false
    });
}

fn is_keyword(word: &[u8]) -> bool {
    GRAMMAR.keywords.binary_search_by(|known| compare(known, word, true)).is_ok()
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
