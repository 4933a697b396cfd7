//! Where a page ended, as an opaque text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Longest cursor that is looked at, in bytes.
const MAX_LEN: usize = 16 << 10;

/// Where a page of results ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// The generation of the index.
    pub(super) generation: u64,
    /// A hash of the search that the page is of.
    pub(super) search: u64,
    /// What the last hit was sorted by: two numbers, larger first, and a text.
    pub(super) rank: (u64, u64),
    pub(super) title: String,
    /// Its repository and path, parted by NUL.
    pub(super) key: String,
}

impl Cursor {
    pub(super) fn write(&self) -> String {
        let fields = (self.generation, self.search, self.rank, &self.title, &self.key);
        // Numbers and texts always have a JSON form.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&fields).unwrap_or_default())
    }

    /// Reads a cursor; none when it is not one of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (generation, search, rank, title, key) = serde_json::from_slice(&decode(text)?).ok()?;
        Some(Self { generation, search, rank, title, key })
    }
}

/// A cursor that is a text alone.
pub(super) fn of_text(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The text of such a cursor; none when it is not one of ours.
pub(super) fn text(cursor: &str) -> Option<String> {
    String::from_utf8(decode(cursor)?).ok()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_LEN {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()
}
