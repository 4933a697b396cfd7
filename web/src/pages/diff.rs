//! `/procedures/{id}/diff/{from}..{to}`: two revisions compared.

use crate::Frame;
use crate::pages::history::Revision;
use crate::view::{Change, ProcedureHead};

/// Lines that changed, with their surroundings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk {
    /// `@@ -1,4 +1,5 @@`
    pub header: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

/// The comparison page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffView {
    /// Whose revisions.
    pub head: ProcedureHead,
    /// The older side.
    pub from: Revision,
    /// The newer side.
    pub to: Revision,
    /// What changed in meaning between the two.
    pub changes: Vec<Change>,
    /// The texts compared.
    pub hunks: Vec<Hunk>,
    /// Lines left out because the difference is too long for a page; 0 when it is whole.
    pub left_out: usize,
}

/// The page.
pub fn page(frame: &Frame, view: DiffView) -> String {
    let title = view.head.title;
    frame.render(&title, ())
}
