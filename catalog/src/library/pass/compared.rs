//! What the new revisions changed in meaning.

use super::{Pass, Stop, ahead};
use crate::diff;
use crate::library::chain::{Chain, Touched};
use crate::library::examine::{Examined, Source};
use crate::mirror::{BlobId, CommitId};
use std::str::FromStr;
use std::sync::Arc;

impl Pass<'_> {
    /// Reads both sides of every modified revision: what it changed in meaning, and what the chain ever was. A chain that
    /// nothing new has happened to is left as it is on record.
    pub(super) fn compare_revisions(&mut self, chains: &mut Vec<Chain>) -> Result<(), Stop> {
        let mut untouched = Vec::new();
        for position in 0..chains.len() {
            if position % ahead::TOGETHER == 0 {
                self.read_ahead(&chains[position..chains.len().min(position + ahead::TOGETHER)])?;
            }
            let chain = &mut chains[position];
            self.shelf.step()?;
            self.look_back(chain)?;
            self.settle_beginning(chain)?;
            let revisions = std::mem::take(&mut chain.revisions);
            let came = revisions.len();
            for mut touched in revisions {
                if self.compare(chain, &mut touched)? {
                    chain.keep(touched);
                }
            }
            if came > 0 && chain.revisions.is_empty() && chain.entry.is_some() {
                untouched.push(position);
            }
            // A notebook that came and went, and was never modified in between.
            if chain.tip.is_none() && !chain.candidate {
                let last =
                    chain.revisions.iter().rev().find_map(|touched| touched.texts().into_iter().next());
                if let Some((source, path)) = last {
                    let seen = self.examine(source, &path)?;
                    chain.saw(&seen);
                }
            }
            if self.continues && chain.began_unseen() {
                // What came before its first revision here is not in the index.
                return Err(Stop::StartAnew);
            }
            if !self.continues {
                self.write_at_hand(chains, position)?;
            }
        }
        for position in untouched.into_iter().rev() {
            chains.swap_remove(position);
        }
        Ok(())
    }

    /// Learns whether what is on record of a chain without an entry ever was catalogued.
    fn look_back(&mut self, chain: &mut Chain) -> Result<(), Stop> {
        for at in (0..chain.recorded.len()).rev() {
            if chain.ever_catalogued {
                break;
            }
            if let Some((source, path)) = self.recorded_text(chain, at)? {
                let examined = self.examine(source, &path)?;
                chain.saw(&examined);
            }
        }
        Ok(())
    }

    /// The text that a revision on record left, with its path.
    pub(super) fn recorded_text(&self, chain: &Chain, at: usize) -> Result<Option<(Source, String)>, Stop> {
        let recorded = &chain.recorded[at];
        let blob = recorded.blob.as_deref().and_then(|blob| BlobId::from_str(blob).ok());
        let (Some(blob), Ok(commit)) = (blob, CommitId::from_str(&recorded.commit)) else { return Ok(None) };
        let source = Source::at(self.mirror, &self.repository.sidecar, commit, &recorded.path, blob);
        Ok(Some((source.map_err(self.failed())?, recorded.path.clone())))
    }

    /// What a commit changed in meaning. Answers whether it is a revision at all: a sidecar that the notebook has no use
    /// for changes nothing of it.
    fn compare(&mut self, chain: &mut Chain, touched: &mut Touched) -> Result<bool, Stop> {
        let ((before, old_path), (after, path)) = match (touched.text_before(), touched.text_after()) {
            (Some(before), Some(after)) if before.0 != after.0 => (before, after),
            (Some((before, path)), None) => {
                let gone = self.examine(before, &path)?;
                chain.saw(&gone);
                chain.learn(before, &path, &gone);
                return Ok(true);
            }
            _ => return Ok(true),
        };
        let old = self.examine(before, &old_path)?;
        let new = self.examine(after, &path)?;
        chain.saw(&old);
        chain.saw(&new);
        chain.learn(before, &old_path, &old);
        chain.learn(after, &path, &new);
        let moved = touched.revision.previous_path.is_some();
        if before.blob == after.blob && new.notebook.has_hunting() && !moved {
            return Ok(false);
        }
        if !chain.candidate {
            return Ok(true);
        }
        let side = |examined: &Arc<Examined>| examined.is_candidate().then(|| Arc::clone(examined));
        let (old, new) = (side(&old), side(&new));
        let changes = diff::changes(
            old.as_ref().map(|side| (&side.notebook, &side.procedure)),
            new.as_ref().map(|side| (&side.notebook, &side.procedure)),
        );
        touched.revision.changes.extend(changes);
        Ok(true)
    }
}
