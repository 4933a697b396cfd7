//! Text to tokens: words are stemmed; what is written in one piece is kept whole *and* in parts.
//!
//! A hunter types `rundll32`, `rundll32.exe`, `T1003.001`, `lsass memory` or `LSASSMemoryReadAccess` and means what a
//! notebook spells in any of these ways. So a *run* (`C:\Windows\System32\rundll32.exe`) is cut into *segments* at
//! slashes and colons, these into *atoms* at dots, dashes and underscores, these into *parts* where the case changes.
//! Only parts move the position, so that a phrase can cross any of these borders; every larger piece stands at the
//! position of its first part. Documents and queries go through the same function.
//!
//! Everything is linear in the text and bounded: pieces that are too long to be typed are left out.

use frostem::{Algorithm, Stemmer};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Name it anew whenever the same text would give other tokens: the index folder is named after it.
pub(super) const VERSION: &str = "analysis-2";

/// Longest part, in bytes; a SHA-256 in hexadecimal still fits.
const MAX_PART: usize = 64;
/// Longest segment that is kept whole, in bytes.
const MAX_WHOLE: usize = 100;
/// Longest run of several segments that is kept whole, in bytes. Longer ones (paths, URLs) are found as a phrase of
/// their parts; each is a term of its own that would make the dictionary slow to build.
const MAX_RUN: usize = 40;
/// Longest atom that is cut where its case changes, in bytes; longer ones are encoded data.
const MAX_CAMEL: usize = 48;
/// Most words whose stems are remembered.
const MAX_MEMO: usize = 50_000;

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A smallest part, stemmed when it is a word. Moves the position.
    Part,
    /// Several parts written in one piece; at the position of the first.
    Whole,
    /// A word as it is written, where its stem differs: for prefixes only.
    Surface,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// What is indexed and looked up.
    pub(super) text: &'a str,
    /// What it stands for.
    pub(super) kind: Kind,
    /// How many parts stand before it.
    pub(super) position: u32,
    /// Where it stands in the text, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// Cuts text into tokens; keeps buffers and the stems of words seen.
pub(super) struct Analyzer {
    stemmer: Stemmer,
    memo: HashMap<String, String>,
    folded: String,
    whole: String,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self {
            stemmer: Stemmer::new(Algorithm::English),
            memo: HashMap::new(),
            folded: String::new(),
            whole: String::new(),
        }
    }
}

impl Analyzer {
    /// Calls `emit` for every token of `text`, in order; answers how many positions there were.
    pub(super) fn analyze(&mut self, text: &str, mut emit: impl FnMut(Token<'_>)) -> u32 {
        let mut position = 0;
        let mut rest = 0;
        while let Some(run) = next_run(text, rest) {
            self.run(text, run.clone(), &mut position, &mut emit);
            rest = run.end;
        }
        position
    }

    /// The parts of a text, as a phrase would look for them.
    pub(super) fn parts(&mut self, text: &str) -> Vec<String> {
        let mut parts = Vec::new();
        self.analyze(text, |token| {
            if token.kind == Kind::Part {
                parts.push(token.text.to_owned());
            }
        });
        parts
    }

    fn run(
        &mut self,
        text: &str,
        run: std::ops::Range<usize>,
        position: &mut u32,
        emit: &mut impl FnMut(Token<'_>),
    ) {
        // Most runs are plain words.
        if text.as_bytes()[run.clone()].iter().all(u8::is_ascii_alphanumeric) {
            self.atom(text, run, position, emit);
            return;
        }
        let segments = pieces(text, run.clone(), is_segment_border);
        if segments.len() > 1 && run.len() <= MAX_RUN {
            self.whole(text, &run, &segments, *position, emit);
        }
        for segment in segments {
            let atoms = pieces(text, segment.clone(), is_atom_border);
            if atoms.len() > 1 {
                self.whole(text, &segment, &atoms, *position, emit);
            }
            for atom in atoms {
                self.atom(text, atom, position, emit);
            }
        }
    }

    /// Emits several pieces as one, each border as its first character.
    fn whole(
        &mut self,
        text: &str,
        range: &std::ops::Range<usize>,
        pieces: &[std::ops::Range<usize>],
        position: u32,
        emit: &mut impl FnMut(Token<'_>),
    ) {
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return };
        if range.len() > MAX_WHOLE * 2 {
            return;
        }
        self.whole.clear();
        let mut end = first.start;
        for piece in pieces {
            if end != first.start {
                self.whole.extend(text[end..piece.start].chars().next());
            }
            fold_into(&text[piece.clone()], &mut self.whole);
            end = piece.end;
        }
        if self.whole.len() <= MAX_WHOLE {
            let token =
                Token { text: &self.whole, kind: Kind::Whole, position, start: first.start, end: last.end };
            emit(token);
        }
    }

    fn atom(
        &mut self,
        text: &str,
        atom: std::ops::Range<usize>,
        position: &mut u32,
        emit: &mut impl FnMut(Token<'_>),
    ) {
        let own = &text[atom.clone()];
        if !own.is_ascii() && own.chars().any(is_written_without_blanks) {
            for (at, char) in own.char_indices() {
                let start = atom.start + at;
                self.word(text, start..start + char.len_utf8(), *position, Kind::Part, emit);
                *position += 1;
            }
            return;
        }
        let parts = camel_parts(own);
        if !parts.is_empty() {
            self.word(text, atom.clone(), *position, Kind::Whole, emit);
            for (start, end) in parts {
                self.word(text, atom.start + start..atom.start + end, *position, Kind::Part, emit);
                *position += 1;
            }
        } else if atom.len() <= MAX_PART {
            self.word(text, atom, *position, Kind::Part, emit);
            *position += 1;
        }
    }

    /// Emits one word: its stem when it is letters only, and its surface when that differs.
    fn word(
        &mut self,
        text: &str,
        range: std::ops::Range<usize>,
        position: u32,
        kind: Kind,
        emit: &mut impl FnMut(Token<'_>),
    ) {
        self.folded.clear();
        fold_into(&text[range.clone()], &mut self.folded);
        let token = |text| Token { text, kind, position, start: range.start, end: range.end };
        if self.folded.len() < 3 || !self.folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
            if !self.folded.is_empty() {
                emit(token(&self.folded));
            }
            return;
        }
        if !self.memo.contains_key(&self.folded) {
            if self.memo.len() >= MAX_MEMO {
                self.memo.clear();
            }
            let stem = self.stemmer.stem(&self.folded).into_owned();
            self.memo.insert(self.folded.clone(), stem);
        }
        let stem = self.memo.get(&self.folded).map_or("", String::as_str);
        emit(token(stem));
        if stem != self.folded {
            emit(Token { kind: Kind::Surface, ..token(&self.folded) });
        }
    }
}

/// Analyzers that are lent, so that stems stay remembered.
#[derive(Default)]
pub(super) struct Analyzers(Mutex<Vec<Analyzer>>);

impl Analyzers {
    /// Lends one, which remembers the stems of its last use.
    pub(super) fn lend<T>(&self, work: impl FnOnce(&mut Analyzer) -> T) -> T {
        let pool = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = pool().pop();
        let mut analyzer = lent.unwrap_or_default();
        let result = work(&mut analyzer);
        pool().push(analyzer);
        result
    }
}

/// Lower case, without accents, trimmed: what values are compared by.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text.trim(), &mut folded);
    folded
}

fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        return;
    }
    out.extend(text.nfkd().filter(|char| !is_combining_mark(*char)).flat_map(char::to_lowercase));
}

/// The next run from a byte on: letters and digits, and borders between them.
fn next_run(text: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let mut chars = text[from..].char_indices();
    let start = from + chars.find(|(_, char)| char.is_alphanumeric())?.0;
    // Past the plain letters at once.
    let plain = text.as_bytes()[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let mut end = start + plain;
    let mut borders = 0;
    let after = end;
    for (at, char) in text[after..].char_indices() {
        if char.is_alphanumeric() || is_combining_mark(char) {
            end = after + at + char.len_utf8();
            borders = 0;
        } else if borders < 3 && (is_segment_border(char) || is_atom_border(char)) {
            borders += 1;
        } else {
            break;
        }
    }
    Some(start..end)
}

fn is_segment_border(char: char) -> bool {
    matches!(char, '\\' | '/' | ':')
}

fn is_atom_border(char: char) -> bool {
    matches!(char, '.' | '-' | '_' | '@')
}

/// Scripts whose words are not parted by blanks: each character is a part.
fn is_written_without_blanks(char: char) -> bool {
    matches!(char, '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{20000}'..='\u{3FFFF}')
}

/// What stands between borders, empty pieces left out.
fn pieces(
    text: &str,
    range: std::ops::Range<usize>,
    is_border: fn(char) -> bool,
) -> Vec<std::ops::Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    for (at, char) in text[range.clone()].char_indices() {
        if is_border(char) {
            let at = range.start + at;
            if at > start {
                pieces.push(start..at);
            }
            start = at + char.len_utf8();
        }
    }
    if range.end > start {
        pieces.push(start..range.end);
    }
    pieces
}

/// Where `LSASSMemoryReadAccess` falls apart; nothing when it does not, or when a piece would be a single letter
/// (`OAuth`, `IPv4`, encoded data).
fn camel_parts(atom: &str) -> Vec<(usize, usize)> {
    let bytes = atom.as_bytes();
    let mut parts = Vec::new();
    let may_fall_apart = bytes.iter().skip(1).any(u8::is_ascii_uppercase);
    if !may_fall_apart || bytes.len() > MAX_CAMEL || !atom.is_ascii() {
        return parts;
    }
    let mut start = 0;
    for at in 1..bytes.len() {
        let (before, here) = (bytes[at - 1], bytes[at]);
        let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let border = here.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next_is_lower);
        if border {
            parts.push((start, at));
            start = at;
        }
    }
    parts.push((start, bytes.len()));
    if parts.len() == 1 || parts.iter().any(|(start, end)| end - start < 2) {
        parts.clear();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<(String, u32)> {
        let mut tokens = Vec::new();
        Analyzer::default().analyze(text, |token| {
            if token.kind != Kind::Surface {
                tokens.push((token.text.to_owned(), token.position));
            }
        });
        tokens
    }

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn words_are_stemmed() {
        assert_eq!(texts("Dumping credentials"), ["dump", "credenti"]);
    }

    #[test]
    fn a_file_name_is_kept_whole_and_in_parts() {
        assert_eq!(
            tokens("run rundll32.exe now"),
            [
                ("run".into(), 0),
                ("rundll32.exe".into(), 1),
                ("rundll32".into(), 1),
                ("exe".into(), 2),
                ("now".into(), 3)
            ]
        );
    }

    #[test]
    fn a_registry_key_is_kept_whole_and_in_parts() {
        let texts = texts(r"HKLM\Software\CurrentVersion\Run");
        assert_eq!(texts[0], r"hklm\software\currentversion\run");
        assert!(texts.contains(&"run".to_owned()) && texts.contains(&"currentvers".to_owned()), "{texts:?}");
    }

    #[test]
    fn doubled_backslashes_read_as_single_ones() {
        assert_eq!(texts(r"C:\\Windows\\x.dll")[0], texts(r"C:\Windows\x.dll")[0]);
    }

    #[test]
    fn ids_and_switches_are_found_by_what_they_say() {
        assert_eq!(texts("T1003.001"), ["t1003.001", "t1003", "001"]);
        assert_eq!(texts("4688"), ["4688"]);
        assert_eq!(texts("-EncodedCommand"), ["encodedcommand", "encod", "command"]);
        assert_eq!(texts("scwx.process"), ["scwx.process", "scwx", "process"]);
    }

    #[test]
    fn names_fall_apart_where_their_case_changes() {
        assert_eq!(
            tokens("LSASSMemoryReadAccess"),
            [
                ("lsassmemoryreadaccess".into(), 0),
                ("lsass".into(), 0),
                ("memori".into(), 1),
                ("read".into(), 2),
                ("access".into(), 3)
            ]
        );
        assert_eq!(texts("OAuth IPv4"), ["oauth", "ipv4"]);
    }

    #[test]
    fn camel_case_and_lower_case_meet() {
        assert_eq!(texts("PowerShell")[0], texts("powershell")[0]);
    }

    #[test]
    fn accents_are_folded() {
        assert_eq!(texts("Überprüfung"), texts("uberprufung"));
    }

    #[test]
    fn a_script_without_blanks_is_cut_by_character() {
        assert_eq!(texts("資格情報").len(), 4);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_within_bounds(text in any::<String>()) {
            let mut last = 0;
            let positions = Analyzer::default().analyze(&text, |token| {
                assert!(token.start < token.end && token.end <= text.len());
                assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
                assert!(token.position >= last && !token.text.is_empty());
                assert!(!token.text.chars().any(char::is_control), "{:?}", token.text);
                last = token.position;
            });
            prop_assert!(positions as usize <= text.len());
        }

        #[test]
        fn a_token_is_found_by_its_own_text(text in "[a-z0-9._-]{1,30}") {
            let all = texts(&text);
            for token in &all {
                prop_assert!(!texts(token).is_empty());
            }
        }
    }
}
