//! Words and phrases in a text, whole: many at once, in one pass.

use std::collections::HashMap;
use std::ops::Range;

/// The most words of a phrase that are compared.
const MAX_WORDS: usize = 12;

/// Phrases that are looked for.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    sought: Vec<Phrase>,
    by_first: HashMap<String, Vec<usize>>,
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
            let mut places = words(text);
            places.truncate(MAX_WORDS);
            let mut end = 0;
            let mut pieces = Vec::with_capacity(places.len());
            for place in places {
                pieces.push((between(&text[end..place.start]), made.folded(&text[place.clone()])));
                end = place.end;
            }
            if let Some((between, first)) = pieces.first_mut() {
                between.clear();
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
        let places = words(text);
        for (at, place) in places.iter().enumerate() {
            let Some(candidates) = self.by_first.get(&self.folded(&text[place.clone()])) else { continue };
            for &phrase in candidates {
                if let Some(end) = self.ends(&self.sought[phrase], text, &places[at..]) {
                    hits.push(Hit { phrase, range: place.start..end });
                }
            }
        }
        hits
    }

    fn ends(&self, phrase: &Phrase, text: &str, places: &[Range<usize>]) -> Option<usize> {
        let last = places.get(phrase.words.len().checked_sub(1)?)?;
        let fits = phrase.words.iter().enumerate().skip(1).all(|(at, (own, word))| {
            *word == self.folded(&text[places[at].clone()])
                && *own == between(&text[places[at - 1].end..places[at].start])
        });
        fits.then_some(last.end)
    }

    fn folded(&self, word: &str) -> String {
        let latin = word.chars().map(as_latin);
        if self.nobodys_case { latin.flat_map(char::to_lowercase).collect() } else { latin.collect() }
    }
}

/// The words of a text: letters and digits in a row.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| from..text.len()));
    words
}

/// What stands between two words: blanks, quotes of a mail and ends of lines are one blank.
fn between(text: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '>' | '#') || c.is_control();
    if !text.is_empty() && text.chars().all(is_blank) { " ".to_owned() } else { text.to_owned() }
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
