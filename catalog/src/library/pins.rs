//! Commits that stay whatever becomes of the branch, because copies name them; and what is proposed to it.

use super::{Library, LibraryError, Shelf};
use crate::mirror::{CommitId, CommitInfo, Mirror, MirrorError, Proposal};
use std::sync::Arc;

/// A commit that is kept, because copies name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Which one, in full.
    pub commit: String,
    /// What it says of itself; none where the mirror has lost it.
    pub told: Option<CommitInfo>,
    /// Whether the branch reaches it too: it would stay without being kept.
    pub on_branch: bool,
}

impl Library {
    /// Keeps a commit of a repository, with its history, through everything that may become of its branch.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when neither the branch nor a pin reaches it, and when the mirror cannot be written.
    pub fn pin(&self, repo: &str, commit: &str) -> Result<(), LibraryError> {
        let (_, mirror) = self.mirrored(repo)?;
        let failed = LibraryError::mirror(repo);
        let commit = resolve(&mirror, repo, commit)?;
        mirror.pin(commit).map_err(&failed)
    }

    /// Lets a commit go that was kept, by its full id. Where the branch does not reach it, and no other pin, it is not
    /// found any more, and the next sync makes the mirror anew without it. Whether it was kept.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] for what is no full id, and when the mirror cannot be written.
    pub fn purge(&self, repo: &str, commit: &str) -> Result<bool, LibraryError> {
        let (_, mirror) = self.mirrored(repo)?;
        let commit: CommitId =
            commit.parse().map_err(|_| LibraryError::Commit(format!("{commit} is no commit id in full")))?;
        mirror.unpin(commit).map_err(LibraryError::mirror(repo))
    }

    /// Whether the branch or a pin reaches a commit.
    pub fn reaches(&self, repo: &str, commit: &str) -> bool {
        self.mirrored(repo).is_ok_and(|(_, mirror)| resolve(&mirror, repo, commit).is_ok())
    }

    /// The commits that are kept.
    ///
    /// # Errors
    /// When there is no such repository, or its mirror cannot be opened.
    pub fn pins(&self, repo: &str) -> Result<Vec<String>, LibraryError> {
        let mut pins: Vec<_> = self.mirrored(repo)?.1.pins().iter().map(ToString::to_string).collect();
        pins.sort_unstable();
        Ok(pins)
    }

    /// The commits that are kept, with what they say of themselves, newest first.
    ///
    /// # Errors
    /// When there is no such repository, or its mirror cannot be read.
    pub fn kept(&self, repo: &str) -> Result<Vec<Pin>, LibraryError> {
        let (_, mirror) = self.mirrored(repo)?;
        let mut kept = Vec::new();
        for commit in mirror.pins() {
            let told = match mirror.commit(commit) {
                Ok(told) => Some(told),
                Err(MirrorError::Missing { .. }) => None,
                Err(error) => return Err(LibraryError::mirror(repo)(error)),
            };
            let on_branch = mirror.is_on_branch(commit).map_err(LibraryError::mirror(repo))?;
            kept.push(Pin { commit: commit.to_string(), told, on_branch });
        }
        let when = |pin: &Pin| pin.told.as_ref().map(|told| told.committer.when_seconds);
        kept.sort_by(|one, other| (when(other), &other.commit).cmp(&(when(one), &one.commit)));
        Ok(kept)
    }

    /// What is proposed to a repository's branch: those with the highest numbers first.
    ///
    /// # Errors
    /// When there is no such repository, or its mirror cannot be read.
    pub fn proposals(&self, repo: &str) -> Result<Vec<Proposal>, LibraryError> {
        self.mirrored(repo)?.1.proposals().map_err(LibraryError::mirror(repo))
    }

    pub(super) fn mirrored(&self, repo: &str) -> Result<(Arc<Shelf>, Arc<Mirror>), LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        let mirror = self.mirror(&shelf)?;
        Ok((shelf, mirror))
    }
}

fn resolve(mirror: &Mirror, repo: &str, commit: &str) -> Result<CommitId, LibraryError> {
    let found = mirror.resolve(commit).map_err(LibraryError::mirror(repo))?;
    found.ok_or_else(|| {
        LibraryError::Commit(format!("{commit} is not a commit that the branch of {repo} or a pin reaches"))
    })
}
