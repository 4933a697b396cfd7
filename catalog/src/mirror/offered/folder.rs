//! Takes a commit into a repository on this machine: its objects written there, then the branch. No hook of it is run.

use super::super::CommitId;
use super::super::local::Source;
use super::super::pool::open_bare;
use super::NotPushed;
use git2::{ErrorCode, Oid};
use std::path::Path;

pub(super) fn take(
    from: &Path,
    to: &Path,
    base: CommitId,
    commit: CommitId,
    objects: &[Oid],
    reference: &str,
) -> Result<(), NotPushed> {
    let unreachable = |error: &dyn std::fmt::Display| NotPushed::Unreachable(error.to_string());
    let source = Source::open(to).map_err(|error| unreachable(&error))?;
    let target = open_bare(source.common()).map_err(|error| unreachable(&error))?;
    let own = open_bare(from).map_err(|error| unreachable(&error))?;
    if target.find_reference(reference).is_ok() {
        return Err(NotPushed::BranchExists);
    }
    if target.find_commit(base.0).is_err() {
        let said = format!("it has no commit {} any more; sync the repository first", base.short(10));
        return Err(NotPushed::Refused(said));
    }
    let write = || {
        let (own, odb) = (own.odb()?, target.odb()?);
        for id in objects {
            let object = own.read(*id)?;
            odb.write(object.kind(), object.data())?;
        }
        target.reference(reference, commit.0, false, "offered from Huntshelf").map(drop)
    };
    write().map_err(|error: git2::Error| match error.code() {
        ErrorCode::Exists => NotPushed::BranchExists,
        _ => NotPushed::NoCredentials(error.message().trim().to_owned()),
    })
}
