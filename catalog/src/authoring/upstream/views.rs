//! The ways in which a text could be read, so that nothing gets by in another spelling.
//!
//! A value can stand in other letters and cases, in an address, behind escapes, in base64, or cut in pieces that an f-string
//! or a `+` puts together again. Each of these is undone, and what is left is compared without anything but its letters and
//! digits ([`Folded`]).

use crate::report::gate::{as_latin, readings};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// The shortest run of letters that is tried as base64 or hexadecimal, in bytes.
const ENCODED: usize = 6;

/// The most runs that are tried in one text.
const MOST_ENCODED: usize = 2_000;

/// Letters and digits of a text in lower case, and where its words begin and end in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// The letters and digits alone.
    pub(super) letters: String,
    /// The words, by their bytes in `letters`.
    pub(super) words: Vec<Range<usize>>,
}

impl Folded {
    /// Folds a text.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self::default();
        let mut start = None;
        for c in text.nfkc() {
            if c.is_alphanumeric() {
                start.get_or_insert(folded.letters.len());
                folded.letters.extend(as_latin(c).to_lowercase());
            } else if is_seen(c)
                && let Some(from) = start.take()
            {
                folded.words.push(from..folded.letters.len());
            }
        }
        folded.words.extend(start.map(|from| from..folded.letters.len()));
        folded
    }

    /// Its words, as text.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| self.letters.get(word.clone()))
    }

    /// The same backwards.
    pub(super) fn backwards(&self) -> String {
        self.letters.chars().rev().collect()
    }
}

/// Whether a character parts words: one that nobody sees does not.
fn is_seen(c: char) -> bool {
    !matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}')
}

/// The ways in which a text could be read, each once; the first is the text as it stands.
pub(super) fn of(text: &str) -> Vec<String> {
    let mut views = vec![text.to_owned()];
    let mut add = |view: String| {
        if !view.is_empty() && !views.contains(&view) {
            views.push(view);
        }
    };
    readings(text).into_iter().for_each(&mut add);
    let unescaped = unescaped(text);
    let literals = Literals::of(&unescaped);
    add(literals.whole);
    add(literals.without_fields);
    add(literals.without_numbers);
    let decoded = decoded(&unescaped);
    add(unescaped);
    // Each by itself: a word of one is no part of another.
    decoded.into_iter().for_each(&mut add);
    views
}

/// A text with `\x41`, `\u0041`, `\U00000041`, `\101` and the ends of lines within a literal read as Python does.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let digits = |from: usize, len: usize, radix: u32| {
            let code = u32::from_str_radix(escape.get(from..from + len)?, radix).ok()?;
            Some((char::from_u32(code)?, from + len))
        };
        let read = match escape.as_bytes().get(1) {
            Some(b'x') => digits(2, 2, 16),
            Some(b'u') => digits(2, 4, 16),
            Some(b'U') => digits(2, 8, 16),
            Some(b'0'..=b'7') => {
                let len =
                    escape.bytes().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                digits(1, len, 8)
            }
            // A line that goes on.
            Some(b'\n') => Some(('\u{200b}', 2)),
            _ => None,
        };
        let (c, len) = read.unwrap_or(('\\', 1));
        out.push(c);
        rest = escape.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What stands between quotes, and numbers, one behind the other: what `"ac" + x + "me"` and `f"ac{x}me"` hold of a word.
struct Literals {
    whole: String,
    /// The same without what stands in braces.
    without_fields: String,
    /// What stands between quotes alone: a number behind it makes no other word of it.
    without_numbers: String,
}

impl Literals {
    fn of(text: &str) -> Self {
        let (mut whole, mut without_fields, mut without_numbers) =
            (String::new(), String::new(), String::new());
        let (mut quote, mut depth) = (None, 0_usize);
        let mut before = ' ';
        for c in text.chars() {
            match (quote, c) {
                (None, '"' | '\'' | '`') => quote = Some(c),
                (Some(own), c) if c == own && before != '\\' => quote = None,
                (Some(_), c) => {
                    whole.push(c);
                    without_numbers.push(c);
                    depth = if c == '{' { depth + 1 } else { depth };
                    if depth == 0 {
                        without_fields.push(c);
                    }
                    depth = if c == '}' { depth.saturating_sub(1) } else { depth };
                }
                (None, c) if c.is_ascii_digit() && !(before.is_alphabetic() || before == '_') => {
                    whole.push(c);
                    without_fields.push(c);
                }
                // A literal does not go on beyond its line, unless it is one of three quotes; either way the next is another.
                _ => {}
            }
            before = c;
        }
        Self { whole, without_fields, without_numbers }
    }
}

/// What runs of letters decode to, as base64 (of UTF-8 and of UTF-16) and as hexadecimal digits.
fn decoded(text: &str) -> Vec<String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engines =
        [&alphabet::STANDARD, &alphabet::URL_SAFE].map(|alphabet| GeneralPurpose::new(alphabet, config));
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let runs = text.split(|c| !is_part(c)).filter(|run| run.len() >= ENCODED).take(MOST_ENCODED);
    let mut found = Vec::new();
    for run in runs {
        let behind_sign =
            run.split('=').map(|piece| piece.trim_matches('=')).filter(|piece| piece.len() >= ENCODED);
        for piece in behind_sign {
            let bytes = engines.iter().filter_map(|engine| engine.decode(piece).ok());
            for bytes in bytes.chain(hexadecimal(piece)) {
                found.extend(printable(String::from_utf8_lossy(&bytes).into_owned()));
                let (pairs, _) = bytes.as_chunks::<2>();
                let wide: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
                found.extend(printable(String::from_utf16_lossy(&wide)));
            }
        }
    }
    found
}

/// Text that is text for the most part: what decodes by chance is not.
fn printable(text: String) -> Option<String> {
    let all = text.chars().count();
    let plain =
        text.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation() || c.is_whitespace()).count();
    (all >= 3 && plain * 10 >= all * 9).then_some(text)
}

fn hexadecimal(run: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = run.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str, word: &str) -> bool {
        of(text).iter().any(|view| Folded::of(view).letters.contains(word))
    }

    #[test]
    fn a_word_is_read_however_it_is_written() {
        for text in [
            "x = 'Acme-Corp'",
            "x = 'ACME' + '_corp'",
            "x = f\"ac{'me'}corp\"",
            "x = 'acme' if y else 'corp'",
            "https://x.example/%41cme%43orp/",
            "&#65;cme&shy;corp",
            "'\\x61cme\\u0063orp'",
            "'acme\\\ncorp'",
            "YWNtZSBjb3Jw",
            "--enc YQBjAG0AZQBjAG8AcgBwAA==",
            "61636d65636f7270",
            "аcmе corp",
            "ac\u{200b}me corp",
        ] {
            assert!(reads(text, "acmecorp"), "{text}: {:?}", of(text));
        }
        assert!(!reads("the acme of corporate", "acmecorp"));
    }

    #[test]
    fn a_number_behind_a_word_is_no_part_of_it() {
        let views = of("x = {'m' f'ock': 1}");
        assert!(views.iter().any(|view| Folded::of(view).words().any(|word| word == "mock")), "{views:?}");
    }

    #[test]
    fn numbers_in_pieces_are_one() {
        assert!(reads("a = '1454'\nb = '83'\nx = a + b", "145483"));
        assert!(reads("f\"{'1454'}83\"", "145483") && reads("f'145{x}483'", "145483"));
        assert!(reads("'14' + str(5483)", "145483"));
    }

    #[test]
    fn words_keep_their_places() {
        let folded = Folded::of("Tenant_us1, US2");
        assert_eq!(folded.words().collect::<Vec<_>>(), ["tenant", "us1", "us2"]);
        assert_eq!(folded.backwards(), "2su1sutnanet");
    }
}
