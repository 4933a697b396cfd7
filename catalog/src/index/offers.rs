//! What to offer where a search found nothing: what hunts the parent and the siblings of a technique that it names, and
//! what there is without one of its conditions.
//!
//! A few more searches, of which nothing but the numbers is looked at. The more words a search has, the fewer of them: all
//! together they cost little more than the dearest that can be typed.

use super::query::compile::technique_ids;
use super::query::known;
use super::query::parse::{MAX_TERMS, Node, Parsed, parse};
use super::query::without;
use super::{Filters, Index, IndexError, Search};
use crate::attack::{Release, Technique, TechniqueId};
use crate::team::Lexicon;
use std::collections::HashSet;
use std::ops::Range;

/// Most techniques of a search whose relatives are offered.
const MAX_NAMED: usize = 4;
/// Most relatives that are offered.
const MAX_RELATIVES: usize = 8;
/// Most conditions that are tried to be left out, and most words, phrases and fields in all that is searched for so.
const MAX_LEFT_OUT: usize = 6;
const MAX_LOOKED_FOR: usize = 2 * MAX_TERMS;

/// What to offer where a search found nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// Techniques that the search names, as the shown release has them.
    pub named: Vec<TechniqueId>,
    /// Parents and siblings of those that something hunts: parents first, then by how much does.
    pub relatives: Vec<Relative>,
    /// What there is without one of the conditions.
    pub without: Vec<Without>,
}

/// A technique that is kin to one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// Which.
    pub id: TechniqueId,
    /// Its name.
    pub name: String,
    /// How much `search` finds.
    pub count: u64,
    /// The search for it.
    pub search: Search,
}

/// A search without one of its conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Without {
    /// What is left out.
    pub left_out: LeftOut,
    /// How much `search` finds.
    pub count: u64,
    /// The search without it.
    pub search: Search,
}

/// A condition of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// A part of what was typed, as it was.
    Part(String),
    /// The choices of a facet: its name and their values.
    Filter(String, Vec<String>),
}

impl Index {
    /// What to offer where `search` found nothing. Where anything was found, the same is true and of no use.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn offers(&self, search: &Search, lexicon: &Lexicon) -> Result<Offers, IndexError> {
        let asked = Asked::read(search, lexicon);
        let relatives = self.relatives(&asked, search, lexicon)?;
        let mut without = Vec::new();
        for (left_out, search) in asked.conditions(search, &self.further) {
            let count = self.rank(&search, lexicon)?.total as u64;
            if count > 0 {
                without.push(Without { left_out, count, search });
            }
        }
        let named = asked.techniques.iter().map(|technique| technique.id.clone()).collect();
        Ok(Offers { named, relatives, without })
    }

    /// Within what else was asked for, if anything is there, else in the whole catalog.
    fn relatives(
        &self,
        asked: &Asked<'_>,
        search: &Search,
        lexicon: &Lexicon,
    ) -> Result<Vec<Relative>, IndexError> {
        let kin = kin(&asked.techniques, lexicon.release());
        if kin.is_empty() {
            return Ok(Vec::new());
        }
        let rest = asked.without_techniques(search);
        let whole = Search { sort: search.sort, limit: search.limit, ..Search::default() };
        let narrowed = rest != whole;
        for base in std::iter::once(rest).chain(narrowed.then_some(whole)) {
            let coverage = self.coverage(&base, lexicon)?;
            let mut found: Vec<Relative> = kin
                .iter()
                .filter_map(|technique| {
                    let count = coverage.of(technique.id.as_str());
                    // Chosen rather than typed: whatever the text ends with, it stays what it is.
                    let filters =
                        Filters { technique: vec![technique.id.to_string()], ..base.filters.clone() };
                    (count > 0).then(|| Relative {
                        id: technique.id.clone(),
                        name: technique.name.clone(),
                        count,
                        search: Search { filters, ..base.clone() },
                    })
                })
                .collect();
            if !found.is_empty() {
                found.sort_by_key(|one| (one.id.is_sub_technique(), std::cmp::Reverse(one.count)));
                found.truncate(MAX_RELATIVES);
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }
}

/// A search taken apart.
struct Asked<'a> {
    /// The techniques that it names.
    techniques: Vec<&'a Technique>,
    /// Where its parts stand in the text, names whole, and whether they name techniques.
    parts: Vec<(Range<usize>, bool)>,
    /// How many words, phrases and fields it has.
    terms: usize,
}

impl<'a> Asked<'a> {
    fn read(search: &Search, lexicon: &'a Lexicon) -> Self {
        let release = lexicon.release();
        let mut ids: Vec<String> = Vec::new();
        for written in &search.filters.technique {
            ids.extend(technique_ids(release, written));
        }
        let (mut parts, mut terms) = (Vec::new(), 0);
        if let Parsed { root: Node::And(nodes), spans, leaves, .. } = parse(&search.text) {
            terms = leaves.len();
            let mut names = known::names(&nodes, lexicon).into_iter().peekable();
            let mut at = 0;
            while at < nodes.len() {
                let (mut end, mut named) = (at + 1, Vec::new());
                if let Some(known) = names.next_if(|known| known.at.start == at) {
                    end = known.at.end;
                    named = known.techniques;
                } else {
                    fields(&nodes[at], release, &mut named);
                }
                parts.push((spans[at].start..spans[end - 1].end, !named.is_empty()));
                ids.extend(named);
                at = end;
            }
        }
        let mut seen = HashSet::new();
        let techniques = (ids.iter())
            .filter_map(|id| release.resolve(id))
            .filter(|technique| seen.insert(&technique.id))
            .take(MAX_NAMED)
            .collect();
        Self { techniques, parts, terms }
    }

    fn without_techniques(&self, search: &Search) -> Search {
        let mut text = search.text.clone();
        for (at, _) in self.parts.iter().rev().filter(|(_, names)| *names) {
            text = without(&text, at);
        }
        let filters = Filters { technique: Vec::new(), ..search.filters.clone() };
        Search { text, filters, cursor: None, ..search.clone() }
    }

    /// The search without each of its conditions: what was chosen first, then what was typed, the last first. Without its
    /// only one it would be no search.
    fn conditions(&self, search: &Search, further: &[String]) -> Vec<(LeftOut, Search)> {
        let search = Search { cursor: None, ..search.clone() };
        let chosen: Vec<_> = (search.filters.chosen())
            .filter(|(name, _)| {
                !search.filters.further.contains_key(*name) || further.iter().any(|key| key == name)
            })
            .collect();
        if chosen.len() + self.parts.len() < 2 {
            return Vec::new();
        }
        let filters = chosen.into_iter().map(|(name, values)| {
            let filters = search.filters.without(name);
            (LeftOut::Filter(name.to_owned(), values.to_vec()), Search { filters, ..search.clone() })
        });
        let parts = self.parts.iter().rev().map(|(at, _)| {
            let written = search.text.get(at.clone()).unwrap_or_default().to_owned();
            (LeftOut::Part(written), Search { text: without(&search.text, at), ..search.clone() })
        });
        let most = MAX_LEFT_OUT.min(MAX_LOOKED_FOR / self.terms.max(1));
        filters.chain(parts).take(most).collect()
    }
}

/// The techniques that fields of a part ask for; what is left out is not asked for.
fn fields(node: &Node, release: &Release, ids: &mut Vec<String>) {
    match node {
        Node::Field { name, value } if name == "technique" => ids.extend(technique_ids(release, value)),
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| fields(node, release, ids)),
        _ => {}
    }
}

/// The parents and the siblings of techniques, none of them among these.
fn kin<'a>(techniques: &[&'a Technique], release: &'a Release) -> Vec<&'a Technique> {
    let mut kin: Vec<&Technique> = Vec::new();
    for parent in techniques.iter().filter_map(|technique| technique.parent.as_ref()) {
        for one in release.technique(parent).into_iter().chain(release.children(parent)) {
            let asked = techniques.iter().any(|technique| technique.id == one.id);
            if !asked && kin.iter().all(|known| known.id != one.id) {
                kin.push(one);
            }
        }
    }
    kin
}
