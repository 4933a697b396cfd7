//! A file's revisions as blame reads them.

use super::MAX_REVISIONS;
use crate::index::{Index, Revision};
use crate::library::LibraryError;
use std::collections::HashSet;

/// Revisions of a chain that are read from the index at once.
const PAGE: usize = 200;

/// A file's revisions, newest first, read from the index as they are needed.
pub(super) struct Chain<'a> {
    index: &'a Index,
    pub(super) repo: String,
    /// The lineages that are still to be read: that of a second path of a file goes on with the file's own.
    lineages: Vec<String>,
    before: Option<u64>,
    /// What was read so far.
    pub(super) read: Vec<Revision>,
    orders: HashSet<u64>,
    /// Whether some revision was made from another text than that of the one before it: branches ran beside each other.
    pub(super) branches: bool,
}

impl<'a> Chain<'a> {
    /// The chain from a revision on.
    pub(super) fn of(index: &'a Index, newest: &Revision) -> Self {
        let Revision { repo, lineage, path, order, .. } = newest;
        let mut lineages = vec![lineage.clone()];
        lineages.extend(lineage.strip_suffix(&format!("+{path}")).map(str::to_owned));
        lineages.reverse();
        Self {
            index,
            repo: repo.clone(),
            lineages,
            before: Some(order + 1),
            read: Vec::new(),
            orders: HashSet::new(),
            branches: false,
        }
    }

    /// The place of the newest revision.
    pub(super) fn newest(&mut self) -> Result<usize, LibraryError> {
        if self.read.is_empty() && !self.more()? {
            return Err(LibraryError::Index("a revision is on no record".to_owned()));
        }
        Ok(0)
    }

    /// The place of the next older one.
    pub(super) fn older(&mut self, at: usize) -> Result<Option<usize>, LibraryError> {
        while at + 1 >= self.read.len() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(Some(at + 1))
    }

    /// Reads on. Answers whether there was more.
    fn more(&mut self) -> Result<bool, LibraryError> {
        loop {
            let Some(lineage) = self.lineages.last() else { return Ok(false) };
            if self.read.len() >= 2 * MAX_REVISIONS {
                return Ok(false);
            }
            let (revisions, _) = self.index.revisions(&self.repo, lineage, PAGE, self.before)?;
            let Some(last) = revisions.last() else {
                self.lineages.pop();
                continue;
            };
            self.before = Some(last.order);
            for revision in revisions {
                if let Some(newer) = self.read.last() {
                    self.branches |= newer.merge || newer.before != revision.blob;
                }
                if self.orders.insert(revision.order) {
                    self.read.push(revision);
                }
            }
            return Ok(true);
        }
    }
}
