//! Markdown -> safe HTML; code highlighting.

use serde::{Deserialize, Serialize};

/// A heading of a rendered notebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// The anchor on the page, unique within the notebook.
    pub anchor: String,
    /// The cell that it stands in, from 0.
    pub cell: usize,
}
