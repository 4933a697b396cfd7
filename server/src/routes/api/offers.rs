//! What a search that found nothing offers.

use super::procedures::query_string;
use catalog::index::{LeftOut, Offers};
use serde::Serialize;
use utoipa::ToSchema;

/// What to try where a search found nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct OffersItem {
    /// What is mapped to the parent and to the siblings of techniques that the search names.
    pub relatives: Vec<RelativeItem>,
    /// What there is without one of its conditions.
    pub without: Vec<WithoutItem>,
}

/// A technique that is kin to one that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelativeItem {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many procedures `query` finds.
    pub count: u64,
    /// The search for it: a query string of this endpoint, and of `/`.
    pub query: String,
}

/// The search without one of its conditions.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithoutItem {
    /// The facet whose choice is left out; none where it is a part of `q`.
    pub facet: Option<String>,
    /// The values that were chosen of it, or the part of `q`.
    pub left_out: Vec<String>,
    /// How many procedures `query` finds.
    pub count: u64,
    /// The search without it: a query string of this endpoint, and of `/`.
    pub query: String,
}

impl From<Offers> for OffersItem {
    fn from(offers: Offers) -> Self {
        let relatives = offers.relatives.into_iter().map(|one| RelativeItem {
            query: query_string(&one.search),
            id: one.id.to_string(),
            name: one.name,
            count: one.count,
        });
        let without = offers.without.into_iter().map(|one| {
            let query = query_string(&one.search);
            let (facet, left_out) = match one.left_out {
                LeftOut::Part(part) => (None, vec![part]),
                LeftOut::Filter(facet, values) => (Some(facet), values),
            };
            WithoutItem { facet, left_out, count: one.count, query }
        });
        Self { relatives: relatives.collect(), without: without.collect() }
    }
}
