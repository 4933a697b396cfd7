//! Notebook against notebook. For now: the two texts as a unified diff.

use serde::{Deserialize, Serialize};

/// A unified diff, as text and as hunks for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unified {
    /// The diff as `diff -u` writes it.
    pub text: String,
    /// The same by hunks.
    pub hunks: Vec<Hunk>,
}

/// Lines that changed, with their surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// `@@ -1,4 +1,5 @@`
    pub header: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `' '`, `'-'` or `'+'`.
    pub sign: char,
    /// Line number on the old side, from 1.
    pub old: Option<u32>,
    /// Line number on the new side, from 1.
    pub new: Option<u32>,
    /// The text in pieces; `true` marks what changed within the line.
    pub pieces: Vec<(bool, String)>,
}
