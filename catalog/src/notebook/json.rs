//! JSON as Python reads and writes it, which is in a few places not JSON: `NaN`, numbers of any size, halves of surrogates.

use super::python_text;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What was read, and what of it had to be kept as text.
pub(crate) struct Loaded {
    pub(crate) value: Value,
    /// Numbers that [`Value`] has no room for, as they were written.
    pub(crate) kept: Vec<String>,
}

/// Reads JSON as Python's `json.loads` does.
///
/// # Errors
/// What is wrong with it, where both find it wrong.
pub(crate) fn load(text: &str) -> Result<Loaded, serde_json::Error> {
    match serde_json::from_str(text) {
        Ok(value) if !has_long_number(text.as_bytes()) => Ok(Loaded { value, kept: Vec::new() }),
        read => {
            let mut kept = Vec::new();
            match made_strict(text, &mut kept) {
                Cow::Owned(strict) => Ok(Loaded { value: serde_json::from_str(&strict)?, kept }),
                Cow::Borrowed(_) => Ok(Loaded { value: read?, kept }),
            }
        }
    }
}

/// Whether there may be an integer that 64 bits do not hold, or a `-0`, which is an integer for Python.
fn has_long_number(bytes: &[u8]) -> bool {
    let mut run = 0;
    let mut previous = 0;
    for byte in bytes {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        if run >= 19 || (previous == b'-' && *byte == b'0') {
            return true;
        }
        previous = *byte;
    }
    false
}

/// The text with what only Python takes written so that everybody does: numbers that fit nowhere as texts, halves of
/// surrogates as U+FFFD.
fn made_strict<'a>(text: &'a str, kept: &mut Vec<String>) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut replace = |range: std::ops::Range<usize>, by: &str| {
        out.push_str(&text[copied..range.start]);
        out.push_str(by);
        copied = range.end;
    };
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = surrogates(text, at + 1, &mut replace),
            b'-' | b'0'..=b'9' | b'N' | b'I' => {
                let end = at
                    + bytes[at..]
                        .iter()
                        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
                        .count();
                let token = &text[at..end.max(at + 1)];
                if token == "-0" {
                    replace(at..end, "0");
                } else if is_beyond(token) {
                    replace(at..end, &format!("\"{token}\""));
                    kept.push(token.to_owned());
                }
                at = end.max(at + 1);
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether a token is a number for Python that [`Value`] cannot hold.
fn is_beyond(token: &str) -> bool {
    if matches!(token, "NaN" | "Infinity" | "-Infinity") {
        return true;
    }
    let digits = token.strip_prefix('-').unwrap_or(token);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let whole = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
        return whole && token.parse::<i64>().is_err() && token.parse::<u64>().is_err();
    }
    token.parse::<f64>().is_ok_and(f64::is_infinite)
        && token.bytes().all(|b| !b.is_ascii_alphabetic() || b.eq_ignore_ascii_case(&b'e'))
}

/// Walks over a string from behind its quote to behind its end, and mends halves of surrogates on the way.
fn surrogates(text: &str, mut at: usize, replace: &mut impl FnMut(std::ops::Range<usize>, &str)) -> usize {
    let bytes = text.as_bytes();
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => match unit(at) {
                Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
                Some(0xd800..=0xdfff) => {
                    replace(at..at + 6, "\\ufffd");
                    at += 6;
                }
                Some(_) => at += 6,
                None => at += 2,
            },
            _ => at += 1,
        }
    }
    at
}

/// JSON as Python's `json.dumps` writes it on one line.
pub(crate) fn line(value: &Value) -> String {
    let mut out = String::new();
    flat(value, &mut out);
    out
}

fn flat(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) if number.is_f64() => {
            out.push_str(&python_text::float(number.as_f64().unwrap_or(0.0)));
        }
        Value::String(text) => ascii_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                flat(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                ascii_text(key, out);
                out.push_str(": ");
                flat(item, out);
            }
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A text as JSON in ASCII.
fn ascii_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// JSON as Python's `json.dumps(…, sort_keys=True, indent=1, ensure_ascii=False)` writes it.
pub(crate) fn pretty(value: &Value, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                pretty(item, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, item)) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                plain_text(key, out);
                out.push_str(": ");
                pretty(item, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
        Value::String(string) => plain_text(string, out),
        Value::Number(number) if number.is_f64() => {
            out.push_str(&python_text::float(number.as_f64().unwrap_or(0.0)));
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A text as JSON, letters beyond ASCII as they are.
fn plain_text(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        from = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_only_python_takes_is_read_and_kept_as_text() {
        let loaded = load(r#"{"a": NaN, "b": [-Infinity, 1e400, 12345678901234567890123], "c": -0, "d": 18446744073709551615}"#)
            .expect("Python reads it");
        let expected = json!({"a": "NaN", "b": ["-Infinity", "1e400", "12345678901234567890123"], "c": 0, "d": u64::MAX});
        assert_eq!(loaded.value, expected);
        assert_eq!(loaded.kept, ["NaN", "-Infinity", "1e400", "12345678901234567890123"]);
    }

    #[test]
    fn half_a_surrogate_becomes_a_replacement_character() {
        let loaded = load(r#"["\ud83d\ude00", "\ud83d", "\ude00x", "\\ud83d"]"#).expect("Python reads it");
        assert_eq!(loaded.value, json!(["\u{1f600}", "\u{fffd}", "\u{fffd}x", "\\ud83d"]));
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for text in ["{", "{'a': 1}", "[01]", "[1,]", "[1e]", "[nan]", "[Inf]", "", "[-]", "NaNa"] {
            assert!(load(text).is_err(), "{text}");
        }
    }
}
