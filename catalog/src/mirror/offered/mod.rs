//! What people write here, offered to the repository that it belongs to: one commit on top of the mirrored branch, as a
//! branch of its own at the remote, or as the patch that `git am` takes.
//!
//! Nothing of it enters the mirror. The commit is made in a repository beside it that borrows the mirror's objects
//! ([`scratch`]) and is gone afterwards; who wants to see it here merges it there. Nothing that a remote has is moved: the
//! branch must be new, and begin with [`OWN_BRANCHES`].

mod built;
mod folder;
mod mail;
mod paths;
mod push;
mod scratch;

pub(super) use push::{NotPushed, push};
pub(super) use scratch::Scratch;

use super::remote::Visit;
use super::vetted::SystemResolver;
use super::{Access, CommitId, Limits, MirrorError, Person};
use crate::repository::{Location, Repository};
use chrono::{DateTime, Utc};
use std::path::Path;

/// How the name of every branch begins that is pushed from here.
pub const OWN_BRANCHES: &str = "huntshelf/";

/// Longest name of a branch, in bytes.
const MAX_BRANCH: usize = 200;

/// One commit that somebody would like to see in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The name of the branch that is made, without `refs/heads/`; it begins with [`OWN_BRANCHES`].
    pub branch: String,
    /// Files by their path from the root, with their new bytes; none removes one that is there.
    pub files: Vec<(String, Option<Vec<u8>>)>,
    /// Who wrote it.
    pub author: Person,
    /// What the commit says; its first line is the subject.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was made at the remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The commit.
    pub commit: CommitId,
    /// The branch, without `refs/heads/`.
    pub branch: String,
}

/// Why an offer cannot be made, or was not taken.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// There is no such repository.
    #[error("there is no repository named {0}")]
    NoRepository(String),
    /// The configuration does not allow it.
    #[error("nothing may be pushed to {repository} from here")]
    NotAllowed {
        /// The repository's name.
        repository: String,
    },
    /// The name of the branch cannot be used.
    #[error("no branch {branch:?} can be made: {reason}")]
    Branch {
        /// The name.
        branch: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is such a branch already.
    #[error("{location} already has a branch {branch}")]
    BranchExists {
        /// The path or URL, without credentials.
        location: String,
        /// The branch.
        branch: String,
    },
    /// A file cannot be put there, or is not there to be removed.
    #[error("{path:?}: {reason}")]
    Path {
        /// The path.
        path: String,
        /// What stands against it.
        reason: String,
    },
    /// There is more than one commit should hold.
    #[error("there is too much for one commit: {0}")]
    Excessive(String),
    /// Everything is there already.
    #[error("the files are just so at {0} already: there is nothing to commit")]
    Nothing(CommitId),
    /// Author or message cannot stand in a commit.
    #[error("{0}")]
    Unsaid(&'static str),
    /// The remote does not let us in, or does not let us write.
    #[error("{location} does not let us write: {said}")]
    NoCredentials {
        /// The path or URL, without credentials.
        location: String,
        /// What it said.
        said: String,
    },
    /// The remote let us in and does not take the branch.
    #[error("{location} did not take the branch {branch}: {said}")]
    Refused {
        /// The path or URL, without credentials.
        location: String,
        /// The branch.
        branch: String,
        /// What it said.
        said: String,
    },
    /// The remote could not be reached, or fell silent.
    #[error("{location} cannot be reached: {said}")]
    Unreachable {
        /// The path or URL, without credentials.
        location: String,
        /// What happened.
        said: String,
    },
    /// The mirror could not be read, or nothing written beside it.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

impl OfferError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoRepository(_) => "Choose one of the repositories that are mirrored.",
            Self::NotAllowed { .. } => {
                "Whoever runs this server can allow it with `push = true` at the repository. Until then, take the patch \
                 and apply it with `git am`."
            }
            Self::Branch { .. } => "Choose another name: `huntshelf/` and letters, digits, `-`, `_`, `.`.",
            Self::BranchExists { .. } => {
                "Choose another name for the branch, or delete it at the remote if nobody needs it any more."
            }
            Self::Path { .. } => "Choose another path.",
            Self::Excessive(_) => "Offer it in several commits.",
            Self::Nothing(_) => "Nothing is left to do: the repository has it.",
            Self::Unsaid(_) => "Give both: who wrote it, and one line that says what it is.",
            Self::NoCredentials { .. } => {
                "Give the repository a token (`token_file`, `token_env`) or key (`ssh_key_file`) that may write, or take \
                 the patch."
            }
            Self::Refused { .. } => {
                "See what the remote says of it: a rule for branches, a hook, a quota. Or take the patch."
            }
            Self::Unreachable { .. } => {
                "Try again later, after a look whether the branch is there by now. Or take the patch."
            }
            Self::Mirror(_) => "Sync the repository and try again.",
        }
    }
}

/// Offers it to the remote of a mirror, in this process. [`super::child::Supervisor::offer`] does so with limits.
///
/// # Errors
/// When it cannot be made, or the remote does not take it. Nothing is changed then, here or there.
pub fn offer(
    repository: &Repository,
    directory: &Path,
    base: CommitId,
    offer: &Offer,
) -> Result<Offered, OfferError> {
    let prepared = Prepared::of(repository, directory, base, offer)?;
    let Location::Remote(url) = &repository.location else { return prepared.take_to_folder() };
    let access = Access::of_this_user()
        .for_repository(repository, &|name| std::env::var(name).ok())
        .map_err(|said| OfferError::NoCredentials { location: repository.location.display(), said })?;
    let visit = Visit { url, access: &access, limits: Limits::default(), resolver: &SystemResolver };
    let pushed =
        push(prepared.scratch.repository(), &visit, prepared.commit, &prepared.reference(), &mut |_| true);
    prepared.outcome(pushed)
}

/// The same commit as a patch in the form of a mail, as `git format-patch` writes it and `git am` takes it.
///
/// # Errors
/// When no such commit can be made. Where it would go, and whether it might be pushed, does not matter.
pub fn offer_as_patch(directory: &Path, base: CommitId, offer: &Offer) -> Result<String, OfferError> {
    let scratch = Scratch::beside(directory)?;
    let made = built::build(scratch.repository(), base, offer)?;
    mail::write(scratch.repository(), made.commit)
}

/// An offer whose commit is made.
pub(super) struct Prepared<'a> {
    repository: &'a Repository,
    branch: &'a str,
    base: CommitId,
    pub(super) scratch: Scratch,
    pub(super) commit: CommitId,
    objects: Vec<git2::Oid>,
}

impl<'a> Prepared<'a> {
    /// Checks an offer and makes its commit.
    pub(super) fn of(
        repository: &'a Repository,
        directory: &Path,
        base: CommitId,
        offer: &'a Offer,
    ) -> Result<Self, OfferError> {
        if !repository.entrance.push {
            return Err(OfferError::NotAllowed { repository: repository.name.clone() });
        }
        check_branch(repository, &offer.branch)?;
        let scratch = Scratch::beside(directory)?;
        let built::Built { commit, objects } = built::build(scratch.repository(), base, offer)?;
        Ok(Self { repository, branch: &offer.branch, base, scratch, commit, objects })
    }

    /// The reference at the remote, in full.
    pub(super) fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// Writes commit and branch into a repository on this machine.
    pub(super) fn take_to_folder(self) -> Result<Offered, OfferError> {
        let Location::Path(path) = &self.repository.location else {
            let said = "it is not on this machine".to_owned();
            return self.outcome(Err(NotPushed::Unreachable(said)));
        };
        let (from, reference) = (self.scratch.repository(), self.reference());
        let taken = folder::take(from, path, self.base, self.commit, &self.objects, &reference);
        self.outcome(taken)
    }

    /// What became of it at the remote.
    pub(super) fn outcome(&self, pushed: Result<(), NotPushed>) -> Result<Offered, OfferError> {
        let (location, branch) = (self.repository.location.display(), self.branch.to_owned());
        match pushed {
            Ok(()) => Ok(Offered { commit: self.commit, branch }),
            Err(NotPushed::BranchExists) => Err(OfferError::BranchExists { location, branch }),
            Err(NotPushed::NoCredentials(said)) => Err(OfferError::NoCredentials { location, said }),
            Err(NotPushed::Refused(said)) => Err(OfferError::Refused { location, branch, said }),
            Err(NotPushed::Unreachable(said)) => Err(OfferError::Unreachable { location, said }),
        }
    }
}

/// Refuses a branch that is not ours to make.
fn check_branch(repository: &Repository, branch: &str) -> Result<(), OfferError> {
    let refuse =
        |reason| Err(OfferError::Branch { branch: branch.chars().take(MAX_BRANCH).collect(), reason });
    if repository.branch.as_deref() == Some(branch) {
        return refuse("it is the branch that the catalog is made of, which only a merge may move");
    }
    let own = branch.strip_prefix(OWN_BRANCHES).filter(|rest| !rest.is_empty());
    if own.is_none() {
        return refuse("branches from here begin with `huntshelf/`");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if branch.len() > MAX_BRANCH
        || !branch.chars().all(plain)
        || !git2::Reference::is_valid_name(&format!("refs/heads/{branch}"))
    {
        return refuse("it is no name of a branch, or too long");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
