//! Who holds an id: one file at a time, the oldest that bears it.

use super::standing::standing;
use super::{Pass, Stop};
use crate::index::Entry;
use crate::library::chain::Chain;
use crate::lint::{Diagnostic, Severity};
use crate::procedure::Standing;

/// The file that holds an id.
#[derive(Clone)]
pub(super) struct Holder {
    born: u64,
    path: String,
}

impl Pass<'_> {
    /// Who is to hold an id, given one more file that bears it.
    pub(super) fn claim(&mut self, id: &str, born: u64, path: &str) -> Result<Claim, Stop> {
        let mut holder = self.holders.get(id).cloned();
        if holder.is_none() && self.continues {
            let others = self.library.index.by_claimed_id(&self.repository.name, id)?;
            holder = others
                .into_iter()
                .filter(|entry| !self.touched.contains(&entry.path))
                .min_by_key(|entry| entry.born)
                .map(|entry| Holder { born: entry.born, path: entry.path });
        }
        let own = Holder { born, path: path.to_owned() };
        let claim = match holder {
            None => Claim::Held,
            Some(holder) if holder.path == path => Claim::Held,
            Some(holder) if (holder.born, &holder.path) < (born, &own.path) => {
                self.holders.insert(id.to_owned(), holder.clone());
                return Ok(Claim::TakenBy(holder.path));
            }
            Some(holder) => Claim::TakenFrom(holder.path),
        };
        self.holders.insert(id.to_owned(), own);
        Ok(claim)
    }

    /// Makes the entry at `path`, which held an id until an older file was seen to bear it, a duplicate.
    pub(super) fn demote(&mut self, chains: &[Chain], path: &str, by: String, id: &str) -> Result<(), Stop> {
        let chain = chains.iter().find(|chain| chain.tip.as_ref().is_some_and(|(tip, _)| tip == path));
        let (mut entry, examined) = if let Some(chain) = chain {
            let source = chain.tip.as_ref().map(|(_, source)| *source).ok_or(Stop::StartAnew)?;
            let examined = self.examine(source, path)?;
            let standing = standing(chain, &examined).ok_or(Stop::StartAnew)?;
            self.entry(chain, &examined, standing)?
        } else {
            let Some(entry) = self.library.index.by_path(&self.repository.name, path)? else { return Ok(()) };
            let examined = self.examine_entry(&entry)?;
            (entry, examined)
        };
        self.count(&entry, false);
        mark_duplicate(&mut entry, id, by);
        self.put(&entry, &examined)
    }

    /// Gives ids that touched files gave up to the oldest of the duplicates that waited for them.
    pub(super) fn promote_released(&mut self) -> Result<(), Stop> {
        let released = std::mem::take(&mut self.released);
        for id in released {
            if self.holders.contains_key(&id) {
                continue;
            }
            let waiting = self.library.index.by_claimed_id(&self.repository.name, &id)?;
            let oldest = waiting
                .into_iter()
                .filter(|entry| entry.standing == Standing::Duplicate && !self.touched.contains(&entry.path))
                .min_by_key(|entry| entry.born);
            let Some(mut entry) = oldest else { continue };
            self.holders.insert(id.clone(), Holder { born: entry.born, path: entry.path.clone() });
            let examined = self.examine_entry(&entry)?;
            self.count(&entry, false);
            entry.standing = if entry.broken.is_some() { Standing::Broken } else { Standing::Good };
            entry.id = id;
            entry.taken_by = None;
            entry.problems.retain(|problem| problem.code != DUPLICATE);
            self.put(&entry, &examined)?;
        }
        Ok(())
    }
}

/// What becomes of a claim to an id.
pub(super) enum Claim {
    Held,
    /// An older file at this path holds it.
    TakenBy(String),
    /// It is taken from the younger file at this path.
    TakenFrom(String),
}

/// The diagnostic's code of a file whose id is taken.
const DUPLICATE: &str = "id-duplicate";

pub(super) fn mark_duplicate(entry: &mut Entry, id: &str, by: String) {
    entry.standing = Standing::Duplicate;
    entry.id = format!("path:{}", entry.path);
    let message = format!("the id {id} is taken by the older file {by}");
    let problem = Diagnostic::new(
        DUPLICATE,
        Severity::Error,
        message,
        "Give this procedure an id of its own; until then it is addressed by its path.",
    );
    entry.problems.retain(|problem| problem.code != DUPLICATE);
    entry.problems.insert(0, problem.blocking());
    entry.taken_by = Some(by);
}
