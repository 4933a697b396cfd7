//! Files beside notebooks that describe them: a commit that changes one changes the notebooks in its folder.

use crate::mirror::{BlobId, CommitChanges, FileChange, MirrorError, Tree};
use crate::repository::{Globs, Sidecar};
use std::collections::{HashMap, HashSet};

/// Notebooks of one folder that a commit changes by changing their sidecar. Where there are more, such a commit is no
/// revision of them: a flat folder of thousands and a file that is touched every day would make millions.
const DESCRIBED: usize = 100;

/// A commit as a pass sees it.
pub(in crate::library) struct Commit {
    /// What it did to notebooks. One that it left alone, but not its sidecar, is among them with the same text before and
    /// after.
    pub(in crate::library) changes: CommitChanges,
    /// For each of these, its sidecar.
    pub(in crate::library) sidecars: Vec<Beside>,
    /// Whether it changed the sidecar of a folder with too many notebooks to name them here.
    pub(in crate::library) crowded: bool,
}

/// A notebook's sidecar before and after a commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::library) struct Beside {
    pub(in crate::library) before: Option<BlobId>,
    pub(in crate::library) after: Option<BlobId>,
}

/// Takes the sidecars out of what a commit changed, and tells for each notebook which one it had. `described` says
/// whether there ever was a sidecar: nothing is looked up where there was none.
pub(super) fn assign(
    mut changes: CommitChanges,
    tree: &mut Tree<'_, '_>,
    globs: &Globs,
    sidecar: &Sidecar,
    described: &mut bool,
) -> Result<Commit, MirrorError> {
    let (changed, mut notebooks): (Vec<_>, Vec<_>) =
        changes.changes.into_iter().partition(|change| sidecar.is(&change.path));
    let mut crowded = false;
    if !changed.is_empty() {
        *described = true;
        let mut known: HashSet<String> = notebooks.iter().map(|change| change.path.clone()).collect();
        for change in &changed {
            let folder = change.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut described = tree.folder(folder)?;
            described.retain(|(path, _)| globs.matches(path) && !sidecar.is(path));
            if described.len() > DESCRIBED {
                crowded = true;
                continue;
            }
            for (path, blob) in described {
                if known.insert(path.clone()) {
                    notebooks.push(FileChange { path, before: Some(blob), after: Some(blob) });
                }
            }
        }
        notebooks.sort_by(|one, other| one.path.cmp(&other.path));
    }
    let changed: HashMap<&str, &FileChange> =
        changed.iter().map(|change| (change.path.as_str(), change)).collect();
    let mut sidecars = Vec::with_capacity(notebooks.len());
    for change in &notebooks {
        let mut beside = Beside::default();
        if let Some(path) = sidecar.of(&change.path).filter(|_| *described) {
            beside = if let Some(change) = changed.get(path.as_str()) {
                Beside { before: change.before, after: change.after }
            } else {
                let same = tree.file(&path)?;
                Beside { before: same, after: same }
            };
        }
        sidecars.push(beside);
    }
    changes.changes = notebooks;
    Ok(Commit { changes, sidecars, crowded })
}
