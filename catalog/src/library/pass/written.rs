//! Writing: entries at the tip, revisions, counts.

use super::ids::mark_duplicate;
use super::standing::{copyable, reason, standing};
use super::{Pass, Stop};
use crate::attack::Status;
use crate::index::Entry;
use crate::library::chain::Chain;
use crate::library::examine::{self, Contents, Examined, Source};
use crate::library::{LibraryError, Readiness};
use crate::lint::{Diagnostic, Severity};
use crate::mirror::{BlobId, Content};
use crate::procedure::{self, MAX_SIDECAR, Standing};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Most problems of one file that are kept.
const MOST_PROBLEMS: usize = 200;

impl Pass<'_> {
    /// Makes the entry of every touched chain that is there at the tip, and takes out those that went.
    pub(super) fn write_entries(&mut self, chains: &mut [Chain]) -> Result<(), Stop> {
        let mut at_source: HashMap<Source, Vec<usize>> = HashMap::new();
        for (position, chain) in chains.iter().enumerate() {
            if let Some(entry) = chain.entry.clone() {
                self.count(&entry, false);
                self.released.extend(entry.procedure.id.clone());
                self.replaced.insert(entry.path.clone());
                if chain.tip.as_ref().is_none_or(|(path, _)| *path != entry.path) {
                    self.batch.remove(&entry.repo, &entry.path)?;
                }
            }
            if let Some((_, source)) = chain.tip.as_ref().filter(|_| !self.written.contains(&position)) {
                at_source.entry(*source).or_default().push(position);
            }
        }
        if self.continues {
            let mut sources: Vec<_> = at_source.into_iter().collect();
            // The older file first: it keeps its id without a second look.
            sources.sort_by_key(|(_, positions)| positions.iter().map(|at| chains[*at].born()).min());
            for (source, positions) in sources {
                for position in positions {
                    let path = chains[position].tip_path().to_owned();
                    let examined = self.examine(source, &path)?;
                    self.write_entry(chains, position, &examined)?;
                }
            }
            return Ok(());
        }
        let mut at_blob: HashMap<BlobId, Vec<(Source, usize)>> = HashMap::new();
        for (source, positions) in at_source {
            at_blob.entry(source.blob).or_default().extend(positions.into_iter().map(|at| (source, at)));
        }
        let wanted: HashSet<BlobId> = at_blob.keys().copied().collect();
        let mut outcome = Ok(());
        let mirror = self.mirror;
        mirror
            .blobs_in_pack_order(&wanted, examine::LARGEST_IPYNB, &mut |blob, content| {
                self.done.blobs_read += 1;
                let files = at_blob.remove(&blob).unwrap_or_default();
                outcome = self.write_files(chains, files, content);
                if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
            .map_err(self.failed())?;
        outcome?;
        if let Some(missing) = at_blob.keys().next() {
            return Err(Stop::Failed(LibraryError::Mirror {
                repo: self.repository.name.clone(),
                reason: format!("blob {missing} is not there"),
            }));
        }
        Ok(())
    }

    /// Makes the entry of a chain now, if its text at the tip has just been compared: it need not be read again.
    pub(super) fn write_at_hand(&mut self, chains: &mut [Chain], position: usize) -> Result<(), Stop> {
        let Some((path, source)) = chains[position].tip.clone() else { return Ok(()) };
        if let Some(examined) = self.examined.get(&(source, path)) {
            self.write_entry(chains, position, &examined)?;
            self.written.insert(position);
        }
        Ok(())
    }

    /// Makes the entries of chains that stand at the tip with the same text.
    fn write_files(
        &mut self,
        chains: &mut [Chain],
        files: Vec<(Source, usize)>,
        content: Content,
    ) -> Result<(), Stop> {
        let mirror = self.mirror;
        let mut contents = Contents { notebook: content, sidecar: None };
        for (source, position) in files {
            let sidecar = source.sidecar.map(|blob| mirror.blob(blob, MAX_SIDECAR));
            contents.sidecar = sidecar.transpose().map_err(self.failed())?;
            self.done.blobs_read += usize::from(contents.sidecar.is_some());
            let path = chains[position].tip_path().to_owned();
            let examined = Arc::new(examine::examine(&contents, &path, self.repository, self.releases));
            self.write_entry(chains, position, &examined)?;
        }
        Ok(())
    }

    fn write_entry(
        &mut self,
        chains: &mut [Chain],
        position: usize,
        examined: &Arc<Examined>,
    ) -> Result<(), Stop> {
        self.shelf.step()?;
        let chain = &mut chains[position];
        chain.saw(examined);
        if let Some((path, source)) = chain.tip.clone() {
            chain.learn(source, &path, examined);
        }
        let chain = &chains[position];
        let Some(standing) = standing(chain, examined) else {
            // Plain markdown, or half of a pair: only counted.
            if let Some(entry) = &chain.entry {
                self.batch.remove(&entry.repo, chain.tip_path())?;
            }
            return Ok(());
        };
        if self.continues && !chain.is_on_record() && !chain.is_new() {
            // It was plain markdown until now: its earlier revisions are not in the index.
            return Err(Stop::StartAnew);
        }
        let (mut entry, examined) = self.entry(chain, examined, standing)?;
        if let Some(id) = entry.procedure.id.clone().filter(|_| entry.standing != Standing::Uncatalogued)
            && let Some(holder) = self.bear(&id, entry.born, &entry.path)?
        {
            mark_duplicate(&mut entry, &id, holder);
        }
        self.put(&entry, &examined)?;
        self.done.files += 1;
        self.done.problems += entry.problems.len();
        Ok(())
    }

    pub(super) fn put(&mut self, entry: &Entry, examined: &Examined) -> Result<(), Stop> {
        self.batch.put(entry, &procedure::text(&examined.notebook))?;
        self.count(entry, true);
        Ok(())
    }

    /// The entry of a chain, and the notebook whose text it is found by.
    pub(super) fn entry(
        &mut self,
        chain: &Chain,
        examined: &Arc<Examined>,
        standing: Standing,
    ) -> Result<(Entry, Arc<Examined>), Stop> {
        let (path, source) = chain.tip.clone().ok_or(Stop::StartAnew)?;
        let newest = chain.newest_of(&path, source).ok_or(Stop::StartAnew)?;
        let newest = newest.revision.clone();
        let findings = examined.findings(&self.team, &self.library.around(&path));
        let mendable = findings.iter().any(|finding| finding.fix.is_some());
        let mut problems: Vec<_> = findings.into_iter().map(|finding| finding.diagnostic).collect();
        keep_the_worst(&mut problems);
        let mut shown = Arc::clone(examined);
        let mut broken = None;
        if standing == Standing::Broken {
            let reason = reason(examined);
            let (state, last_good) = self.broken(chain, &reason)?;
            shown = last_good.unwrap_or(shown);
            if !problems.iter().any(|problem| problem.blocking) {
                problems.insert(0, reason);
            }
            broken = Some(state);
        }
        let mut procedure = shown.procedure.clone();
        procedure.diagnostics = Vec::new();
        let id = match standing {
            Standing::Uncatalogued => None,
            _ => procedure.id.clone(),
        };
        let readable = broken.as_ref().is_none_or(|broken| broken.last_good_blob.is_some());
        let entry = Entry {
            repo: self.repository.name.clone(),
            id: id.unwrap_or_else(|| format!("path:{path}")),
            lineage: chain.lineage.clone(),
            standing,
            commit: newest.commit,
            blob: source.blob.to_string(),
            sidecar: examined.sidecar_of(source),
            updated_at: newest.committed_at.0,
            updated_by: newest.author_name,
            authors: chain.authors(&procedure),
            copyable: readable && copyable(&shown.procedure),
            broken,
            taken_by: None,
            mendable,
            problems,
            born: chain.born(),
            former_ids: chain.former_ids.clone(),
            ever_catalogued: chain.ever_catalogued,
            metadata_ever_lost: chain.metadata_ever_lost,
            change_kinds: chain.change_kinds.clone(),
            people: chain.people.clone(),
            commits: chain.commits.clone(),
            procedure,
            path,
        };
        Ok((entry, shown))
    }

    pub(super) fn write_revisions(&mut self, chains: &mut [Chain]) -> Result<(), Stop> {
        for chain in chains.iter_mut().filter(|chain| chain.candidate) {
            if chain.paired_with.is_some() {
                // Of half of a pair nothing is on record.
                if chain.is_on_record() {
                    self.batch.remove_revisions(&self.repository.name, &chain.lineage)?;
                }
                continue;
            }
            // What came and went without ever being modified was not read until now.
            for (source, path) in chain.unread() {
                let examined = self.examine(source, &path)?;
                chain.learn(source, &path, &examined);
            }
            chain.tell();
            for touched in &chain.revisions {
                self.batch.put_revision(&touched.revision)?;
            }
        }
        Ok(())
    }

    /// Adds an entry to the counts of its repository, or takes it out.
    pub(super) fn count(&mut self, entry: &Entry, add: bool) {
        let readiness = &mut self.mark.readiness;
        let step = |number: &mut u64, counts: bool| match (counts, add) {
            (false, _) => {}
            (true, true) => *number += 1,
            (true, false) => *number = number.saturating_sub(1),
        };
        let Readiness {
            procedures,
            uncatalogued,
            broken,
            duplicates,
            metadata_ever_lost,
            revoked_techniques,
            copyable,
            with_errors,
            with_warnings,
            plain: _,
        } = readiness;
        step(procedures, entry.standing == Standing::Good);
        step(uncatalogued, entry.standing == Standing::Uncatalogued);
        step(broken, entry.standing == Standing::Broken);
        step(duplicates, entry.standing == Standing::Duplicate);
        step(metadata_ever_lost, entry.metadata_ever_lost);
        let stale = |status: Status| matches!(status, Status::Revoked | Status::Deprecated);
        step(revoked_techniques, entry.procedure.techniques.iter().any(|mapping| stale(mapping.status)));
        step(copyable, entry.copyable);
        let has = |severity| entry.problems.iter().any(|problem| problem.severity == severity);
        step(with_errors, has(Severity::Error));
        step(with_warnings, has(Severity::Warning));
    }
}

/// Of too many problems the worst, in the order of the lines, and how many there are.
fn keep_the_worst(problems: &mut Vec<Diagnostic>) {
    let all = problems.len();
    if all <= MOST_PROBLEMS {
        return;
    }
    problems.sort_by_key(|problem| (!problem.blocking, std::cmp::Reverse(problem.severity)));
    problems.truncate(MOST_PROBLEMS);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    let message = format!("{all} things are wrong with this file; the worst {MOST_PROBLEMS} are listed");
    let help = "see them all with `huntshelf lint`";
    problems.push(Diagnostic::new("problems-cut", Severity::Warning, message, help));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_problems_the_worst_stay_in_their_order() {
        let problem = |line: u32| {
            let severity = if line.is_multiple_of(10) { Severity::Error } else { Severity::Info };
            Diagnostic::new("cell-long", severity, "long", "cut it").at(line, 1)
        };
        let mut few: Vec<Diagnostic> = (1..=200).map(problem).collect();
        keep_the_worst(&mut few);
        assert_eq!(few.len(), MOST_PROBLEMS);
        let mut many: Vec<Diagnostic> = (1..=1_000).map(problem).collect();
        keep_the_worst(&mut many);
        let cut = many.pop().unwrap();
        assert_eq!(cut.code, "problems-cut");
        assert!(cut.message.starts_with("1000 things"), "{}", cut.message);
        assert_eq!(many.iter().filter(|one| one.severity == Severity::Error).count(), 100);
        assert!(many.len() == MOST_PROBLEMS && many.is_sorted_by_key(|one| one.line));
    }
}
