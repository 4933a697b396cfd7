//! Who holds an id: one file at a time, the oldest that bears it.

use super::standing::standing;
use super::{Pass, Stop};
use crate::index::Entry;
use crate::library::LibraryError;
use crate::library::chain::Chain;
use crate::library::examine::{Examined, Source};
use crate::lint::{Diagnostic, Severity};
use crate::procedure::Standing;
use std::collections::HashMap;
use std::sync::Arc;

/// A file that bears an id, as it is written so far.
pub(super) struct Bearer {
    born: u64,
    path: String,
    /// The path of the file that holds it, where this one is a duplicate.
    taken_by: Option<String>,
}

impl Bearer {
    fn age(&self) -> (u64, &str) {
        (self.born, &self.path)
    }
}

/// The bearers of each id that this pass has to do with.
#[derive(Default)]
pub(super) struct Bearers {
    of: HashMap<String, Vec<Bearer>>,
}

impl Pass<'_> {
    /// Notes one more file that bears an id. Answers which older one holds it, as far as is known: what turns out later is
    /// put right by [`Self::settle_ids`].
    pub(super) fn bear(&mut self, id: &str, born: u64, path: &str) -> Result<Option<String>, Stop> {
        self.know_bearers(id)?;
        let bearers = self.bearers.of.entry(id.to_owned()).or_default();
        let holder = bearers.iter().min_by_key(|bearer| bearer.age());
        let taken_by = holder.filter(|holder| holder.age() < (born, path)).map(|holder| holder.path.clone());
        bearers.push(Bearer { born, path: path.to_owned(), taken_by: taken_by.clone() });
        Ok(taken_by)
    }

    /// Looks once for those of an id's bearers that this pass does not touch.
    fn know_bearers(&mut self, id: &str) -> Result<(), Stop> {
        if self.bearers.of.contains_key(id) {
            return Ok(());
        }
        let mut bearers = Vec::new();
        if self.continues {
            let claims = self.library.index.by_claimed_id(&self.repository.name, id)?;
            let untouched = claims.into_iter().filter(|entry| !self.replaced.contains(&entry.path));
            bearers.extend(untouched.map(|Entry { born, path, taken_by, .. }| Bearer {
                born,
                path,
                taken_by,
            }));
        }
        self.bearers.of.insert(id.to_owned(), bearers);
        Ok(())
    }

    /// Has the oldest bearer of each id hold it, and all others say by which file it is taken.
    pub(super) fn settle_ids(&mut self, chains: &[Chain]) -> Result<(), Stop> {
        for id in std::mem::take(&mut self.released) {
            self.know_bearers(&id)?;
        }
        let mut wrong = Vec::new();
        for (id, bearers) in std::mem::take(&mut self.bearers.of) {
            let Some(holder) = bearers.iter().min_by_key(|bearer| bearer.age()) else { continue };
            for bearer in &bearers {
                let taken_by = Some(&holder.path).filter(|path| **path != bearer.path);
                if bearer.taken_by.as_ref() != taken_by {
                    wrong.push((
                        bearer.path.clone(),
                        id.clone(),
                        bearer.taken_by.is_some(),
                        taken_by.cloned(),
                    ));
                }
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let at = |(position, chain): (usize, &Chain)| Some((chain.tip.as_ref()?.0.clone(), position));
        let touched: HashMap<String, usize> = chains.iter().enumerate().filter_map(at).collect();
        wrong.sort_unstable();
        for (path, id, was_duplicate, taken_by) in wrong {
            self.shelf.step()?;
            let (mut entry, examined) = match touched.get(&path) {
                Some(at) => self.entry_again(&chains[*at])?,
                None => self.entry_on_record(&path)?,
            };
            if was_duplicate {
                mark_duplicate(&mut entry, &id, String::new());
            }
            self.count(&entry, false);
            match taken_by {
                Some(by) => mark_duplicate(&mut entry, &id, by),
                None => mark_holder(&mut entry, id),
            }
            self.put(&entry, &examined)?;
        }
        Ok(())
    }

    /// The entry of a chain, once more.
    fn entry_again(&mut self, chain: &Chain) -> Result<(Entry, Arc<Examined>), Stop> {
        let (path, source) = chain.tip.clone().ok_or(Stop::StartAnew)?;
        let examined = self.examine(source, &path)?;
        let standing = standing(chain, &examined).ok_or(Stop::StartAnew)?;
        self.entry(chain, &examined, standing)
    }

    /// An entry that the pass did not touch, and the notebook whose text it is found by.
    fn entry_on_record(&mut self, path: &str) -> Result<(Entry, Arc<Examined>), Stop> {
        let entry = self.library.index.by_path(&self.repository.name, path)?.ok_or(Stop::StartAnew)?;
        let broken = entry.broken.as_ref();
        let good = broken.and_then(|broken| {
            Some((
                broken.last_good_blob.as_deref()?,
                broken.last_good_sidecar.as_deref(),
                broken.last_good_path.as_deref()?,
            ))
        });
        let (blob, sidecar, at) = good.unwrap_or((&entry.blob, entry.sidecar.as_deref(), &entry.path));
        let source = Source::read(blob, sidecar);
        let source = source.ok_or_else(|| LibraryError::Index("an entry names no blob".to_owned()))?;
        let examined = self.examine(source, at)?;
        Ok((entry, examined))
    }
}

/// The diagnostic's code of a file whose id is taken.
const DUPLICATE: &str = "id-duplicate";

fn mark_holder(entry: &mut Entry, id: String) {
    entry.standing = if entry.broken.is_some() { Standing::Broken } else { Standing::Good };
    entry.id = id;
    entry.taken_by = None;
    entry.problems.retain(|problem| problem.code != DUPLICATE);
}

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
