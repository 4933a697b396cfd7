//! What a text of threat intelligence names: techniques by id or name, groups, software and campaigns, CVEs.
//!
//! One pass over the words: at each, the longest of the known names that begins there. Names are compared in the letters
//! and digits that all their spellings share. A name that is also an everyday word counts only as written by whoever
//! means the name; a technique that is a thing rather than an act (*Domains*, *Email Addresses*) likewise. Rather one
//! name missed than a list that nobody believes.

mod words;

use super::actors::{Actor, Actors, EVERYDAY};
use super::{Mapping, Release, Status, TechniqueId};
use std::collections::{BTreeMap, HashMap};
use std::ops::{Bound, Range};
use words::{
    COUNTED, CUES, EVERYDAY_ACTORS, EVERYDAY_TECHNIQUES, LATERAL, ONLY_AS_PROGRAM, ONLY_BY_ID, PARAPHRASES,
};

/// Most bytes of a text that are read.
pub const MOST_TEXT: usize = 256 * 1024;
/// Most mentions of a kind that are kept.
pub const MOST_MENTIONS: usize = 500;

/// Most words of a name; the longest are a technique's with its parent's before it.
const WORDS: usize = 12;
/// Longest word that can be of a name, in bytes: encoded data is stepped over.
const LONGEST: usize = 64;

/// What a text names, in the order of the first places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intel {
    /// Techniques.
    pub techniques: Vec<Mention>,
    /// Groups, software and campaigns.
    pub actors: Vec<ActorMention>,
    /// `CVE-2024-3400`, each once.
    pub cves: Vec<String>,
    /// Bytes at the end that were not read.
    pub left_out: usize,
    /// Whether there was more of a kind than is kept.
    pub full: bool,
}

/// A technique that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What the release says of it. By name it is one in use, by id whatever was written.
    pub mapping: Mapping,
    /// Whether its id stands somewhere in the text, or a name only.
    pub by_id: bool,
    /// How often it is named.
    pub count: usize,
    /// The first place, as bytes of the text.
    pub at: Range<usize>,
}

/// A group, a piece of software or a campaign that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorMention {
    /// Who.
    pub actor: Actor,
    /// How often.
    pub count: usize,
    /// The first place, as bytes of the text.
    pub at: Range<usize>,
}

/// Reads a text, at most [`MOST_TEXT`] of it.
pub fn read(text: &str, release: &Release, actors: &Actors) -> Intel {
    if !actors.are_of(release) {
        return Reader::new(text, release, actors, &Names::of(release, actors)).read();
    }
    let names = actors.names.get_or_init(|| Names::of(release, actors));
    Reader::new(text, release, actors, names).read()
}

/// How a name must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Care {
    /// In any case.
    None,
    /// With its capitals, and not where a sentence or a title would have given it one.
    AsWritten,
    /// Only before `.exe`.
    Program,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    Technique(TechniqueId),
    /// By its place among all.
    Actor(usize),
}

#[derive(Debug, Clone)]
struct Named {
    who: Who,
    care: Care,
    /// Its letters and digits with their capitals.
    exact: String,
    /// How many words its name has.
    words: usize,
}

/// Every name by the letters and digits that its spellings share. Sorted, so that words that begin no name are known
/// at once.
#[derive(Debug, Clone)]
pub(super) struct Names(BTreeMap<String, Vec<Named>>);

impl Names {
    fn of(release: &Release, actors: &Actors) -> Self {
        let mut names: BTreeMap<String, Vec<Named>> = BTreeMap::new();
        let mut add = |name: &str, who: Who, care: Care| {
            let exact: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
            let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
            let key = exact.to_lowercase();
            if key.is_empty() || words > WORDS {
                return;
            }
            // A technique and the one that replaced it often share their name.
            let known = names.entry(key).or_default();
            if !known.iter().any(|own| own.who == who && own.exact == exact) {
                known.push(Named { who, care, exact, words });
            }
        };
        let things = |id: &TechniqueId| {
            let tactics = release.map(id).tactics;
            tactics.iter().all(|tactic| matches!(tactic.as_str(), "TA0042" | "TA0043"))
        };
        for technique in release.techniques() {
            let Some(used) = release.resolve(&technique.id) else { continue };
            let key = key(&technique.name);
            let everyday = EVERYDAY_TECHNIQUES.contains(&key.as_str());
            let care = if everyday || things(&used.id) { Care::AsWritten } else { Care::None };
            if !ONLY_BY_ID.contains(&key.as_str()) {
                add(&technique.name, Who::Technique(used.id.clone()), care);
            }
            if technique.parent.is_some() {
                add(&release.full_name(&technique.id), Who::Technique(used.id.clone()), Care::None);
            }
        }
        for (at, actor) in actors.all().iter().enumerate() {
            for name in std::iter::once(&actor.name).chain(&actor.aliases) {
                let key = key(name);
                let care = if ONLY_AS_PROGRAM.contains(&key.as_str()) {
                    Care::Program
                } else if key.len() < 4
                    || EVERYDAY.contains(&key.as_str())
                    || EVERYDAY_ACTORS.contains(&key.as_str())
                {
                    Care::AsWritten
                } else {
                    Care::None
                };
                add(name, Who::Actor(at), care);
            }
        }
        let mut said: Vec<(String, Vec<&str>)> =
            PARAPHRASES.iter().map(|(phrase, ids)| ((*phrase).to_owned(), ids.to_vec())).collect();
        for moved in ["lateral movement", "laterally", "lateral"] {
            for by in ["via", "over", "using", "through", "by", "with"] {
                said.extend(LATERAL.map(|(how, id)| (format!("{moved} {by} {how}"), vec![id])));
            }
        }
        for (phrase, ids) in said {
            let words = phrase.split(' ').count();
            let exact: String = phrase.split(' ').collect();
            let entry = names.entry(exact.clone()).or_default();
            entry.retain(|named| matches!(named.who, Who::Actor(_)));
            entry.extend(ids.into_iter().filter_map(|id| release.resolve(id)).map(|technique| Named {
                who: Who::Technique(technique.id.clone()),
                care: Care::None,
                exact: exact.clone(),
                words,
            }));
        }
        Self(names)
    }

    /// Whether a name begins so.
    fn begins(&self, key: &str) -> bool {
        let from = (Bound::Included(key), Bound::Unbounded);
        self.0.range::<str, _>(from).next().is_some_and(|(name, _)| name.starts_with(key))
    }
}

fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What is between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// A character that joins: `-`, `.`, `/`, without a blank.
    Joined,
    /// Blanks, a line's end, or what may stand within a name: a colon, a dash.
    Blank,
    /// Another part of the sentence: a comma, a bracket, a quote.
    Part,
    /// Another sentence, line of a list, or paragraph.
    Sentence,
}

struct Reader<'a> {
    text: &'a str,
    words: Vec<Range<usize>>,
    release: &'a Release,
    actors: &'a Actors,
    names: &'a Names,
    intel: Intel,
    techniques: HashMap<TechniqueId, usize>,
    by_actor: HashMap<usize, usize>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, release: &'a Release, actors: &'a Actors, names: &'a Names) -> Self {
        let end = text.floor_char_boundary(MOST_TEXT);
        let (read, left_out) = (&text[..end], text.len() - end);
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in read.char_indices() {
            match (start, c.is_alphanumeric()) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    words.push(from..at);
                    start = None;
                }
                _ => {}
            }
        }
        words.extend(start.map(|from| from..end));
        Self {
            text: read,
            words,
            release,
            actors,
            names,
            intel: Intel { left_out, ..Intel::default() },
            techniques: HashMap::new(),
            by_actor: HashMap::new(),
        }
    }

    fn read(mut self) -> Intel {
        let mut at = 0;
        while at < self.words.len() {
            let taken = self.technique_id(at).or_else(|| self.cve(at)).or_else(|| self.name(at));
            if taken.is_none() {
                self.encoded(at);
                self.actor_id(at);
            }
            at += taken.unwrap_or(1);
        }
        self.intel
    }

    fn word(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", |range| &self.text[range.clone()])
    }

    /// What is between a word and the one before it.
    fn between(&self, at: usize) -> &'a str {
        match (at.checked_sub(1).and_then(|before| self.words.get(before)), self.words.get(at)) {
            (Some(before), Some(own)) => &self.text[before.end..own.start],
            _ => "\n\n",
        }
    }

    fn gap(&self, at: usize) -> Gap {
        let between = self.between(at);
        if between.len() > 16 {
            return Gap::Sentence;
        }
        if !between.contains(char::is_whitespace) {
            return match between {
                "-" | "." | "/" | "_" | "@" | "\\" | ":" | "$" | "#" | "'" | "&" | "\u{2010}"
                | "\u{2011}" | "\u{2013}" => Gap::Joined,
                "," => Gap::Part,
                _ if between.contains(['.', '!', '?', '\u{2022}']) => Gap::Sentence,
                _ => Gap::Part,
            };
        }
        if between.matches('\n').count() > 1 || between.contains(['!', '?', ';', '\u{2022}', '*', '|'])
            // A full stop ends a sentence; before a word, as in `run .ps1`, it does not.
            || between.trim_end().contains('.') && between.ends_with(char::is_whitespace)
        {
            return Gap::Sentence;
        }
        let inner = between.trim();
        match inner {
            "" => Gap::Blank,
            ":" | "-" | "/" | "&" | "(" | "\u{2013}" | "\u{2014}" if !between.contains('\n') => Gap::Blank,
            _ if between.contains('\n') => Gap::Sentence,
            _ => Gap::Part,
        }
    }

    fn span(&self, at: usize, count: usize) -> Range<usize> {
        self.words[at].start..self.words[at + count - 1].end
    }

    /// An id of a technique, in one word or two.
    fn technique_id(&mut self, at: usize) -> Option<usize> {
        let technique = self.word(at);
        let digits = technique.strip_prefix(['T', 't']).filter(|digits| is_digits(digits, 4))?;
        let sub = self.word(at + 1);
        let joined = matches!(self.between(at + 1), "." | "/" | "[.]" | "[.");
        let (text, count) = if joined && is_digits(sub, 3) {
            (format!("T{digits}.{sub}"), 2)
        } else {
            (format!("T{digits}"), 1)
        };
        let id: TechniqueId = text.parse().ok()?;
        // T9000 is malware.
        if self.release.map(&id).status == Status::Unknown && self.names.0.contains_key(&text.to_lowercase())
        {
            return None;
        }
        self.mention(id, true, self.span(at, count));
        Some(count)
    }

    fn cve(&mut self, at: usize) -> Option<usize> {
        if !self.word(at).eq_ignore_ascii_case("cve") {
            return None;
        }
        let (year, number) = (self.word(at + 1), self.word(at + 2));
        let dashed =
            |gap: &str| matches!(gap, "-" | "_" | " " | "\u{2010}" | "\u{2011}" | "\u{2012}" | "\u{2013}");
        let is_one = is_digits(year, 4)
            && (year.starts_with("19") || year.starts_with("20"))
            && (4..=10).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && dashed(self.between(at + 1))
            && dashed(self.between(at + 2));
        if !is_one {
            return None;
        }
        let cve = format!("CVE-{year}-{number}");
        if !self.intel.cves.contains(&cve) {
            if self.intel.cves.len() < MOST_MENTIONS {
                self.intel.cves.push(cve);
            } else {
                self.intel.full = true;
            }
        }
        Some(3)
    }

    /// The longest name that begins at a word.
    fn name(&mut self, at: usize) -> Option<usize> {
        let names = self.names;
        let mut key = String::new();
        let mut longest: Option<(usize, Vec<&Named>)> = None;
        for count in 1..=WORDS.min(self.words.len() - at) {
            let last = at + count - 1;
            if count > 1 && !matches!(self.gap(last), Gap::Joined | Gap::Blank) {
                break;
            }
            let word = self.word(last);
            if word.len() > LONGEST {
                break;
            }
            key.extend(word.chars().flat_map(char::to_lowercase));
            let meant = |key: &str, plural: bool| {
                let found = names.0.get(key).into_iter().flatten();
                found.filter(|named| self.is_meant(named, at, count, plural)).collect::<Vec<_>>()
            };
            let mut found = meant(&key, false);
            if let (true, Some(one)) = (found.is_empty() && key.len() > 4, key.strip_suffix('s')) {
                found = meant(one, true);
            }
            if !found.is_empty() {
                longest = Some((count, found));
            }
            if !names.begins(&key) {
                break;
            }
        }
        let (count, found) = longest?;
        let span = self.span(at, count);
        for (place, named) in found.iter().enumerate() {
            if found[..place].iter().any(|before| before.who == named.who) {
                continue;
            }
            match &named.who {
                Who::Technique(id) => self.mention(id.clone(), false, span.clone()),
                Who::Actor(actor) => self.actor(*actor, span.clone()),
            }
        }
        Some(count)
    }

    /// Whether words with the letters of a name mean it.
    fn is_meant(&self, named: &Named, at: usize, count: usize, plural: bool) -> bool {
        let is_actor = matches!(named.who, Who::Actor(_));
        if plural && is_actor {
            return false;
        }
        let after = at + count;
        let is_program = self.between(after) == "." && self.word(after).eq_ignore_ascii_case("exe");
        if named.care == Care::Program || is_program && is_actor {
            return is_program;
        }
        let first = self.word(at);
        if is_actor && count > named.words {
            // `Get2` is malware, `get 2` is not.
            let counted = COUNTED.iter().any(|begin| first.eq_ignore_ascii_case(begin));
            if !counted && !first.starts_with(char::is_uppercase) {
                return false;
            }
        }
        if named.care == Care::None {
            return true;
        }
        let next = self.word(after);
        let cued = is_actor
            && self.gap(after) == Gap::Blank
            && CUES.iter().any(|cue| next.eq_ignore_ascii_case(cue))
            && first.starts_with(char::is_uppercase);
        if cued {
            return true;
        }
        let written: String = (at..after).map(|word| self.word(word)).collect();
        if written.strip_suffix(if plural { "s" } else { "" }) != Some(named.exact.as_str()) {
            return false;
        }
        // A word with but a first capital may have it from the sentence or the title in which it stands.
        let titled = written.chars().skip(1).all(|c| c.is_lowercase() || c.is_numeric());
        if !titled || named.words > 1 || !first.starts_with(char::is_uppercase) {
            return true;
        }
        let capital = |at: usize| self.word(at).starts_with(char::is_uppercase);
        let begins = at == 0 || self.gap(at) == Gap::Sentence || capital(at - 1);
        let goes_on = !next.is_empty() && self.gap(after) != Gap::Sentence && capital(after);
        !begins && !goes_on && self.gap(after) != Gap::Joined && self.gap(at) != Gap::Joined
    }

    /// The switch by which `PowerShell` takes an encoded command: `-enc`, `-e`, `-EncodedCommand`.
    fn encoded(&mut self, at: usize) {
        let between = self.between(at);
        let is_switch = between.ends_with([' ', '-']) && between.ends_with('-') && between.len() > 1
            || between.ends_with(" /");
        let word = self.word(at).to_ascii_lowercase();
        if is_switch && word.len() >= 2 && "encodedcommand".starts_with(&word) && word.starts_with("en") {
            for id in ["T1059.001", "T1027.010"] {
                if let Some(technique) = self.release.resolve(id) {
                    self.mention(technique.id.clone(), false, self.span(at, 1));
                }
            }
        }
    }

    fn actor_id(&mut self, at: usize) {
        let word = self.word(at);
        let is_id = word.strip_prefix(['G', 'S', 'C']).is_some_and(|digits| is_digits(digits, 4));
        if let Some(place) = self.actors.place(word).filter(|_| is_id) {
            self.actor(place, self.span(at, 1));
        }
    }

    fn mention(&mut self, id: TechniqueId, by_id: bool, at: Range<usize>) {
        if let Some(own) = self.techniques.get(&id).and_then(|place| self.intel.techniques.get_mut(*place)) {
            own.count += 1;
            own.by_id |= by_id;
        } else if self.intel.techniques.len() < MOST_MENTIONS {
            let mapping = self.release.map(&id);
            self.techniques.insert(id, self.intel.techniques.len());
            self.intel.techniques.push(Mention { mapping, by_id, count: 1, at });
        } else {
            self.intel.full = true;
        }
    }

    fn actor(&mut self, actor: usize, at: Range<usize>) {
        if let Some(own) = self.by_actor.get(&actor).and_then(|place| self.intel.actors.get_mut(*place)) {
            own.count += 1;
        } else if self.intel.actors.len() < MOST_MENTIONS {
            self.by_actor.insert(actor, self.intel.actors.len());
            let actor = self.actors.all()[actor].clone();
            self.intel.actors.push(ActorMention { actor, count: 1, at });
        } else {
            self.intel.full = true;
        }
    }
}

fn is_digits(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
