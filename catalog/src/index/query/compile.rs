//! Tree to tantivy's queries. What of it is ATT&CK's is in [`attack`], what is a team's own in [`team`], what is no field
//! in [`meant`].

mod attack;
mod meant;
mod queries;
mod team;

pub(in crate::index) use attack::technique_ids;
pub(in crate::index) use meant::Edit;
use team::{Expansion, Synonym, covers};

use super::dates;
use super::excluded::Excluded;
use super::known;
use super::parse::{Node, Parsed};
use super::prefix::PrefixQuery;
use crate::attack::{Actor, Release};
use crate::index::analysis::{Analyzer, Kind, fold};
use crate::index::document::data_source;
use crate::index::schema::{Fields, fact};
use crate::team::Lexicon;
use std::ops::{Bound, Range};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Score, Searcher, Term};

/// What a word in the title adds to its score, and one among the names of techniques.
const TITLE_BOOST: Score = 1.5;
const ATTACK_BOOST: Score = 1.0;
/// What a word counts that is there as a prefix only.
const PREFIX_SCORE: Score = 0.5;
/// Shortest prefix that is looked for, in characters.
const MIN_PREFIX: usize = 2;

/// A query to run.
pub(in crate::index) struct Compiled<'l> {
    /// None when everything matches.
    pub(in crate::index) query: Option<Box<dyn Query>>,
    /// What adds to the score of some of what matches. None of them matches anything else.
    pub(in crate::index) lifts: Vec<Box<dyn Query>>,
    /// Whether words are looked for, so that some results are better than others.
    pub(in crate::index) ranked: bool,
    /// What to mark in snippets.
    pub(in crate::index) needles: Vec<Needle>,
    /// Actors whose techniques are looked for.
    pub(in crate::index) actors: Vec<&'l Actor>,
    pub(in crate::index) hints: Vec<String>,
    /// What was probably meant.
    pub(in crate::index) edits: Vec<Edit>,
    /// Names of fields that there are not: read as words.
    pub(in crate::index) not_fields: Vec<String>,
}

/// Something to mark in a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) struct Needle {
    /// A token as it is indexed, or the beginning of a word as it is written.
    pub(in crate::index) token: String,
    /// Whether it is a beginning.
    pub(in crate::index) prefix: bool,
    /// What every place of it begins with, but for case: what a quick scan looks for.
    pub(in crate::index) scan: String,
}

/// Where words can be asked to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Title,
    Description,
    Technique,
    Prose,
    Code,
    Query,
}

/// Makes a query of what was read.
pub(in crate::index) fn compile<'l>(
    parsed: Parsed,
    fields: &Fields,
    searcher: &Searcher,
    lexicon: &'l Lexicon,
    analyzer: &mut Analyzer,
) -> tantivy::Result<Compiled<'l>> {
    let mut compiler = Compiler {
        fields,
        searcher,
        lexicon,
        release: lexicon.release(),
        analyzer,
        hints: parsed.hints,
        leaves: parsed.leaves,
        edits: Vec::new(),
        not_fields: Vec::new(),
        needles: Vec::new(),
        actors: Vec::new(),
        expansion: Expansion::default(),
        ranked: false,
        negated: false,
    };
    let query = compiler.node(&parsed.root, &[])?;
    if compiler.needles.is_empty() && only_leaves_out(&parsed.root) {
        let switch = Edit::quoting(&parsed.root, &parsed.spans);
        let said = switch.as_ref().map_or("\"-EncodedCommand\"", |edit| &edit.said);
        compiler.hints.push(format!(
            "A dash before a word leaves out what has it. To look for a switch, quote it: {said}."
        ));
        compiler.edits.extend(switch);
    }
    let (query, lifts) = query.map_or((None, Vec::new()), |clause| (Some(clause.must), clause.lifts));
    Ok(Compiled {
        query,
        lifts,
        ranked: compiler.ranked,
        needles: compiler.needles,
        actors: compiler.actors,
        hints: compiler.hints,
        edits: compiler.edits,
        not_fields: compiler.not_fields,
    })
}

fn only_leaves_out(root: &Node) -> bool {
    let is_word = |node: &Node| match node {
        Node::Not(inner) => matches!(**inner, Node::Word { .. }),
        _ => false,
    };
    matches!(root, Node::And(nodes) if !nodes.is_empty() && nodes.iter().all(is_word))
}

/// What must hold, and what makes it count for more: nothing that is not among what must hold.
struct Clause {
    must: Box<dyn Query>,
    lifts: Vec<Box<dyn Query>>,
}

impl Clause {
    fn new(must: impl Query) -> Self {
        Self { must: Box::new(must), lifts: Vec::new() }
    }
}

struct Compiler<'a, 'l> {
    fields: &'a Fields,
    searcher: &'a Searcher,
    lexicon: &'l Lexicon,
    release: &'a Release,
    analyzer: &'a mut Analyzer,
    hints: Vec<String>,
    leaves: Vec<(Range<usize>, Node)>,
    edits: Vec<Edit>,
    not_fields: Vec<String>,
    needles: Vec<Needle>,
    actors: Vec<&'l Actor>,
    expansion: Expansion,
    ranked: bool,
    negated: bool,
}

impl Compiler<'_, '_> {
    /// What a node asks for; none when it asks for nothing.
    fn node(&mut self, node: &Node, places: &[Place]) -> tantivy::Result<Option<Clause>> {
        match node {
            Node::And(nodes) => self.all(nodes, places),
            Node::Or(nodes) => {
                let (mut any, mut lifts) = (Vec::new(), Vec::new());
                for node in nodes {
                    let alone = std::slice::from_ref(node);
                    let clause = match self.synonyms(alone).pop() {
                        Some(synonym) => self.alike(alone, &synonym, places)?,
                        None => self.node(node, places)?,
                    };
                    if let Some(clause) = clause {
                        any.push(clause.must);
                        lifts.extend(clause.lifts);
                    }
                }
                Ok(union(any).map(|must| Clause { must, lifts }))
            }
            Node::Not(inner) => {
                let Some(inner) = self.left_out(inner, places)? else { return Ok(None) };
                let everything: Box<dyn Query> = Box::new(AllQuery);
                Ok(Some(Clause::new(BooleanQuery::new(vec![
                    (Occur::Must, Box::new(ConstScoreQuery::new(everything, 0.0))),
                    (Occur::MustNot, inner),
                ]))))
            }
            Node::Word { text, prefix } => Ok(self.word(text, *prefix, places)),
            Node::Phrase(text) => Ok(self.word(text, false, places)),
            Node::Field { name, value } => self.field(name, value, places),
        }
    }

    fn left_out(&mut self, inner: &Node, places: &[Place]) -> tantivy::Result<Option<Box<dyn Query>>> {
        let (ranked, negated) = (self.ranked, self.negated);
        self.negated = true;
        let inner = self.node(inner, places)?;
        (self.ranked, self.negated) = (ranked, negated);
        Ok(inner.map(|clause| Box::new(Excluded(clause.must)) as Box<dyn Query>))
    }

    fn all(&mut self, nodes: &[Node], outer: &[Place]) -> tantivy::Result<Option<Clause>> {
        let mut places = Vec::new();
        for node in nodes {
            if let Node::Field { name, value } = node
                && name == "in"
            {
                places.extend(self.place(value));
            }
        }
        let places = if places.is_empty() { outer } else { &places };
        let plain = places.is_empty() && !self.negated;
        let mut names =
            if plain { known::names(nodes, self.lexicon) } else { Vec::new() }.into_iter().peekable();
        let mut synonyms = self.synonyms(nodes).into_iter().peekable();
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut lifts = Vec::new();
        let mut musts = 0;
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            while synonyms.next_if(|synonym| synonym.at.start < at).is_some() {}
            // What is longer is meant; of a name that has synonyms, both.
            let mut longer =
                |synonym: &Synonym<'_>| names.peek().is_none_or(|name| !covers(name, &synonym.at));
            if let Some(synonym) = synonyms.next_if(|synonym| synonym.at.start == at && longer(synonym)) {
                at = synonym.at.end;
                if let Some(clause) = self.alike(&nodes[synonym.at.clone()], &synonym, places)? {
                    musts += 1;
                    clauses.push((Occur::Must, clause.must));
                    lifts.extend(clause.lifts);
                }
                continue;
            }
            while names.next_if(|known| known.at.start < at).is_some() {}
            if let Some(known) = names.next_if(|known| known.at.start == at) {
                at = known.at.end;
                if let Some(clause) = self.known(&nodes[known.at.clone()], known)? {
                    musts += 1;
                    clauses.push((Occur::Must, clause.must));
                    lifts.extend(clause.lifts);
                }
                continue;
            }
            at += 1;
            if let Node::Not(inner) = node {
                clauses.extend(self.left_out(inner, places)?.map(|inner| (Occur::MustNot, inner)));
            } else if let Some(clause) = self.node(node, places)? {
                musts += 1;
                clauses.push((Occur::Must, clause.must));
                lifts.extend(clause.lifts);
            }
        }
        if clauses.is_empty() {
            return Ok(None);
        }
        if musts == 0 {
            let everything: Box<dyn Query> = Box::new(AllQuery);
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(everything, 0.0))));
        }
        let must =
            if clauses.len() == 1 { clauses.remove(0).1 } else { Box::new(BooleanQuery::new(clauses)) };
        Ok(Some(Clause { must, lifts }))
    }

    fn place(&mut self, value: &str) -> Option<Place> {
        match fold(value).as_str() {
            "title" => Some(Place::Title),
            "description" => Some(Place::Description),
            "technique" | "attack" => Some(Place::Technique),
            "prose" | "text" => Some(Place::Prose),
            "code" => Some(Place::Code),
            "query" => Some(Place::Query),
            _ => {
                self.hints.push(format!(
                    "Words cannot be looked for in \u{201c}{value}\u{201d}: in: takes title, description, prose, code or \
                     query."
                ));
                None
            }
        }
    }

    /// A word, or several in order: what is written in one piece is looked for whole or part by part.
    fn word(&mut self, text: &str, prefix: bool, places: &[Place]) -> Option<Clause> {
        let (mut parts, mut wholes) = (Vec::new(), Vec::new());
        let (mut start, mut end) = (usize::MAX, 0);
        self.analyzer.analyze(text, |token| match token.kind {
            Kind::Part => {
                start = start.min(token.start);
                end = end.max(token.end);
                parts.push((token.text.to_owned(), token.start, token.end));
            }
            Kind::Whole => wholes.push((token.text.to_owned(), token.start, token.end)),
            Kind::Surface => {}
        });
        if parts.is_empty() {
            if !text.trim().is_empty() {
                self.hints.push(format!("\u{201c}{}\u{201d} holds no word to look for.", text.trim()));
            }
            return None;
        }
        wholes.retain(|(_, from, to)| (*from, *to) == (start, end));
        let beginning = prefix.then(|| beginning(text, start)).flatten();
        if !self.negated {
            self.ranked = true;
            self.remember(text, &parts, &wholes, beginning.as_deref());
        }
        let parts: Vec<String> = parts.into_iter().map(|(part, ..)| part).collect();
        let wholes: Vec<String> = wholes.into_iter().map(|(whole, ..)| whole).collect();
        if places.is_empty() {
            return Some(self.anywhere(&parts, &wholes, beginning));
        }
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        for place in places {
            any.push(self.in_place(*place, &parts, &wholes));
            if let Some(prefix) = &beginning {
                let fields = vec![self.place_field(*place)];
                any.push(Box::new(PrefixQuery { fields, prefix: prefix.clone(), score: PREFIX_SCORE }));
            }
        }
        union(any).map(|must| Clause { must, lifts: Vec::new() })
    }

    fn anywhere(&self, parts: &[String], wholes: &[String], beginning: Option<String>) -> Clause {
        let fields = self.fields;
        let mut any = whole_or_parts(fields.text, parts, wholes);
        if let Some(prefix) = beginning {
            let fields = vec![fields.text, fields.surface];
            any.push(Box::new(PrefixQuery { fields, prefix, score: PREFIX_SCORE }));
        }
        let mut lifts: Vec<Box<dyn Query>> = Vec::new();
        for (field, boost) in [(fields.title, TITLE_BOOST), (fields.attack, ATTACK_BOOST)] {
            for lift in whole_or_parts(field, parts, wholes) {
                lifts.push(Box::new(BoostQuery::new(lift, boost)));
            }
        }
        Clause { must: union(any).unwrap_or_else(|| Box::new(EmptyQuery)), lifts }
    }

    /// In prose, code and queries only whether a token stands there is known: a phrase is one that is somewhere, with all of
    /// its parts in the place.
    fn in_place(&self, place: Place, parts: &[String], wholes: &[String]) -> Box<dyn Query> {
        let field = self.place_field(place);
        if matches!(place, Place::Prose | Place::Code | Place::Query) && parts.len() > 1 {
            let term = |token: &String| -> Box<dyn Query> {
                let term = Term::from_field_text(field, token);
                Box::new(TermQuery::new(term, IndexRecordOption::Basic))
            };
            let mut all: Vec<Box<dyn Query>> = parts.iter().map(term).collect();
            let phrase = parts.iter().map(|part| Term::from_field_text(self.fields.text, part)).collect();
            all.push(Box::new(PhraseQuery::new(phrase)));
            let mut any: Vec<Box<dyn Query>> = vec![Box::new(BooleanQuery::intersection(all))];
            any.extend(wholes.iter().map(term));
            return union(any).unwrap_or_else(|| Box::new(EmptyQuery));
        }
        union(whole_or_parts(field, parts, wholes)).unwrap_or_else(|| Box::new(EmptyQuery))
    }

    fn place_field(&self, place: Place) -> Field {
        match place {
            Place::Title => self.fields.title,
            Place::Description => self.fields.description,
            Place::Technique => self.fields.attack,
            Place::Prose => self.fields.prose,
            Place::Code => self.fields.code,
            Place::Query => self.fields.query,
        }
    }

    fn remember(
        &mut self,
        text: &str,
        parts: &[(String, usize, usize)],
        wholes: &[(String, usize, usize)],
        beginning: Option<&str>,
    ) {
        for (token, start, end) in parts.iter().chain(wholes) {
            let written = fold(&text[*start..*end]);
            // A stem's last `i` stands for `y`, too: memory, memories.
            let stem = token.strip_suffix('i').unwrap_or(token);
            let scan: String =
                stem.chars().zip(written.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
            self.needle(Needle { token: token.clone(), prefix: false, scan });
        }
        if let Some(beginning) = beginning {
            let needle = Needle { token: beginning.to_owned(), prefix: true, scan: beginning.to_owned() };
            self.needle(needle);
        }
    }

    fn needle(&mut self, needle: Needle) {
        if !needle.scan.is_empty() && !self.needles.contains(&needle) {
            self.needles.push(needle);
        }
    }

    fn field(&mut self, name: &str, value: &str, places: &[Place]) -> tantivy::Result<Option<Clause>> {
        let clause = match name {
            "in" => return Ok(None),
            "tactic" => self.tactic(value),
            "technique" => self.technique(value),
            "data" => self.value(fact::DATA, &data_source(value), value),
            "tag" => self.value(fact::TAG, &fold(value), value),
            "platform" => self.value(fact::PLATFORM, &fold(value), value),
            "author" => self.value(fact::AUTHOR, &fold(value), value),
            "path" => self.value(fact::PATH, fold(value).trim_matches('/'), value),
            "repo" => self.exact(fact::REPO, value),
            "kernel" => self.exact(fact::KERNEL, &fold(value)),
            "service" => self.exact(fact::SERVICE, &fold(value)),
            "is" => self.is(value),
            "collection" => self.collection(value),
            "updated" => self.updated(value),
            "reads" => self.value(fact::READS, &data_source(value), value),
            "field" => self.query_field(value),
            "lookback" => return self.look_back(value, places),
            "change" => return self.change(value, places),
            "rule" => self.exact(fact::RULE, &fold(value)),
            "by" => self.value(fact::BY, &fold(value), value),
            "commit" => return self.commit(value, places),
            _ => {
                let key = format!("{}{}", fact::META, fold(name));
                if self.has_key(&key)? {
                    self.value(&key, &fold(value), value)
                } else {
                    return self.no_field(name, value, places);
                }
            }
        };
        Ok(Some(clause))
    }

    fn has_key(&self, key: &str) -> tantivy::Result<bool> {
        for reader in self.searcher.segment_readers() {
            let inverted = reader.inverted_index(self.fields.fact)?;
            for first in [fact::whole(key, ""), fact::word(key, "")] {
                let mut terms = inverted.terms().range().ge(&first).into_stream()?;
                if terms.advance() && terms.key().starts_with(first.as_bytes()) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn fact(&self, name: &str, value: &str, score: Score) -> Box<dyn Query> {
        fact_query(self.fields, &fact::whole(name, value), score)
    }

    fn exact(&self, name: &str, value: &str) -> Clause {
        Clause { must: self.fact(name, value, 0.0), lifts: Vec::new() }
    }

    /// A whole value, or the words of one.
    fn value(&mut self, name: &str, value: &str, written: &str) -> Clause {
        let words = self.analyzer.parts(written);
        let mut any = vec![self.fact(name, value, 0.0)];
        let mut all: Vec<Box<dyn Query>> =
            words.iter().map(|word| fact_query(self.fields, &fact::word(name, word), 0.0)).collect();
        match all.len() {
            0 => {}
            1 => any.append(&mut all),
            _ => any.push(Box::new(BooleanQuery::intersection(all))),
        }
        Clause { must: union(any).unwrap_or_else(|| Box::new(EmptyQuery)), lifts: Vec::new() }
    }

    fn is(&mut self, value: &str) -> Clause {
        let value = fold(value);
        if matches!(
            value.as_str(),
            "good"
                | "broken"
                | "uncatalogued"
                | "duplicate"
                | "copyable"
                | "unmapped"
                | "problematic"
                | "revoked"
                | "metadata-lost"
        ) {
            return self.exact(fact::IS, &value);
        }
        self.hints.push(format!(
            "is: takes good, broken, uncatalogued, duplicate, copyable, unmapped, revoked or metadata-lost, not \u{201c}{value}\u{201d}."
        ));
        Clause::new(EmptyQuery)
    }

    fn updated(&mut self, value: &str) -> Clause {
        let Some((from, to)) = dates::range(value) else {
            self.hints.push(format!(
                "updated: takes a date such as 2026-03-09, >=2026-01 or 2026-01..2026-03, not \u{201c}{value}\u{201d}."
            ));
            return Clause::new(EmptyQuery);
        };
        let term = |second| Term::from_field_i64(self.fields.updated, second);
        let range = RangeQuery::new(Bound::Included(term(from)), Bound::Excluded(term(to)));
        Clause::new(ConstScoreQuery::new(Box::new(range), 0.0))
    }
}

/// What is written in one piece, or its parts in their order.
fn whole_or_parts(field: Field, parts: &[String], wholes: &[String]) -> Vec<Box<dyn Query>> {
    let term = |token: &String| Term::from_field_text(field, token);
    let mut any: Vec<Box<dyn Query>> = Vec::new();
    match parts {
        [] => {}
        [part] => any.push(Box::new(TermQuery::new(term(part), IndexRecordOption::WithFreqs))),
        parts => any.push(Box::new(PhraseQuery::new(parts.iter().map(term).collect()))),
    }
    for whole in wholes {
        any.push(Box::new(TermQuery::new(term(whole), IndexRecordOption::WithFreqs)));
    }
    any
}

/// The beginning that a word is looked for by: as it is written, from its first letter or digit.
fn beginning(text: &str, start: usize) -> Option<String> {
    let beginning = fold(&text[start..]);
    let one_piece = !beginning.contains(|char: char| char.is_whitespace() || char.is_control());
    (one_piece && beginning.chars().count() >= MIN_PREFIX).then_some(beginning)
}

fn fact_query(fields: &Fields, term: &str, score: Score) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.fact, term);
    Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), score))
}

fn union(mut any: Vec<Box<dyn Query>>) -> Option<Box<dyn Query>> {
    match any.len() {
        0 => None,
        1 => Some(any.remove(0)),
        _ => Some(Box::new(BooleanQuery::union(any))),
    }
}
