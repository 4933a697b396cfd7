//! Pins: commits that stay in the mirror whatever becomes of the branch, because a copy names them.
//!
//! A pin is a reference of ours, `refs/huntshelf/pins/` and the commit. Its file is put in place by a rename, so nothing
//! is ever locked, and its name alone says which commit is meant. A mirror that is made anew takes the pinned history over
//! from the old one.

use super::pool::open_bare;
use super::update::io;
use super::{CommitId, Mirror, MirrorError};
use git2::Sort;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How often a pin is put in place again because the mirror was switched under our hands.
const ATTEMPTS: usize = 3;

impl Mirror {
    /// Keeps a commit, with its history, whatever becomes of the branch.
    ///
    /// # Errors
    /// When there is no such commit, or the mirror cannot be written.
    pub fn pin(&self, commit: CommitId) -> Result<(), MirrorError> {
        drop(super::walk::find(&*self.handle()?, commit)?);
        let place = folder(self.directory()).join(commit.to_string());
        for _ in 0..ATTEMPTS {
            if place.exists() {
                break;
            }
            put(self.directory(), commit)?;
        }
        Ok(())
    }

    /// Lets a commit go that was kept. Whether it was.
    ///
    /// Where the branch does not reach it, nothing of it is found any more, and at the next update the mirror is made
    /// anew without it.
    ///
    /// # Errors
    /// When the mirror cannot be read or written.
    pub fn unpin(&self, commit: CommitId) -> Result<bool, MirrorError> {
        let place = folder(self.directory()).join(commit.to_string());
        match std::fs::remove_file(&place) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(io(&place, "remove the pin")(error)),
        }
        let reached = match self.tip()? {
            Some(tip) => self.is_ancestor(commit, tip)?,
            None => false,
        };
        if !reached {
            self.distrust()?;
        }
        Ok(true)
    }

    /// The commits that are kept, in no order.
    pub fn pins(&self) -> Vec<CommitId> {
        pins(self.directory())
    }
}

fn folder(directory: &Path) -> PathBuf {
    directory.join("refs/huntshelf/pins")
}

/// The pins of the mirror in a folder. What is no pin there is passed over.
pub(super) fn pins(directory: &Path) -> Vec<CommitId> {
    let entries = std::fs::read_dir(folder(directory)).into_iter().flatten().flatten();
    entries.filter_map(|entry| CommitId::from_str(entry.file_name().to_str()?).ok()).collect()
}

fn put(directory: &Path, commit: CommitId) -> Result<(), MirrorError> {
    let folder = folder(directory);
    std::fs::create_dir_all(&folder).map_err(io(&folder, "create the folder"))?;
    let (beside, place) = (directory.join(format!("pin-{commit}")), folder.join(commit.to_string()));
    std::fs::write(&beside, format!("{commit}\n"))
        .and_then(|()| std::fs::rename(&beside, &place))
        .map_err(io(&place, "write the pin"))
}

/// Takes the pins of one mirror over into another, with the history that the other one's branch does not reach. Tells
/// those that are lost, since the old mirror does not have them whole.
pub(super) fn carry(from: &Path, to: &Path, tip: Option<CommitId>) -> Result<Vec<CommitId>, MirrorError> {
    let pinned = pins(from);
    if pinned.is_empty() {
        return Ok(Vec::new());
    }
    let there: HashSet<CommitId> = match tip {
        Some(tip) => reached(to, tip)?.into_iter().collect(),
        None => HashSet::new(),
    };
    let (reached, missing): (Vec<_>, Vec<_>) = pinned.into_iter().partition(|pin| there.contains(pin));
    let mut lost = Vec::new();
    let mut kept = reached;
    if pack(from, to, &missing, tip).is_ok() {
        kept.extend(missing);
    } else {
        // One that is damaged is not to take the others along.
        for pin in missing {
            match pack(from, to, &[pin], tip) {
                Ok(()) => kept.push(pin),
                Err(_) => lost.push(pin),
            }
        }
    }
    for pin in kept {
        put(to, pin)?;
    }
    Ok(lost)
}

fn reached(directory: &Path, tip: CommitId) -> Result<Vec<CommitId>, MirrorError> {
    let repository = open_bare(directory)?;
    let list = || {
        let mut walk = repository.revwalk()?;
        walk.push(tip.0)?;
        walk.map(|id| id.map(CommitId)).collect::<Result<Vec<_>, _>>()
    };
    list().map_err(|source| MirrorError::Git {
        directory: directory.to_owned(),
        doing: "list its commits",
        source,
    })
}

/// Packs the history of commits of one mirror into another, without what `tip` reaches.
fn pack(from: &Path, to: &Path, commits: &[CommitId], tip: Option<CommitId>) -> Result<(), MirrorError> {
    if commits.is_empty() {
        return Ok(());
    }
    let repository = open_bare(from)?;
    let packed = || {
        let mut walk = repository.revwalk()?;
        walk.set_sorting(Sort::TIME)?;
        for commit in commits {
            walk.push(commit.0)?;
        }
        // It may be newer than the old mirror.
        if let Some(tip) = tip.filter(|tip| repository.find_commit(tip.0).is_ok()) {
            walk.hide(tip.0)?;
        }
        let mut builder = repository.packbuilder()?;
        builder.set_threads(1);
        builder.insert_walk(&mut walk)?;
        builder.write(&to.join("objects/pack"), 0)
    };
    packed().map_err(|source| MirrorError::Git {
        directory: from.to_owned(),
        doing: "take over what is pinned in it",
        source,
    })
}
