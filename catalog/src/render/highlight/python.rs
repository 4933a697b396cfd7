//! Python with IPython's magics: in a `%%taegis` cell the first line is the magic and the rest is the query.

use super::scan::{Scan, is_word};
use super::{Class, Language, embedded, shell};

const KEYWORDS: [&str; 38] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "match", "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with",
    "yield",
];

/// Words of Python 3 that are keywords in some places only; told by what follows.
const SOFT: [&str; 3] = ["case", "match", "type"];

pub(super) fn lex(scan: &mut Scan<'_>) {
    if cell_magic(scan) {
        return;
    }
    let mut depth = 0usize;
    let mut names_next = false;
    let mut begins = true;
    while !scan.is_done() {
        let byte = scan.peek(0);
        if begins && depth == 0 && matches!(byte, b'%' | b'!' | b'?') && line_magic(scan) {
            continue;
        }
        if begins && byte == b'@' {
            let len = 1 + scan.rest()[1..].bytes().take_while(|&b| is_word(b) || b == b'.').count();
            scan.token(Class::Name, len);
            begins = false;
            continue;
        }
        match byte {
            b'\n' => {
                begins = true;
                scan.plain_char();
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                scan.plain_char();
                continue;
            }
            b'#' => scan.token_to(Class::Comment, scan.line_end()),
            b'"' | b'\'' => string(scan, 0),
            b'(' | b'[' | b'{' => {
                depth += 1;
                scan.plain_char();
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                scan.plain_char();
            }
            b'0'..=b'9' => scan.number(),
            b'.' if scan.peek(1).is_ascii_digit() && !is_word(scan.before()) => scan.number(),
            b'=' if depth == 0 && assigned_magic(scan) => {}
            b'=' | b'<' | b'>' | b'!' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'~'
            | b'@' => {
                let len = scan.rest().bytes().take(3).take_while(|b| b"=<>!+-*/%&|^~@".contains(b)).count();
                scan.token(Class::Operator, len);
            }
            b if is_word(b) => names_next = word(scan, names_next, begins),
            _ => scan.plain_char(),
        }
        begins = false;
    }
}

/// Takes a word; says whether the next one is the name of a function or class.
fn word(scan: &mut Scan<'_>, names: bool, begins: bool) -> bool {
    let len = scan.word_len(b"");
    let word = scan.rest().get(..len).unwrap_or_default();
    let prefix = (1..=2).contains(&len) && word.bytes().all(|b| b"rRbBuUfFtT".contains(&b));
    if prefix && matches!(scan.peek(len), b'"' | b'\'') {
        string(scan, len);
        return false;
    }
    if names {
        scan.token(Class::Function, len);
        return false;
    }
    let soft = SOFT.contains(&word) && !(begins && scan.peek(len) == b' ' && is_word(scan.peek(len + 1)));
    if KEYWORDS.binary_search(&word).is_ok() && !soft && scan.before() != b'.' {
        scan.token(Class::Keyword, len);
        return matches!(word, "def" | "class");
    }
    if scan.peek(len) == b'(' {
        scan.token(Class::Function, len);
    } else {
        scan.plain_to(scan.at() + len);
    }
    false
}

/// Takes a string whose quotes begin `prefix` bytes from here.
fn string(scan: &mut Scan<'_>, prefix: usize) {
    let bytes = scan.rest().as_bytes();
    let quote = bytes[prefix];
    let triple = bytes[prefix..].starts_with(&[quote; 3]);
    let mut at = prefix + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !triple => break,
            b if b == quote && (!triple || bytes[at..].starts_with(&[quote; 3])) => {
                at += if triple { 3 } else { 1 };
                break;
            }
            _ => {}
        }
        at += 1;
    }
    // A text that ends in a backslash escapes nothing.
    let at = at.min(bytes.len());
    let marks = prefix + 3;
    let closed = triple && at >= marks + 3 && bytes[..at].ends_with(&[quote; 3]);
    // A query within a long string is coloured as what it is.
    let query = closed.then(|| scan.rest().get(marks..at - 3)).flatten().and_then(embedded::language);
    let Some(language) = query else {
        scan.token(Class::String, at);
        return;
    };
    let end = scan.at() + at;
    scan.token(Class::String, marks);
    scan.within(end - 3, |scan| super::lex(scan, language));
    scan.token_to(Class::String, end);
}

/// Takes a whole cell that begins with `%%name`, behind blank lines and comments at most.
fn cell_magic(scan: &mut Scan<'_>) -> bool {
    let source = scan.rest();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with("%%") {
            break;
        }
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            return false;
        }
        start += line.len();
    }
    let Some(line) = source[start..].lines().next() else { return false };
    let Some(name) = line.trim_start().strip_prefix("%%").and_then(|rest| rest.split_whitespace().next())
    else {
        return false;
    };
    if start > 0 {
        scan.token_to(Class::Comment, scan.at() + start);
    }
    scan.plain_to(scan.at() + line.len() - line.trim_start().len());
    scan.token(Class::Magic, 2 + name.len());
    let end = scan.line_end();
    scan.within(end, shell::lex);
    if let Some(language) = Language::of_magic(name) {
        super::lex(scan, language);
    } else {
        // The rest of a `%%time` cell is Python again, without a cell magic of its own.
        scan.plain_char();
        python_body(scan);
    }
    true
}

fn python_body(scan: &mut Scan<'_>) {
    // A second `%%` line is no cell magic: IPython looks at the first only.
    let nested = scan.rest().trim_start().starts_with("%%");
    if nested {
        scan.plain_to(scan.end());
    } else {
        lex(scan);
    }
}

/// Takes a line magic or a shell escape: `%name …`, `!command`, `?name`.
fn line_magic(scan: &mut Scan<'_>) -> bool {
    let end = scan.line_end();
    let byte = scan.peek(0);
    let marks = scan.rest().bytes().take(2).take_while(|&b| b == byte).count();
    let name_len = scan.rest()[marks..].bytes().take_while(|b| is_word(*b)).count();
    if byte == b'%' && name_len == 0 {
        return false;
    }
    if byte == b'%' {
        let name = &scan.rest()[marks..marks + name_len];
        let language = Language::of_line_magic(name).unwrap_or(Language::Shell);
        scan.token(Class::Magic, marks + name_len);
        scan.within(end, |scan| super::lex(scan, language));
    } else {
        scan.token(Class::Magic, marks);
        scan.within(end, shell::lex);
    }
    true
}

/// Takes `= %magic …` and `= !command`.
fn assigned_magic(scan: &mut Scan<'_>) -> bool {
    let rest = &scan.rest()[1..];
    let blanks = rest.bytes().take_while(|&b| b == b' ').count();
    let rest = &rest.as_bytes()[blanks..];
    let magic = rest.first() == Some(&b'%') && rest.get(1).is_some_and(u8::is_ascii_alphabetic);
    let command = rest.first() == Some(&b'!') && rest.get(1).is_some_and(|&b| b != b'=');
    if !(magic || command) {
        return false;
    }
    scan.token(Class::Operator, 1);
    scan.plain_to(scan.at() + blanks);
    line_magic(scan)
}

#[cfg(test)]
pub(super) fn words() -> [&'static [&'static str]; 2] {
    [&KEYWORDS, &SOFT]
}
