//! Splunk's search language: `index=win EventCode=4688 | stats count by host`.

use super::Class;
use super::scan::{Grammar, Scan, is_word};

const GRAMMAR: Grammar = Grammar {
    comments: &[],
    quotes: b"\"",
    escapes: true,
    keywords: &[
        "and",
        "as",
        "by",
        "false",
        "groupby",
        "in",
        "like",
        "not",
        "null",
        "or",
        "output",
        "outputnew",
        "over",
        "true",
        "where",
        "xor",
    ],
    types: &[],
    fold: true,
    calls: true,
    in_words: b".:*",
};

/// Colours a search. What follows a pipe is a command; what stands before `=` is a field.
pub(super) fn lex(scan: &mut Scan<'_>) {
    let mut command = true;
    scan.by(&GRAMMAR, |scan| {
        let byte = scan.peek(0);
        match byte {
            // A macro; three of them begin a comment.
            b'`' => {
                let rest = scan.rest();
                if let Some(comment) = rest.strip_prefix("```") {
                    let len = comment.find("```").map_or(rest.len(), |len| len + 6);
                    scan.token(Class::Comment, len);
                } else {
                    let len = rest[1..].find(['`', '\n']).map_or(rest.len(), |len| len + 2);
                    scan.token(Class::Magic, len);
                }
                command = false;
                true
            }
            b'|' | b'[' => {
                command = true;
                scan.plain_char();
                true
            }
            b'$' => {
                // A token of a dashboard.
                let name = scan.rest()[1..].bytes().take_while(|&b| is_word(b) || b == b'.').count();
                let closed = name > 0 && scan.peek(1 + name) == b'$';
                scan.token(Class::Variable, if closed { name + 2 } else { 0 });
                closed || scan.variable()
            }
            b'{' => scan.variable(),
            b if is_word(b) && !b.is_ascii_digit() => {
                let first = std::mem::take(&mut command);
                let len = scan.word_len(GRAMMAR.in_words);
                let blanks = scan.rest()[len..].bytes().take(8).take_while(|&b| b == b' ').count();
                let next = scan.peek(len + blanks);
                let is_field = next == b'=' || next == b'!' && scan.peek(len + blanks + 1) == b'=';
                if is_field {
                    scan.token(Class::Name, len);
                } else if first {
                    scan.token(Class::Keyword, len);
                }
                is_field || first
            }
            b if b.is_ascii_whitespace() => false,
            _ => {
                command = false;
                false
            }
        }
    });
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, GRAMMAR.types]
}
