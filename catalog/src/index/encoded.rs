//! Tokens on their way to tantivy: analyzed once, written down, and only read back by the indexing threads.
//!
//! One text goes to several fields, with and without positions. Analyzing it again for each would cost more than
//! indexing it, so [`Analyzer`](super::analysis::Analyzer) runs once and its tokens travel as text: every token has one
//! control character before it that says where it stands. Tokens hold no control characters.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The name that the schema knows the tokenizer by.
pub(super) const TOKENIZER: &str = "encoded";

/// Before a token at the next position.
const NEXT: u8 = 1;
/// Before a token at the same position as the one before.
const SAME: u8 = 2;
/// A gap that no phrase crosses.
const GAP: u8 = 3;
/// How many positions a gap leaves out.
const GAP_POSITIONS: usize = 20;

/// Writes tokens down.
#[derive(Debug, Default, Clone)]
pub(super) struct Encoded(String);

impl Encoded {
    /// A token at the next position, or at that of the one before.
    pub(super) fn push(&mut self, token: &str, moves: bool) {
        self.0.push(char::from(if moves { NEXT } else { SAME }));
        self.0.push_str(token);
    }

    /// Other tokens behind a gap.
    pub(super) fn append(&mut self, other: &Encoded) {
        if !other.0.is_empty() {
            self.0.push(char::from(GAP));
            self.0.push_str(&other.0);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Reads them back.
#[derive(Debug, Clone, Copy)]
pub(super) struct EncodedTokenizer;

impl Tokenizer for EncodedTokenizer {
    type TokenStream<'a> = EncodedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EncodedStream<'a> {
        EncodedStream { rest: text, next: 0, token: Token::default() }
    }
}

pub(super) struct EncodedStream<'a> {
    rest: &'a str,
    next: usize,
    token: Token,
}

impl TokenStream for EncodedStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let Some((&mark, bytes)) = self.rest.as_bytes().split_first() else { return false };
            self.rest = &self.rest[1..];
            if mark == GAP {
                self.next += GAP_POSITIONS;
                continue;
            }
            if mark == NEXT {
                self.next += 1;
            }
            let end = bytes.iter().position(|byte| *byte <= GAP).unwrap_or(bytes.len());
            self.token.text.clear();
            self.token.text.push_str(&self.rest[..end]);
            self.token.position = self.next.saturating_sub(1);
            self.rest = &self.rest[end..];
            return true;
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_read_back() {
        let mut title = Encoded::default();
        title.push("rundll32.exe", true);
        title.push("rundll32", false);
        title.push("exe", true);
        let mut all = Encoded::default();
        all.append(&title);
        all.append(&title);
        let mut tokenizer = EncodedTokenizer;
        let mut stream = tokenizer.token_stream(all.as_str());
        let mut read = Vec::new();
        while let Some(token) = stream.next() {
            read.push((token.text.clone(), token.position));
        }
        let texts: Vec<&str> = read.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["rundll32.exe", "rundll32", "exe", "rundll32.exe", "rundll32", "exe"]);
        assert_eq!(read[0].1, read[1].1);
        assert_eq!(read[1].1 + 1, read[2].1);
        assert_eq!(read[3].1, read[2].1 + 1 + GAP_POSITIONS);
    }
}
