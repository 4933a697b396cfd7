//! Random bytes, passed in, and what is made of them: ids and secrets.

use crate::clock::Clock;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Gives random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's generator.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random numbers there are no secrets, and nothing that follows would be safe.
        getrandom::fill(bytes).expect("the system gives random bytes");
    }
}

/// Digits without those that are taken for others (Crockford's base 32, in lower case).
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Bytes as base 32 digits, five bits each.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(held >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// An id for a row on record: 26 digits that sort by the time they were made at.
pub fn id(clock: &dyn Clock, entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes[6..]);
    bytes[..6].copy_from_slice(&clock.now().timestamp_millis().to_be_bytes()[2..]);
    base32(&bytes)
}

/// A short id that people read and type: eight digits.
pub fn short_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 5];
    entropy.fill(&mut bytes);
    base32(&bytes)
}

/// A secret of 256 random bits, and never written down: the database keeps its [`Hash`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one that begins with `prefix`.
    pub fn new(prefix: &str, entropy: &dyn Entropy) -> Self {
        let mut bytes = [0_u8; 32];
        entropy.fill(&mut bytes);
        Self(format!("{prefix}{}", base32(&bytes)))
    }

    /// One that somebody brought. Anything may stand in it.
    pub fn brought(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself, to hand it out once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. A plain hash will do: nobody guesses 256 bits.
    pub fn hash(&self) -> String {
        sha256(self.0.as_bytes())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FixedClock, SeededEntropy};

    #[test]
    fn ids_sort_by_the_time_they_were_made_at() {
        let (clock, entropy) = (FixedClock::default(), SeededEntropy::default());
        let first = id(&clock, &entropy);
        clock.advance(chrono::Duration::milliseconds(1));
        let second = id(&clock, &entropy);
        assert!(first < second);
        assert_eq!((first.len(), second.len()), (26, 26));
    }

    #[test]
    fn secrets_are_not_written_by_debug() {
        let secret = Secret::new("hs_", &SeededEntropy::default());
        assert!(secret.reveal().starts_with("hs_") && secret.reveal().len() == 55);
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
