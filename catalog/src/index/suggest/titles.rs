//! Procedures by the beginnings of words of their titles.

use super::super::columns::Vocabulary;
use super::super::shelf::Snapshot;
use std::cmp::Reverse;
use tantivy::DocAddress;

/// Most titles that are suggested.
const MOST: usize = 5;
/// Most places of a word that are looked at; every segment has its share.
const MAX_PLACES: usize = 4_000;

/// The procedures whose title has each of these words at the beginning of a word: first those whose title begins so,
/// then those that changed last.
pub(super) fn with(
    snapshot: &Snapshot,
    vocabulary: &Vocabulary,
    words: &[String],
) -> tantivy::Result<Vec<DocAddress>> {
    let whole = words.join(" ");
    let mut found = Vec::new();
    let share = MAX_PLACES / snapshot.searcher.segment_readers().len().max(1);
    for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
        let columns = snapshot.columns(segment, vocabulary)?;
        if columns.procedures.is_empty() {
            continue;
        }
        let titles = columns.titles(reader)?;
        let sorted = columns.title_words(titles);
        let rarest = words
            .iter()
            .map(|word| sorted.beginning(titles, word.as_bytes()))
            .min_by_key(ExactSizeIterator::len);
        let Some(rarest) = rarest else { continue };
        let mut docs: Vec<u32> = rarest.take(share).map(|at| titles.document(at)).collect();
        docs.sort_unstable();
        docs.dedup();
        for doc in docs.into_iter().filter(|doc| !reader.is_deleted(*doc)) {
            let title = titles.of(doc);
            // One word is where it was found.
            if words.len() == 1 || words.iter().all(|word| begins_a_word(title, word.as_bytes())) {
                let updated = columns.updated.get(doc as usize).copied().unwrap_or(0);
                let key = columns.keys.of(doc);
                let address =
                    DocAddress { segment_ord: u32::try_from(segment).unwrap_or(u32::MAX), doc_id: doc };
                found.push((Reverse(title.starts_with(whole.as_bytes())), Reverse(updated), key, address));
            }
        }
    }
    if found.len() > MOST {
        found.select_nth_unstable(MOST);
        found.truncate(MOST);
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(.., address)| address).collect())
}

fn begins_a_word(title: &[u8], word: &[u8]) -> bool {
    title.starts_with(word)
        || title.windows(word.len() + 1).any(|window| !is_letter(window[0]) && window[1..] == *word)
}

/// Whether a byte belongs to a word: letters and digits, and all of a letter outside ASCII.
pub(in crate::index) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}
