//! Every name that can be completed, with how many procedures have it.

use super::super::analysis::fold;
use super::super::columns::Vocabulary;
use super::super::facets::{Counts, tactic_id};
use super::super::schema::Facet;
use super::super::shelf::Snapshot;
use super::SuggestionKind;
use super::titles::is_letter;
use crate::attack::{Actors, Release, Status};
use crate::team::Lexicon;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Most values of one facet: the most frequent.
const MAX_VALUES: usize = 10_000;
/// Most words by whose beginning a name is found.
const MAX_WORDS: usize = 10;
/// Most places that are looked at for one beginning.
const MAX_PLACES: usize = 5_000;

/// A name.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) kind: SuggestionKind,
    /// What to show.
    pub(super) label: String,
    /// What to ask for.
    pub(super) value: String,
    /// What else there is to say.
    pub(super) detail: String,
    /// How many procedures have it.
    pub(super) count: u64,
}

impl Name {
    /// The field that it is a value of.
    pub(super) fn field(&self) -> &'static str {
        self.kind.word()
    }
}

/// All names, by the beginnings of their words.
#[derive(Debug, Default)]
pub(in crate::index) struct Names {
    /// Of each kind the most frequent first.
    all: Vec<Name>,
    /// Folded spellings, and whose they are.
    spellings: Vec<(Box<str>, u32)>,
    /// Every beginning of a word of a spelling, in order of what follows.
    words: Vec<(u32, u16)>,
}

impl Names {
    /// The names of a generation.
    pub(in crate::index) fn read(
        snapshot: &Snapshot,
        vocabulary: &Vocabulary,
        lexicon: &Lexicon,
    ) -> tantivy::Result<Self> {
        let (release, actors) = (lexicon.release(), lexicon.actors());
        // Columns fill the vocabulary.
        snapshot.live(vocabulary)?;
        let mut counts = Counts::new(vocabulary);
        let users = Users::of(vocabulary, actors);
        let mut hunted =
            Hunted { counts: vec![0; actors.all().len()], seen: vec![0; actors.all().len()], turn: 0 };
        for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
            let columns = snapshot.columns(segment, vocabulary)?;
            for doc in columns.procedures.iter().copied().filter(|doc| !reader.is_deleted(*doc)) {
                counts.add(columns, doc);
                hunted.add(columns.facets[Facet::Technique.slot()].of(doc), &users);
            }
        }
        let mut all = Self::default();
        all.add_tactics(&counts, vocabulary, release);
        all.add_techniques(&counts, vocabulary, release);
        for (actor, count) in actors.all().iter().zip(hunted.counts) {
            let mut spellings = vec![fold(&actor.name), fold(&actor.id)];
            spellings.extend(actor.aliases.iter().map(|alias| fold(alias)));
            let mut detail = actor.kind.word().to_owned();
            for alias in actor.aliases.iter().filter(|alias| **alias != actor.name).take(2) {
                detail.push_str(", ");
                detail.push_str(alias);
            }
            let (label, value) = (actor.name.clone(), actor.id.clone());
            all.add(Name { kind: SuggestionKind::Actor, label, value, detail, count }, spellings);
        }
        for (facet, kind) in [
            (Facet::Tag, SuggestionKind::Tag),
            (Facet::DataSource, SuggestionKind::Data),
            (Facet::Platform, SuggestionKind::Platform),
            (Facet::Author, SuggestionKind::Author),
            (Facet::Repo, SuggestionKind::Repo),
        ] {
            all.add_values(facet, kind, &counts, vocabulary);
        }
        all.sort();
        Ok(all)
    }

    /// The names of which some word begins so, of one kind or of all: by kind, and of each first what finds something,
    /// then what is named so exactly, then the more frequent.
    pub(super) fn starting(&self, prefix: &str, kind: Option<SuggestionKind>) -> Vec<&Name> {
        if prefix.is_empty() {
            let of_kind = self.all.iter().filter(|name| Some(name.kind) == kind);
            return of_kind.take(super::MOST).collect();
        }
        let from = self.words.partition_point(|word| self.rest(*word) < prefix);
        let mut found: Vec<(u32, bool)> = (self.words[from..].iter())
            .take_while(|word| self.rest(**word).starts_with(prefix))
            .take(MAX_PLACES)
            .map(|word| {
                let (spelling, name) = &self.spellings[word.0 as usize];
                (*name, &**spelling == prefix)
            })
            .filter(|(name, _)| kind.is_none_or(|kind| self.all[*name as usize].kind == kind))
            .collect();
        found.sort_unstable_by_key(|(name, exact)| (*name, !exact));
        found.dedup_by_key(|(name, _)| *name);
        // Names of a kind stand by frequency already.
        found.sort_by_key(|(name, exact)| {
            let name = &self.all[*name as usize];
            (name.kind, name.count == 0, !exact)
        });
        found.into_iter().map(|(name, _)| &self.all[name as usize]).collect()
    }

    fn rest(&self, (spelling, at): (u32, u16)) -> &str {
        self.spellings[spelling as usize].0.get(usize::from(at)..).unwrap_or_default()
    }

    fn add(&mut self, name: Name, spellings: impl IntoIterator<Item = String>) {
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(name);
        for spelling in spellings.into_iter().filter(|spelling| !spelling.is_empty()) {
            self.spellings.push((spelling.into(), number));
        }
    }

    fn add_tactics(&mut self, counts: &Counts, vocabulary: &Vocabulary, release: &Release) {
        let values = vocabulary.of(Facet::Tactic);
        let mut by_id: HashMap<&str, u64> = HashMap::new();
        for (number, count) in counts.of(Facet::Tactic) {
            if let Some(value) = values.get(number) {
                *by_id.entry(tactic_id(&value.key)).or_default() += count;
            }
        }
        for tactic in release.tactics() {
            let id = tactic.id.as_str();
            let name = Name {
                kind: SuggestionKind::Tactic,
                label: tactic.name.clone(),
                value: tactic.short_name.clone(),
                detail: id.to_owned(),
                count: by_id.get(id).copied().unwrap_or(0),
            };
            self.add(name, [fold(id), fold(&tactic.name), fold(&tactic.short_name)]);
        }
    }

    fn add_techniques(&mut self, counts: &Counts, vocabulary: &Vocabulary, release: &Release) {
        let values = vocabulary.of(Facet::Technique);
        let count = |id: &str| values.number(id).map_or(0, |number| counts.one(Facet::Technique, number));
        let mut replaced: HashMap<&str, Vec<String>> = HashMap::new();
        for technique in release.techniques().iter().filter(|technique| technique.status == Status::Revoked) {
            if let Some(next) = release.resolve(&technique.id) {
                replaced.entry(next.id.as_str()).or_default().push(fold(technique.id.as_str()));
            }
        }
        for technique in release.techniques().iter().filter(|technique| technique.status == Status::Active) {
            let id = technique.id.as_str();
            let parent = technique.parent.as_ref().and_then(|parent| release.technique(parent));
            let name = Name {
                kind: SuggestionKind::Technique,
                label: format!("{id} {}", technique.name),
                value: id.to_owned(),
                detail: parent.map_or_else(String::new, |parent| parent.name.clone()),
                count: count(id),
            };
            let formerly = replaced.remove(id).unwrap_or_default();
            self.add(name, [fold(id), fold(&technique.name)].into_iter().chain(formerly));
        }
    }

    fn add_values(&mut self, facet: Facet, kind: SuggestionKind, counts: &Counts, vocabulary: &Vocabulary) {
        let values = vocabulary.of(facet);
        let mut most: Vec<(u64, u32)> = counts.of(facet).map(|(number, count)| (count, number)).collect();
        most.sort_unstable_by_key(|(count, number)| (Reverse(*count), *number));
        for (count, number) in most.into_iter().take(MAX_VALUES) {
            let Some(value) = values.get(number) else { continue };
            let label = if value.written.is_empty() { &value.key } else { &value.written }.to_string();
            let name = Name { kind, value: label.clone(), label, detail: String::new(), count };
            self.add(name, [value.key.to_string()]);
        }
    }

    /// Orders names by kind and frequency, and the words of their spellings.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|at| {
            let name = &self.all[*at];
            (name.kind, Reverse(name.count), name.label.clone())
        });
        let mut places = vec![0; order.len()];
        for (place, &at) in (0u32..).zip(&order) {
            places[at] = place;
        }
        for (_, name) in &mut self.spellings {
            *name = places[*name as usize];
        }
        let mut names: Vec<Option<Name>> = std::mem::take(&mut self.all).into_iter().map(Some).collect();
        self.all = order.into_iter().filter_map(|at| names[at].take()).collect();
        for (spelling, (text, _)) in (0u32..).zip(&self.spellings) {
            let bytes = text.as_bytes();
            let starts = (0..bytes.len()).filter(|&at| {
                text.is_char_boundary(at) && is_letter(bytes[at]) && (at == 0 || !is_letter(bytes[at - 1]))
            });
            let first = std::iter::once(0).chain(starts.filter(|at| *at > 0));
            self.words
                .extend(first.take(MAX_WORDS).filter_map(|at| Some((spelling, u16::try_from(at).ok()?))));
        }
        let mut words = std::mem::take(&mut self.words);
        words.sort_unstable_by(|a, b| self.rest(*a).cmp(self.rest(*b)));
        self.words = words;
    }
}

/// Which actors use each technique of the vocabulary, by its number.
struct Users(Vec<Vec<usize>>);

impl Users {
    fn of(vocabulary: &Vocabulary, actors: &Actors) -> Self {
        let values = vocabulary.of(Facet::Technique);
        let numbers = 0..u32::try_from(values.len()).unwrap_or(u32::MAX);
        Self(
            numbers
                .map(|number| {
                    let id = values.get(number).map_or("", |value| &*value.key);
                    actors.using(id).filter_map(|actor| actors.place(&actor.id)).collect()
                })
                .collect(),
        )
    }
}

/// How many procedures hunt a technique of each actor.
struct Hunted {
    counts: Vec<u64>,
    /// The last procedure that each was counted for.
    seen: Vec<u32>,
    turn: u32,
}

impl Hunted {
    fn add(&mut self, techniques: &[u32], users: &Users) {
        self.turn += 1;
        for number in techniques {
            for &actor in users.0.get(*number as usize).into_iter().flatten() {
                if self.seen[actor] != self.turn {
                    self.seen[actor] = self.turn;
                    self.counts[actor] += 1;
                }
            }
        }
    }
}
