//! Words that nothing holds, and what comes closest. Looked at only where a search found nothing.

use super::parse::{Node, parse};
use crate::index::analysis::{Analyzer, Kind, fold};
use crate::index::schema::Fields;
use tantivy::{Searcher, Term};

/// Shortest word that is taken for a misspelling, in characters, and the shortest that may differ in two places.
const SHORTEST: usize = 4;
const LONG: usize = 8;
/// Longest word that is taken for one, in bytes: to compare costs the product of two lengths.
const LONGEST: usize = 32;
/// Most terms that are walked for one query, and most that are compared with a word of it.
const MAX_WALKED: usize = 1_000_000;
const MAX_COMPARED: usize = 100_000;
/// Most words of a query that are looked at.
const MAX_WORDS: usize = 8;

/// A query with its misspelt words replaced.
pub(in crate::index) struct Mended {
    /// The query to run.
    pub(in crate::index) text: String,
    /// Each word that was replaced, and by which.
    pub(in crate::index) pairs: Vec<(String, String)>,
}

/// The query with each word that is in no procedure replaced by the word that comes closest. None where
/// every word is somewhere, or nothing comes close.
pub(in crate::index) fn mended(
    text: &str,
    fields: &Fields,
    searcher: &Searcher,
    analyzer: &mut Analyzer,
) -> tantivy::Result<Option<Mended>> {
    let Node::And(nodes) = parse(text).root else { return Ok(None) };
    let words = nodes.iter().filter_map(|node| match node {
        Node::Word { text, .. } => Some(text.as_str()),
        _ => None,
    });
    let mut mended = text.to_owned();
    let mut pairs = Vec::new();
    let mut budget = Budget { walked: MAX_WALKED, compared: MAX_COMPARED };
    for word in words.take(MAX_WORDS) {
        let mut parts = Vec::new();
        analyzer.analyze(word, |token| {
            if token.kind == Kind::Part {
                parts.push(token.text.to_owned());
            }
        });
        let [part] = parts.as_slice() else { continue };
        if part.chars().count() < SHORTEST
            || word.len() > LONGEST
            || searcher.doc_freq(&Term::from_field_text(fields.text, part))? > 0
        {
            continue;
        }
        if let Some(close) = closest(&fold(word), part, fields, searcher, &mut budget)?
            && mended.matches(word).count() == 1
        {
            mended = mended.replacen(word, &close, 1);
            pairs.push((word.to_owned(), close));
        }
    }
    Ok((!pairs.is_empty()).then_some(Mended { text: mended, pairs }))
}

/// What a query may still cost.
struct Budget {
    walked: usize,
    compared: usize,
}

/// The word that most procedures hold among those that come closest. Words are compared as they are written where they
/// are known so, else by their stem; the first letter is taken to be right.
fn closest(
    written: &str,
    stem: &str,
    fields: &Fields,
    searcher: &Searcher,
    budget: &mut Budget,
) -> tantivy::Result<Option<String>> {
    let mut best: Option<(usize, usize, std::cmp::Reverse<u32>, String)> = None;
    for (place, (field, word)) in [(fields.surface, written), (fields.text, stem)].into_iter().enumerate() {
        let length = word.chars().count();
        let most = if length >= LONG { 2 } else { 1 };
        let Some(first) = word.chars().next() else { continue };
        for reader in searcher.segment_readers() {
            let inverted = reader.inverted_index(field)?;
            let begin = first.to_string();
            let mut terms = inverted.terms().range().ge(&begin).into_stream()?;
            while budget.walked > 0 && budget.compared > 0 {
                budget.walked -= 1;
                if !terms.advance() || !terms.key().starts_with(begin.as_bytes()) {
                    break;
                }
                let Ok(term) = std::str::from_utf8(terms.key()) else { continue };
                if term.len().abs_diff(word.len()) > 2 * most {
                    continue;
                }
                budget.compared -= 1;
                let distance = strsim::osa_distance(word, term);
                if distance > most {
                    continue;
                }
                let frequent = std::cmp::Reverse(terms.value().doc_freq);
                let candidate = (distance, place, frequent, term.to_owned());
                if best.as_ref().is_none_or(|best| candidate < *best) {
                    best = Some(candidate);
                }
            }
        }
    }
    Ok(best.map(|(.., term)| term))
}
