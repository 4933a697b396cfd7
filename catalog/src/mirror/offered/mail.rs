//! A commit as a mail, as `git format-patch` writes it.

use super::super::pool::open_bare;
use super::super::{CommitId, MirrorError};
use super::OfferError;
use git2::{Email, EmailCreateOptions};
use std::path::Path;

pub(super) fn write(directory: &Path, commit: CommitId) -> Result<String, OfferError> {
    let failed =
        |source| MirrorError::Git { directory: directory.to_owned(), doing: "write a patch", source };
    let repository = open_bare(directory)?;
    let commit = repository.find_commit(commit.0).map_err(failed)?;
    let mut options = EmailCreateOptions::new();
    // What is no text goes along too.
    options.diff_options().show_binary(true).id_abbrev(40);
    let mail = Email::from_commit(&commit, &mut options).map_err(failed)?;
    Ok(String::from_utf8_lossy(mail.as_slice()).into_owned())
}
