//! Shells of the Bourne family, as far as colours need.

use super::Class;
use super::scan::{Grammar, Scan};

const GRAMMAR: Grammar = Grammar {
    // Looked at below: `#` begins a comment only where a word may begin.
    comments: &[],
    quotes: b"'\"",
    escapes: true,
    keywords: &[
        "break", "case", "continue", "do", "done", "elif", "else", "esac", "exit", "export", "fi", "for",
        "function", "if", "in", "local", "readonly", "return", "set", "shift", "source", "then", "trap",
        "unset", "until", "while",
    ],
    types: &[],
    fold: false,
    calls: false,
    in_words: b".-/:",
};

pub(super) fn lex(scan: &mut Scan<'_>) {
    scan.by(&GRAMMAR, |scan| {
        let begins_word = matches!(scan.before(), 0 | b' ' | b'\t' | b'\n' | b';' | b'(' | b'|' | b'&');
        match scan.peek(0) {
            b'#' if begins_word => {
                scan.token_to(Class::Comment, scan.line_end());
                true
            }
            b'\\' => {
                scan.plain_to(scan.at() + 2);
                true
            }
            // Single quotes know no escapes.
            b'\'' => {
                scan.token_to(Class::String, scan.string_end(b'\'', false, true));
                true
            }
            b'-' if begins_word && (scan.peek(1).is_ascii_alphabetic() || scan.peek(1) == b'-') => {
                let len = scan.word_len(b"-");
                scan.token(Class::Name, len);
                true
            }
            _ => scan.variable(),
        }
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
