//! Where touched chains stand at the tip.

use super::{Pass, Stop};
use crate::library::chain::Chain;
use crate::library::examine::Source;
use crate::mirror::{BlobId, CommitId};
use std::collections::HashMap;

/// The tip of the branch, with all of its files where many will be asked for.
pub(super) struct Tips {
    commit: CommitId,
    files: Option<HashMap<String, BlobId>>,
}

impl Pass<'_> {
    /// Finds where each touched chain stands at the tip. A chain that stands at two paths (a merge kept both names of
    /// a moved file) becomes two: a copied file begins a lineage of its own.
    pub(super) fn settle_tips(&mut self, chains: &mut Vec<Chain>, tip: CommitId) -> Result<(), Stop> {
        let mut tips = Tips { commit: tip, files: None };
        if !self.continues {
            let wanted = |path: &str| self.globs.matches(path) || self.repository.sidecar.is(path);
            let files = self.mirror.files(tip, &wanted).map_err(self.failed())?;
            tips.files = Some(files.files.into_iter().collect());
        }
        let mut split = Vec::new();
        for chain in chains.iter_mut() {
            let mut found = Vec::new();
            for path in chain.paths() {
                let source = self.source_at(&tips, &path)?;
                found.extend(source.map(|source| (path, source)));
            }
            let mut found = found.into_iter();
            chain.tip = found.next();
            for other in found {
                split.extend(chain.split_off(other));
            }
        }
        chains.extend(split);
        for chain in chains.iter() {
            self.touched.extend(chain.paths());
        }
        self.settle_pairs(chains, &tips)
    }

    /// The notebook at a path of the tip, with its sidecar.
    pub(super) fn source_at(&self, tips: &Tips, path: &str) -> Result<Option<Source>, Stop> {
        let blob = |path: &str| match &tips.files {
            Some(files) => Ok(files.get(path).copied()),
            None => self.mirror.entry_at(tips.commit, path),
        };
        let Some(notebook) = blob(path).map_err(self.failed())? else { return Ok(None) };
        let sidecar = match self.repository.sidecar.of(path).filter(|_| self.mark.described) {
            Some(path) => blob(&path).map_err(self.failed())?,
            None => None,
        };
        Ok(Some(Source { blob: notebook, sidecar }))
    }
}
