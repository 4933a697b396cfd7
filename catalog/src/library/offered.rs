//! What people write here, offered to the repository that it belongs to.

use super::{Library, LibraryError, Shelf};
use crate::mirror::{CommitId, Offer, OfferError, Offered, offer_as_patch};
use std::sync::Arc;

impl Library {
    /// Whether what people write here may be pushed to a repository, by its configuration.
    pub fn may_be_offered(&self, repo: &str) -> bool {
        self.shelf(repo).is_some_and(|shelf| shelf.repository.entrance.push)
    }

    /// Pushes one commit on top of `base`, a commit that the mirror has, as a branch that is new at the remote.
    ///
    /// # Errors
    /// When it is not allowed or cannot be made, or the remote does not take it; [`OfferError::remedy`] says what to do.
    pub fn offer(&self, repo: &str, base: CommitId, offer: &Offer) -> Result<Offered, OfferError> {
        let shelf = self.offered_to(repo)?;
        self.fetch.offer(&shelf.repository, &self.mirror_folder(repo), base, offer)
    }

    /// The same commit as a patch that `git am` takes, for who may not push.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn offer_as_patch(&self, repo: &str, base: CommitId, offer: &Offer) -> Result<String, OfferError> {
        self.offered_to(repo)?;
        offer_as_patch(&self.mirror_folder(repo), base, offer)
    }

    /// The files of a repository that have a path as a commit left it, but for case and how letters are composed; that one
    /// too, where it is there.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn alike(&self, repo: &str, at: CommitId, path: &str) -> Result<Vec<String>, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        let alike = self.mirror(&shelf)?.alike(at, [path]).map_err(LibraryError::mirror(repo))?;
        Ok(alike.into_iter().flatten().collect())
    }

    fn offered_to(&self, repo: &str) -> Result<Arc<Shelf>, OfferError> {
        self.shelf(repo).ok_or_else(|| OfferError::NoRepository(repo.to_owned()))
    }
}
