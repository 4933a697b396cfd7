//! The supervisor's other errand: a commit pushed to a remote as a new branch.

use super::supervisor::Supervisor;
use super::{Message, Push, Request};
use crate::mirror::offered::{NotPushed, Prepared};
use crate::mirror::{CommitId, Offer, OfferError, Offered};
use crate::repository::{Location, Repository};
use std::path::Path;

impl Supervisor {
    /// Offers a commit on top of `base`, which the mirror in `directory` has: to a remote in a child process, to a folder on
    /// this machine in this one. The mirror stays as it is.
    ///
    /// # Errors
    /// When it cannot be made, or the remote does not take it. Nothing is changed then, here or there; where the remote
    /// fell silent, it may have taken it all the same.
    pub fn offer(
        &self,
        repository: &Repository,
        directory: &Path,
        base: CommitId,
        offer: &Offer,
    ) -> Result<Offered, OfferError> {
        let prepared = Prepared::of(repository, directory, base, offer)?;
        let location = &repository.location;
        let Location::Remote(url) = location else { return prepared.take_to_folder() };
        let access = self
            .entered(repository, url)
            .map_err(|said| OfferError::NoCredentials { location: location.display(), said })?;
        let request = Request {
            url: url.clone(),
            branch: None,
            tag: None,
            proposals: Vec::new(),
            directory: prepared.scratch.repository().to_owned(),
            access,
            limits: self.limits,
            memory: self.memory,
            push: Some(Push { commit: prepared.commit, reference: prepared.reference() }),
        };
        let home = prepared.scratch.folder().to_owned();
        let pushed = match self.ask(request, &home, location, &mut |_| true) {
            Ok(Message::Pushed) => Ok(()),
            Ok(Message::NotPushed(trouble)) => Err(trouble),
            Ok(_) => Err(NotPushed::Unreachable("the process that pushes said something else".to_owned())),
            Err(said) => Err(NotPushed::Unreachable(said)),
        };
        prepared.outcome(pushed)
    }
}
