//! JSON.

use super::Class;
use super::scan::{Grammar, Scan};

const GRAMMAR: Grammar = Grammar {
    comments: &["//"],
    quotes: b"\"",
    escapes: true,
    keywords: &["false", "null", "true"],
    types: &[],
    fold: false,
    calls: false,
    in_words: b"",
};

/// Colours JSON; a string before a colon is a key.
pub(super) fn lex(scan: &mut Scan<'_>) {
    scan.by(&GRAMMAR, |scan| {
        if scan.peek(0) != b'"' {
            return false;
        }
        let end = scan.string_end(b'"', true, false);
        let behind = &scan.rest().as_bytes()[end - scan.at()..];
        let blanks = behind.iter().take(64).take_while(|b| b.is_ascii_whitespace()).count();
        let class = if behind.get(blanks) == Some(&b':') { Class::Name } else { Class::String };
        scan.token_to(class, end);
        true
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
