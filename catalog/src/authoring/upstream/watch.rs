//! Looks through what is to go back for everything that must not leave.
//!
//! A text is read in every way that [`views`] knows, and its letters and digits are compared with those of what is known
//! ([`Facts`]). What the procedure has already tells nothing about anybody, and is passed over. In doubt something is found:
//! a cell that is held back costs a hunter a minute, one that is let through costs a customer.

use super::facts::{Facts, Whose};
use super::shapes;
use super::views::{self, Folded};
use crate::report::gate::is_common_word;
use aho_corasick::AhoCorasick;
use std::collections::{HashMap, HashSet};

/// The longest text that is looked through, in bytes.
const LONGEST: usize = 64 << 10;

/// The shortest part of a name that is looked for, in letters.
const PART: usize = 3;

/// The shortest part of a word of the tenant's that is looked for, in letters.
const FRAGMENT: usize = 4;

/// Where a pattern counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Within other words, too.
    Anywhere,
    /// As whole words, in a row.
    Words,
}

/// What is looked for.
struct Pattern {
    whose: usize,
    place: Place,
    /// Whether what the procedure has of it elsewhere makes it nobody's; if not, only what this cell had of it counts.
    by_file: bool,
}

/// Everything that is looked for, and what the procedure has of it.
pub(super) struct Watch<'a> {
    upstream: &'a [&'a str],
    /// The words of the procedure.
    words: HashSet<String>,
    whose: Vec<Whose>,
    patterns: Vec<Pattern>,
    automaton: Option<AhoCorasick>,
    /// Letters of all that is the tenant's, of which no part may leave.
    own: Vec<(String, usize)>,
}

/// How often patterns stand in a text.
type Counts = HashMap<usize, usize>;

impl<'a> Watch<'a> {
    /// Looks for these facts in what is to go into a procedure of these texts.
    pub(super) fn new(facts: &Facts, upstream: &'a [&'a str]) -> Self {
        let folded: Vec<Folded> = upstream.iter().map(|text| Folded::of(text)).collect();
        let words = folded.iter().flat_map(Folded::words).map(str::to_owned).collect();
        let mut watch = Self {
            upstream,
            words,
            whose: Vec::new(),
            patterns: Vec::new(),
            automaton: None,
            own: Vec::new(),
        };
        let mut letters: Vec<String> = Vec::new();
        for (whose, text) in facts.iter() {
            watch.add(whose, text, &mut letters);
        }
        watch.automaton = AhoCorasick::new(&letters).ok();
        // Said of by the procedure itself, and so nobody's.
        let known: HashSet<usize> = folded
            .iter()
            .flat_map(|text| watch.found_in(text, true).into_keys())
            .filter(|at| watch.patterns.get(*at).is_some_and(|pattern| pattern.by_file))
            .collect();
        for at in known {
            if let Some(pattern) = watch.patterns.get_mut(at) {
                pattern.whose = usize::MAX;
            }
        }
        watch
    }

    fn add(&mut self, whose: &Whose, text: &str, letters: &mut Vec<String>) {
        let folded = Folded::of(text);
        let count = folded.letters.chars().count();
        let is_weak = count < 4 || folded.words.len() == 1 && is_common_word(&folded.letters);
        // A label such as `gold`, and a customer who is called Target, are in any text.
        if count == 0 || is_weak && matches!(whose, Whose::Label | Whose::Other) {
            return;
        }
        let anywhere = match whose {
            Whose::Tenant => count >= 4,
            Whose::Parameter(_) => count >= 5,
            Whose::Time | Whose::Result | Whose::Other => count >= 8,
            Whose::Region | Whose::Label | Whose::Person => false,
        };
        let place = self.whose.len();
        self.whose.push(whose.clone());
        let by_file = *whose != Whose::Tenant;
        let mut push = |text: String, place_of: Place, by_file: bool| {
            letters.push(text);
            self.patterns.push(Pattern { whose: place, place: place_of, by_file });
        };
        push(folded.letters.clone(), if anywhere { Place::Anywhere } else { Place::Words }, by_file);
        // `000145483` is written as the number that it looks like, too: `145_483`.
        let number = folded.letters.trim_start_matches('0');
        if number.len() >= PART && number.len() < count && number.bytes().all(|byte| byte.is_ascii_digit()) {
            push(number.to_owned(), if number.len() >= 4 { Place::Anywhere } else { Place::Words }, by_file);
        }
        if !whose.has_parts(text) {
            return;
        }
        for word in folded.words().filter(|word| *word != folded.letters) {
            let letters = word.chars().count();
            let is_number = word.chars().all(|c| c.is_ascii_digit());
            if letters >= PART && !is_common_word(word) && !(is_number && letters < 4) {
                push(word.to_owned(), Place::Words, true);
            }
        }
        if *whose == Whose::Tenant && count >= FRAGMENT {
            self.own.push((folded.letters, place));
        }
    }

    /// What stands in a text that must not leave: why, and its line from 1 (0 where it is told from more than one line). `before`
    /// is what the procedure has in its place.
    pub(super) fn first(&self, before: &str, after: &str) -> Option<(String, u32)> {
        if after.len() > LONGEST {
            return Some((format!("it has more than {LONGEST} bytes, which are not looked through"), 0));
        }
        if self.automaton.is_none() {
            return Some(("it cannot be looked through for what is the tenant's".to_owned(), 0));
        }
        let (had, has) = (self.counts(before), self.counts(after));
        let mut hits: Vec<usize> = has
            .iter()
            .filter(|(at, count)| self.counts_as(**at) && *count > had.get(*at).unwrap_or(&0))
            .map(|(at, _)| *at)
            .collect();
        hits.sort_unstable();
        if let Some(at) = hits.first() {
            let whose = self.patterns.get(*at).and_then(|pattern| self.whose.get(pattern.whose))?;
            let line = line_of(before, after, |line| self.counts(line).contains_key(at));
            return Some((holds(&whose.said(), line), line));
        }
        if let Some((whose, line)) = self.fragment(before, after) {
            return Some((holds(&format!("a part of {}", whose.said()), line), line));
        }
        let own: Vec<&str> = self.upstream.iter().copied().chain([before]).collect();
        shapes::first(after, &own).map(|(what, line)| {
            (
                format!("{}, which the procedure does not have: it may be the tenant's", holds(what, line)),
                line,
            )
        })
    }

    /// Whether a pattern is still somebody's.
    fn counts_as(&self, at: usize) -> bool {
        self.patterns.get(at).is_some_and(|pattern| pattern.whose != usize::MAX)
    }

    /// The most that each pattern is found in one way of reading.
    fn counts(&self, text: &str) -> Counts {
        let mut most = Counts::new();
        let views = views::of(text);
        for (number, view) in views.iter().enumerate() {
            let folded = Folded::of(view);
            let mut found = self.found_in(&folded, false);
            if number == 0 {
                let backwards = Folded { letters: folded.backwards(), words: Vec::new() };
                for (at, count) in self.found_in(&backwards, false) {
                    // What reads the same both ways is counted once.
                    found.entry(at).or_insert(count);
                }
            }
            for (at, count) in found {
                let own = most.entry(at).or_default();
                *own = (*own).max(count);
            }
        }
        most
    }

    /// How often patterns are found in a text; `strictly` as whole words alone.
    fn found_in(&self, text: &Folded, strictly: bool) -> Counts {
        let mut counts = Counts::new();
        let Some(automaton) = &self.automaton else { return counts };
        let starts: HashSet<usize> = text.words.iter().map(|word| word.start).collect();
        let ends: HashSet<usize> = text.words.iter().map(|word| word.end).collect();
        for hit in automaton.find_overlapping_iter(&text.letters) {
            let at = hit.pattern().as_usize();
            let Some(pattern) = self.patterns.get(at) else { continue };
            let is_whole = starts.contains(&hit.start()) && ends.contains(&hit.end());
            if is_whole || !strictly && pattern.place == Place::Anywhere {
                *counts.entry(at).or_default() += 1;
            }
        }
        counts
    }

    /// A new word that is a part of what is the tenant's: what is put together elsewhere.
    fn fragment(&self, before: &str, after: &str) -> Option<(&Whose, u32)> {
        let had: HashSet<String> = Folded::of(before).words().map(str::to_owned).collect();
        for view in views::of(after) {
            let folded = Folded::of(&view);
            for word in folded.words() {
                let is_new = !had.contains(word) && !self.words.contains(word);
                if word.chars().count() < FRAGMENT || !is_new || is_common_word(word) {
                    continue;
                }
                if let Some((_, whose)) = self.own.iter().find(|(own, _)| own.contains(word)) {
                    let holds = |line: &str| Folded::of(line).words().any(|own| own == word);
                    return Some((self.whose.get(*whose)?, line_of(before, after, holds)));
                }
            }
        }
        None
    }
}

fn holds(what: &str, line: u32) -> String {
    if line == 0 { format!("it holds {what}") } else { format!("line {line} holds {what}") }
}

/// The first new line of which something holds, from 1; 0 where it holds of none alone.
fn line_of(before: &str, after: &str, holds: impl Fn(&str) -> bool) -> u32 {
    let had: HashSet<&str> = before.lines().collect();
    let mut lines = after.lines().zip(1..).filter(|(line, _)| !had.contains(line));
    lines.find(|(line, _)| holds(line)).map_or(0, |(_, number)| number)
}
