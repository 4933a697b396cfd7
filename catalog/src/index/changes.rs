//! Revisions of the whole catalog: found by their terms, ordered by a column, and read only for the page that is shown.

use super::analysis::fold;
use super::cursor;
use super::document::person_words;
use super::lookup::stored;
use super::past::place;
use super::schema::{Handle, column, fact};
use super::shelf::Index;
use super::{IndexError, Revision};
use crate::attack::TechniqueId;
use std::collections::BTreeMap;
use tantivy::query::{BooleanQuery, EmptyQuery, EnableScoring, Query, TermQuery, TermSetQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, TERMINATED, Term};

/// Most revisions of one page.
const MAX_PAGE: usize = 500;
/// Most values of one condition that are looked for.
const MAX_CHOSEN: usize = 50;
/// Most procedures to which changes can be narrowed.
pub const MAX_PROCEDURES: usize = 1_000;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Which changes are looked for. Several values of one condition widen, different ones narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Committed then or later, seconds since 1970 UTC.
    pub since: Option<i64>,
    /// Committed before.
    pub until: Option<i64>,
    /// Names or addresses of who made them, co-authors included; or words of a name.
    pub authors: Vec<String>,
    /// Kinds of change.
    pub kinds: Vec<String>,
    /// Techniques that the procedure is mapped to, or was until then; a parent finds its sub-techniques.
    pub techniques: Vec<String>,
    /// Repositories by name.
    pub repos: Vec<String>,
    /// Full ids of commits.
    pub commits: Vec<String>,
    /// Only of these procedures, by repository and lineage; at most [`MAX_PROCEDURES`]. Of none, nothing.
    pub procedures: Option<Vec<(String, String)>>,
}

/// Changes of the catalog.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// A page of revisions, newest first.
    pub revisions: Vec<Revision>,
    /// How many there are in all.
    pub total: usize,
    /// How many on each day (days since 1970 UTC), whatever `since` and `until` say.
    pub days: BTreeMap<i64, usize>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Index {
    /// The revisions that a condition finds, newest first. A cursor that is not ours begins anew.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn changes(
        &self,
        changed: &Changed,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Changes, IndexError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let after = cursor.and_then(cursor::text).and_then(|text| place(&text));
        let snapshot = self.current();
        let repos: Vec<&String> = snapshot.marks.repos.keys().collect();
        let query = self.changes_query(changed, &repos);
        let weight = query.weight(EnableScoring::disabled_from_searcher(&snapshot.searcher))?;
        let within = |moment: i64| {
            changed.since.is_none_or(|since| moment >= since)
                && changed.until.is_none_or(|until| moment < until)
        };
        let mut found: Vec<((i64, u64), DocAddress)> = Vec::new();
        let mut days: BTreeMap<i64, usize> = BTreeMap::new();
        let mut total = 0;
        for (segment_ord, reader) in (0..).zip(snapshot.searcher.segment_readers()) {
            let fast = reader.fast_fields();
            let (moments, orders) = (fast.i64(column::MOMENT)?, fast.u64(column::ORDER)?);
            let mut scorer = weight.scorer(reader, 1.0)?;
            // Neighbours in a segment come from one commit more often than not.
            let mut day = (0, 0);
            while scorer.doc() != TERMINATED {
                let doc_id = scorer.doc();
                scorer.advance();
                if reader.is_deleted(doc_id) {
                    continue;
                }
                let moment = moments.first(doc_id).unwrap_or(0);
                if day.0 == moment.div_euclid(DAY) {
                    day.1 += 1;
                } else {
                    count(&mut days, day);
                    day = (moment.div_euclid(DAY), 1);
                }
                if !within(moment) {
                    continue;
                }
                total += 1;
                let place = (moment, orders.first(doc_id).unwrap_or(0));
                if after.is_none_or(|after| place < after) {
                    found.push((place, DocAddress { segment_ord, doc_id }));
                }
            }
            count(&mut days, day);
        }
        // Those that share the last place of a page come with it: one more than asked for tells whether it is the last.
        if found.len() > limit {
            let (_, last, _) = found.select_nth_unstable_by(limit - 1, |one, other| other.cmp(one));
            let last = last.0;
            let rest = found.iter().any(|(place, _)| *place < last);
            found.retain(|(place, _)| *place >= last);
            found.sort_unstable_by(|one, other| other.cmp(one));
            let next = rest.then(|| cursor::of_text(&format!("{} {}", last.0, last.1)));
            return Ok(Changes { revisions: self.read_revisions(&snapshot, &found)?, total, days, next });
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(Changes { revisions: self.read_revisions(&snapshot, &found)?, total, days, next: None })
    }

    fn read_revisions(
        &self,
        snapshot: &super::shelf::Snapshot,
        found: &[((i64, u64), DocAddress)],
    ) -> Result<Vec<Revision>, IndexError> {
        found.iter().map(|(_, address)| stored(snapshot, *address, self.fields.revision)).collect()
    }

    fn changes_query(&self, changed: &Changed, repos: &[&String]) -> Box<dyn Query> {
        let term = |term: String| -> Box<dyn Query> {
            let term = Term::from_field_text(self.fields.revision_fact, &term);
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        };
        let whole = |name: &str, value: &str| term(fact::whole(name, value));
        let author = |name: &String| -> Box<dyn Query> {
            let words =
                person_words(name).into_iter().take(MAX_CHOSEN).map(|word| term(fact::word(fact::BY, &word)));
            let words: Vec<_> = words.collect();
            let exact = whole(fact::BY, &fold(name.trim()));
            if words.is_empty() {
                return exact;
            }
            union(vec![exact, Box::new(BooleanQuery::intersection(words))])
        };
        let technique = |id: &String| match id.trim().parse::<TechniqueId>() {
            Ok(id) => whole(fact::HUNTS, &fold(id.as_str())),
            Err(_) => Box::new(EmptyQuery) as Box<dyn Query>,
        };
        let any = |values: &[String], make: &dyn Fn(&String) -> Box<dyn Query>| {
            let values: Vec<_> = values.iter().take(MAX_CHOSEN).map(make).collect();
            (!values.is_empty()).then(|| union(values))
        };
        let mut all: Vec<Box<dyn Query>> = Vec::new();
        all.extend(any(&changed.authors, &author));
        all.extend(any(&changed.kinds, &|kind| whole(fact::CHANGE, kind.trim())));
        all.extend(any(&changed.techniques, &technique));
        all.extend(any(&changed.repos, &|repo| whole(fact::REPO, repo)));
        all.extend(any(&changed.commits, &|commit| whole(fact::COMMIT, commit)));
        if let Some(procedures) = &changed.procedures {
            let handle = |(repo, lineage): &(String, String)| self.handle(Handle::Revisions(repo, lineage));
            let terms = procedures.iter().take(MAX_PROCEDURES).map(handle);
            all.push(Box::new(TermSetQuery::new(terms)));
        }
        match all.len() {
            0 => union(repos.iter().map(|repo| whole(fact::REPO, repo)).collect()),
            1 => all.remove(0),
            _ => Box::new(BooleanQuery::intersection(all)),
        }
    }
}

fn union(mut any: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match any.len() {
        0 => Box::new(EmptyQuery),
        1 => any.remove(0),
        _ => Box::new(BooleanQuery::union(any)),
    }
}

fn count(days: &mut BTreeMap<i64, usize>, (day, count): (i64, usize)) {
    if count > 0 {
        *days.entry(day).or_default() += count;
    }
}
