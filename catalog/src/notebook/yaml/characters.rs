//! Characters that YAML 1.1, YAML 1.2 and `PyYAML` take differently: ends of lines, and those that nobody may write.

use super::{narrow, python_text};
use crate::lint::{Diagnostic, Severity};
use std::borrow::Cow;

/// What stands for U+2028 and U+2029 while granit-parser has the text.
const SEPARATORS: [(char, char); 2] = [('\u{2028}', '\u{f8e0}'), ('\u{2029}', '\u{f8e1}')];

/// The text with line feeds where YAML 1.1 knows further ends of lines, and YAML 1.2 does not; and whether marks were put
/// before those line feeds that are kept as what they were where text is folded.
pub(super) fn line_feeds(text: &str) -> (Cow<'_, str>, bool) {
    let ends = ['\u{85}', '\u{2028}', '\u{2029}'];
    if python_text::special(text.as_bytes(), 0).is_none() || !text.contains(ends) {
        return (Cow::Borrowed(text), false);
    }
    let marked = !text.contains(SEPARATORS.map(|(_, mark)| mark));
    let mut out = String::with_capacity(text.len());
    // Whether a quote of either kind is open on this line.
    let (mut single, mut double) = (false, false);
    for c in text.chars() {
        match c {
            '\n' => (single, double) = (false, false),
            '\'' => single = !single,
            '"' => double = !double,
            _ => {}
        }
        match SEPARATORS.iter().find(|(separator, _)| *separator == c) {
            Some((_, mark)) => {
                // Outside of quotes it is an end of a line and nothing else.
                if marked && (single || double) {
                    out.push(*mark);
                }
                out.push('\n');
            }
            None if c == '\u{85}' => out.push('\n'),
            None => out.push(c),
        }
    }
    (Cow::Owned(out), marked)
}

/// The text of a scalar with the separators put back, and the line feeds behind them taken out.
pub(super) fn separated(text: &str, plain: bool) -> String {
    let marks = SEPARATORS.map(|(_, mark)| mark);
    let text = if plain { text.trim_matches(|c| c == ' ' || marks.contains(&c)) } else { text };
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some((separator, _)) = SEPARATORS.iter().find(|(_, mark)| *mark == c) {
            out.truncate(out.trim_end_matches([' ', '\t']).len());
            out.push(*separator);
            let _ = chars.next_if(|c| matches!(c, ' ' | '\n'));
        } else {
            out.push(c);
        }
    }
    out
}

/// The first character that `PyYAML` refuses to read: lines before it, its column (from 1), the character.
pub(crate) fn unprintable(text: &str) -> Option<(u32, u32, char)> {
    let mut from = 0;
    let (at, found) = loop {
        let at = python_text::special(text.as_bytes(), from)?;
        // None of the bytes that are looked for stands inside a character.
        let found = text.get(at..)?.chars().next()?;
        if matches!(found, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}'
            | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
        {
            break (at, found);
        }
        from = at + found.len_utf8();
    };
    let before = &text[..at];
    let lines = before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    Some((narrow(lines), narrow(column + 1), found))
}

/// The diagnostic for a character that `PyYAML` refuses.
pub(crate) fn control_character(found: char) -> Diagnostic {
    Diagnostic::new(
        "control-character",
        Severity::Error,
        format!(
            "the character U+{:04X} stands here, and PyYAML reads no file that holds it",
            u32::from(found)
        ),
        "Delete the character, or write it as an escape.",
    )
    .blocking()
}
