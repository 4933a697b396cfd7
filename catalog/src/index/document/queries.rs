//! What the queries of a procedure read, as facts and as words of their own.

use super::{Builder, MAX_VALUE, Places, cut, data_source};
use crate::index::analysis::fold;
use crate::index::encoded::Encoded;
use crate::index::schema::fact;
use crate::query::{Query, seconds};
use std::collections::BTreeSet;

/// Most fields of all queries of a procedure that are searchable.
const MAX_FIELDS: usize = 1_000;

impl Builder<'_> {
    /// Adds data sources, fields, look-backs and words of queries. Their words count with the code's already: here only
    /// their place is noted.
    pub(super) fn queries(&mut self, queries: &[Query]) {
        let mut places = Places::default();
        let mut look_backs = BTreeSet::new();
        let mut fields = 0;
        for query in queries {
            for source in &query.data_sources {
                let source = data_source(cut(source, MAX_VALUE));
                if !source.is_empty() && self.fact(fact::READS, &source) {
                    self.fact_words(fact::READS, &source);
                }
            }
            for field in query.fields.iter().take(MAX_FIELDS - fields) {
                let field = fold(cut(field, MAX_VALUE));
                if self.fact(fact::FIELD, &field) {
                    fields += 1;
                    if let Some((_, last)) = field.rsplit_once('.') {
                        self.fact(fact::FIELD, last);
                    }
                }
            }
            match query.look_back.as_deref().and_then(seconds) {
                Some(seconds) => {
                    look_backs.insert(seconds);
                }
                None => {
                    self.fact(fact::LOOK_BACK, "unknown");
                }
            }
            if let Some(text) = &query.text {
                self.tokens_and(text, &mut Encoded::default(), |token| {
                    places.push(token);
                });
            }
        }
        for seconds in look_backs {
            self.document.add_u64(self.fields.look_back, seconds);
        }
        self.document.add_text(self.fields.query, places.tokens.into_string());
    }
}
