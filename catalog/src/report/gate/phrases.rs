//! Words and phrases in a text, whole: many at once, in one pass.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// The most words of a phrase that are compared.
const MAX_WORDS: usize = 12;

/// Phrases that are looked for.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    sought: Vec<Phrase>,
    by_first: HashMap<String, Vec<usize>>,
    /// The first bytes of first words, each with the lengths that there are: most words of a text need not be looked up.
    begins: HashMap<u8, u64>,
    nobodys_case: bool,
}

#[derive(Debug)]
struct Phrase {
    /// Its words, and what stands before each but the first.
    words: Vec<(String, String)>,
}

/// A phrase that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Which one, in the order in which they were given.
    pub(super) phrase: usize,
    /// Its bytes.
    pub(super) range: Range<usize>,
}

impl Phrases {
    /// These phrases; those without a letter or digit are never found.
    pub(super) fn new(phrases: &[String], nobodys_case: bool) -> Self {
        let mut made = Self { nobodys_case, ..Self::default() };
        for text in phrases {
            let mut end = 0;
            let mut pieces = Vec::new();
            for place in Words::new(text).take(MAX_WORDS) {
                let word = made.folded(&text[place.clone()]).into_owned();
                pieces.push((between(&text[end..place.start]), word));
                end = place.end;
            }
            if let Some((between, first)) = pieces.first_mut() {
                between.clear();
                let (begin, length) = sign(first);
                *made.begins.entry(begin).or_default() |= length;
                made.by_first.entry(first.clone()).or_default().push(made.sought.len());
            }
            made.sought.push(Phrase { words: pieces });
        }
        made
    }

    /// Where they stand in a text, each by its first byte; several may stand in one place.
    pub(super) fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        if self.by_first.is_empty() {
            return hits;
        }
        let mut begins = [0; 256];
        for (&begin, &lengths) in &self.begins {
            begins[usize::from(begin)] = lengths;
        }
        let mut words = Words::new(text);
        while let Some(place) = words.next() {
            let word = self.folded(&text[place.clone()]);
            let (begin, length) = sign(&word);
            if begins[usize::from(begin)] & length == 0 {
                continue;
            }
            for &phrase in self.by_first.get(&*word).into_iter().flatten() {
                if let Some(end) = self.ends(&self.sought[phrase], text, place.end, words.clone()) {
                    hits.push(Hit { phrase, range: place.start..end });
                }
            }
        }
        hits
    }

    /// Where a phrase ends whose first word ends at `end`, if the words behind are its own.
    fn ends(&self, phrase: &Phrase, text: &str, mut end: usize, mut behind: Words<'_>) -> Option<usize> {
        for (own, word) in phrase.words.iter().skip(1) {
            let place = behind.next()?;
            if *word != self.folded(&text[place.clone()]) || *own != between(&text[end..place.start]) {
                return None;
            }
            end = place.end;
        }
        Some(end)
    }

    fn folded<'t>(&self, word: &'t str) -> Cow<'t, str> {
        if word.is_ascii() && !(self.nobodys_case && word.bytes().any(|byte| byte.is_ascii_uppercase())) {
            return word.into();
        }
        let latin = word.chars().map(as_latin);
        if self.nobodys_case { latin.flat_map(char::to_lowercase).collect() } else { latin.collect() }
    }
}

/// The first byte of a word, and a bit for its length.
fn sign(word: &str) -> (u8, u64) {
    (word.bytes().next().unwrap_or_default(), 1 << word.len().min(63))
}

/// The words of a text: letters and digits in a row.
#[derive(Clone)]
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Goes on while characters are, or are not, of a word.
    fn skip(&mut self, of_words: bool) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            let (is_of_one, len) = if byte.is_ascii() {
                (byte.is_ascii_alphanumeric(), 1)
            } else {
                let next = self.text[self.at..].chars().next();
                next.map_or((false, 1), |c| (c.is_alphanumeric(), c.len_utf8()))
            };
            if is_of_one != of_words {
                break;
            }
            self.at += len;
        }
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        self.skip(false);
        let start = self.at;
        self.skip(true);
        (self.at > start).then_some(start..self.at)
    }
}

/// What stands between two words: blanks, quotes of a mail and ends of lines are one blank, as is what stands for one in
/// addresses and names of files.
fn between(text: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '>' | '#') || c.is_control();
    match text {
        "_" | "+" | "-" => " ".to_owned(),
        _ if !text.is_empty() && text.chars().all(is_blank) => " ".to_owned(),
        _ => text.replace(['’', '‘', 'ʼ'], "'"),
    }
}

/// The Latin letter that a letter of another script looks like.
pub(crate) fn as_latin(c: char) -> char {
    match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'Υ' => 'Y',
        'Ζ' => 'Z',
        'а' => 'a',
        'с' => 'c',
        'е' => 'e',
        'і' => 'i',
        'ј' => 'j',
        'о' | 'ο' => 'o',
        'р' => 'p',
        'ѕ' => 's',
        'х' => 'x',
        'у' => 'y',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: &str, text: &str) -> bool {
        !Phrases::new(&[phrase.to_owned()], false).find(text).is_empty()
    }

    #[test]
    fn phrases_are_found_whole_and_in_their_case() {
        assert!(found("Acme Corp", "at Acme\n> Corp."));
        assert!(found("AT&T", "(AT&T)") && !found("AT&T", "AT T"));
        assert!(found("acme-prod", "tenant=acme-prod;") && !found("acme-prod", "acme-production"));
        assert!(!found("Acme", "acme Acmes ACME") && found("Acme", "_Acme_"));
        assert!(found("ACME", "АСМЕ"));
        assert!(!found("!", "!"));
    }
}
