//! Which tokens a document has already.

use crate::index::encoded::Encoded;
use crate::index::sketch::hash;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Tokens written down once each.
#[derive(Default)]
pub(super) struct Places {
    pub(super) tokens: Encoded,
    seen: Seen,
}

impl Places {
    /// Answers the token's hash.
    pub(super) fn push(&mut self, token: &str) -> u64 {
        let hash = hash(token);
        if self.seen.add(hash) {
            self.tokens.push(token, true);
        }
        hash
    }
}

/// Which tokens were seen, by a 64-bit hash: two of the same hash would cost one of them a place in a field that only
/// says where words stand.
#[derive(Default)]
pub(super) struct Seen(HashSet<u64, BuildHasherDefault<AsItIs>>);

impl Seen {
    pub(super) fn insert(&mut self, token: &str) -> bool {
        self.add(hash(token))
    }

    fn add(&mut self, hash: u64) -> bool {
        self.0.insert(hash)
    }
}

/// The hash of what is a hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
