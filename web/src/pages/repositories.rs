//! `/admin/repositories`: what is mirrored, and how that goes. *Sync now* is a POST to
//! `/admin/repositories/{name}/sync`.

use crate::Frame;
use crate::pages::catalog::Readiness;
use crate::view::Commit;

/// One repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Where it is mirrored from, without credentials.
    pub location: String,
    /// Its branch; none: the remote's `HEAD`.
    pub branch: Option<String>,
    /// The commit that the index stands for; none before the first sync.
    pub tip: Option<Commit>,
    /// What is in it, when it was synced, and what went wrong.
    pub readiness: Readiness,
}

/// The list of repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoriesView {
    /// All of them, in the configured order.
    pub repositories: Vec<RepositoryRow>,
    /// Whether the viewer may start a sync.
    pub may_sync: bool,
}

/// The page.
pub fn page(frame: &Frame, view: RepositoriesView) -> String {
    let _ = view;
    frame.render("Repositories", ())
}
