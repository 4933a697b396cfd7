//! How IPython fills names into the line of a magic, and what of it a shell's rules leave.
//!
//! IPython formats the line as Python's `str.format` does, where `{…}` is an expression and `$NAME` a name too, but not
//! between single quotes. If anything in the line cannot be evaluated, *all* of it stays as written, and no word is said.

use super::python;
use std::ops::Range;

/// What a line asks to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// Where it stands, sign or braces included.
    pub(super) at: Range<usize>,
    /// The expression; for `$NAME` the name.
    pub(super) expression: &'a str,
}

/// What IPython fills in, in order; none when it leaves the line as it is.
pub(super) fn references(line: &str) -> Option<Vec<Reference<'_>>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut literal) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            brace @ (b'{' | b'}') if bytes.get(at + 1) == Some(&brace) => {
                dollars(line, literal..at + 1, &mut found)?;
                at += 2;
                literal = at;
            }
            b'}' => return None,
            b'{' => {
                dollars(line, literal..at, &mut found)?;
                let end = closing(bytes, at)?;
                let expression = expression(&line[at + 1..end]);
                if !python::is_expression(expression) {
                    return None;
                }
                found.push(Reference { at: at..end + 1, expression });
                at = end + 1;
                literal = at;
            }
            _ => at += 1,
        }
    }
    dollars(line, literal..line.len(), &mut found)?;
    Some(found)
}

/// The brace that closes the one at a place.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A field without its conversion and format, which begin at `!` or `:` outside of brackets.
fn expression(field: &str) -> &str {
    let mut brackets = 0_usize;
    for (at, byte) in field.bytes().enumerate() {
        match byte {
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b'!' | b':' if brackets == 0 => return &field[..at],
            _ => {}
        }
    }
    field
}

/// `$NAME` in a stretch between braces; none when one of them cannot be evaluated.
fn dollars<'a>(line: &'a str, within: Range<usize>, found: &mut Vec<Reference<'a>>) -> Option<()> {
    let text = &line[within.clone()];
    // Between single quotes is where an odd number of them follows.
    let mut quotes = text.bytes().filter(|byte| *byte == b'\'').count();
    let (mut at, bytes) = (0, text.as_bytes());
    while at < bytes.len() {
        if bytes[at] == b'\'' {
            quotes -= 1;
        }
        if bytes[at] != b'$' || quotes % 2 == 1 {
            at += 1;
            continue;
        }
        let escaped = bytes.get(at + 1) == Some(&b'$');
        let begin = at + 1 + usize::from(escaped);
        let rest = &text[begin..];
        let len = rest.find(|c: char| !(c == '_' || c == '.' || c.is_alphanumeric())).unwrap_or(rest.len());
        if len > 0 && !escaped {
            let expression = &rest[..len];
            if !python::is_expression(expression) {
                return None;
            }
            found.push(Reference { at: within.start + at..within.start + begin + len, expression });
        }
        at = if len > 0 { begin + len } else { at + 1 };
    }
    Some(())
}

/// Between which quotes a place of a line stands, as a shell reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Between none.
    None,
    /// Between `'`.
    Single,
    /// Between `"`.
    Double,
}

/// Between which quotes a place stands.
pub(super) fn quotes_at(line: &str, place: usize) -> Quotes {
    let (mut quotes, mut escaped) = (Quotes::None, false);
    for byte in line.bytes().take(place) {
        quotes = match (quotes, byte) {
            _ if escaped => {
                escaped = false;
                quotes
            }
            (Quotes::None | Quotes::Double, b'\\') => {
                escaped = true;
                quotes
            }
            (Quotes::None, b'"') => Quotes::Double,
            (Quotes::None, b'\'') => Quotes::Single,
            (Quotes::Double, b'"') | (Quotes::Single, b'\'') => Quotes::None,
            _ => quotes,
        };
    }
    quotes
}

/// The words of a line, as a shell parts them.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut quotes = Quotes::None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quotes, c) {
            (Quotes::None, c) if c.is_whitespace() => words.extend(word.take()),
            (Quotes::None, '"') => (quotes, word) = (Quotes::Double, Some(word.unwrap_or_default())),
            (Quotes::None, '\'') => (quotes, word) = (Quotes::Single, Some(word.unwrap_or_default())),
            (Quotes::Double, '"') | (Quotes::Single, '\'') => quotes = Quotes::None,
            (Quotes::None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Quotes::Double, '\\') => match chars.next_if(|next| matches!(next, '"' | '\\')) {
                Some(next) => word.get_or_insert_default().push(next),
                None => word.get_or_insert_default().push('\\'),
            },
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Whether a value that is put between such quotes arrives as it is.
pub(super) fn survives(value: &str, quotes: Quotes) -> bool {
    match quotes {
        Quotes::None => !value.is_empty() && !value.contains(|c: char| " \t\r\n'\"\\".contains(c)),
        Quotes::Double => !value.contains('"') && !value.contains("\\\\") && !value.ends_with('\\'),
        Quotes::Single => !value.contains('\''),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(line: &str) -> Option<Vec<&str>> {
        references(line).map(|found| found.into_iter().map(|reference| reference.expression).collect())
    }

    #[test]
    fn names_are_filled_in_as_ipython_does() {
        assert_eq!(
            told("alerts search --tenant $TENANT_ID --title {TITLE}"),
            Some(vec!["TENANT_ID", "TITLE"])
        );
        assert_eq!(told("--limit {LIMIT + 1} $a.b $$HOME {{x}}"), Some(vec!["LIMIT + 1", "a.b"]));
        assert_eq!(told("{x!r:>10} {d['k:1']}"), Some(vec!["x", "d['k:1']"]));
    }

    #[test]
    fn between_single_quotes_nothing_is_filled_in() {
        assert_eq!(told("--tenant '$TENANT_ID' --region $REGION"), Some(vec!["REGION"]));
        assert_eq!(told("--title \"it's $TITLE\""), Some(vec!["TITLE"]));
        assert_eq!(told("--title '{TITLE}'"), Some(vec!["TITLE"]), "braces do not care");
    }

    #[test]
    fn one_odd_brace_leaves_the_whole_line_as_it_is() {
        for line in
            ["$TENANT_ID }", "$TENANT_ID {", "$TENANT_ID {no python}", "$TENANT_ID {}", "$TENANT_ID. x"]
        {
            assert_eq!(told(line), None, "{line}");
        }
    }

    #[test]
    fn a_value_arrives_or_does_not() {
        let line = "investigations create --title \"$TITLE\" --tag $TAG --note '{NOTE}'";
        let at = |name| quotes_at(line, line.find(name).expect("it stands there"));
        assert_eq!((at("$TITLE"), at("$TAG"), at("{NOTE}")), (Quotes::Double, Quotes::None, Quotes::Single));
        assert!(survives("Hunt for x", Quotes::Double) && !survives("Hunt for x", Quotes::None));
        assert!(!survives("say \"x\"", Quotes::Double) && !survives("c:\\", Quotes::Double));
        assert!(survives("c:\\windows", Quotes::Double) && !survives("c:\\windows", Quotes::None));
        assert_eq!(words(r#"a "b \"c" 'd e' f\ g "" x"y"z"#), ["a", "b \"c", "d e", "f g", "", "xyz"]);
        assert!(!survives("it's", Quotes::Single) && !survives("", Quotes::None));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "([${}'\"\\[\\]!:.é ]|[a-z]{1,3}){0,30}") {
            let found = references(&line).unwrap_or_default();
            prop_assert!(found.iter().all(|reference| line.get(reference.at.clone()).is_some()));
        }
    }
}
