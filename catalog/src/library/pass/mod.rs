//! One pass over what is new in a repository: walk, string together, understand, write, commit.
//!
//! Cost follows what changed. The walk tells which files each new commit touched; only their blobs are read. A file's
//! chain of revisions (its lineage) is followed through renames; the newest revision of each touched chain becomes its
//! entry. Nothing of a pass is visible before its commit.

mod ids;
pub(super) mod pairs;
mod sidecars;
mod standing;
mod tips;

pub(super) use sidecars::Commit;

use super::chain::{Chain, Touched};
use super::examine::{self, Contents, Examined, Source};
use super::progress::Stage;
use super::shelves::Shelf;
use super::sync::{Basis, Mark};
use super::{Library, LibraryError, Readiness};
use crate::attack::Status;
use crate::diff;
use crate::index::{Batch, Entry, IndexError, Load, Revision};
use crate::mirror::rename::{self, RenameText};
use crate::mirror::{BlobId, CommitId, Content, Lineages, Mailmap, Mirror, MirrorError};
use crate::notebook::ipynb;
use crate::procedure::{self, MAX_SIDECAR, Releases, Standing};
use crate::repository::{Globs, Repository};
use ids::{Claim, Holder, mark_duplicate};
use standing::{copyable, reason, standing};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;

/// Bytes of examined notebooks that are kept while revisions are compared: a file's neighbours in history come close
/// together.
const KEPT: u64 = 16 << 20;

/// Revisions of a deleted notebook that are recalled at once when it comes back.
const PAGE: usize = 500;

/// Why a pass ended early.
pub(super) enum Stop {
    /// What is in the index cannot be continued from; make the repository's documents anew.
    StartAnew,
    Failed(LibraryError),
}

impl From<LibraryError> for Stop {
    fn from(error: LibraryError) -> Self {
        Self::Failed(error)
    }
}

impl From<IndexError> for Stop {
    fn from(error: IndexError) -> Self {
        Self::Failed(error.into())
    }
}

/// What a pass did.
pub(super) struct Done {
    pub(super) commits: usize,
    pub(super) files: usize,
    pub(super) blobs_read: usize,
    pub(super) problems: usize,
}

/// One pass over what is new in a repository, up to one commit of the index.
pub(super) struct Pass<'a> {
    library: &'a Library,
    /// Whose progress this is.
    shelf: &'a Shelf,
    repository: &'a Repository,
    mirror: &'a Mirror,
    globs: Globs,
    batch: Batch<'a>,
    releases: Releases<'a>,
    /// Whether the documents that are there are continued; else all are made anew.
    continues: bool,
    mark: Mark,
    /// Who is who.
    mailmap: Mailmap,
    done: Done,
    examined: moka::sync::Cache<Source, Arc<Examined>>,
    /// Who holds an id, as far as this pass has seen.
    holders: HashMap<String, Holder>,
    /// Ids that touched files held before the pass.
    released: Vec<String>,
    /// Paths whose entries this pass decides about, before and after.
    touched: HashSet<String>,
}

impl<'a> Pass<'a> {
    /// Begins a pass that goes on from a watermark, or makes everything anew.
    pub(super) fn begin(
        library: &'a Library,
        shelf: &'a Shelf,
        mirror: &'a Mirror,
        releases: Releases<'a>,
        Basis { settings, mailmap }: &Basis,
        continued: Option<Mark>,
    ) -> Result<Self, LibraryError> {
        let repository = &shelf.repository;
        let continues = continued.is_some();
        let mailmap = mirror.mailmap(*mailmap).map_err(LibraryError::mirror(&repository.name))?;
        let load = if continues { Load::Few } else { Load::Many };
        let batch = library.index.writer(&repository.name, library.release, load)?;
        if !continues {
            batch.clear(&repository.name)?;
        }
        Ok(Self {
            library,
            shelf,
            repository,
            mirror,
            globs: repository.compile_globs().map_err(|error| LibraryError::Index(error.to_string()))?,
            batch,
            releases,
            continues,
            mark: Mark { settings: settings.to_owned(), ..continued.unwrap_or_default() },
            mailmap,
            done: Done { commits: 0, files: 0, blobs_read: 0, problems: 0 },
            examined: moka::sync::Cache::builder()
                .max_capacity(KEPT)
                .weigher(|_, examined: &Arc<Examined>| examined.weight())
                .build(),
            holders: HashMap::new(),
            released: Vec::new(),
            touched: HashSet::new(),
        })
    }

    /// Makes the index stand for `tip`, going on from `since`.
    pub(super) fn run(mut self, since: Option<CommitId>, tip: Option<CommitId>) -> Result<Done, Stop> {
        if let Some(tip) = tip {
            self.shelf.meter.enter(Stage::ReadingCommits, 0);
            let mut chains = self.chains(since, tip)?;
            self.settle_tips(&mut chains, tip)?;
            self.shelf.meter.enter(Stage::ComparingRevisions, chains.len());
            self.compare_revisions(&mut chains)?;
            self.shelf.meter.enter(Stage::IndexingFiles, chains.len());
            self.write_entries(&mut chains)?;
            self.write_revisions(&mut chains)?;
            self.promote_released()?;
        }
        if self.mirror.misses_blobs() {
            // Nothing of this is committed: they may come back when the mirror is made anew.
            return Err(Stop::Failed(LibraryError::Mirror {
                repo: self.repository.name.clone(),
                reason: "files are missing from it or damaged".to_owned(),
            }));
        }
        self.mark.commit = tip.map(|tip| tip.to_string()).unwrap_or_default();
        let mark =
            serde_json::to_value(&self.mark).map_err(|error| LibraryError::Index(error.to_string()))?;
        self.shelf.meter.enter(Stage::Committing, 0);
        self.shelf.still_wanted()?;
        self.batch.commit(mark)?;
        Ok(self.done)
    }

    fn failed(&self) -> impl Fn(MirrorError) -> LibraryError + use<> {
        let name = self.repository.name.clone();
        move |error| LibraryError::mirror(&name)(error)
    }

    /// Walks the new commits and strings what they touched together.
    fn chains(&mut self, since: Option<CommitId>, tip: CommitId) -> Result<Vec<Chain>, Stop> {
        let mut commits = Vec::new();
        let mut count = 0;
        let (mut outcome, mut crowded) = (Ok(()), false);
        let (mirror, sidecar, shelf) = (self.mirror, &self.repository.sidecar, self.shelf);
        let Self { globs, mark, mailmap, .. } = &mut *self;
        let wanted = |path: &str| globs.matches(path) || sidecar.is(path);
        mirror
            .walk(since, tip, &wanted, &mut |mut changes, tree| {
                count += 1;
                if shelf.step().is_err() {
                    return ControlFlow::Break(());
                }
                if changes.changes.is_empty() {
                    return ControlFlow::Continue(());
                }
                changes.commit.name_by(mailmap);
                mark.jupyter |= changes.changes.iter().any(|change| ipynb::is_path(&change.path));
                match sidecars::assign(changes, tree, globs, sidecar, &mut mark.described) {
                    Ok(commit) => {
                        crowded |= commit.crowded;
                        commits.push(commit);
                    }
                    Err(error) => outcome = Err(error),
                }
                if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
            .and(outcome)
            .map_err(self.failed())?;
        self.done.commits = count;
        shelf.still_wanted()?;
        if crowded && self.continues {
            // Which entries it describes is told by the tip alone.
            return Err(Stop::StartAnew);
        }
        let mut lineages = Lineages::default();
        let mut chains: Vec<Chain> = Vec::new();
        let mut by_lineage: HashMap<String, usize> = HashMap::new();
        for commit in commits {
            self.recall(&mut lineages, &commit)?;
            let pairs = self.renames(&commit);
            for step in lineages.advance(&commit.changes, &pairs) {
                let position = if let Some(position) = by_lineage.get(&step.lineage) {
                    *position
                } else {
                    by_lineage.insert(step.lineage.clone(), chains.len());
                    chains.push(self.begin_chain(&step.lineage)?);
                    chains.len() - 1
                };
                let order = self.mark.next_order;
                self.mark.next_order += 1;
                chains[position].touch(&self.repository.name, &commit, &step, order);
            }
        }
        Ok(chains)
    }

    /// Which removed and added files of a commit are one. A blob that cannot be read is like no other.
    fn renames(&mut self, commit: &Commit) -> Vec<(usize, usize)> {
        let Self { mirror, repository, releases, done, .. } = self;
        let mut known: HashMap<BlobId, (&str, Source)> = HashMap::new();
        for (change, beside) in commit.changes.changes.iter().zip(&commit.sidecars) {
            for (blob, sidecar) in [(change.before, beside.before), (change.after, beside.after)] {
                known.extend(blob.map(|blob| (blob, (change.path.as_str(), Source { blob, sidecar }))));
            }
        }
        rename::pair(&commit.changes.changes, &|_| true, &mut |blob| {
            let (path, source) = known.get(&blob)?;
            let contents = examine::contents(*source, path, |blob, most| mirror.blob(blob, most)).ok()?;
            done.blobs_read += 1;
            let examined = examine::examine(&contents, path, repository, *releases);
            match contents.notebook {
                Content::Bytes(bytes) => Some(RenameText::new(examined.procedure.id, &bytes)),
                Content::TooLarge(_) | Content::Missing => None,
            }
        })
    }

    /// Tells the lineages what the index knows of the paths that a commit touches.
    fn recall(&self, lineages: &mut Lineages, commit: &Commit) -> Result<(), Stop> {
        if !self.continues {
            return Ok(());
        }
        for change in &commit.changes.changes {
            if lineages.of(&change.path).is_some() {
                continue;
            }
            let newest = self.library.index.newest_at_path(&self.repository.name, &change.path)?;
            if let Some(Revision { path, previous_path, status, lineage, .. }) = newest {
                lineages.note(&path, previous_path.as_deref(), status.into(), &lineage);
            }
        }
        Ok(())
    }

    fn begin_chain(&self, lineage: &str) -> Result<Chain, Stop> {
        let mut chain = Chain::new(lineage);
        if self.continues {
            let index = &self.library.index;
            chain.entry = index.by_lineage(&self.repository.name, lineage)?;
            if let Some(entry) = chain.entry.clone() {
                chain.continue_from(&entry);
            } else {
                let mut before = None;
                loop {
                    let (revisions, _) = index.revisions(&self.repository.name, lineage, PAGE, before)?;
                    let Some(oldest) = revisions.last() else { break };
                    before = Some(oldest.order);
                    for revision in revisions {
                        chain.recall(revision);
                    }
                }
            }
        }
        Ok(chain)
    }

    fn examine(&mut self, source: Source, path: &str) -> Result<Arc<Examined>, Stop> {
        if let Some(known) = self.examined.get(&source) {
            return Ok(known);
        }
        let mirror = self.mirror;
        let contents =
            examine::contents(source, path, |blob, most| mirror.blob(blob, most)).map_err(self.failed())?;
        self.done.blobs_read += 1 + usize::from(contents.sidecar.is_some());
        let examined = Arc::new(examine::examine(&contents, path, self.repository, self.releases));
        self.examined.insert(source, Arc::clone(&examined));
        Ok(examined)
    }

    /// The text that a revision on record left, with the sidecar that it had.
    fn source_of(&self, commit: &str, path: &str, blob: &str) -> Result<Option<Source>, Stop> {
        let (Ok(commit), Ok(blob)) = (CommitId::from_str(commit), BlobId::from_str(blob)) else {
            return Ok(None);
        };
        let source = Source::at(self.mirror, &self.repository.sidecar, commit, path, blob);
        Ok(Some(source.map_err(self.failed())?))
    }

    /// Reads both sides of every modified revision: what it changed in meaning, and what the chain ever was. A chain that
    /// nothing new has happened to is left as it is on record.
    fn compare_revisions(&mut self, chains: &mut Vec<Chain>) -> Result<(), Stop> {
        let mut untouched = Vec::new();
        for (position, chain) in chains.iter_mut().enumerate() {
            self.shelf.step()?;
            if let Some(Revision { commit, path, blob: Some(blob), .. }) = &chain.last
                && let Some(source) = self.source_of(commit, path, blob)?
            {
                let last = self.examine(source, path)?;
                chain.saw(&last);
            }
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
                let left = |touched: &Touched| {
                    Some((touched.before.or(touched.after)?, touched.revision.path.clone()))
                };
                if let Some((source, path)) = chain.revisions.iter().rev().find_map(left) {
                    let seen = self.examine(source, &path)?;
                    chain.saw(&seen);
                }
            }
        }
        for position in untouched.into_iter().rev() {
            for path in chains.swap_remove(position).paths() {
                self.touched.remove(&path);
            }
        }
        Ok(())
    }

    /// What a commit changed in meaning. Answers whether it is a revision at all: a sidecar that the notebook has no use
    /// for changes nothing of it.
    fn compare(&mut self, chain: &mut Chain, touched: &mut Touched) -> Result<bool, Stop> {
        let (Some(before), Some(after)) = (touched.before, touched.after) else { return Ok(true) };
        if before == after {
            return Ok(true);
        }
        let path = touched.revision.path.clone();
        let old = self.examine(before, &path)?;
        let new = self.examine(after, &path)?;
        chain.saw(&old);
        chain.saw(&new);
        chain.learn(before, &old);
        chain.learn(after, &new);
        if before.blob == after.blob && new.notebook.has_hunting() {
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
        let given_up = chain.learn_changes(&changes);
        chain.former_ids.extend(given_up);
        touched.revision.changes.extend(changes);
        Ok(true)
    }

    /// Makes the entry of every touched chain that is there at the tip, and takes out those that went.
    fn write_entries(&mut self, chains: &mut [Chain]) -> Result<(), Stop> {
        let mut at_source: HashMap<Source, Vec<usize>> = HashMap::new();
        for (position, chain) in chains.iter().enumerate() {
            if let Some(entry) = chain.entry.clone() {
                self.count(&entry, false);
                self.released.extend(entry.procedure.id.clone());
                if chain.tip.as_ref().is_none_or(|(path, _)| *path != entry.path) {
                    self.batch.remove(&entry.repo, &entry.path)?;
                }
            }
            if let Some((_, source)) = &chain.tip {
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
        chains[position].saw(examined);
        if let Some((_, source)) = chains[position].tip.clone() {
            chains[position].learn(source, examined);
        }
        let chain = &chains[position];
        let Some(standing) = standing(chain, examined) else {
            // Plain markdown: only counted. What was counted as plain before is no news.
            if self.continues {
                if chain.entry.is_some() {
                    self.batch.remove(&self.repository.name, chain.tip_path())?;
                }
                if chain.entry.is_some() || chain.is_new() {
                    self.mark.readiness.plain += 1;
                }
            } else {
                self.mark.readiness.plain += 1;
            }
            return Ok(());
        };
        if self.continues && chain.entry.is_none() && chain.first.is_none() && !chain.is_new() {
            // It was plain markdown until now: its earlier revisions are not in the index.
            return Err(Stop::StartAnew);
        }
        let (entry, examined) = self.entry(chain, examined, standing)?;
        let mut demoted = None;
        let mut entry = entry;
        if let Some(id) = entry.procedure.id.clone().filter(|_| entry.standing != Standing::Uncatalogued) {
            match self.claim(&id, entry.born, &entry.path)? {
                Claim::Held => {}
                Claim::TakenBy(path) => mark_duplicate(&mut entry, &id, path),
                Claim::TakenFrom(path) => demoted = Some((path, entry.path.clone(), id)),
            }
        }
        self.put(&entry, &examined)?;
        if let Some((path, by, id)) = demoted {
            self.demote(chains, &path, by, &id)?;
        }
        Ok(())
    }

    fn put(&mut self, entry: &Entry, examined: &Examined) -> Result<(), Stop> {
        self.batch.put(entry, &procedure::text(&examined.notebook))?;
        self.count(entry, true);
        self.done.files += 1;
        self.done.problems += entry.problems.len();
        Ok(())
    }

    /// The notebook whose text an entry is found by.
    fn examine_entry(&mut self, entry: &Entry) -> Result<Arc<Examined>, Stop> {
        let source =
            match entry.broken.as_ref().map(|broken| (&broken.last_good_blob, &broken.last_good_sidecar)) {
                Some((Some(blob), sidecar)) => Source::read(blob, sidecar.as_deref()),
                _ => Source::read(&entry.blob, entry.sidecar.as_deref()),
            };
        let source = source.ok_or_else(|| LibraryError::Index("an entry names no blob".to_owned()))?;
        self.examine(source, &entry.path)
    }

    /// The entry of a chain, and the notebook whose text it is found by.
    fn entry(
        &mut self,
        chain: &Chain,
        examined: &Arc<Examined>,
        standing: Standing,
    ) -> Result<(Entry, Arc<Examined>), Stop> {
        let (path, source) = chain.tip.clone().ok_or(Stop::StartAnew)?;
        let newest = chain.newest_of(&path, source).ok_or(Stop::StartAnew)?;
        let newest = newest.revision.clone();
        let mut problems = examined.procedure.diagnostics.clone();
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
            problems,
            born: chain.born(),
            former_ids: chain
                .former_ids
                .iter()
                .filter(|id| Some(*id) != procedure.id.as_ref())
                .cloned()
                .collect(),
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

    fn write_revisions(&mut self, chains: &mut [Chain]) -> Result<(), Stop> {
        for chain in chains.iter_mut().filter(|chain| chain.candidate && chain.paired_with.is_none()) {
            // What came and went without ever being modified was not read until now.
            for (source, path) in chain.unread() {
                let examined = self.examine(source, &path)?;
                chain.learn(source, &examined);
            }
            chain.tell();
            for touched in &chain.revisions {
                self.batch.put_revision(&touched.revision)?;
            }
        }
        if self.continues {
            let gone = chains.iter().filter(|chain| chain.tip.is_none() && chain.was_only_counted());
            let gone = u64::try_from(gone.count()).unwrap_or(0);
            self.mark.readiness.plain = self.mark.readiness.plain.saturating_sub(gone);
        }
        Ok(())
    }

    /// Adds an entry to the counts of its repository, or takes it out.
    fn count(&mut self, entry: &Entry, add: bool) {
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
    }
}
