//! Random inputs that can be made again: a small generator, and the loop that drives a fuzz target with it.

#![allow(clippy::print_stdout, reason = "it says how much it did")]

use std::time::{Duration, Instant};

/// A small generator (splitmix64), so that a finding can be repeated from its seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap_or_default()
    }
}

/// Runs a target with one seed after another for `HUNTSHELF_FUZZ_SECONDS` (by default two), from `HUNTSHELF_FUZZ_SEED`.
pub(crate) fn drive(what: &str, run: impl Fn(&mut Dice)) {
    let variable = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = variable("HUNTSHELF_FUZZ_SECONDS").unwrap_or(2);
    let first: u64 = variable("HUNTSHELF_FUZZ_SEED").unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut runs = 0;
    while Instant::now() < end {
        run(&mut Dice(first + runs));
        runs += 1;
    }
    println!("{what}: {runs} inputs in {seconds} s, seeds from {first}");
    assert!(runs > 0);
}
