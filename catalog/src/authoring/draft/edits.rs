//! Changes to a text, all told before any is made; and names filled into Python's texts.

use super::code::{Code, Text};
use std::ops::Range;

/// Changes to a text: bytes that go, and what comes.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// What stands there goes; of two that touch the same bytes the one that was told first counts.
    /// Answers whether it counts.
    pub(super) fn put(&mut self, range: Range<usize>, text: impl Into<String>) -> bool {
        let touches =
            |other: &Range<usize>| range.start < other.end && other.start < range.end || range == *other;
        let counts = !self.0.iter().any(|(other, _)| touches(other));
        if counts {
            self.0.push((range, text.into()));
        }
        counts
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The text with its changes.
    pub(super) fn apply(mut self, source: &str) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(source.len());
        let mut at = 0;
        for (range, text) in &self.0 {
            let Some(kept) = source.get(at..range.start).filter(|_| source.is_char_boundary(range.end))
            else {
                continue;
            };
            out.push_str(kept);
            out.push_str(text);
            at = range.end;
        }
        out.push_str(source.get(at..).unwrap_or_default());
        out
    }

    /// The same of Python; none when it would be none afterwards.
    pub(super) fn apply_to_python(self, source: &str) -> Option<String> {
        let changed = self.apply(source);
        Code::read(&changed).map(|_| changed)
    }

    /// These changes, as they were told.
    pub(super) fn all(self) -> impl Iterator<Item = (Range<usize>, String)> {
        self.0.into_iter()
    }

    /// These changes in the order of their places.
    fn sorted(mut self) -> Vec<(Range<usize>, String)> {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        self.0
    }
}

/// A text of Python with pieces of its body replaced by what is filled in: `{NAME}`. None when it cannot be: bytes, or a piece
/// that begins or ends within something that is filled in already.
pub(super) fn filled(source: &str, text: &Text, edits: Edits) -> Option<String> {
    let edits = edits.sorted();
    let inside = |range: &Range<usize>| range.start >= text.body.start && range.end <= text.body.end;
    let cuts = |range: &Range<usize>| {
        text.holes.iter().any(|hole| {
            range.start < hole.end
                && hole.start < range.end
                && !(range.start <= hole.start && hole.end <= range.end)
        })
    };
    if !text.plain || edits.iter().any(|(range, _)| !inside(range) || cuts(range)) {
        return None;
    }
    let kept = |range: Range<usize>| {
        let piece = source.get(range)?;
        Some(if text.formatted { piece.to_owned() } else { piece.replace('{', "{{").replace('}', "}}") })
    };
    let opening = source.get(text.at.start..text.body.start)?;
    let mut out = String::new();
    if text.formatted {
        out.push_str(opening);
    } else {
        out.push('f');
        out.push_str(opening.trim_start_matches(['u', 'U']));
    }
    let mut at = text.body.start;
    for (range, fill) in edits {
        out.push_str(&kept(at..range.start)?);
        out.push_str(&fill);
        at = range.end;
    }
    out.push_str(&kept(at..text.body.end)?);
    out.push_str(source.get(text.body.end..text.at.end)?);
    Some(out)
}

/// A text as a literal of Python.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
