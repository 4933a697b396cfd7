//! Elastic's piped language, ES|QL: `FROM logs-* | WHERE … | STATS n = COUNT(*) BY host.name`.

use super::Class;
use super::scan::{Grammar, Scan, is_word};

const GRAMMAR: Grammar = Grammar {
    comments: &["//", "/*"],
    quotes: b"\"`",
    escapes: true,
    keywords: &[
        "and",
        "as",
        "asc",
        "by",
        "change_point",
        "completion",
        "desc",
        "dissect",
        "drop",
        "enrich",
        "eval",
        "false",
        "first",
        "fork",
        "from",
        "grok",
        "in",
        "inlinestats",
        "is",
        "join",
        "keep",
        "last",
        "like",
        "limit",
        "lookup",
        "metadata",
        "mv_expand",
        "not",
        "null",
        "nulls",
        "on",
        "or",
        "rename",
        "rerank",
        "rlike",
        "row",
        "sample",
        "show",
        "sort",
        "stats",
        "true",
        "ts",
        "where",
        "with",
    ],
    types: &[],
    fold: true,
    calls: true,
    in_words: b".@",
};

/// Colours a query. What follows `FROM` names indices.
pub(super) fn lex(scan: &mut Scan<'_>) {
    let mut indices = false;
    scan.by(&GRAMMAR, |scan| {
        let byte = scan.peek(0);
        if scan.rest().starts_with("\"\"\"") {
            let len = scan.rest()[3..].find("\"\"\"").map_or(scan.rest().len(), |len| len + 6);
            scan.token(Class::String, len);
            return true;
        }
        if byte == b'?' || byte == b'{' || byte == b'$' {
            let name = scan.rest()[1..].bytes().take_while(|&b| is_word(b)).count();
            if byte == b'?' && name > 0 {
                scan.token(Class::Variable, name + 1);
                return true;
            }
            return scan.variable();
        }
        if indices && (is_word(byte) || matches!(byte, b'.' | b'*')) {
            let len = scan.word_len(b".*-:<>{}/");
            let word = &scan.rest()[..scan.inside(len)];
            indices = !word.eq_ignore_ascii_case("metadata");
            if indices {
                scan.token(Class::Type, len);
            }
            return indices;
        }
        if is_word(byte) {
            let len = scan.word_len(GRAMMAR.in_words);
            indices =
                ["from", "ts"].iter().any(|word| scan.rest()[..scan.inside(len)].eq_ignore_ascii_case(word));
        } else if !matches!(byte, b' ' | b'\t' | b'\n' | b',') {
            indices = false;
        }
        false
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
