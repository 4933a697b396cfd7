//! What else hunts the same: procedures that share techniques, data sources and tags with one.

use super::analysis::fold;
use super::document::data_source;
use super::schema::fact;
use super::shelf::Index;
use super::{Entry, IndexError};
use crate::attack::TacticOrigin;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{Score, TantivyDocument, Term};

/// What a shared technique counts, a shared parent, data source, tag and certain tactic.
const TECHNIQUE: Score = 4.0;
const PARENT: Score = 2.0;
const DATA: Score = 1.0;
const TAG: Score = 0.5;
const TACTIC: Score = 0.5;
/// What two procedures must share to be told: more than a source, a tag and a tactic.
const LEAST: Score = 2.0;
/// Most values of one kind that are compared.
const VALUES: usize = 20;
/// Most procedures that are told.
const MOST: usize = 20;

/// A procedure that is like another.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// Which.
    pub entry: Entry,
    /// What both have: techniques (as the one has them), then data sources, then tags.
    pub shared: Vec<String>,
}

impl Index {
    /// Procedures that share most with one, the likest first: techniques count most, then data sources, then tags.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn similar(&self, entry: &Entry, most: usize) -> Result<Vec<Similar>, IndexError> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut add = |name: &str, value: &str, score: Score| {
            let term = Term::from_field_text(self.fields.fact, &fact::whole(name, value));
            let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(query, score))));
        };
        let procedure = &entry.procedure;
        for mapping in procedure.techniques.iter().take(VALUES) {
            let id = mapping.in_use();
            add(fact::TECHNIQUE_OWN, &fold(id), TECHNIQUE);
            add(fact::TECHNIQUE, &fold(id.split('.').next().unwrap_or(id)), PARENT);
        }
        for source in procedure.data_sources.iter().take(VALUES) {
            add(fact::DATA, &data_source(source), DATA);
        }
        for tag in procedure.tags.iter().take(VALUES) {
            add(fact::TAG, &fold(tag), TAG);
        }
        for tactic in
            procedure.tactics.iter().filter(|tactic| tactic.from > TacticOrigin::Possible).take(VALUES)
        {
            add(fact::TACTIC_CERTAIN, &fold(&tactic.id), TACTIC);
        }
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        let snapshot = self.current();
        // Itself is among them.
        let wanted = TopDocs::with_limit(most.min(MOST) + 1).order_by_score();
        let found = snapshot.searcher.search(&BooleanQuery::new(clauses), &wanted)?;
        let mut similar = Vec::new();
        for (score, address) in found {
            let document: TantivyDocument = snapshot.searcher.doc(address)?;
            let json =
                document.get_first(self.fields.entry).and_then(|value| value.as_str()).unwrap_or_default();
            let other: Entry = serde_json::from_str(json)?;
            if score >= LEAST && (&other.repo, &other.path) != (&entry.repo, &entry.path) {
                similar.push(Similar { shared: shared(entry, &other), entry: other });
            }
        }
        similar.truncate(most);
        Ok(similar)
    }
}

fn shared(one: &Entry, other: &Entry) -> Vec<String> {
    let resolved = |entry: &Entry| -> Vec<String> {
        entry.procedure.techniques.iter().map(|mapping| mapping.in_use().to_owned()).collect()
    };
    let parent = |id: &str| id.split('.').next().unwrap_or(id).to_owned();
    let (own, theirs) = (resolved(one), resolved(other));
    let parents: Vec<String> = theirs.iter().map(|id| parent(id)).collect();
    let mut both: Vec<String> = Vec::new();
    for id in &own {
        let common = if theirs.contains(id) {
            Some(id.clone())
        } else {
            Some(parent(id)).filter(|id| parents.contains(id))
        };
        both.extend(common.filter(|id| !both.contains(id)));
    }
    let (one, other) = (&one.procedure, &other.procedure);
    let theirs: Vec<String> = other.data_sources.iter().map(|source| data_source(source)).collect();
    both.extend(one.data_sources.iter().map(|source| data_source(source)).filter(|own| theirs.contains(own)));
    let same = |tag: &&String| other.tags.iter().any(|theirs| fold(theirs) == fold(tag));
    both.extend(one.tags.iter().filter(same).cloned());
    both.truncate(VALUES);
    both
}
