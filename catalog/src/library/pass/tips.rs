//! Where touched chains stand at the tip.

use super::{Pass, Stop};
use crate::library::chain::Chain;
use crate::library::examine::Source;
use crate::library::left_out::LeftOut;
use crate::library::sync::ENTANGLED;
use crate::mirror::{BlobId, CommitId, Files};
use std::collections::{HashMap, HashSet};

/// The tip of the branch, with all of its files where many will be asked for.
pub(super) struct Tips {
    commit: CommitId,
    files: Option<HashMap<String, BlobId>>,
}

impl Pass<'_> {
    /// Finds where each touched chain stands at the tip. A path belongs to the chain that came there last: another file may
    /// stand where one moved away from. A chain that stands at two paths (a merge kept both names of a moved file) becomes
    /// two: a copied file begins a lineage of its own.
    pub(super) fn settle_tips(&mut self, chains: &mut Vec<Chain>, tip: CommitId) -> Result<(), Stop> {
        let mut tips = Tips { commit: tip, files: None };
        if !self.continues {
            let wanted = |path: &str| self.globs.matches(path) || self.repository.sidecar.is(path);
            let files = self.mirror.files(tip, &wanted).map_err(self.failed())?;
            let Files { files, skipped } = files;
            let sidecar = &self.repository.sidecar;
            let (sidecars, mine): (Vec<_>, Vec<_>) =
                files.into_iter().partition(|(path, _)| sidecar.is(path));
            self.files = u64::try_from(mine.len()).unwrap_or(u64::MAX);
            self.mark.left_out = LeftOut::of(skipped, &mine);
            tips.files = Some(mine.into_iter().chain(sidecars).collect());
        }
        let mut split = Vec::new();
        for chain in chains.iter_mut() {
            let mut found = Vec::new();
            for path in chain.paths() {
                let state = self.lineages.at(&path);
                if state.is_some_and(|state| state.lineage != chain.lineage) {
                    continue;
                }
                let moved = state.is_some_and(|state| state.moved);
                found.extend(self.source_at(&tips, &path)?.map(|source| (moved, path, source)));
            }
            // Where it moved to, before what was kept where it had been.
            found.sort_by_key(|(moved, ..)| *moved);
            let both = found.len() > 1;
            if both && self.continues {
                return Err(Stop::StartAnew);
            }
            for (moved, path, source) in found {
                if moved || both {
                    self.entangle(&path);
                }
                if chain.tip.is_none() {
                    chain.tip = Some((path, source));
                } else {
                    split.extend(chain.split_off((path, source)));
                }
            }
        }
        chains.extend(split);
        self.settle_pairs(chains, &tips)
    }

    /// Notes of a path that its records do not tell all: a commit that touches it has all made anew.
    pub(super) fn entangle(&mut self, path: &str) {
        if self.mark.entangled.len() < ENTANGLED {
            self.mark.entangled.insert(path.to_owned());
        }
    }

    /// Notes which paths of touched chains are entangled: those that stand otherwise than their newest revision left them,
    /// and those that belong to a file that is on no record where one is on record that had the path before.
    pub(super) fn settle_entangled(&mut self, chains: &[Chain]) -> Result<(), Stop> {
        let is_recorded = |chain: &&Chain| chain.candidate && chain.paired_with.is_none();
        let named: HashSet<String> = chains.iter().filter(is_recorded).flat_map(Chain::named_paths).collect();
        for chain in chains {
            if let Some((path, _)) = chain.tip.as_ref().filter(|_| !chain.is_straight()) {
                self.entangle(path);
            }
            if is_recorded(&chain) {
                continue;
            }
            for path in chain.paths() {
                let owned = self.lineages.at(&path).is_some_and(|state| state.lineage == chain.lineage);
                if owned && (named.contains(&path) || self.is_named_by_others(&path, &chain.lineage)?) {
                    self.entangle(&path);
                }
            }
        }
        Ok(())
    }

    /// Whether revisions of another lineage that are on record name a path.
    fn is_named_by_others(&self, path: &str, lineage: &str) -> Result<bool, Stop> {
        if !self.continues {
            return Ok(false);
        }
        let recorded = self.library.index.at_path(&self.repository.name, path)?;
        Ok(recorded.iter().any(|revision| revision.lineage != lineage))
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
