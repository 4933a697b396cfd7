//! What else hunts the same: procedures that share techniques, data sources, tags and rare words with one, and those whose
//! text is nearly the same.

use super::alike::NEARLY;
use super::analysis::{Analyzer, Kind, fold};
use super::document::data_source;
use super::lookup::{first_with_term, stored, with_term};
use super::schema::{Handle, column, fact};
use super::shelf::{Index, Snapshot};
use super::sketch::Sketch;
use super::{Entry, IndexError};
use crate::attack::TacticOrigin;
use crate::procedure::Procedure;
use std::collections::{BTreeMap, BTreeSet};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Score, Term};

/// What a shared technique counts, a shared parent, data source, rare word (in the title, and in the description), tag and
/// certain tactic.
const TECHNIQUE: Score = 4.0;
const PARENT: Score = 2.0;
const DATA: Score = 1.0;
const WORD: Score = 0.75;
const TAG: Score = 0.5;
const TACTIC: Score = 0.5;
/// What two procedures must share to be told: more than a source, a tag and a tactic.
const LEAST: Score = 2.0;
/// Most values of one kind that are compared.
const VALUES: usize = 20;
/// Most rare words of title and description that are compared.
const RARE: usize = 8;
/// A word is rare that at most one in so many procedures has in its title or description.
const ONE_IN: u64 = 20;
/// Most words of title and description that are looked up to find the rare ones.
const LOOKED_UP: usize = 64;
/// Most of a title, and of a description, that is looked at for words, in bytes.
const READ: usize = 2_000;
/// Most procedures that are told.
const MOST: usize = 20;
/// Most procedures of one band whose sketches are compared.
const COMPARED: usize = 256;

/// A procedure that is like another.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// Which.
    pub entry: Entry,
    /// What both have: techniques (as the one has them), then data sources, tags, and words of the one's title and
    /// description, in quotation marks.
    pub shared: Vec<String>,
}

/// A procedure whose text is nearly that of another.
#[derive(Debug, Clone, PartialEq)]
pub struct NearDuplicate {
    /// Which.
    pub entry: Entry,
    /// About what share of the runs of five words in prose and code both have in common, in percent: 80 to 100.
    pub alike: u8,
}

/// What is like a procedure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Likeness {
    /// Whose text is nearly the same, the likest first.
    pub near_duplicates: Vec<NearDuplicate>,
    /// What else shares most with it, the likest first.
    pub similar: Vec<Similar>,
}

impl Index {
    /// What is like a procedure, so many of each at most.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn likeness(&self, entry: &Entry, most: usize) -> Result<Likeness, IndexError> {
        let most = most.min(MOST);
        let near_duplicates = self.near_duplicates(entry, most)?;
        let mut similar = self.similar(entry, most + near_duplicates.len())?;
        similar.retain(|one| !near_duplicates.iter().any(|near| is_same(&near.entry, &one.entry)));
        similar.truncate(most);
        Ok(Likeness { near_duplicates, similar })
    }

    /// Procedures that share most with one, the likest first: techniques count most, then data sources, rare words of title
    /// and description, and tags.
    pub(super) fn similar(&self, entry: &Entry, most: usize) -> Result<Vec<Similar>, IndexError> {
        let snapshot = self.current();
        let words = self.rare_words(&snapshot, &entry.procedure)?;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut add = |term: Term, score: Score| {
            let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(query, score))));
        };
        let fact =
            |name: &str, value: &str| Term::from_field_text(self.fields.fact, &fact::whole(name, value));
        let procedure = &entry.procedure;
        for mapping in procedure.techniques.iter().take(VALUES) {
            let id = mapping.in_use();
            add(fact(fact::TECHNIQUE_OWN, &fold(id)), TECHNIQUE);
            add(fact(fact::TECHNIQUE, &fold(id.split('.').next().unwrap_or(id))), PARENT);
        }
        for source in procedure.data_sources.iter().take(VALUES) {
            add(fact(fact::DATA, &data_source(source)), DATA);
        }
        for tag in procedure.tags.iter().take(VALUES) {
            add(fact(fact::TAG, &fold(tag)), TAG);
        }
        for tactic in
            procedure.tactics.iter().filter(|tactic| tactic.from > TacticOrigin::Possible).take(VALUES)
        {
            add(fact(fact::TACTIC_CERTAIN, &fold(&tactic.id)), TACTIC);
        }
        for word in words.keys() {
            for field in [self.fields.title, self.fields.description] {
                add(Term::from_field_text(field, word), WORD);
            }
        }
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        // Itself is among them.
        let wanted = TopDocs::with_limit(most + 1).order_by_score();
        let found = snapshot.searcher.search(&BooleanQuery::new(clauses), &wanted)?;
        let mut similar = Vec::new();
        for (score, address) in found {
            let other: Entry = stored(&snapshot, address, self.fields.entry)?;
            if score >= LEAST && !is_same(&other, entry) {
                let shared = self.analyzers.lend(|analyzer| shared(entry, &other, &words, analyzer));
                similar.push(Similar { shared, entry: other });
            }
        }
        similar.truncate(most);
        Ok(similar)
    }

    /// Procedures whose text (prose and code, not metadata) is nearly that of one, the likest first. Of a very common text
    /// not all are compared.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn near_duplicates(&self, entry: &Entry, most: usize) -> Result<Vec<NearDuplicate>, IndexError> {
        let snapshot = self.current();
        let own = with_term(&snapshot, &self.handle(Handle::Path(&entry.repo, &entry.path)))?;
        let Some((_, sketch)) = sketches(&snapshot, own.iter().copied().collect())?.pop() else {
            return Ok(Vec::new());
        };
        let mut compared = BTreeSet::new();
        for band in sketch.bands() {
            compared.extend(first_with_term(&snapshot, &self.handle(Handle::Alike(&band)), COMPARED)?);
        }
        compared.retain(|address| !own.contains(address));
        let mut alike: Vec<(u8, DocAddress)> = (sketches(&snapshot, compared)?.into_iter())
            .map(|(address, other)| (sketch.alike(&other), address))
            .filter(|(alike, _)| *alike >= NEARLY)
            .collect();
        alike.sort_unstable_by_key(|(alike, address)| (std::cmp::Reverse(*alike), *address));
        (alike.into_iter().take(most))
            .map(|(alike, address)| {
                Ok(NearDuplicate { entry: stored(&snapshot, address, self.fields.entry)?, alike })
            })
            .collect()
    }

    /// The rarest words of a title and description that others have there, too, each as it is written.
    fn rare_words(
        &self,
        snapshot: &Snapshot,
        procedure: &Procedure,
    ) -> Result<BTreeMap<String, String>, IndexError> {
        let text = said(procedure);
        let mut words: BTreeMap<String, String> = BTreeMap::new();
        self.analyzers.lend(|analyzer| {
            analyzer.analyze(&text, |token| {
                if token.kind == Kind::Part && token.text.len() > 2 && words.len() < LOOKED_UP {
                    let written = text.get(token.start..token.end).unwrap_or(token.text);
                    words.entry(token.text.to_owned()).or_insert_with(|| written.to_owned());
                }
            })
        });
        let rare = snapshot.live(&self.vocabulary)? / ONE_IN;
        let mut counted = Vec::new();
        for (word, written) in words {
            let mut count = 0;
            for field in [self.fields.title, self.fields.description] {
                count = count.max(snapshot.searcher.doc_freq(&Term::from_field_text(field, &word))?);
            }
            // One has it: the procedure itself.
            if (2..=rare.max(2)).contains(&count) {
                counted.push((count, word, written));
            }
        }
        counted.sort_unstable();
        Ok(counted.into_iter().take(RARE).map(|(_, word, written)| (word, written)).collect())
    }
}

/// Title and description.
fn said(procedure: &Procedure) -> String {
    [&procedure.title, &procedure.description].map(|text| &text[..text.floor_char_boundary(READ)]).join("\n")
}

fn is_same(one: &Entry, other: &Entry) -> bool {
    (&one.repo, &one.path) == (&other.repo, &other.path)
}

/// The sketches of documents, in the order of their addresses: a column is opened once a segment.
fn sketches(
    snapshot: &Snapshot,
    addresses: BTreeSet<DocAddress>,
) -> tantivy::Result<Vec<(DocAddress, Sketch)>> {
    let mut sketches = Vec::with_capacity(addresses.len());
    let mut column = None;
    for address in addresses {
        let own = match column.take() {
            Some((segment, own)) if segment == address.segment_ord => own,
            _ => snapshot.searcher.segment_reader(address.segment_ord).fast_fields().u64(column::SKETCH)?,
        };
        let sketch = Sketch::of_words(own.values_for_doc(address.doc_id));
        sketches.extend(sketch.map(|sketch| (address, sketch)));
        column = Some((address.segment_ord, own));
    }
    Ok(sketches)
}

fn shared(
    one: &Entry,
    other: &Entry,
    words: &BTreeMap<String, String>,
    analyzer: &mut Analyzer,
) -> Vec<String> {
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
    let theirs = analyzer.parts(&said(other));
    let quoted = words.iter().filter(|(word, _)| theirs.contains(word));
    both.extend(quoted.map(|(_, written)| format!("\u{201c}{written}\u{201d}")));
    both.truncate(VALUES);
    both
}
