//! Searching: one pass over what matches the words counts, filters and keeps the best.

use super::best::{Best, Rank, Ranked};
use super::columns::{Columns, Shown};
use super::cursor::Cursor;
use super::facets::{Choices, Counts, Verdict};
use super::lifts::{LiftWeights, Lifts};
use super::query::compile::{Compiled, Needle, compile};
use super::query::parse::parse;
use super::query::typos::{Mended, mended};
use super::schema::Facet;
use super::shelf::{Index, Snapshot};
use super::snippet::{Cutter, escape};
use super::{Correction, Coverage, Entry, Filters, Found, Hit, IndexError, Ranking, Search, Snippet, Sort};
use crate::attack::{Actor, Release, TechniqueId};
use crate::team::Lexicon;
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};
use tantivy::query::{Bm25StatisticsProvider, EnableScoring, Weight};
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, DocId, Searcher, SegmentReader, TantivyDocument, Term};

/// Most results of one page.
const MAX_PAGE: usize = 100;
/// Most snippets of one result.
const MAX_SNIPPETS: usize = 3;
/// Most techniques of an actor that are named for one result.
const MAX_COVERED: usize = 6;
/// What a search says whose cursor cannot be used.
const ANEW: &str = "The catalog has changed since that page: the results begin anew.";

impl Index {
    /// Searches: results, counts of every facet, and what was read otherwise than written.
    ///
    /// A tactic that merely may follow from a technique ranks below one that is certain, and that below one that the
    /// author named, where nothing else orders the results. Ties go to the newer procedure, then by repository and
    /// path. `limit` is taken as 1 to 100.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn search(&self, search: &Search, lexicon: &Lexicon) -> Result<Found, IndexError> {
        self.refresh()?;
        let hash = search_hash(search, lexicon);
        let found = self.search_as_written(search, hash, lexicon)?;
        if found.total > 0 {
            return Ok(found);
        }
        let snapshot = self.current();
        let mended = self
            .analyzers
            .lend(|analyzer| mended(&search.text, &self.fields, &snapshot.searcher, analyzer))?;
        let Some(Mended { text, pairs }) = mended else { return Ok(found) };
        // Further pages are asked for by what was written.
        let mended = text.clone();
        let mut again = self.search_as_written(&Search { text, ..search.clone() }, hash, lexicon)?;
        if again.total == 0 {
            return Ok(found);
        }
        let said = |(written, close): (String, String)| {
            format!("No procedure has \u{201c}{written}\u{201d}. Shown is what has \u{201c}{close}\u{201d}.")
        };
        again.corrections.splice(
            0..0,
            pairs.iter().map(|(_, close)| Correction { said: close.clone(), query: mended.clone() }),
        );
        again.hints.splice(0..0, pairs.into_iter().map(said));
        Ok(again)
    }

    fn search_as_written(&self, search: &Search, hash: u64, lexicon: &Lexicon) -> Result<Found, IndexError> {
        let limit = search.limit.clamp(1, MAX_PAGE);
        let mut hints = Vec::new();
        let cursor = search.cursor.as_deref().and_then(|text| {
            let cursor = Cursor::read(text).filter(|cursor| cursor.search == hash);
            let found = cursor.and_then(|cursor| Some((self.generation(cursor.generation)?, cursor)));
            if found.is_none() {
                hints.push(ANEW.to_owned());
            }
            found
        });
        let (snapshot, after) = match cursor {
            Some((snapshot, cursor)) => (snapshot, Some(cursor)),
            None => (self.current(), None),
        };
        let compiled = self.compiled(&search.text, &snapshot, lexicon)?;
        let release = lexicon.release();
        // Columns fill the vocabulary that choices are looked up in.
        let live = snapshot.live(&self.vocabulary)?;
        let choices = Choices::new(&search.filters, &self.further, release, &self.vocabulary);
        let mut pass = Pass {
            after,
            counts: Some(Counts::new(&self.vocabulary)),
            ..Pass::new(Order::of(search.sort, compiled.ranked), &choices, limit + 1)
        };
        self.run(&snapshot, live, &compiled, &mut pass)?;

        let facets = pass.counts.map(|counts| choices.list(&counts, &self.vocabulary)).unwrap_or_default();
        let total = pass.total;
        let mut ranked = pass.best.into_sorted();
        let next = (ranked.len() > limit).then(|| &ranked[limit - 1]).map(|last| {
            Cursor {
                generation: snapshot.generation,
                search: hash,
                rank: last.rank,
                title: String::from_utf8_lossy(last.title).into_owned(),
                key: String::from_utf8_lossy(last.key).into_owned(),
            }
            .write()
        });
        ranked.truncate(limit);
        let mut page = self.hits(&snapshot, &ranked, &compiled.needles)?;
        for hit in &mut page {
            hit.snippets.extend(covered(&hit.entry, &compiled.actors, release));
        }
        hints.extend(compiled.hints);
        let corrections = (compiled.edits.into_iter())
            .filter_map(|edit| Some(Correction { query: edit.made(&search.text)?, said: edit.said }))
            .collect();
        Ok(Found { total, hints, corrections, not_fields: compiled.not_fields, facets, hits: page, next })
    }

    /// How many procedures a search finds, and which come first: nothing of them is read, nothing counted by facet, and a
    /// cursor is not heeded. For who looks up the rest elsewhere.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn rank(&self, search: &Search, lexicon: &Lexicon) -> Result<Ranking, IndexError> {
        self.refresh()?;
        let snapshot = self.current();
        let compiled = self.compiled(&search.text, &snapshot, lexicon)?;
        let live = snapshot.live(&self.vocabulary)?;
        let choices = Choices::new(&search.filters, &self.further, lexicon.release(), &self.vocabulary);
        let order = Order::of(search.sort, compiled.ranked);
        let mut pass = Pass::new(order, &choices, search.limit.clamp(1, MAX_PAGE));
        self.run(&snapshot, live, &compiled, &mut pass)?;
        let named = |ranked: Ranked<'_>| {
            let (repo, path) = key_parts(ranked.key)?;
            Some((repo.to_owned(), path.to_owned()))
        };
        Ok(Ranking {
            total: pass.total,
            best: pass.best.into_sorted().into_iter().filter_map(named).collect(),
        })
    }

    /// How many results a search has for each technique that they are mapped to, by id, and in all: a parent counts what
    /// its sub-techniques count, what replaced a technique counts it, too. A choice of techniques is not heeded.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn coverage(&self, search: &Search, lexicon: &Lexicon) -> Result<Coverage, IndexError> {
        self.refresh()?;
        let snapshot = self.current();
        let compiled = self.compiled(&search.text, &snapshot, lexicon)?;
        let live = snapshot.live(&self.vocabulary)?;
        let filters = Filters { technique: Vec::new(), ..search.filters.clone() };
        let choices = Choices::new(&filters, &self.further, lexicon.release(), &self.vocabulary);
        let mut pass =
            Pass { counts: Some(Counts::new(&self.vocabulary)), ..Pass::new(Order::Changed, &choices, 1) };
        self.run(&snapshot, live, &compiled, &mut pass)?;
        let values = self.vocabulary.of(Facet::Technique);
        let counts = pass.counts.unwrap_or_else(|| Counts::new(&self.vocabulary));
        let techniques = counts
            .of(Facet::Technique)
            .filter_map(|(number, count)| Some((values.get(number)?.key.to_string(), count)))
            .collect();
        let facets = choices.list(&counts, &self.vocabulary);
        Ok(Coverage { total: pass.total, techniques, facets, hints: compiled.hints })
    }

    fn compiled<'l>(
        &self,
        text: &str,
        snapshot: &Snapshot,
        lexicon: &'l Lexicon,
    ) -> Result<Compiled<'l>, IndexError> {
        Ok(self
            .analyzers
            .lend(|analyzer| compile(parse(text), &self.fields, &snapshot.searcher, lexicon, analyzer))?)
    }

    fn run<'a>(
        &self,
        snapshot: &'a Snapshot,
        live: u64,
        compiled: &Compiled<'_>,
        pass: &mut Pass<'a, '_>,
    ) -> Result<(), IndexError> {
        let searcher = &snapshot.searcher;
        let statistics = LiveStatistics { searcher, live };
        let scoring = EnableScoring::enabled_from_statistics_provider(&statistics, searcher);
        let weight = compiled.query.as_ref().map(|query| query.weight(scoring)).transpose()?;
        let lifts = match pass.order {
            Order::Score | Order::Worth => LiftWeights::of(&compiled.lifts, scoring)?,
            Order::Changed | Order::Title => LiftWeights::default(),
        };
        for (segment, reader) in searcher.segment_readers().iter().enumerate() {
            let columns = snapshot.columns(segment, &self.vocabulary)?;
            if columns.procedures.is_empty() {
                continue;
            }
            let titles = (pass.order == Order::Title).then(|| columns.titles(reader)).transpose()?;
            let shown = snapshot.shown(segment, &self.vocabulary)?;
            let place = Place { segment, shown, columns, titles };
            match &weight {
                None => columns.procedures.iter().for_each(|doc| pass.see(&place, *doc, 0.0)),
                Some(weight) => {
                    let mut lifts = lifts.within(reader)?;
                    if pass.is_plain() {
                        pass.see_plainly(&place, reader, weight.as_ref(), &mut lifts)?;
                    } else {
                        weight.for_each(reader, &mut |doc, score| {
                            pass.see(&place, doc, score + lifts.of(doc));
                        })?;
                    }
                }
            }
        }
        Ok(())
    }

    fn hits(
        &self,
        snapshot: &Snapshot,
        ranked: &[Ranked<'_>],
        needles: &[Needle],
    ) -> Result<Vec<Hit>, IndexError> {
        let cutter = Cutter::new(needles);
        let mut hits = Vec::with_capacity(ranked.len());
        for one in ranked {
            let document: TantivyDocument = snapshot.searcher.doc(one.address)?;
            let text = |field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
            let entry: Entry = serde_json::from_str(text(self.fields.entry))?;
            let snippets = match &cutter {
                Some(cutter) => self.snippets(
                    cutter,
                    &entry,
                    text(self.fields.stored_prose),
                    text(self.fields.stored_code),
                ),
                None => Vec::new(),
            };
            hits.push(Hit { entry, snippets });
        }
        Ok(hits)
    }

    fn snippets(&self, cutter: &Cutter<'_>, entry: &Entry, prose: &str, code: &str) -> Vec<Snippet> {
        let techniques: Vec<String> =
            (entry.techniques().iter()).map(|mapping| format!("{} {}", mapping.id, mapping.name)).collect();
        let techniques = techniques.join(", ");
        let texts = [
            ("title", entry.procedure.title.as_str()),
            ("description", &entry.procedure.description),
            ("technique", &techniques),
            ("prose", prose),
            ("code", code),
        ];
        self.analyzers.lend(|analyzer| {
            (texts.iter())
                .filter_map(|(field, text)| cutter.cut(field, text, analyzer))
                .take(MAX_SNIPPETS)
                .collect()
        })
    }
}

/// Which techniques of the actors that were named a procedure hunts; nothing to say where there are none.
fn covered(entry: &Entry, actors: &[&Actor], release: &Release) -> Option<Snippet> {
    let mut told = Vec::new();
    for actor in actors {
        let mut ids: Vec<&str> = Vec::new();
        for mapping in entry.techniques() {
            let Some(technique) = release.resolve(&mapping.id) else { continue };
            let of = |id: &str| actor.techniques.iter().find(|own| own.as_str() == id);
            let parent = technique.parent.as_ref().and_then(|parent| of(parent.as_str()));
            ids.extend(of(technique.id.as_str()).or(parent).map(TechniqueId::as_str));
        }
        ids.dedup();
        ids.truncate(MAX_COVERED);
        if !ids.is_empty() {
            let marked: Vec<_> = ids.iter().map(|id| format!("<mark>{id}</mark>")).collect();
            let mut by = format!("covers {}, used by ", marked.join(", "));
            escape(&actor.name, &mut by);
            if let Some(own) = &actor.own {
                escape(&format!(" ({})", own.repo), &mut by);
            }
            told.push(by);
        }
    }
    (!told.is_empty()).then(|| Snippet { field: "actor".to_owned(), html: told.join("; ") })
}

/// A hash of all that decides which results there are and in which order.
fn search_hash(search: &Search, lexicon: &Lexicon) -> u64 {
    let mut hash = DefaultHasher::new();
    let filters = &search.filters;
    search.text.hash(&mut hash);
    for chosen in filters.chosen() {
        chosen.hash(&mut hash);
    }
    (search.sort as u8, lexicon.release().version(), lexicon.fingerprint()).hash(&mut hash);
    hash.finish()
}

/// What results are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// How well the words match, then the newer.
    Score,
    /// How certain a tactic that was asked for is, then the newer.
    Worth,
    /// The newer.
    Changed,
    /// By title.
    Title,
}

/// A segment that is gone through.
struct Place<'a> {
    segment: usize,
    shown: &'a Shown,
    columns: &'a Columns,
    titles: Option<&'a super::columns::Texts>,
}

impl Order {
    /// The order for a choice of it; `ranked` says whether words were looked for.
    fn of(sort: Sort, ranked: bool) -> Self {
        match (sort, ranked) {
            (Sort::Relevance, true) => Order::Score,
            (Sort::Relevance, false) => Order::Worth,
            (Sort::Changed, _) => Order::Changed,
            (Sort::Title, _) => Order::Title,
        }
    }
}

/// Repository and path of a procedure's key.
fn key_parts(key: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(key).ok()?.split_once('\0')
}

/// One pass over what matches.
struct Pass<'a, 'b> {
    order: Order,
    choices: &'b Choices<'b>,
    after: Option<Cursor>,
    /// None where nobody asks for counts.
    counts: Option<Counts>,
    total: usize,
    best: Best<'a>,
}

impl<'a, 'b> Pass<'a, 'b> {
    /// One from the beginning that counts nothing and keeps so many.
    fn new(order: Order, choices: &'b Choices<'b>, room: usize) -> Self {
        Self { order, choices, after: None, counts: None, total: 0, best: Best::new(room) }
    }

    /// Whether nothing is chosen and nothing counted by facet.
    fn is_plain(&self) -> bool {
        self.counts.is_none() && self.choices.is_empty() && matches!(self.order, Order::Score | Order::Worth)
    }

    /// [`Pass::see`] where it [is plain](Pass::is_plain), of all documents that a weight gives: for most of them
    /// nothing is to be done but to count them.
    fn see_plainly(
        &mut self,
        place: &Place<'a>,
        reader: &SegmentReader,
        weight: &dyn Weight,
        lifts: &mut Lifts,
    ) -> tantivy::Result<()> {
        let (mut total, mut floor) = (0, self.best.floor_score());
        weight.for_each(reader, &mut |doc, score| {
            if !place.shown.has(doc) {
                return;
            }
            total += 1;
            let score = score + lifts.of(doc);
            if score >= floor {
                self.keep(place, doc, score);
                floor = self.best.floor_score();
            }
        })?;
        self.total += total;
        Ok(())
    }

    fn see(&mut self, place: &Place<'a>, doc: DocId, score: f32) {
        if !place.shown.has(doc) {
            return;
        }
        let (verdict, worth) = self.choices.verdict(place.columns, doc);
        match (verdict, &mut self.counts) {
            (Verdict::ButFor(facet), Some(counts)) => return counts.add_one(place.columns, doc, facet),
            (Verdict::No | Verdict::ButFor(_), _) => return,
            (Verdict::Result, Some(counts)) => counts.add(place.columns, doc),
            (Verdict::Result, None) => {}
        }
        self.total += 1;
        self.keep(place, doc, score + f32::from(worth) * 0.25);
    }

    /// Keeps a result if it is among the best.
    fn keep(&mut self, place: &Place<'a>, doc: DocId, score: f32) {
        // Scores are never negative, and the bits of such numbers order as they do.
        let score = u64::from(score.max(0.0).to_bits());
        let updated = || {
            let updated = place.columns.updated.get(doc as usize).copied().unwrap_or(0);
            // The sign bit turned over, so that the order of numbers is that of times.
            updated.cast_unsigned() ^ (1 << 63)
        };
        let rank: Rank = match self.order {
            // Most are known to be too low before anything else is looked up.
            Order::Score | Order::Worth if self.best.beats((score, u64::MAX)) => return,
            Order::Score | Order::Worth => (score, updated()),
            Order::Changed => (updated(), 0),
            Order::Title => (0, 0),
        };
        if self.best.beats(rank) {
            return;
        }
        let key = place.columns.keys.of(doc);
        let title = place.titles.map_or(&[][..], |titles| titles.of(doc));
        if let Some(after) = &self.after {
            let so_far = (after.rank.cmp(&rank))
                .then_with(|| title.cmp(after.title.as_bytes()))
                .then_with(|| key.cmp(after.key.as_bytes()));
            if so_far != Ordering::Greater {
                return;
            }
        }
        let address =
            DocAddress { segment_ord: u32::try_from(place.segment).unwrap_or(u32::MAX), doc_id: doc };
        self.best.add(Ranked { rank, title, key, address });
    }
}

/// BM25's numbers: of live procedures, not of revisions and what was deleted.
struct LiveStatistics<'a> {
    searcher: &'a Searcher,
    live: u64,
}

impl Bm25StatisticsProvider for LiveStatistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.live.max(1))
    }

    /// Deleted documents are in the postings until they are merged away; more than all there cannot be.
    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.searcher.doc_freq(term)?.min(self.live.max(1)))
    }
}
