//! `/problems`: what is wrong with files at their branches' tips, by file. Further pages: `?cursor=`.

use crate::Frame;
use crate::view::Diagnostic;

/// What is wrong with one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileProblems {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// Its procedure's id, for the link.
    pub id: String,
    /// Whether links must name the repository.
    pub repo_in_links: bool,
    /// What is wrong, worst first.
    pub diagnostics: Vec<Diagnostic>,
}

/// The problems page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemsView {
    /// By repository and path.
    pub files: Vec<FileProblems>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: ProblemsView) -> String {
    let _ = view;
    frame.render("Problems", ())
}
