//! `/procedures/{id}/history`: its revisions, newest first.
//!
//! The comparison is a GET form to `/procedures/{id}/diff` with `from` and `to` (and `repo` where links name it), full
//! commit ids; the server redirects it to `/procedures/{id}/diff/{from}..{to}`. Further pages: `?cursor=`.

use crate::Frame;
use crate::view::{Change, Commit, ProcedureHead, When};

/// What a commit did to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// It was not there before.
    Added,
    /// Its content changed.
    #[default]
    Modified,
    /// It came from another path.
    Renamed,
    /// It went.
    Deleted,
}

/// One revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// Its commit.
    pub commit: Commit,
    /// First line of the message.
    pub subject: String,
    /// The author's name as git has it.
    pub author: String,
    /// Author time.
    pub authored: When,
    /// What happened to the file.
    pub status: Status,
    /// The path after it (before it, when deleted).
    pub path: String,
    /// The path before, when renamed.
    pub previous_path: Option<String>,
    /// What that meant.
    pub changes: Vec<Change>,
}

/// The history page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryView {
    /// Whose history.
    pub head: ProcedureHead,
    /// How many revisions there are in all.
    pub total: usize,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// This page, newest first.
    pub revisions: Vec<Revision>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: HistoryView) -> String {
    let title = view.head.title;
    frame.render(&title, ())
}
