//! What a revision changed in meaning: one kind of the API, where, from what to what, and a sentence.

use serde::{Deserialize, Serialize};

/// What a revision changed in meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// One of the change kinds of the API (`technique-added`, `metadata-lost`, …).
    pub kind: String,
    /// The cell it is about, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    /// The metadata key it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The change as a sentence.
    pub text: String,
}

/// The change kinds of the API.
pub const CHANGE_KINDS: [&str; 26] = [
    "added",
    "deleted",
    "renamed",
    "id-changed",
    "title-changed",
    "description-changed",
    "technique-added",
    "technique-removed",
    "technique-remapped",
    "tactic-changed",
    "data-source-changed",
    "tag-changed",
    "key-changed",
    "query-changed",
    "parameter-changed",
    "cell-added",
    "cell-removed",
    "cell-moved",
    "customer-text-changed",
    "guidance-changed",
    "code-changed",
    "tags-lost",
    "metadata-lost",
    "metadata-restored",
    "outputs-committed",
    "lint-changed",
];

/// Longest value of a change that is kept, in characters.
const MAX_VALUE: usize = 300;

impl Change {
    pub(super) fn new(kind: &str, text: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), cell: None, key: None, before: None, after: None, text: text.into() }
    }

    pub(super) fn of_key(mut self, key: &str) -> Self {
        self.key = Some(shortened(key));
        self
    }

    pub(super) fn in_cell(mut self, cell: usize) -> Self {
        self.cell = Some(cell);
        self
    }

    pub(super) fn from(mut self, before: &str) -> Self {
        self.before = Some(shortened(before));
        self
    }

    pub(super) fn to(mut self, after: &str) -> Self {
        self.after = Some(shortened(after));
        self
    }
}

/// The change of a file that moved. Whether one did is known to who walks the commits.
pub fn renamed(before: &str, after: &str) -> Change {
    Change::new("renamed", format!("Moved from {} to {}", shortened(before), shortened(after)))
        .from(before)
        .to(after)
}

/// A value of one line and bounded length.
pub(super) fn shortened(text: &str) -> String {
    let mut short = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_VALUE {
            short.push('…');
            break;
        }
        short.push(if c.is_control() { ' ' } else { c });
    }
    short
}
