//! A sketch of a text, by which texts that are nearly the same are found: what share of their runs of words two texts have
//! in common can be told from their sketches alone.
//!
//! The runs of five tokens are hashed and dealt into 64 bins by their hash, and of each bin the least is kept (minwise
//! hashing with one permutation: P. Li, A. Owen and C.-H. Zhang, *One Permutation Hashing*, 2012): two texts have the same in a bin as
//! often as they have a run in common.

use std::fmt::Write;

/// How many bins a sketch has.
const BINS: usize = 64;
/// How many numbers of a column it takes: eight bins each.
const WORDS: usize = BINS / 8;
/// How many tokens make a run.
const RUN: usize = 5;
/// Fewest runs of a text that is worth comparing: less is a heading and an import.
const LEAST_RUNS: usize = 40;
/// How many bins make a band; texts are compared that have all of one band in common.
const BAND: usize = 4;
/// How many bands are looked up. Of texts that have nine tenths in common, all but one in 10,000 share one; of such that
/// have eight tenths, all but 15 in 1,000.
const BANDS: usize = 8;

/// Makes a sketch, token by token.
pub(super) struct Sketcher {
    last: [u64; RUN],
    tokens: usize,
    least: [u64; BINS],
}

impl Default for Sketcher {
    fn default() -> Self {
        Self { last: [0; RUN], tokens: 0, least: [u64::MAX; BINS] }
    }
}

impl Sketcher {
    /// The next token, by its hash.
    pub(super) fn push(&mut self, token: u64) {
        self.last.rotate_left(1);
        self.last[RUN - 1] = token;
        self.tokens += 1;
        if self.tokens >= RUN {
            let run = self.last.iter().fold(0, |run: u64, token| mixed(run.rotate_left(5) ^ token));
            let bin = usize::try_from(run >> 58).unwrap_or(0) % BINS;
            self.least[bin] = self.least[bin].min(run);
        }
    }

    /// The sketch; none of a text that is too short.
    pub(super) fn finish(&self) -> Option<Sketch> {
        if self.tokens < LEAST_RUNS + RUN - 1 {
            return None;
        }
        let mut bins = [0; BINS];
        for (bin, kept) in bins.iter_mut().enumerate() {
            // An empty bin takes what the next one has, and says how far it looked.
            let (far, least) = (0..BINS)
                .map(|far| (far as u64, self.least[(bin + far) % BINS]))
                .find(|(_, least)| *least != u64::MAX)?;
            *kept = mixed(least.wrapping_add(far)).to_le_bytes()[0];
        }
        Some(Sketch(bins))
    }
}

/// FNV-1a of a token.
pub(super) fn hash(token: &str) -> u64 {
    let hash = token.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ (hash >> 29)
}

/// Spreads the bits of a number (the finalizer of `SplitMix64`).
fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A sketch of a text: what is kept of each bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sketch([u8; BINS]);

impl Sketch {
    /// The numbers that a column holds.
    pub(super) fn words(&self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        for (word, bins) in words.iter_mut().zip(self.0.as_chunks().0) {
            *word = u64::from_le_bytes(*bins);
        }
        words
    }

    /// From the numbers of a column; none of a document that has none.
    pub(super) fn of_words(words: impl Iterator<Item = u64>) -> Option<Self> {
        let bytes: Vec<u8> = words.take(WORDS).flat_map(u64::to_le_bytes).collect();
        Some(Self(bytes.try_into().ok()?))
    }

    /// The names of its bands.
    pub(super) fn bands(&self) -> impl Iterator<Item = String> + '_ {
        self.0.chunks(BAND).take(BANDS).enumerate().map(|(band, bins)| {
            bins.iter().fold(band.to_string(), |mut name, bin| {
                // Writing to a text does not fail.
                let _ = write!(name, ".{bin}");
                name
            })
        })
    }

    /// About how much two texts have in common, in percent; 100 only of sketches that are the same.
    pub(super) fn alike(&self, other: &Self) -> u8 {
        let same = self.0.iter().zip(other.0).filter(|(own, other)| **own == *other).count();
        u8::try_from(same * 100 / BINS).unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch(tokens: &[u64]) -> Option<Sketch> {
        let mut sketcher = Sketcher::default();
        for token in tokens {
            sketcher.push(mixed(*token));
        }
        sketcher.finish()
    }

    /// The true share of runs in common, in percent.
    fn truth(one: &[u64], other: &[u64]) -> usize {
        let runs = |tokens: &[u64]| {
            tokens.windows(RUN).map(<[u64]>::to_vec).collect::<std::collections::HashSet<_>>()
        };
        let (one, other) = (runs(one), runs(other));
        100 * one.intersection(&other).count() / one.union(&other).count().max(1)
    }

    #[test]
    fn what_texts_have_in_common_is_told_from_their_sketches() {
        let whole: Vec<u64> = (0..2_000).collect();
        for changed in [0_usize, 50, 100, 200, 400, 1_000, 2_000] {
            let other: Vec<u64> =
                (0..2_000).map(|at| if at < changed as u64 { at + 10_000 } else { at }).collect();
            let truth = truth(&whole, &other);
            let told = usize::from(sketch(&whole).unwrap().alike(&sketch(&other).unwrap()));
            assert!(told.abs_diff(truth) <= 12, "{changed} of 2000 changed: {told} told, {truth} true");
        }
    }

    #[test]
    fn texts_that_are_nearly_the_same_share_a_band() {
        for seed in 0..200_u64 {
            let whole: Vec<u64> = (0..500).map(|at| seed * 1_000 + at).collect();
            let mut other = whole.clone();
            other[250] = u64::MAX;
            other[499] = u64::MAX;
            let (one, other) = (sketch(&whole).unwrap(), sketch(&other).unwrap());
            let bands: Vec<_> = other.bands().collect();
            assert!(one.bands().any(|band| bands.contains(&band)), "seed {seed}");
        }
    }

    #[test]
    fn a_text_of_few_words_has_no_sketch() {
        assert_eq!(sketch(&(0..43).collect::<Vec<_>>()), None);
        assert!(sketch(&(0..44).collect::<Vec<_>>()).is_some());
    }

    proptest! {
        #[test]
        fn a_sketch_survives_its_column(tokens in prop::collection::vec(any::<u64>(), 44..200)) {
            let one = sketch(&tokens).unwrap();
            prop_assert_eq!(Sketch::of_words(one.words().into_iter()), Some(one));
            prop_assert_eq!(one.alike(&one), 100);
            prop_assert_eq!(one.bands().count(), BANDS);
        }
    }

    #[test]
    fn what_is_no_sketch_is_none() {
        assert_eq!(Sketch::of_words([1, 2].into_iter()), None);
        assert_eq!(Sketch::of_words(std::iter::empty()), None);
    }
}
