//! Lineages: one file's chain of revisions, through renames.

use super::CommitChanges;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which lineage every path belongs to, as commits go by, oldest first.
///
/// * A file that is not renamed stays in its lineage, whatever becomes of its content.
/// * A renamed file takes its lineage along. The old path still belongs to it, for commits on branches that run beside
///   and do not know of the rename, until a new file is *added* there.
/// * A file added where one was deleted goes on with that one's lineage.
/// * A copy begins a new lineage.
///
/// Two paths can belong to one lineage at the tip, where one branch renamed a file, another changed it, and their merge
/// kept both.
///
/// A lineage is named after its first revision, `COMMIT:PATH` with twelve digits of the commit, so that a rebuilt index
/// has the same names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineages {
    paths: HashMap<String, PathState>,
}

/// Where a path stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathState {
    /// The lineage that the path belongs to.
    pub lineage: String,
    /// Whether its file moved on to another path.
    pub moved: bool,
}

/// What a commit did to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    /// It was not there before.
    Added,
    /// Its content changed.
    Modified,
    /// It came from another path, content changed or not.
    Renamed,
    /// It went.
    Deleted,
}

/// One commit's step of one lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Position of the change in [`CommitChanges::changes`]; for a rename, that of the path after it.
    pub change: usize,
    /// Which lineage.
    pub lineage: String,
    /// What happened.
    pub status: FileStatus,
    /// For a rename, position of the change that removed the path before it.
    pub previous: Option<usize>,
}

impl Lineages {
    /// Takes up again where another process left off: paths, their lineages, and whether they moved on.
    pub fn from_paths(paths: impl IntoIterator<Item = (String, PathState)>) -> Self {
        Self { paths: paths.into_iter().collect() }
    }

    /// Every path that ever was, with where it stands.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &PathState)> {
        self.paths.iter().map(|(path, state)| (path.as_str(), state))
    }

    /// The lineage that a path belongs to.
    pub fn of(&self, path: &str) -> Option<&str> {
        self.paths.get(path).map(|state| state.lineage.as_str())
    }

    /// Where a path stands, where that is known.
    pub fn at(&self, path: &str) -> Option<&PathState> {
        self.paths.get(path)
    }

    /// Goes on by one commit, of which `pairs` are the renames (from [`super::rename::pair`]). Tells one step for each
    /// file touched, by path; the removed half of a pair has none of its own.
    pub fn advance(&mut self, commit: &CommitChanges, pairs: &[(usize, usize)]) -> Vec<Step> {
        let from: HashMap<usize, usize> = pairs.iter().map(|(removed, added)| (*added, *removed)).collect();
        let gone: HashMap<usize, usize> = pairs.iter().copied().collect();
        let mut steps = Vec::with_capacity(commit.changes.len() - pairs.len());
        for (at, change) in commit.changes.iter().enumerate().filter(|(at, _)| !gone.contains_key(at)) {
            let previous = from.get(&at).copied();
            let status = match previous {
                Some(_) => FileStatus::Renamed,
                None if change.is_removed() => FileStatus::Deleted,
                None if change.is_added() => FileStatus::Added,
                None => FileStatus::Modified,
            };
            let path = previous.map_or(&change.path, |previous| &commit.changes[previous].path);
            let known = self.paths.get(path).filter(|state| !(state.moved && status == FileStatus::Added));
            let lineage = match known {
                Some(state) => state.lineage.clone(),
                None => format!("{}:{}", commit.commit.id.short(12), change.path),
            };
            steps.push(Step { change: at, lineage, status, previous });
        }
        // Noted only now: each step is told from what was before the commit, not from its other steps.
        let renames_last =
            |status| steps.iter().filter(move |step| (step.status == FileStatus::Renamed) == status);
        for step in renames_last(false).chain(renames_last(true)) {
            let path = |at: usize| commit.changes[at].path.as_str();
            self.note(path(step.change), step.previous.map(path), step.status, &step.lineage);
        }
        steps
    }

    /// Notes a step that was told before, to take up from recorded revisions, oldest first.
    pub fn note(&mut self, path: &str, previous: Option<&str>, status: FileStatus, lineage: &str) {
        if let Some(before) = previous.filter(|before| *before != path) {
            self.leave(before, lineage);
        }
        self.reach(path, status, lineage);
    }

    /// Notes what a step that was told before means for one of the paths that it names, and nothing for the other: of
    /// that one, more may be known already.
    pub fn recall(
        &mut self,
        of: &str,
        path: &str,
        previous: Option<&str>,
        status: FileStatus,
        lineage: &str,
    ) {
        if previous == Some(of) && path != of {
            self.leave(of, lineage);
        }
        if path == of {
            self.reach(path, status, lineage);
        }
    }

    fn leave(&mut self, path: &str, lineage: &str) {
        self.paths.insert(path.to_owned(), PathState { lineage: lineage.to_owned(), moved: true });
    }

    fn reach(&mut self, path: &str, status: FileStatus, lineage: &str) {
        let arrived = matches!(status, FileStatus::Added | FileStatus::Renamed);
        let stays = self.paths.get(path).is_some_and(|state| state.lineage == lineage);
        if arrived || !stays {
            self.paths.insert(path.to_owned(), PathState { lineage: lineage.to_owned(), moved: false });
        }
    }
}
