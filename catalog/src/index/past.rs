//! When procedures gained or lost a technique: found by a term of the revisions, ordered by a column, and read only for
//! the page that is shown.

use super::analysis::fold;
use super::cursor;
use super::lookup::{stored, with_term};
use super::schema::{column, fact};
use super::shelf::Index;
use super::{IndexError, Revision, TechniquePast};
use crate::attack::TechniqueId;
use tantivy::{DocAddress, Term};

/// Most revisions of one page.
const MAX_PAGE: usize = 500;

/// Where a revision stands: when it was committed, and its place in its repository's walk. Two of different repositories
/// may stand at the same place; they come on one page.
type Place = (i64, u64);

impl Index {
    /// The revisions that gained or lost a technique, a sub-technique of it, or what it replaced, newest first. A cursor
    /// that is not ours begins anew.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn technique_past(
        &self,
        id: &TechniqueId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<TechniquePast, IndexError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let after = cursor.and_then(cursor::text).and_then(|text| place(&text));
        let snapshot = self.current();
        let term = fact::whole(fact::TECHNIQUE, &fold(id.as_str()));
        let term = Term::from_field_text(self.fields.revision_fact, &term);
        let mut found: Vec<(Place, DocAddress)> = Vec::new();
        let mut columns = None;
        for address in with_term(&snapshot, &term)? {
            let segment = address.segment_ord;
            let (moments, orders) = match columns.take() {
                Some((of, columns)) if of == segment => columns,
                _ => {
                    let fast = snapshot.searcher.segment_reader(segment).fast_fields();
                    (fast.i64(column::MOMENT)?, fast.u64(column::ORDER)?)
                }
            };
            let doc = address.doc_id;
            found.push(((moments.first(doc).unwrap_or(0), orders.first(doc).unwrap_or(0)), address));
            columns = Some((segment, (moments, orders)));
        }
        let total = found.len();
        found.retain(|(place, _)| after.is_none_or(|after| *place < after));
        found.sort_unstable_by(|one, other| other.cmp(one));
        let last = found.get(limit - 1).or(found.last()).map(|(place, _)| *place);
        let end = found.partition_point(|(place, _)| last.is_some_and(|last| *place >= last));
        let next = last
            .filter(|_| end < found.len())
            .map(|(moment, order)| cursor::of_text(&format!("{moment} {order}")));
        let revisions =
            found[..end].iter().map(|(_, address)| stored(&snapshot, *address, self.fields.revision));
        Ok(TechniquePast { revisions: revisions.collect::<Result<Vec<Revision>, _>>()?, total, next })
    }
}

pub(super) fn place(text: &str) -> Option<Place> {
    let (moment, order) = text.split_once(' ')?;
    Some((moment.parse().ok()?, order.parse().ok()?))
}
