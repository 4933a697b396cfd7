//! The best few of many.

use std::cmp::Ordering;
use tantivy::DocAddress;

/// What results are ordered by, the larger first: a score, then a time, or what the order is in their place.
pub(super) type Rank = (u64, u64);

/// One result and its rank.
#[derive(PartialEq, Eq)]
pub(super) struct Ranked<'a> {
    /// Larger first.
    pub(super) rank: Rank,
    /// Then by title, where that is the order.
    pub(super) title: &'a [u8],
    /// Then by repository and path.
    pub(super) key: &'a [u8],
    pub(super) address: DocAddress,
}

impl Ord for Ranked<'_> {
    /// The better is the less.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.rank.cmp(&self.rank))
            .then_with(|| self.title.cmp(other.title))
            .then_with(|| self.key.cmp(other.key))
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How many times as many as are wanted are gathered before the worse are dropped: cheaper than to keep them in order.
const GATHERED: usize = 4;

/// The best few.
pub(super) struct Best<'a> {
    room: usize,
    kept: Vec<Ranked<'a>>,
    /// The rank of the worst of the best, as far as it is known.
    floor: Option<Rank>,
}

impl<'a> Best<'a> {
    /// Room for at least one.
    pub(super) fn new(room: usize) -> Self {
        let room = room.max(1);
        Self { room, kept: Vec::with_capacity(GATHERED * room), floor: None }
    }

    /// Whether a rank is surely too low.
    pub(super) fn beats(&self, rank: Rank) -> bool {
        self.floor.is_some_and(|floor| rank < floor)
    }

    /// The score below which nothing is kept, where ranks begin with the bits of one.
    pub(super) fn floor_score(&self) -> f32 {
        self.floor.map_or(0.0, |(score, _)| f32::from_bits(u32::try_from(score).unwrap_or(u32::MAX)))
    }

    pub(super) fn add(&mut self, one: Ranked<'a>) {
        self.kept.push(one);
        if self.kept.len() == GATHERED * self.room {
            let (_, worst, _) = self.kept.select_nth_unstable(self.room - 1);
            self.floor = Some(worst.rank);
            self.kept.truncate(self.room);
        }
    }

    /// The best first.
    pub(super) fn into_sorted(mut self) -> Vec<Ranked<'a>> {
        self.kept.sort_unstable();
        self.kept.truncate(self.room);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_are_those_that_sorting_puts_first(
            room in 1..6_usize,
            ranks in prop::collection::vec((0..4_u64, 0..3_u64), 0..60),
        ) {
            let keys: Vec<[u8; 1]> = (0..60).map(|key| [key]).collect();
            let one = |at: usize| Ranked {
                rank: ranks[at],
                title: &[],
                key: &keys[at],
                address: DocAddress::new(0, 0),
            };
            let mut best = Best::new(room);
            for (at, rank) in ranks.iter().enumerate() {
                if !best.beats(*rank) {
                    best.add(one(at));
                }
            }
            let mut sorted: Vec<_> = (0..ranks.len()).map(one).collect();
            sorted.sort_unstable();
            sorted.truncate(room);
            let keys = |all: &[Ranked<'_>]| all.iter().map(|one| one.key.to_vec()).collect::<Vec<_>>();
            prop_assert_eq!(keys(&best.into_sorted()), keys(&sorted));
        }
    }
}
