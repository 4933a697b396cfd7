//! Elastic's event query language: `sequence by host.id [process where process.name == "x"]`.

use super::Class;
use super::scan::{Grammar, Scan, is_word};

const GRAMMAR: Grammar = Grammar {
    comments: &["//", "/*"],
    quotes: b"\"'`",
    escapes: true,
    keywords: &[
        "and", "any", "by", "false", "head", "in", "like", "maxspan", "not", "null", "of", "or", "regex",
        "runs", "sample", "sequence", "tail", "true", "until", "where", "with",
    ],
    types: &[],
    fold: true,
    calls: true,
    in_words: b".",
};

/// Colours a query. The word before `where` is the category.
pub(super) fn lex(scan: &mut Scan<'_>) {
    scan.by(&GRAMMAR, |scan| {
        let byte = scan.peek(0);
        if scan.rest().starts_with("\"\"\"") {
            let len = scan.rest()[3..].find("\"\"\"").map_or(scan.rest().len(), |len| len + 6);
            scan.token(Class::String, len);
            return true;
        }
        if is_word(byte) && !byte.is_ascii_digit() {
            let len = scan.word_len(b".");
            let behind = scan.rest()[scan.inside(len)..].trim_start_matches([' ', '\t']);
            if behind.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("where"))
                && !behind[5..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
                && !scan.rest()[..scan.inside(len)].eq_ignore_ascii_case("any")
            {
                scan.token(Class::Type, len);
                return true;
            }
            return false;
        }
        // Functions of the kind `like~`.
        byte == b'{' && scan.variable()
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
