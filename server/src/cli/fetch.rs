//! How the server fetches and pushes: a folder on this machine by itself, a remote in a child process, which is this program again
//! with a hidden subcommand.

use catalog::library::Fetch;
use catalog::mirror::child::Supervisor;
use catalog::mirror::{CommitId, Offer, OfferError, Offered, Progress};
use catalog::repository::Repository;
use std::path::Path;

/// The hidden subcommand.
const SUBCOMMAND: &str = "fetch-child";

/// Fetches by running this program again, with limits.
pub(super) struct Child(Supervisor);

impl Child {
    /// With this very program.
    ///
    /// # Errors
    /// When the system does not say where it is.
    pub(super) fn of_this_program() -> std::io::Result<Self> {
        Ok(Self(Supervisor::new(std::env::current_exe()?, vec![SUBCOMMAND.into()])))
    }
}

impl Fetch for Child {
    fn fetch(
        &self,
        repository: &Repository,
        mirror: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), String> {
        self.0.fetch_with(repository, mirror, progress).map(drop)
    }

    fn offer(
        &self,
        repository: &Repository,
        mirror: &Path,
        base: CommitId,
        offer: &Offer,
    ) -> Result<Offered, OfferError> {
        self.0.offer(repository, mirror, base, offer)
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::Parser;

    #[test]
    fn the_child_is_started_by_a_command_that_there_is() {
        Cli::try_parse_from(["huntshelf", super::SUBCOMMAND]).unwrap();
    }
}
