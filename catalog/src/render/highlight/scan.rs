//! Going over a text once, token by token, and the pieces that languages share.

use super::{Class, Token};
use std::cmp::Ordering;

/// A text being coloured, from left to right.
pub(super) struct Scan<'a> {
    source: &'a str,
    at: usize,
    /// Where the part ends that is gone over: nothing beyond it is looked at.
    limit: usize,
    /// From where on text has not been written yet: runs of plain tokens are written at once.
    plain: usize,
    out: String,
    /// Where tokens are told of instead of being written.
    tokens: Option<Vec<Token>>,
}

/// What the lexers of simple languages differ in.
pub(super) struct Grammar {
    /// What begins a comment to the end of the line; `/*` begins one up to `*/`.
    pub(super) comments: &'static [&'static str],
    /// Characters that open and close strings.
    pub(super) quotes: &'static [u8],
    /// Whether a backslash takes the next character into the string.
    pub(super) escapes: bool,
    /// Keywords, in lower case, sorted.
    pub(super) keywords: &'static [&'static str],
    /// Words that name types or tables, in lower case, sorted.
    pub(super) types: &'static [&'static str],
    /// Whether words count without regard to case.
    pub(super) fold: bool,
    /// Whether a word before `(` names a function.
    pub(super) calls: bool,
    /// Characters that may stand within a word besides letters, digits and `_`.
    pub(super) in_words: &'static [u8],
}

impl<'a> Scan<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let out = String::with_capacity(source.len() * 2);
        Self { source, at: 0, limit: source.len(), plain: 0, out, tokens: None }
    }

    /// One that tells where the tokens are, and writes nothing.
    pub(super) fn for_tokens(source: &'a str) -> Self {
        Self { source, at: 0, limit: source.len(), plain: 0, out: String::new(), tokens: Some(Vec::new()) }
    }

    pub(super) fn into_tokens(self) -> Vec<Token> {
        self.tokens.unwrap_or_default()
    }

    pub(super) fn finish(mut self) -> String {
        self.flush(self.source.len());
        self.out
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn end(&self) -> usize {
        self.limit
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.limit
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.source[self.at..self.limit]
    }

    /// Goes over the part up to `end` as if nothing followed.
    pub(super) fn within(&mut self, end: usize, lex: impl FnOnce(&mut Self)) {
        let end = self.boundary(end).max(self.at);
        let limit = std::mem::replace(&mut self.limit, end);
        lex(self);
        self.plain_to(end);
        self.limit = limit;
    }

    /// A length from here that ends neither within a character nor behind the end.
    pub(super) fn inside(&self, len: usize) -> usize {
        self.boundary(self.at + len) - self.at
    }

    /// The byte at a distance from here; 0 beyond the end.
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.rest().as_bytes().get(ahead).copied().unwrap_or_default()
    }

    /// The byte before here; 0 at the beginning.
    pub(super) fn before(&self) -> u8 {
        self.at.checked_sub(1).map_or(0, |at| self.source.as_bytes()[at])
    }

    /// Takes text up to `end` as one token. Ends within a character are moved behind it.
    pub(super) fn token_to(&mut self, class: Class, end: usize) {
        let end = self.boundary(end);
        if end <= self.at {
            return;
        }
        if let Some(tokens) = &mut self.tokens {
            tokens.push(Token { range: self.at..end, class: class.name() });
            self.at = end;
            return;
        }
        self.flush(self.at);
        self.out.push_str("<span class=\"");
        self.out.push_str(class.name());
        self.out.push_str("\">");
        escape(&self.source[self.at..end], &mut self.out);
        self.out.push_str("</span>");
        self.at = end;
        self.plain = end;
    }

    /// The same by length.
    pub(super) fn token(&mut self, class: Class, len: usize) {
        self.token_to(class, self.at + len);
    }

    /// Takes text up to `end` as it is.
    pub(super) fn plain_to(&mut self, end: usize) {
        self.at = self.boundary(end).max(self.at);
    }

    /// Takes one character as it is.
    pub(super) fn plain_char(&mut self) {
        self.plain_to(self.at + 1);
    }

    fn boundary(&self, end: usize) -> usize {
        self.source.ceil_char_boundary(end.min(self.limit)).min(self.limit)
    }

    fn flush(&mut self, to: usize) {
        if self.plain < to {
            escape(&self.source[self.plain..to], &mut self.out);
        }
        self.plain = to;
    }

    /// Where the line ends, before its newline.
    pub(super) fn line_end(&self) -> usize {
        self.rest().bytes().position(|b| b == b'\n').map_or(self.limit, |len| self.at + len)
    }

    /// How many bytes of a word stand here.
    pub(super) fn word_len(&self, in_words: &[u8]) -> usize {
        let bytes = self.rest().as_bytes();
        bytes.iter().take_while(|&&b| is_word(b) || in_words.contains(&b)).count()
    }

    /// Where the string that opens here closes, behind its closing quote; at the end of the line, if it does not and
    /// may not go on behind it.
    pub(super) fn string_end(&self, quote: u8, escapes: bool, multiline: bool) -> usize {
        let bytes = &self.source.as_bytes()[..self.limit];
        let mut at = self.at + 1;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if escapes => at += 1,
                b'\n' if !multiline => return at,
                b if b == quote => return at + 1,
                _ => {}
            }
            at += 1;
        }
        bytes.len()
    }

    /// Takes a number that begins here: digits, letters of prefixes and units, dots and underscores.
    pub(super) fn number(&mut self) {
        let bytes = self.rest().as_bytes();
        let len = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')).count();
        // A dot at the end is no part of it: `1.` before a blank, ranges.
        let len = len - bytes[..len].iter().rev().take_while(|&&b| b == b'.').count();
        self.token(Class::Number, len.max(1));
    }

    /// Takes a place to be filled in: `$NAME`, `${NAME}`, `{{ NAME }}`, `{NAME}`; says whether one was here.
    pub(super) fn variable(&mut self) -> bool {
        let bytes = self.rest().as_bytes();
        let name = |from: usize| {
            bytes[from..].iter().take_while(|&&b| b.is_ascii_alphanumeric() || b == b'_').count()
        };
        let len = match bytes {
            [b'$', b'{', ..] => match name(2) {
                len if len > 0 && bytes.get(2 + len) == Some(&b'}') => len + 3,
                _ => 0,
            },
            [b'$', b, ..] if b.is_ascii_alphabetic() || *b == b'_' => name(1) + 1,
            [b'{', b'{', ..] => {
                let blanks = |from: usize| bytes[from..].iter().take_while(|&&b| b == b' ').count();
                let start = 2 + blanks(2);
                let end = start + name(start);
                let close = end + blanks(end);
                if end > start && bytes[close..].starts_with(b"}}") { close + 2 } else { 0 }
            }
            [b'{', b, ..] if b.is_ascii_alphabetic() || *b == b'_' => match name(1) {
                len if bytes.get(1 + len) == Some(&b'}') => len + 2,
                _ => 0,
            },
            _ => 0,
        };
        self.token(Class::Variable, len);
        len > 0
    }

    /// Colours the rest by a grammar. `special` may take a token of the language's own first.
    pub(super) fn by(&mut self, grammar: &Grammar, mut special: impl FnMut(&mut Self) -> bool) {
        while !self.is_done() {
            let start = self.at;
            if special(self) && self.at > start {
                continue;
            }
            let byte = self.peek(0);
            if let Some(mark) = grammar.comments.iter().find(|mark| self.rest().starts_with(**mark)) {
                let end = if *mark == "/*" {
                    self.rest()[2..].find("*/").map_or(self.end(), |len| self.at + len + 4)
                } else {
                    self.line_end()
                };
                self.token_to(Class::Comment, end);
            } else if grammar.quotes.contains(&byte) {
                self.token_to(Class::String, self.string_end(byte, grammar.escapes, true));
            } else if byte.is_ascii_digit() {
                self.number();
            } else if is_word(byte) {
                self.word(grammar);
            } else if b"=<>!|&+*/%~^-".contains(&byte) {
                let len = self.rest().bytes().take(3).take_while(|b| b"=<>!|&+*/%~^".contains(b)).count();
                self.token(Class::Operator, len.max(1));
            } else {
                self.plain_char();
            }
        }
    }

    fn word(&mut self, grammar: &Grammar) {
        let len = self.word_len(grammar.in_words);
        let word = &self.rest().as_bytes()[..self.inside(len)];
        let is_in =
            |words: &[&str]| words.binary_search_by(|known| compare(known, word, grammar.fold)).is_ok();
        if is_in(grammar.keywords) {
            self.token(Class::Keyword, len);
        } else if is_in(grammar.types) {
            self.token(Class::Type, len);
        } else if grammar.calls && self.peek(len) == b'(' {
            self.token(Class::Function, len);
        } else {
            self.plain_to(self.at + len);
        }
    }
}

/// How a known word compares to one of the text, of which upper case counts as lower if asked for.
pub(super) fn compare(known: &str, word: &[u8], fold: bool) -> Ordering {
    let fold = |b: &u8| if fold { b.to_ascii_lowercase() } else { *b };
    known.bytes().cmp(word.iter().map(fold))
}

/// Letters, digits, `_`, and whatever is not ASCII.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

/// Appends text so that it is text in HTML, within elements and quoted attributes.
pub(crate) fn escape(text: &str, out: &mut String) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let by = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(by);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}
