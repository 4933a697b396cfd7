//! Moments of a branch's past: tags, and where it was at a time.

use super::pool::open_bare;
use super::walk::find;
use super::{CommitId, Mirror, MirrorError};
use git2::{ErrorCode, Oid};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Where the tags of the repository are kept.
const TAGS: &str = "refs/huntshelf/tags/";
/// Where they are in the repository, and how a remote names what an annotated one leads to.
const REMOTE_TAGS: &str = "refs/tags/";
const PEELED: &str = "^{}";
/// Tags that are kept: of more the last by name, which are the newest versions more often than not.
const MAX_TAGS: usize = 1_000;
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
            Ok(id) => {
                let id = CommitId(id);
                let Some(tip) = self.tip()? else { return Ok(None) };
                Ok(self.reachable(tip)?.binary_search(&id).is_ok().then_some(id))
            }
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.failed("read a tag")(error)),
        }
    }

    /// The names of the tags that the branch reaches, that of the newest commit first.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn tags(&self) -> Result<Vec<String>, MirrorError> {
        let repository = self.handle()?;
        let references =
            repository.references_glob(&format!("{TAGS}*")).map_err(self.failed("list its tags"))?;
        let Some(tip) = self.tip()? else { return Ok(Vec::new()) };
        let reachable = self.reachable(tip)?;
        let mut tags: Vec<(i64, String)> = Vec::new();
        for reference in references.flatten() {
            let (Ok(name), Ok(commit)) = (reference.name(), reference.peel_to_commit()) else { continue };
            let Some(name) = name.strip_prefix(TAGS) else { continue };
            if reachable.binary_search(&CommitId(commit.id())).is_err() {
                continue;
            }
            tags.push((commit.committer().when().seconds(), name.to_owned()));
        }
        tags.sort_by(|one, other| other.cmp(one));
        Ok(tags.into_iter().map(|(_, name)| name).collect())
    }
}

/// Whether a reference of a repository is a tag, or what one leads to.
pub(super) fn is_tag(name: &str) -> bool {
    name.strip_prefix(REMOTE_TAGS).is_some_and(|name| name.len() <= NAME + PEELED.len())
}

/// The tags among a repository's references, with what they lead to as far as the repository says so.
pub(super) fn tags(references: &BTreeMap<String, Oid>) -> Vec<(String, Oid)> {
    let of_tag = |(name, id): (&String, &Oid)| {
        let own = name.strip_prefix(REMOTE_TAGS).filter(|own| !own.ends_with(PEELED))?;
        Some((own.to_owned(), *references.get(&format!("{name}{PEELED}")).unwrap_or(id)))
    };
    let mut tags: Vec<_> = references.iter().rev().filter_map(of_tag).take(MAX_TAGS).collect();
    tags.reverse();
    tags
}

/// Makes these the tags of the mirror in a folder, as far as their commits are there; others go.
pub(super) fn set_tags(directory: &Path, tags: &[(String, Oid)]) -> Result<(), MirrorError> {
    let failed =
        |source| MirrorError::Git { directory: directory.to_owned(), doing: "note its tags", source };
    let repository = open_bare(directory)?;
    let mut before: HashMap<String, Oid> = HashMap::new();
    for reference in repository.references_glob(&format!("{TAGS}*")).map_err(failed)?.flatten() {
        let name = reference.name().ok().and_then(|name| name.strip_prefix(TAGS));
        before.extend(name.zip(reference.target()).map(|(name, id)| (name.to_owned(), id)));
    }
    for (name, id) in tags {
        // What was fetched may not hold it: it leads elsewhere than the branch.
        let Ok(commit) = repository.find_object(*id, None).and_then(|object| object.peel_to_commit()) else {
            continue;
        };
        if before.remove(name) == Some(commit.id()) {
            continue;
        }
        let full = format!("{TAGS}{name}");
        // A name that stands in the way of another is one of a repository that changes as we look; it comes next time.
        if git2::Reference::is_valid_name(&full) {
            let _ = repository.reference(&full, commit.id(), true, "mirrored");
        }
    }
    for gone in before.into_keys() {
        repository
            .find_reference(&format!("{TAGS}{gone}"))
            .and_then(|mut reference| reference.delete())
            .map_err(failed)?;
    }
    Ok(())
}
