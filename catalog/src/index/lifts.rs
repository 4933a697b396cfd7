//! What makes some of the results count for more: a word in the title, a technique of the name that was typed.
//!
//! Few documents have any of it. So it is looked at beside the pass over what matches, not as part of the query: a
//! document that no lift stands at costs one comparison.

use tantivy::query::{EnableScoring, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TERMINATED};

/// The lifts of a query.
#[derive(Default)]
pub(super) struct LiftWeights(Vec<Box<dyn Weight>>);

impl LiftWeights {
    pub(super) fn of(lifts: &[Box<dyn Query>], scoring: EnableScoring<'_>) -> tantivy::Result<Self> {
        Ok(Self(lifts.iter().map(|lift| lift.weight(scoring)).collect::<tantivy::Result<_>>()?))
    }

    /// The lifts in one segment.
    pub(super) fn within(&self, reader: &SegmentReader) -> tantivy::Result<Lifts> {
        let mut scorers = Vec::with_capacity(self.0.len());
        for weight in &self.0 {
            let scorer = weight.scorer(reader, 1.0)?;
            if scorer.doc() != TERMINATED {
                scorers.push((scorer.doc(), scorer));
            }
        }
        let mut lifts = Lifts { scorers, next: TERMINATED };
        lifts.look_ahead();
        Ok(lifts)
    }
}

/// Lifts on their way through a segment.
pub(super) struct Lifts {
    /// Each with the document that it stands at.
    scorers: Vec<(DocId, Box<dyn Scorer>)>,
    /// The first document that any stands at.
    next: DocId,
}

impl Lifts {
    /// What is added to a document's score. To be asked about documents in their order.
    #[inline]
    pub(super) fn of(&mut self, doc: DocId) -> Score {
        if doc < self.next { 0.0 } else { self.sum(doc) }
    }

    fn sum(&mut self, doc: DocId) -> Score {
        let mut sum = 0.0;
        for (at, scorer) in &mut self.scorers {
            if *at < doc {
                *at = scorer.seek(doc);
            }
            if *at == doc {
                sum += scorer.score();
            }
        }
        self.look_ahead();
        sum
    }

    fn look_ahead(&mut self) {
        self.next = self.scorers.iter().map(|(at, _)| *at).min().unwrap_or(TERMINATED);
    }
}
