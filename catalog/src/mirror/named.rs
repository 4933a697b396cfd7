//! All files of one name, wherever they are in a tree. Where those of another commit are known, only folders that differ
//! are looked into.

use super::read::Mirror;
use super::walk::find;
use super::{BlobId, CommitId, MirrorError};
use git2::{ObjectType, Oid, Repository};
use std::collections::BTreeMap;

/// Files of one name, by their paths.
pub type Named = BTreeMap<String, BlobId>;

/// How deep folders are looked into.
const DEEPEST: usize = 128;
/// Most files that are kept.
const MOST: usize = 1_000;

impl Mirror {
    /// The regular files that are called `name`, as `commit` left them; `known` are those of another commit.
    ///
    /// # Errors
    /// When a commit or a tree is missing.
    pub fn named(
        &self,
        name: &str,
        commit: CommitId,
        known: Option<(CommitId, &Named)>,
    ) -> Result<Named, MirrorError> {
        let repository = self.handle()?;
        let root = find(&repository, commit)?.tree_id();
        let before = match known {
            Some((commit, files)) => Some((find(&repository, commit)?.tree_id(), files.clone())),
            None => None,
        };
        let (old, files) = before.map_or((None, Named::new()), |(root, files)| (Some(root), files));
        let mut look = Look { repository: &repository, name, files };
        look.descend(old, Some(root), "", DEEPEST).map_err(self.failed("read its folders"))?;
        Ok(look.files)
    }
}

struct Look<'a> {
    repository: &'a Repository,
    name: &'a str,
    files: Named,
}

impl Look<'_> {
    /// Takes in what a folder holds, in place of what it held.
    fn descend(
        &mut self,
        old: Option<Oid>,
        new: Option<Oid>,
        path: &str,
        deeper: usize,
    ) -> Result<(), git2::Error> {
        if old == new || deeper == 0 {
            return Ok(());
        }
        let (old, new) = (self.entries(old)?, self.entries(new)?);
        for (name, (kind, id)) in &new {
            let below = format!("{path}{name}");
            let before = old.get(name);
            match kind {
                ObjectType::Tree => {
                    let before = before.filter(|(kind, _)| *kind == ObjectType::Tree);
                    let before = before.map(|(_, id)| *id);
                    self.descend(before, Some(*id), &format!("{below}/"), deeper - 1)?;
                }
                _ if name == self.name && self.files.len() < MOST => {
                    self.files.insert(below, BlobId(*id));
                }
                _ => {}
            }
        }
        for (name, (kind, id)) in &old {
            let now = new.get(name).map(|(kind, _)| *kind);
            let below = format!("{path}{name}");
            match kind {
                ObjectType::Tree if now != Some(ObjectType::Tree) => {
                    self.descend(Some(*id), None, &format!("{below}/"), deeper - 1)?;
                }
                ObjectType::Blob if name == self.name && now != Some(ObjectType::Blob) => {
                    self.files.remove(&below);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Folders, and regular files of the name.
    fn entries(&self, tree: Option<Oid>) -> Result<BTreeMap<String, (ObjectType, Oid)>, git2::Error> {
        let mut entries = BTreeMap::new();
        let Some(tree) = tree else { return Ok(entries) };
        for entry in &self.repository.find_tree(tree)? {
            let Ok(name) = entry.name() else { continue };
            match entry.kind() {
                Some(ObjectType::Tree) => entries.insert(name.to_owned(), (ObjectType::Tree, entry.id())),
                Some(ObjectType::Blob) if name == self.name && is_regular(entry.filemode()) => {
                    entries.insert(name.to_owned(), (ObjectType::Blob, entry.id()))
                }
                _ => None,
            };
        }
        Ok(entries)
    }
}

/// Whether it is a file, and no symbolic link.
fn is_regular(mode: i32) -> bool {
    mode & 0o170_000 == 0o100_000
}
