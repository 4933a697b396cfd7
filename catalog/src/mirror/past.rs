//! Moments of a branch's past: tags, and where it was at a time.

use super::walk::find;
use super::{CommitId, Mirror, MirrorError};
use git2::ErrorCode;

/// Where the tags of the repository are kept.
pub(super) const TAGS: &str = "refs/huntshelf/tags/";
/// Commits that are gone back through, first parents only, to find where the branch was at a time.
const STEPS: usize = 1_000_000;
/// Longest name of a tag.
const NAME: usize = 200;

impl Mirror {
    /// The commits that `to` reaches and `since` does not.
    ///
    /// # Errors
    /// When a commit is missing.
    pub fn between(&self, since: Option<CommitId>, to: CommitId) -> Result<Vec<CommitId>, MirrorError> {
        if since == Some(to) {
            return Ok(Vec::new());
        }
        self.commits_between(&*self.handle()?, since, to)
    }

    /// When the oldest of some commits was committed, seconds since 1970 UTC.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn oldest(&self, commits: &[CommitId]) -> Result<Option<i64>, MirrorError> {
        let repository = self.handle()?;
        let mut oldest = None;
        for id in commits {
            let time = find(&repository, *id)?.committer().when().seconds();
            oldest = Some(oldest.map_or(time, |oldest: i64| oldest.min(time)));
        }
        Ok(oldest)
    }

    /// Where a branch was at a second since 1970 UTC, by the committers' clocks: the newest commit of its first parents
    /// that is not younger. None where all are.
    ///
    /// # Errors
    /// When a commit is missing.
    pub fn newest_before(&self, tip: CommitId, time: i64) -> Result<Option<CommitId>, MirrorError> {
        let repository = self.handle()?;
        let mut at = tip;
        for _ in 0..STEPS {
            let commit = find(&repository, at)?;
            if commit.committer().when().seconds() <= time {
                return Ok(Some(at));
            }
            match commit.parent_id(0) {
                Ok(parent) => at = CommitId(parent),
                Err(_) => return Ok(None),
            }
            // At the border of a shallow clone the parent is named and not there.
            if repository.is_shallow() && repository.find_commit(at.0).is_err() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// The commit that a tag of the repository names, where the branch reaches it.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn tag(&self, name: &str) -> Result<Option<CommitId>, MirrorError> {
        let full = format!("{TAGS}{name}");
        if name.len() > NAME || !git2::Reference::is_valid_name(&full) {
            return Ok(None);
        }
        match self.handle()?.refname_to_id(&full) {
            Ok(id) => Ok(Some(CommitId(id))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.failed("read a tag")(error)),
        }
    }

    /// The names of the tags, that of the newest commit first.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn tags(&self) -> Result<Vec<String>, MirrorError> {
        let repository = self.handle()?;
        let references =
            repository.references_glob(&format!("{TAGS}*")).map_err(self.failed("list its tags"))?;
        let mut tags: Vec<(i64, String)> = Vec::new();
        for reference in references.flatten() {
            let (Ok(name), Ok(commit)) = (reference.name(), reference.peel_to_commit()) else { continue };
            let Some(name) = name.strip_prefix(TAGS) else { continue };
            tags.push((commit.committer().when().seconds(), name.to_owned()));
        }
        tags.sort_by(|one, other| other.cmp(one));
        Ok(tags.into_iter().map(|(_, name)| name).collect())
    }
}
