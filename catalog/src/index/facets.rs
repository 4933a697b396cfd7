//! What was chosen, and how often every value occurs.
//!
//! A facet's counts ignore its own choice. So one pass over the documents that match the words asks of each which
//! choices it fails: none, and it is a result and counts everywhere; one, and it counts for that facet alone; more, and
//! it counts nowhere.

use super::analysis::fold;
use super::columns::{Columns, Vocabulary};
use super::document::data_source;
use super::query::compile::technique_ids;
use super::schema::Facet;
use super::{FacetCount, Filters};
use crate::attack::{Release, Status};
use std::collections::{BTreeMap, HashMap, HashSet};
use tantivy::DocId;

/// Most values of a facet that are listed besides those that were chosen.
const MAX_LISTED: usize = 50;
/// Parts a tactic's value: id, this, where it comes from (`0` possible, `1` certain, `2` named).
const ORIGIN: char = '\u{1}';

/// The choices of a search.
pub(super) struct Choices<'a> {
    filters: &'a Filters,
    /// The further keys that are facets.
    further: &'a [String],
    release: &'a Release,
    chosen: Vec<(Facet, Chosen)>,
}

/// One facet's chosen values.
struct Chosen {
    /// Which of the facet's numbers are chosen; the value is what a tactic counts for the order.
    wanted: Vec<Option<u8>>,
}

/// What a document fails.
pub(super) enum Verdict {
    /// Nothing: it is a result.
    Result,
    /// One facet's choice.
    ButFor(Facet),
    /// More.
    No,
}

impl<'a> Choices<'a> {
    pub(super) fn new(
        filters: &'a Filters,
        further: &'a [String],
        release: &'a Release,
        vocabulary: &Vocabulary,
    ) -> Self {
        let chosen = Facet::all()
            .filter(|facet| !written(filters, *facet, further).is_empty())
            .map(|facet| {
                let values = vocabulary.of(facet);
                let mut wanted = vec![None; values.len()];
                for text in written(filters, facet, further) {
                    for (key, worth) in keys(facet, text, release) {
                        if let Some(number) = values.number(&key)
                            && let Some(wanted) = wanted.get_mut(number as usize)
                        {
                            *wanted = (*wanted).max(Some(worth));
                        }
                    }
                }
                (facet, Chosen { wanted })
            })
            .collect();
        Self { filters, further, release, chosen }
    }

    /// Whether nothing is chosen.
    pub(super) fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// What a document fails, and what its tactics count for the order.
    pub(super) fn verdict(&self, columns: &Columns, doc: DocId) -> (Verdict, u8) {
        let mut failed = None;
        let mut worth = 0;
        for (facet, chosen) in &self.chosen {
            let best = (columns.facets[facet.slot()].of(doc).iter())
                .filter_map(|number| chosen.wanted.get(*number as usize).copied().flatten())
                .max();
            match (best, failed) {
                (Some(best), _) => worth = worth.max(best),
                (None, None) => failed = Some(*facet),
                (None, Some(_)) => return (Verdict::No, 0),
            }
        }
        (failed.map_or(Verdict::Result, Verdict::ButFor), worth)
    }

    /// The counts as the API shows them.
    pub(super) fn list(&self, counts: &Counts, vocabulary: &Vocabulary) -> BTreeMap<String, Vec<FacetCount>> {
        Facet::all()
            .take(Facet::OWN.len() + self.further.len())
            .map(|facet| {
                let listed = match facet {
                    Facet::Tactic => self.tactics(counts, vocabulary),
                    _ => self.most_frequent(facet, counts, vocabulary),
                };
                (facet.name(self.further).to_owned(), listed)
            })
            .collect()
    }

    /// In matrix order.
    fn tactics(&self, counts: &Counts, vocabulary: &Vocabulary) -> Vec<FacetCount> {
        let values = vocabulary.of(Facet::Tactic);
        let mut by_id: HashMap<&str, u64> = HashMap::new();
        for (number, count) in counts.of(Facet::Tactic) {
            if let Some(value) = values.get(number) {
                *by_id.entry(tactic_id(&value.key)).or_default() += count;
            }
        }
        let mut chosen: Vec<String> = Vec::new();
        for text in &self.filters.tactic {
            let ids = self.release.expand(text);
            chosen.extend(ids.into_iter().map(String::from));
        }
        for id in &chosen {
            by_id.entry(id).or_default();
        }
        let mut listed: Vec<FacetCount> = (by_id.into_iter())
            .map(|(id, count)| FacetCount {
                value: id.to_owned(),
                label: self.release.tactic(id).map_or(id, |tactic| &tactic.name).to_owned(),
                count,
                parent: None,
            })
            .collect();
        listed.sort_unstable_by(|a, b| {
            (self.release.rank(&a.value), &a.value).cmp(&(self.release.rank(&b.value), &b.value))
        });
        listed
    }

    /// The most frequent first, then what was chosen besides.
    fn most_frequent(&self, facet: Facet, counts: &Counts, vocabulary: &Vocabulary) -> Vec<FacetCount> {
        let values = vocabulary.of(facet);
        let mut listed: Vec<(u64, &str, &str)> = (counts.of(facet))
            .filter_map(|(number, count)| {
                let value = values.get(number)?;
                Some((count, &*value.key, &*value.written))
            })
            .filter(|(_, key, _)| facet != Facet::Technique || !self.is_replaced(key))
            .collect();
        let order = |a: &(u64, &str, &str), b: &(u64, &str, &str)| b.0.cmp(&a.0).then(a.1.cmp(b.1));
        if listed.len() > MAX_LISTED {
            listed.select_nth_unstable_by(MAX_LISTED, order);
            listed.truncate(MAX_LISTED);
        }
        listed.sort_unstable_by(order);
        let mut shown: Vec<(u64, String, String)> = (listed.into_iter())
            .map(|(count, key, written)| (count, key.to_owned(), written.to_owned()))
            .collect();
        for text in written(self.filters, facet, self.further) {
            for (key, _) in keys(facet, text, self.release) {
                if shown.iter().any(|(_, shown, _)| *shown == key) || self.is_replaced_technique(facet, &key)
                {
                    continue;
                }
                let number = values.number(&key);
                let count = number.map_or(0, |number| counts.one(facet, number));
                let written =
                    number.and_then(|number| values.get(number)).map(|value| value.written.to_string());
                shown.push((count, key, written.unwrap_or_else(|| text.trim().to_owned())));
            }
        }
        // A parent has what its sub-techniques have, so that it comes before them, unless one was chosen that is rare.
        let keys: HashSet<String> = match facet {
            Facet::Technique => shown.iter().map(|(_, key, _)| key.clone()).collect(),
            _ => HashSet::new(),
        };
        (shown.into_iter())
            .map(|(count, key, written)| {
                let parent = key.split_once('.').and_then(|(parent, _)| keys.get(parent).cloned());
                let (value, label) = self.names(facet, key, written);
                FacetCount { value, label, count, parent }
            })
            .collect()
    }

    /// What to filter by and what to show.
    fn names(&self, facet: Facet, key: String, written: String) -> (String, String) {
        match facet {
            Facet::Technique => {
                let name = self.release.technique(&key).map_or("", |technique| technique.name.as_str());
                let label = format!("{key} {name}").trim_end().to_owned();
                (key, label)
            }
            Facet::Standing => {
                let mut letters = key.chars();
                let first = letters.next().map(|first| first.to_ascii_uppercase());
                let label = first.into_iter().chain(letters).collect();
                (key, label)
            }
            Facet::DataSource | Facet::Repo => (key.clone(), key),
            _ => (written.clone(), written),
        }
    }

    fn is_replaced_technique(&self, facet: Facet, key: &str) -> bool {
        facet == Facet::Technique && self.is_replaced(key)
    }

    /// A replaced technique is listed as what replaced it: every document that has the one has the other.
    fn is_replaced(&self, id: &str) -> bool {
        self.release.technique(id).is_some_and(|technique| {
            technique.status == Status::Revoked && self.release.map(&technique.id).replaced_by.is_some()
        })
    }
}

/// How often each value occurs.
pub(super) struct Counts(Vec<Vec<u32>>);

impl Counts {
    /// With room for all values that documents can have by now.
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self(Facet::all().map(|facet| vec![0; vocabulary.of(facet).len()]).collect())
    }

    /// Counts a document for all facets.
    pub(super) fn add(&mut self, columns: &Columns, doc: DocId) {
        for (counts, column) in self.0.iter_mut().zip(&columns.facets) {
            for number in column.of(doc) {
                if let Some(count) = counts.get_mut(*number as usize) {
                    *count += 1;
                }
            }
        }
    }

    /// Counts a document for one facet.
    pub(super) fn add_one(&mut self, columns: &Columns, doc: DocId, facet: Facet) {
        let counts = &mut self.0[facet.slot()];
        for number in columns.facets[facet.slot()].of(doc) {
            if let Some(count) = counts.get_mut(*number as usize) {
                *count += 1;
            }
        }
    }

    /// The values that occur, by number.
    pub(super) fn of(&self, facet: Facet) -> impl Iterator<Item = (u32, u64)> + '_ {
        (0..)
            .zip(&self.0[facet.slot()])
            .filter(|(_, count)| **count > 0)
            .map(|(at, count)| (at, u64::from(*count)))
    }

    /// How often one value occurs.
    pub(super) fn one(&self, facet: Facet, number: u32) -> u64 {
        self.0[facet.slot()].get(number as usize).map_or(0, |count| u64::from(*count))
    }
}

/// The id of a tactic's value.
pub(super) fn tactic_id(key: &str) -> &str {
    key.split_once(ORIGIN).map_or(key, |(id, _)| id)
}

fn written<'a>(filters: &'a Filters, facet: Facet, further: &[String]) -> &'a [String] {
    match facet {
        Facet::Tactic => &filters.tactic,
        Facet::Technique => &filters.technique,
        Facet::DataSource => &filters.data_source,
        Facet::Tag => &filters.tag,
        Facet::Platform => &filters.platform,
        Facet::Author => &filters.author,
        Facet::Repo => &filters.repo,
        Facet::Standing => &filters.standing,
        Facet::Further(_) => filters.further.get(facet.name(further)).map_or(&[], Vec::as_slice),
    }
}

/// What a chosen text is in the columns, with what it counts for the order. A text that means nothing is itself, so
/// that it matches nothing rather than everything.
fn keys(facet: Facet, text: &str, release: &Release) -> Vec<(String, u8)> {
    match facet {
        Facet::Tactic => (release.expand(text).iter())
            .flat_map(|id| (0..3).map(move |origin| (format!("{}{ORIGIN}{origin}", id.as_str()), origin)))
            .collect(),
        Facet::Technique => {
            let ids = technique_ids(release, text);
            let unknown = ids.is_empty().then(|| text.trim().to_owned());
            ids.into_iter().chain(unknown).map(|id| (id, 0)).collect()
        }
        Facet::DataSource => vec![(data_source(text), 0)],
        Facet::Repo => vec![(text.trim().to_owned(), 0)],
        _ => vec![(fold(text), 0)],
    }
}
