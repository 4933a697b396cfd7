//! YAML, line by line: keys, strings, comments, what reads as a number or a truth value. Sigma's rules are YAML whose
//! keys have modifiers and whose condition is an expression.

use super::Class;
use super::scan::Scan;

pub(super) fn lex(scan: &mut Scan<'_>, sigma: bool) {
    while !scan.is_done() {
        line(scan, sigma);
        // The newline.
        scan.plain_char();
    }
}

fn line(scan: &mut Scan<'_>, sigma: bool) {
    let mut condition = false;
    let end = scan.line_end();
    while scan.at() < end && matches!(scan.peek(0), b' ' | b'\t' | b'-') {
        scan.plain_char();
    }
    let text = &scan.rest()[..end - scan.at()];
    if let Some(len) = key(text) {
        let name = &text[..len];
        condition = sigma && name == "condition";
        match name.find('|').filter(|_| sigma) {
            Some(at) => {
                scan.token(Class::Name, at);
                scan.token(Class::Function, len - at);
            }
            None => scan.token(Class::Name, len),
        }
    }
    while scan.at() < end {
        let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/') || b >= 0x80;
        match scan.peek(0) {
            b'#' if matches!(scan.before(), 0 | b' ' | b'\t' | b'\n') => scan.token_to(Class::Comment, end),
            quote @ (b'"' | b'\'') if !word(scan.before()) => {
                let close = scan.string_end(quote, quote == b'"', false);
                scan.token_to(Class::String, close);
            }
            b'&' | b'*' | b'!' if matches!(scan.before(), b' ') => {
                let len = 1 + scan.rest()[1..].bytes().take_while(|&b| word(b)).count();
                scan.token(Class::Variable, len);
            }
            b if word(b) => {
                let len = scan.rest()[..end - scan.at()].bytes().take_while(|&b| word(b)).count();
                match scan.rest().get(..len) {
                    Some("and" | "or" | "not" | "of" | "them" | "all" | "1") if condition => {
                        scan.token(Class::Keyword, len);
                    }
                    Some("true" | "false" | "null" | "yes" | "no" | "on" | "off") => {
                        scan.token(Class::Keyword, len);
                    }
                    Some(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
                        scan.token(Class::Number, len);
                    }
                    _ => scan.plain_to(scan.at() + len),
                }
            }
            _ => scan.plain_char(),
        }
    }
}

/// How long a key at the beginning of a line is, without its colon.
fn key(line: &str) -> Option<usize> {
    let first = line.bytes().next()?;
    if matches!(first, b'#' | b'[' | b'{' | b'|' | b'>' | b'&' | b'*' | b'!') {
        return None;
    }
    let end = line.find(": ").or_else(|| line.trim_end().strip_suffix(':').map(str::len))?;
    (end > 0 && end <= 200).then_some(end)
}
