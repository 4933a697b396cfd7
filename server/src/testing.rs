//! For tests: a clock that stands still, random numbers that repeat, and the whole application in a temporary folder.

use crate::clock::Clock;
use crate::entropy::Entropy;
use chrono::{DateTime, Duration, Utc};
use std::sync::Mutex;

/// A clock that stands still until it is told otherwise. It begins at noon on 24 November 2026.
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl Default for FixedClock {
    fn default() -> Self {
        Self(Mutex::new(crate::clock::from_seconds(1_795_521_600)))
    }
}

impl FixedClock {
    /// Moves it on.
    ///
    /// # Panics
    /// When a test panicked while it held the clock.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().expect("no test panics while it holds the clock") += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no test panics while it holds the clock")
    }
}

/// Random numbers that are the same each time (splitmix64).
#[derive(Default)]
pub struct SeededEntropy(Mutex<u64>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("no test panics while it holds the generator");
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
