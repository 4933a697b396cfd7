//! Text as Python cuts and strips it. Jupyter's tools are Python, and where a cell ends follows from these rules.

/// Whether Python's `str.isspace` holds for `c`.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Python's `str.rstrip()`.
pub(crate) fn rstrip(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// Python's `str.lstrip()`.
pub(crate) fn lstrip(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// Python's `str.strip()`.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Whether a byte can be part of a character that Python or YAML treats in a way of its own: a control character, or the
/// lead byte of one that may be.
fn is_special(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f | 0xc2 | 0xe2 | 0xef)
}

/// The first such byte, from `from` on. Plain text has none, and is passed over in wide steps.
pub(crate) fn special(bytes: &[u8], from: usize) -> Option<usize> {
    const STEP: usize = 64;
    let mut at = from;
    for chunk in bytes.get(from..)?.chunks(STEP) {
        if chunk.iter().fold(false, |found, byte| found | is_special(*byte)) {
            return chunk.iter().position(|byte| is_special(*byte)).map(|inside| at + inside);
        }
        at += chunk.len();
    }
    None
}

/// Whether Python's `str.splitlines` cuts `bytes` (UTF-8) anywhere but at `\n`, `\r` and `\r\n`; the place of the first
/// such cut.
pub(crate) fn odd_line_break(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = special(bytes, from) {
        let odd = match bytes[found] {
            0x0b | 0x0c | 0x1c..=0x1e => true,
            0xc2 => bytes.get(found + 1) == Some(&0x85),
            0xe2 => {
                bytes.get(found + 1) == Some(&0x80) && matches!(bytes.get(found + 2), Some(&0xa8 | &0xa9))
            }
            _ => false,
        };
        if odd {
            return Some(found);
        }
        from = found + 1;
    }
    None
}

/// Python's `str.splitlines(True)`: the lines with what ends them.
pub(crate) fn lines_with_ends(text: &str) -> LinesWithEnds<'_> {
    LinesWithEnds { rest: text, plain: !text.contains('\r') && odd_line_break(text.as_bytes()).is_none() }
}

/// See [`lines_with_ends`].
pub(crate) struct LinesWithEnds<'a> {
    rest: &'a str,
    /// Nothing but line feeds ends its lines.
    plain: bool,
}

impl<'a> Iterator for LinesWithEnds<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        if self.plain {
            let end = self.rest.bytes().position(|b| b == b'\n').map_or(self.rest.len(), |at| at + 1);
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(line);
        }
        let bytes = self.rest.as_bytes();
        let mut end = bytes.len();
        let mut at = 0;
        while at < bytes.len() {
            let width = match bytes[at] {
                b'\r' => 1 + usize::from(bytes.get(at + 1) == Some(&b'\n')),
                b'\n' | 0x0b | 0x0c | 0x1c..=0x1e => 1,
                0xc2 if bytes.get(at + 1) == Some(&0x85) => 2,
                0xe2 if bytes.get(at + 1) == Some(&0x80)
                    && matches!(bytes.get(at + 2), Some(&0xa8 | &0xa9)) =>
                {
                    3
                }
                _ => 0,
            };
            if width > 0 {
                end = at + width;
                break;
            }
            at += 1;
        }
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(line)
    }
}

/// Python's `str.splitlines()`.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    lines_with_ends(text).map(|line| {
        line.strip_suffix("\r\n").unwrap_or_else(|| {
            line.strip_suffix([
                '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
            ])
            .unwrap_or(line)
        })
    })
}

/// How many line feeds there are.
pub(crate) fn line_feeds(bytes: &[u8]) -> usize {
    bytes.split(|b| *b == b'\n').count() - 1
}

/// Python's `repr` of a float.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_where_python_cuts_them() {
        let text = "a\u{b}b\r\nc\rd\u{85}e\u{2028}f\n\ng\u{1e}";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["a", "b", "c", "d", "e", "f", "", "g"]);
        assert_eq!(lines_with_ends(text).collect::<String>(), text);
        assert_eq!(lines("").count(), 0);
    }

    #[test]
    fn an_odd_line_break_is_found_and_a_plain_one_is_not() {
        assert_eq!(odd_line_break("é\r\nplain → text\n".as_bytes()), None);
        assert_eq!(odd_line_break("→\u{2028}".as_bytes()), Some(3));
        assert_eq!(odd_line_break(b"a\x0c"), Some(1));
    }

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1.5e-7, "1.5e-07"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
        ] {
            assert_eq!(float(value), text);
        }
    }
}
