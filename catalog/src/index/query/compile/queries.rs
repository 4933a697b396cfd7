//! Fields about what a procedure's queries read, and about what its history holds.
//!
//! A procedure matches where any of its queries does: `lookback:>7d` finds one that has a query that looks back further,
//! beside others that do not.

use super::{Clause, Compiler, Place};
use crate::diff::CHANGE_KINDS;
use crate::index::analysis::fold;
use crate::index::query::parse::Node;
use crate::index::query::prefix::PrefixQuery;
use crate::index::schema::fact;
use crate::query::seconds;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{ConstScoreQuery, RangeQuery};

impl Compiler<'_, '_> {
    /// `field:commandline`: whole, or the last part of a path.
    pub(super) fn query_field(&self, value: &str) -> Clause {
        self.exact(fact::FIELD, fold(value).trim_start_matches('@'))
    }

    /// `lookback:7d`, with a sign before it, or `lookback:unknown`.
    pub(super) fn look_back(&mut self, value: &str, places: &[Place]) -> tantivy::Result<Option<Clause>> {
        let written = value.trim();
        if written.eq_ignore_ascii_case("unknown") {
            return Ok(Some(self.exact(fact::LOOK_BACK, "unknown")));
        }
        let (sign, length) = [">=", "<=", ">", "<", "="]
            .into_iter()
            .find_map(|sign| Some((sign, written.strip_prefix(sign)?)))
            .unwrap_or(("=", written));
        let Some(seconds) = seconds(length) else {
            self.hints.push(format!(
                "lookback: takes a length of time such as 7d, >7d, <=24h or 90m, or unknown, not \u{201c}{written}\u{201d}. It was read as words."
            ));
            return self.words("lookback", value, places);
        };
        let term = Term::from_field_u64(self.fields.look_back, seconds);
        let (from, to) = match sign {
            ">=" => (Bound::Included(term), Bound::Unbounded),
            ">" => (Bound::Excluded(term), Bound::Unbounded),
            "<=" => (Bound::Unbounded, Bound::Included(term)),
            "<" => (Bound::Unbounded, Bound::Excluded(term)),
            _ => (Bound::Included(term.clone()), Bound::Included(term)),
        };
        Ok(Some(Clause::new(ConstScoreQuery::new(Box::new(RangeQuery::new(from, to)), 0.0))))
    }

    /// `change:query-changed`: a revision that did so is in the history.
    pub(super) fn change(&mut self, value: &str, places: &[Place]) -> tantivy::Result<Option<Clause>> {
        let kind = fold(value);
        if CHANGE_KINDS.contains(&kind.as_str()) {
            return Ok(Some(self.exact(fact::CHANGE, &kind)));
        }
        self.hints.push(format!(
            "change: takes a kind of change such as query-changed, technique-added or metadata-lost, not \u{201c}{value}\u{201d}. It was read as words."
        ));
        self.words("change", value, places)
    }

    /// `commit:1a2b3c4`: that commit is in the history.
    pub(super) fn commit(&mut self, value: &str, places: &[Place]) -> tantivy::Result<Option<Clause>> {
        let id = fold(value);
        if (4..=40).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let prefix = fact::whole(fact::COMMIT, &id);
            return Ok(Some(Clause::new(PrefixQuery { fields: vec![self.fields.fact], prefix, score: 0.0 })));
        }
        self.hints.push(format!(
            "commit: takes the id of a commit, four digits of it or more, not \u{201c}{value}\u{201d}. It was read as words."
        ));
        self.words("commit", value, places)
    }

    /// A field and its value as words.
    fn words(&mut self, name: &str, value: &str, places: &[Place]) -> tantivy::Result<Option<Clause>> {
        let words = [name, value].map(|text| Node::Word { text: text.to_owned(), prefix: false });
        self.all(&words, places)
    }
}
