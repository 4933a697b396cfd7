//! PowerShell.

use super::Class;
use super::scan::{Grammar, Scan, is_word};

const GRAMMAR: Grammar = Grammar {
    // Looked at below.
    comments: &[],
    quotes: b"",
    escapes: false,
    keywords: &[
        "begin",
        "break",
        "catch",
        "class",
        "continue",
        "data",
        "do",
        "dynamicparam",
        "else",
        "elseif",
        "end",
        "enum",
        "exit",
        "filter",
        "finally",
        "for",
        "foreach",
        "from",
        "function",
        "hidden",
        "if",
        "in",
        "param",
        "process",
        "return",
        "static",
        "switch",
        "throw",
        "trap",
        "try",
        "until",
        "using",
        "while",
    ],
    types: &[],
    fold: true,
    calls: true,
    in_words: b"",
};

/// Operators that are words behind a hyphen.
const OPERATORS: [&str; 44] = [
    "and",
    "as",
    "band",
    "bnot",
    "bor",
    "bxor",
    "ccontains",
    "ceq",
    "cge",
    "cgt",
    "cin",
    "cle",
    "clike",
    "clt",
    "cmatch",
    "cne",
    "contains",
    "creplace",
    "csplit",
    "eq",
    "f",
    "ge",
    "gt",
    "icontains",
    "ieq",
    "ilike",
    "imatch",
    "in",
    "is",
    "isnot",
    "join",
    "le",
    "like",
    "lt",
    "match",
    "ne",
    "not",
    "notcontains",
    "notin",
    "notlike",
    "notmatch",
    "or",
    "replace",
    "split",
];

pub(super) fn lex(scan: &mut Scan<'_>) {
    scan.by(&GRAMMAR, |scan| {
        let byte = scan.peek(0);
        let begins_word =
            matches!(scan.before(), 0 | b' ' | b'\t' | b'\n' | b';' | b'(' | b'{' | b'|' | b'[' | b',');
        match byte {
            b'<' if scan.peek(1) == b'#' => {
                let len = scan.rest()[2..].find("#>").map_or(scan.rest().len(), |len| len + 4);
                scan.token(Class::Comment, len);
                true
            }
            b'#' => {
                scan.token_to(Class::Comment, scan.line_end());
                true
            }
            b'@' if matches!(scan.peek(1), b'"' | b'\'') => {
                let close = if scan.peek(1) == b'"' { "\n\"@" } else { "\n'@" };
                let len = scan.rest()[2..].find(close).map_or(scan.rest().len(), |len| len + 5);
                scan.token(Class::String, len);
                true
            }
            b'\'' => {
                scan.token_to(Class::String, scan.string_end(b'\'', false, true));
                true
            }
            b'"' => {
                scan.token(Class::String, double_quoted(scan.rest()));
                true
            }
            b'`' => {
                scan.plain_to(scan.at() + 2);
                true
            }
            b'$' => {
                let rest = scan.rest().as_bytes();
                let len = match rest.get(1) {
                    Some(b'{') => rest.iter().take(200).position(|&b| b == b'}').map_or(0, |len| len + 1),
                    Some(b'_' | b'?' | b'$' | b'^') if rest.get(2).is_none_or(|&b| !is_word(b)) => 2,
                    _ => {
                        let name = rest[1..].iter().take_while(|&&b| is_word(b) || b == b':').count();
                        if name > 0 { name + 1 } else { 0 }
                    }
                };
                scan.token(Class::Variable, len);
                len > 0
            }
            b'-' if begins_word && scan.peek(1).is_ascii_alphabetic() => {
                let len = 1 + scan.rest()[1..].bytes().take_while(|&b| is_word(b)).count();
                let name = scan.rest()[1..scan.inside(len)].to_ascii_lowercase();
                let is_operator = OPERATORS.binary_search(&name.as_str()).is_ok();
                scan.token(if is_operator { Class::Operator } else { Class::Name }, len);
                true
            }
            b'[' if scan.peek(1).is_ascii_alphabetic() => {
                let name =
                    scan.rest()[1..].bytes().take(100).take_while(|&b| is_word(b) || b == b'.').count();
                let is_type = matches!(scan.peek(1 + name), b']' | b'[' | b'(');
                if is_type {
                    scan.plain_char();
                    scan.token(Class::Type, name);
                }
                is_type
            }
            b if begins_word && is_word(b) && !b.is_ascii_digit() => {
                // A cmdlet is a verb and a noun.
                let len = scan.word_len(b"-");
                let word = &scan.rest()[..scan.inside(len)];
                let is_cmdlet = word.contains('-') && !word.ends_with('-');
                if is_cmdlet {
                    scan.token(Class::Function, len);
                }
                is_cmdlet
            }
            _ => false,
        }
    });
}

/// How long the string in double quotes is that a text begins with: a backtick takes the next character into it.
fn double_quoted(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'`' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [GRAMMAR.keywords, &OPERATORS]
}
