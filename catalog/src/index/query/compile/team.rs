//! What a team says in its own repository: words that mean the same, and collections.

use super::super::known::{self, Known};
use super::super::parse::Node;
use super::{Clause, Compiler, union};
use crate::index::schema::{Handle, fact};
use std::ops::Range;
use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, EmptyQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

/// Most words of a phrase that has synonyms.
const WORDS: usize = 8;
/// Most synonyms that are looked for besides what was typed: as many as a query may have words.
const MAX_ADDED: usize = 32;
/// Most collections in one query: each is a search for all of its procedures.
const MAX_COLLECTIONS: usize = 8;

/// What of a query was taken from what teams say.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    /// How many synonyms were added.
    added: usize,
    collections: usize,
    /// Whether a synonym is being made a query: it has none itself.
    within: bool,
}

/// Words that mean the same as others.
#[derive(Debug)]
pub(super) struct Synonym<'a> {
    /// Which of the nodes they are.
    pub(super) at: Range<usize>,
    /// What means the same.
    others: Vec<&'a str>,
}

/// Whether a name takes the words of a synonym in, and more.
pub(super) fn covers(name: &Known<'_>, at: &Range<usize>) -> bool {
    name.at.start <= at.start && name.at.end > at.end
}

impl<'l> Compiler<'_, 'l> {
    /// Words beside each other that have synonyms, the longest first, no word in two of them.
    pub(super) fn synonyms(&self, nodes: &[Node]) -> Vec<Synonym<'l>> {
        let mut found = Vec::new();
        if self.expansion.within || self.negated || !self.lexicon.has_synonyms() {
            return found;
        }
        let mut start = 0;
        while start < nodes.len() {
            let run = nodes[start..].iter().take(WORDS).map_while(known::word).collect::<Vec<_>>();
            let synonym = (1..=run.len()).rev().find_map(|count| {
                let others = self.lexicon.alike(&run[..count].join(" "));
                (!others.is_empty()).then_some(Synonym { at: start..start + count, others })
            });
            start = synonym.as_ref().map_or(start + 1, |synonym| synonym.at.end);
            found.extend(synonym);
        }
        found
    }

    /// Words, or what means the same.
    pub(super) fn alike(
        &mut self,
        words: &[Node],
        synonym: &Synonym<'l>,
        places: &[super::Place],
    ) -> tantivy::Result<Option<Clause>> {
        self.expansion.within = true;
        let found = self.each_alike(words, synonym, places);
        self.expansion.within = false;
        found
    }

    fn each_alike(
        &mut self,
        words: &[Node],
        synonym: &Synonym<'l>,
        places: &[super::Place],
    ) -> tantivy::Result<Option<Clause>> {
        let (mut any, mut lifts) = (Vec::new(), Vec::new());
        let mut take = |clause: Option<Clause>| {
            let clause = clause?;
            any.push(clause.must);
            lifts.extend(clause.lifts);
            Some(())
        };
        take(self.all(words, places)?);
        let mut said = Vec::new();
        let mut left_out = false;
        for other in &synonym.others {
            if self.expansion.added == MAX_ADDED {
                left_out = true;
                break;
            }
            self.expansion.added += 1;
            if take(self.all(&[Node::Phrase((*other).to_owned())], places)?).is_some() {
                said.push(format!("\u{201c}{other}\u{201d}"));
            }
        }
        if !said.is_empty() {
            self.hints.push(format!("Also searched: {}.", said.join(", ")));
        }
        if left_out {
            self.hints.push(format!("Only the first {MAX_ADDED} synonyms were searched."));
        }
        Ok(union(any).map(|must| Clause { must, lifts }))
    }

    /// The procedures of a collection, by its name or by repository and name.
    pub(super) fn collection(&mut self, value: &str) -> Clause {
        let found = self.lexicon.collections_named(value.trim_matches('/'));
        if found.is_empty() {
            self.hints.push(format!("There is no collection \u{201c}{value}\u{201d}."));
        }
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        for shelved in found {
            if self.expansion.collections == MAX_COLLECTIONS {
                self.hints.push(format!("Only the first {MAX_COLLECTIONS} collections were looked at."));
                break;
            }
            self.expansion.collections += 1;
            let repo = shelved.repo.as_str();
            let ids: Vec<Box<dyn Query>> = shelved.collection.ids().map(|id| self.of_id(id)).collect();
            if let Some(ids) = union(ids) {
                let repo = self.fact(fact::REPO, repo, 0.0);
                any.push(Box::new(BooleanQuery::intersection(vec![repo, ids])));
            }
        }
        Clause { must: union(any).unwrap_or_else(|| Box::new(EmptyQuery)), lifts: Vec::new() }
    }

    /// What an id names today.
    fn of_id(&self, id: &str) -> Box<dyn Query> {
        let term = Term::from_field_bytes(self.fields.handle, &Handle::Id(id).hash());
        Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), 0.0))
    }
}
