//! Bare mirrors of git repositories: brought up to date, walked, read.
//!
//! A [`Mirror`] is a bare repository in the data folder, never a checkout. `refs/huntshelf/branch` is the tip of
//! the mirrored branch; `refs/huntshelf/pins/*` are commits that stay whatever becomes of it, and
//! `refs/huntshelf/proposals/*` what somebody would like to see in it. [`update`] brings it up to its remote; [`child`] does that in a process of its own, with
//! limits, because what a remote sends is hostile until proven otherwise. [`Mirror::walk`] tells what every new commit
//! changed, [`rename::pair`] which removed and added files are one, and [`Lineages`] strings revisions together.
//!
//! Neither the `git` program nor the user's git configuration is needed, and nothing of a repository is ever executed. A folder on this machine is mirrored by linking its object files ([`update`] says why).

mod access;
pub mod child;
mod id;
mod known_hosts;
mod lineage;
mod local;
mod named;
mod offered;
mod past;
mod people;
mod pins;
mod pool;
mod proof;
mod proposals;
mod proposed;
mod read;
mod remote;
pub mod rename;
mod route;
mod tree;
mod update;
mod vetted;
mod walk;

pub use access::{Access, Login, Secret};
pub use id::{BlobId, CommitId};
pub use lineage::{FileStatus, Lineages, PathState, Step};
pub use named::Named;
pub use offered::{OWN_BRANCHES, Offer, OfferError, Offered, offer, offer_as_patch};
pub use people::{Mailmap, Person};
pub use proof::{Proof, clone_to_look, proof};
pub use proposals::{MAX_PROPOSALS, Proposal};
pub use read::{Content, Mirror};
pub(crate) use tree::folded;
pub use tree::{Differences, Files, Skipped, SkippedBecause};
pub use update::{BRANCH, Limits, Progress, Updated, update, update_within};
pub use vetted::{Resolver, SystemResolver, refused};
pub use walk::{CommitChanges, CommitInfo, FileChange, Signature, Tree};

use crate::repository::RepositoryError;
use std::path::PathBuf;
use std::sync::Once;

/// What went wrong with a mirror.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// libgit2 could not read or write the mirror.
    #[error("the mirror {}: cannot {doing}: {source}", directory.display())]
    Git {
        /// The mirror.
        directory: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What libgit2 said.
        source: git2::Error,
    },
    /// A file or folder could not be used.
    #[error("{}: cannot {doing}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A commit, tree or blob that should be there is not, or is of another kind.
    #[error("the {kind} {id} is missing from the mirror or damaged")]
    Missing {
        /// `commit`, `tree` or `blob`.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// A tree is larger or deeper than anything that was made by hand.
    #[error("commit {commit} holds more than can be read: {what}")]
    Excessive {
        /// Which commit.
        commit: CommitId,
        /// What there is too much of.
        what: &'static str,
    },
    /// What was given as a commit is none.
    #[error("`{0}` is not a commit id: give 4 to 40 hexadecimal digits")]
    NotACommitId(String),
    /// A short id of several commits.
    #[error(
        "`{given}` is the beginning of {count} commits of this branch; give more digits, such as `{example}`"
    )]
    Ambiguous {
        /// What was given.
        given: String,
        /// How many commits begin so.
        count: usize,
        /// One of them.
        example: CommitId,
    },
    /// The location is none that repositories are mirrored from.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The location of a repository cannot be mirrored.
    #[error("{location} cannot be mirrored: {reason}")]
    Location {
        /// The path or URL, without credentials.
        location: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The branch is not there.
    #[error("{location} has no branch `{branch}`{}; what was mirrored last stays", others_hint(others))]
    NoBranch {
        /// The path or URL, without credentials.
        location: String,
        /// The branch that was asked for.
        branch: String,
        /// Branches that it has.
        others: Vec<String>,
    },
    /// The tag is not there, or names no commit.
    #[error("{location} has no tag `{tag}` of a commit; what was mirrored last stays")]
    NoTag {
        /// The path or URL, without credentials.
        location: String,
        /// The tag that was asked for.
        tag: String,
    },
    /// The remote could not be reached, refused us, or sent something that cannot be used.
    #[error("{location}: {reason}")]
    Remote {
        /// The URL, without credentials.
        location: String,
        /// What happened and, where we know it, what to do.
        reason: String,
    },
    /// The caller's progress function said stop.
    #[error("stopped")]
    Stopped,
    /// Another process brings this mirror up to date.
    #[error("{} is being brought up to date by another process", .0.display())]
    Busy(PathBuf),
}

impl MirrorError {
    /// Whether it may come from a mirror that is damaged, rather than from who sends or asks.
    fn may_be_damage(&self) -> bool {
        matches!(self, Self::Git { .. } | Self::Missing { .. } | Self::Remote { .. } | Self::Io { .. })
    }
}

fn others_hint(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!(" (it has: {})", others.join(", ")) }
}

/// Sets up libgit2 once. Everything here calls it; a program with threads does best to call it first thing in `main`,
/// since libgit2 then looks for the certificates of the system (which takes most of its 25 milliseconds) and notes them
/// in the environment.
pub fn prepare() {
    static ONCE: Once = Once::new();
    // A pack was verified in whole when it was indexed (a remote's) or is trusted like the folder that it was linked
    // from; hashing every object again at every read would double the cost of reading.
    ONCE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        // Every handle would keep up to 256 MiB of commits and small trees; walks keep the trees that they need again.
        git2::opts::enable_caching(false);
    });
}
