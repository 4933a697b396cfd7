//! What a proposal would do to the branch: its commits, and the files that it has otherwise than where it left the branch.

use super::tree::{Differences, TreeReader};
use super::walk::find;
use super::{CommitId, CommitInfo, Mirror, MirrorError};
use git2::ErrorCode;

impl Mirror {
    /// The commit where two lines of history parted; none where they have nothing in common.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn merge_base(&self, one: CommitId, other: CommitId) -> Result<Option<CommitId>, MirrorError> {
        match self.handle()?.merge_base(one.0, other.0) {
            Ok(base) => Ok(Some(CommitId(base))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.failed("find where a proposal left the branch")(error)),
        }
    }

    /// The commits that `to` reaches and `since` does not, newest first: so many, and how many there are in all.
    ///
    /// # Errors
    /// When a commit is missing.
    pub fn commits_since(
        &self,
        since: Option<CommitId>,
        to: CommitId,
        most: usize,
    ) -> Result<(Vec<CommitInfo>, usize), MirrorError> {
        let repository = self.handle()?;
        let ids = self.commits_between(&repository, since, to)?;
        let total = ids.len();
        drop(repository);
        let commits = ids.into_iter().rev().take(most).map(|id| self.commit(id)).collect::<Result<_, _>>()?;
        Ok((commits, total))
    }

    /// What one commit has otherwise than another; without the other, all that it has.
    ///
    /// # Errors
    /// When a commit or tree is missing or excessive.
    pub fn differences(
        &self,
        from: Option<CommitId>,
        to: CommitId,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Differences, MirrorError> {
        let repository = self.handle()?;
        let root = find(&repository, to)?.tree_id();
        let before = match from {
            Some(from) => vec![find(&repository, from)?.tree_id()],
            None => Vec::new(),
        };
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        TreeReader::new(odb, self.trees()).differences(to, root, &before, wanted)
    }
}
