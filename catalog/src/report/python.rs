//! What nbconvert does to texts on their way, as Python does it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::borrow::Cow;

/// Four blanks before every line, empty ones too; nothing follows a final line feed.
pub(super) fn indent(text: &str, out: &mut String) {
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out.push_str("    ");
        out.push_str(line);
    }
    if text.ends_with('\n') {
        out.truncate(out.len() - 4);
    }
}

/// A text without the sequences that colour it on a terminal: from `ESC [` to the first letter or mark on the same line.
pub(super) fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let (before, sequence) = (&rest[..at], &rest[at + 2..]);
        plain.push_str(before);
        rest = match sequence.find(|c: char| c == '\n' || ('@'..='~').contains(&c)) {
            Some(end) if sequence.as_bytes()[end] != b'\n' => &sequence[end + 1..],
            _ => {
                plain.push_str("\u{1b}[");
                sequence
            }
        };
    }
    plain.push_str(rest);
    plain
}

/// A text without the blanks that all its lines begin with (`textwrap.dedent`); lines of nothing but blanks become empty.
pub(super) fn dedent(text: &str) -> Cow<'_, str> {
    let margin = margin(text);
    // A line of nothing but blanks ends with one. All of the text is looked at, for so it is done many bytes at a time.
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let ends = pairs.fold(u8::from(text.ends_with(BLANK)), |ends, (byte, next)| {
        ends | (u8::from(matches!(byte, b' ' | b'\t')) & u8::from(*next == b'\n'))
    });
    if margin.is_empty() && ends == 0 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if !line.trim_start_matches(BLANK).is_empty() {
            out.push_str(line.strip_prefix(margin).unwrap_or(line));
        }
    }
    Cow::Owned(out)
}

/// What Python counts as a blank here.
const BLANK: [char; 2] = [' ', '\t'];

/// The blanks that all lines of a text begin with, but for those of nothing else.
fn margin(text: &str) -> &str {
    let mut margin: Option<&str> = None;
    for line in text.split('\n') {
        let own = &line[..line.len() - line.trim_start_matches(BLANK).len()];
        if own.len() == line.len() {
            continue;
        }
        let common = margin
            .map_or(own.len(), |margin| margin.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count());
        margin = Some(&own[..common]);
        if common == 0 {
            break;
        }
    }
    margin.unwrap_or_default()
}

/// Whether a value counts as true.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// The last part of a path, which may be nothing.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A path as an address: every part quoted.
pub(super) fn address(path: &str) -> String {
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~').remove(b'/');
    utf8_percent_encode(path, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indented(text: &str) -> String {
        let mut out = String::new();
        indent(text, &mut out);
        out
    }

    #[test]
    fn every_line_is_indented_and_nothing_behind_the_last() {
        assert_eq!(indented(""), "    ");
        assert_eq!(indented("a\n\nb"), "    a\n    \n    b");
        assert_eq!(indented("a\n"), "    a\n");
        assert_eq!(indented("a\n\n"), "    a\n    \n");
    }

    #[test]
    fn colours_end_on_their_line() {
        assert_eq!(without_colours("\u{1b}[0;31mE\u{1b}[0m: v"), "E: v");
        assert_eq!(without_colours("a\u{1b}[3\nm\u{1b}["), "a\u{1b}[3\nm\u{1b}[");
    }

    #[test]
    fn what_all_lines_begin_with_goes() {
        assert_eq!(dedent("  a\n    b\n \n"), "a\n  b\n\n");
        assert_eq!(dedent("\ta\n  b"), "\ta\n  b");
        assert_eq!(dedent("a\n  b"), "a\n  b");
    }
}
