//! Pairs of a notebook in markdown and the same one in ipynb, as jupytext keeps them: the one in markdown counts.

use super::tips::Tips;
use super::{Pass, Stop};
use crate::library::chain::Chain;
use crate::notebook::ipynb;
use std::collections::HashSet;

impl Pass<'_> {
    /// Finds which of the touched ipynb files are half of a pair, and takes in those whose other half was touched.
    pub(super) fn settle_pairs(&mut self, chains: &mut Vec<Chain>, tips: &Tips) -> Result<(), Stop> {
        if !self.mark.jupyter {
            return Ok(());
        }
        if self.continues {
            self.take_in_twins(chains, tips)?;
        }
        for chain in chains.iter_mut() {
            let Some((path, _)) = chain.tip.as_ref().filter(|(path, _)| ipynb::is_path(path)) else {
                continue;
            };
            chain.paired_with = self.twin_of(path, tips)?;
        }
        Ok(())
    }

    fn take_in_twins(&mut self, chains: &mut Vec<Chain>, tips: &Tips) -> Result<(), Stop> {
        let mut known: HashSet<String> = chains.iter().flat_map(Chain::paths).collect();
        let twins: Vec<String> = known.iter().filter_map(|path| with_ending(path, ".md", ".ipynb")).collect();
        for twin in twins {
            if known.contains(&twin) || !self.globs.matches(&twin) {
                continue;
            }
            let Some(source) = self.source_at(tips, &twin)? else { continue };
            let on_record = self.library.index.at_path(&self.repository.name, &twin)?;
            let paired = self.twin_of(&twin, tips)?.is_some();
            let Some(revision) = on_record.last() else {
                // It was half of a pair ever since it came; alone, it needs a history.
                if paired {
                    continue;
                }
                return Err(Stop::StartAnew);
            };
            if self.mark.entangled.contains(&twin) || revision.path != twin {
                return Err(Stop::StartAnew);
            }
            let mut chain = self.begin_chain(&revision.lineage)?;
            if !paired && chain.entry.is_some() {
                // Alone, as it was.
                continue;
            }
            chain.tip = Some((twin.clone(), source));
            known.insert(twin);
            chains.push(chain);
        }
        Ok(())
    }

    /// The notebook in markdown that counts in the place of an ipynb file.
    fn twin_of(&mut self, ipynb: &str, tips: &Tips) -> Result<Option<String>, Stop> {
        let twin = with_ending(ipynb, ".ipynb", ".md").filter(|twin| self.globs.matches(twin));
        let Some(twin) = twin else { return Ok(None) };
        let Some(source) = self.source_at(tips, &twin)? else { return Ok(None) };
        Ok(self.examine(source, &twin)?.is_candidate().then_some(twin))
    }
}

/// A path with one ending in the place of another.
pub(in crate::library) fn with_ending(path: &str, old: &str, new: &str) -> Option<String> {
    path.strip_suffix(old).map(|stem| format!("{stem}{new}"))
}
