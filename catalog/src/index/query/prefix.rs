//! Documents that hold a term with a prefix.
//!
//! Walks the term dictionary, which is ordered, from the prefix on: a prefix costs what it finds, not what the
//! dictionary holds, and no more than a bound.

use tantivy::query::{
    BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

/// Most terms of a segment and field that are walked; a prefix of two letters finds this many at ten thousand
/// notebooks.
const MAX_TERMS: usize = 2_000;

/// Matches documents that hold, in one of some fields, a term that begins with a text.
#[derive(Debug, Clone)]
pub(in crate::index) struct PrefixQuery {
    pub(in crate::index) fields: Vec<Field>,
    pub(in crate::index) prefix: String,
    pub(in crate::index) score: Score,
}

impl Query for PrefixQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for PrefixQuery {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut found = BitSet::with_max_value(reader.max_doc());
        let mut any = false;
        for field in &self.fields {
            let inverted = reader.inverted_index(*field)?;
            let mut terms = inverted.terms().range().ge(&self.prefix).into_stream()?;
            for _ in 0..MAX_TERMS {
                if !terms.advance() || !terms.key().starts_with(self.prefix.as_bytes()) {
                    break;
                }
                any = true;
                let mut postings =
                    inverted.read_block_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
                while postings.block_len() > 0 {
                    for doc in postings.docs() {
                        found.insert(*doc);
                    }
                    postings.advance();
                }
            }
        }
        if !any {
            return Ok(Box::new(EmptyScorer));
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(found), self.score * boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() == TERMINATED || scorer.doc() > doc || scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
        }
        Ok(Explanation::new("a term with the prefix", self.score))
    }
}
