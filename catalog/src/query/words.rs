//! A query as words and marks, whatever its language.

use std::ops::Range;

/// A piece of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A name or keyword; dots, hyphens, stars and colons within belong to it, as in `scwx.process` and `logs-*`.
    Word(&'a str),
    /// A quoted text, without its quotes.
    Quoted(&'a str),
    /// Anything else, one character.
    Mark(char),
}

impl<'a> Piece<'a> {
    /// Whether it is this keyword, in any case.
    pub(super) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// The name that it gives a table.
    pub(super) fn name(self) -> Option<&'a str> {
        match self {
            Self::Word(name) | Self::Quoted(name) if !name.is_empty() && name.len() <= 200 => Some(name),
            _ => None,
        }
    }
}

/// Cuts a query into pieces; comments (`//`, `--`, `/* */`) are left out. One pass.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    pieces_at(text).into_iter().map(|(_, piece)| piece).collect()
}

/// The same, each with where it stands, quotes included.
pub(super) fn pieces_at(text: &str) -> Vec<(Range<usize>, Piece<'_>)> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let until = |end: &[u8]| rest[2..].windows(end.len()).position(|window| window == end);
        if rest.starts_with(b"//") || (rest.starts_with(b"--") && begins_comment(rest)) {
            at += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        } else if rest.starts_with(b"/*") {
            at += until(b"*/").map_or(rest.len(), |len| len + 4);
        } else if matches!(rest[0], b'\'' | b'"' | b'`') {
            let end = rest[1..].iter().position(|byte| *byte == rest[0] || *byte == b'\n');
            let end = end.map_or(text.len(), |len| at + 1 + len);
            pieces.push((at..text.len().min(end + 1), Piece::Quoted(&text[at + 1..end])));
            at = end + 1;
        } else if is_word(rest[0]) {
            let len = rest.iter().take_while(|&&byte| is_word(byte) || b".-*:".contains(&byte)).count();
            let word = text[at..at + len].trim_end_matches([':', '-']);
            pieces.push((at..at + word.len(), Piece::Word(word)));
            at += len;
        } else if rest[0].is_ascii_whitespace() {
            at += 1;
        } else {
            let mark = text[at..].chars().next().unwrap_or_default();
            let end = at + mark.len_utf8();
            pieces.push((at..end, Piece::Mark(mark)));
            at = end;
        }
    }
    pieces
}

/// `--flag` is no comment.
fn begins_comment(rest: &[u8]) -> bool {
    rest.get(2).is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'-')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
