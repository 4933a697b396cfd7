//! YARA rules.

use super::Class;
use super::scan::{Grammar, Scan, is_word};

const GRAMMAR: Grammar = Grammar {
    comments: &["//", "/*"],
    quotes: b"\"",
    escapes: true,
    keywords: &[
        "all",
        "and",
        "any",
        "ascii",
        "at",
        "base64",
        "base64wide",
        "condition",
        "contains",
        "defined",
        "endswith",
        "entrypoint",
        "false",
        "filesize",
        "for",
        "fullword",
        "global",
        "icontains",
        "iendswith",
        "iequals",
        "import",
        "in",
        "include",
        "istartswith",
        "matches",
        "meta",
        "nocase",
        "none",
        "not",
        "of",
        "or",
        "private",
        "rule",
        "startswith",
        "strings",
        "them",
        "true",
        "wide",
        "xor",
    ],
    types: &[
        "int16", "int16be", "int32", "int32be", "int8", "int8be", "uint16", "uint16be", "uint32", "uint32be",
        "uint8", "uint8be",
    ],
    fold: false,
    calls: true,
    in_words: b".",
};

/// Longest string of bytes or regular expression.
const MAX_LITERAL: usize = 4_000;

/// Colours rules. What follows `rule` is its name; behind `=` stand strings of bytes and regular expressions too.
pub(super) fn lex(scan: &mut Scan<'_>) {
    let mut names = false;
    let mut assigned = false;
    scan.by(&GRAMMAR, |scan| {
        let byte = scan.peek(0);
        match byte {
            b'$' | b'#' | b'@' | b'!' if is_word(scan.peek(1)) => {
                let len = 1 + scan.rest()[1..].bytes().take_while(|&b| is_word(b) || b == b'*').count();
                scan.token(Class::Variable, len);
                true
            }
            b'{' if assigned => {
                let window = &scan.rest().as_bytes()[..scan.rest().len().min(MAX_LITERAL)];
                let len = window.iter().position(|&b| b == b'}').map_or(0, |len| len + 1);
                scan.token(Class::String, len);
                assigned = false;
                len > 0
            }
            b'/' if assigned && !matches!(scan.peek(1), b'/' | b'*') => {
                let end = scan.string_end(b'/', true, false);
                scan.token_to(Class::String, end);
                assigned = false;
                true
            }
            b if is_word(b) && !b.is_ascii_digit() => {
                assigned = false;
                let len = scan.word_len(GRAMMAR.in_words);
                if std::mem::take(&mut names) {
                    scan.token(Class::Function, len);
                    return true;
                }
                let word = &scan.rest()[..scan.inside(len)];
                names = word == "rule";
                let blanks =
                    scan.rest()[scan.inside(len)..].bytes().take(40).take_while(|&b| b == b' ').count();
                let is_key = scan.peek(len + blanks) == b'=' && scan.peek(len + blanks + 1) != b'=';
                if is_key {
                    scan.token(Class::Name, len);
                }
                is_key
            }
            b'=' => {
                assigned = scan.peek(1) != b'=' && scan.before() != b'=';
                false
            }
            b if b.is_ascii_whitespace() => false,
            _ => {
                assigned = false;
                false
            }
        }
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
