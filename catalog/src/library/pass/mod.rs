//! One pass over what is new in a repository: walk, string together, understand, write, commit.
//!
//! Cost follows what changed. The walk tells which files each new commit touched; only their blobs are read. A file's
//! chain of revisions (its lineage) is followed through renames; the newest revision of each touched chain becomes its
//! entry. Nothing of a pass is visible before its commit.

mod ids;
mod standing;

use super::chain::{Chain, Touched};
use super::examine::{self, Examined};
use super::sync::Mark;
use super::{Library, LibraryError, Readiness};
use crate::attack::Status;
use crate::diff;
use crate::index::{Batch, Entry, IndexError, Load, Revision};
use crate::mirror::rename::{self, RenameText};
use crate::mirror::{BlobId, CommitChanges, CommitId, Content, Lineages, Mirror, MirrorError};
use crate::procedure::{self, Standing};
use crate::repository::{Globs, Repository};
use ids::{Claim, Holder, mark_duplicate};
use standing::{copyable, reason, standing};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;

/// Examined notebooks that are kept while revisions are compared: a file's neighbours in history come close together.
const KEPT: u64 = 64;

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
}

/// One pass over what is new in a repository, up to one commit of the index.
pub(super) struct Pass<'a> {
    library: &'a Library,
    repository: &'a Repository,
    mirror: &'a Mirror,
    globs: Globs,
    batch: Batch<'a>,
    /// Whether the documents that are there are continued; else all are made anew.
    continues: bool,
    mark: Mark,
    done: Done,
    examined: moka::sync::Cache<BlobId, Arc<Examined>>,
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
        repository: &'a Repository,
        mirror: &'a Mirror,
        settings: &str,
        continued: Option<Mark>,
    ) -> Result<Self, LibraryError> {
        let continues = continued.is_some();
        let load = if continues { Load::Few } else { Load::Many };
        let batch = library.index.writer(&repository.name, library.release, load)?;
        if !continues {
            batch.clear(&repository.name)?;
        }
        Ok(Self {
            library,
            repository,
            mirror,
            globs: repository.compile_globs().map_err(|error| LibraryError::Index(error.to_string()))?,
            batch,
            continues,
            mark: Mark { settings: settings.to_owned(), ..continued.unwrap_or_default() },
            done: Done { commits: 0, files: 0, blobs_read: 0 },
            examined: moka::sync::Cache::new(KEPT),
            holders: HashMap::new(),
            released: Vec::new(),
            touched: HashSet::new(),
        })
    }

    /// Makes the index stand for `tip`, going on from `since`.
    pub(super) fn run(mut self, since: Option<CommitId>, tip: Option<CommitId>) -> Result<Done, Stop> {
        if let Some(tip) = tip {
            let mut chains = self.chains(since, tip)?;
            self.settle_tips(&mut chains, tip)?;
            self.compare_revisions(&mut chains)?;
            self.write_entries(&mut chains)?;
            self.write_revisions(&chains)?;
            self.promote_released()?;
        }
        self.mark.commit = tip.map(|tip| tip.to_string()).unwrap_or_default();
        let mark =
            serde_json::to_value(&self.mark).map_err(|error| LibraryError::Index(error.to_string()))?;
        self.batch.commit(mark)?;
        Ok(self.done)
    }

    fn failed(&self) -> impl Fn(MirrorError) -> LibraryError + use<> {
        let name = self.repository.name.clone();
        move |error| LibraryError::mirror(&name)(error)
    }

    /// Walks the new commits and strings what they touched together.
    fn chains(&mut self, since: Option<CommitId>, tip: CommitId) -> Result<Vec<Chain>, Stop> {
        let globs = self.globs.clone();
        let mut commits = Vec::new();
        let mut count = 0;
        self.mirror
            .walk(since, tip, &|path| globs.matches(path), &mut |changes| {
                count += 1;
                if !changes.changes.is_empty() {
                    commits.push(changes);
                }
                ControlFlow::Continue(())
            })
            .map_err(self.failed())?;
        self.done.commits = count;
        let mut lineages = Lineages::default();
        let mut chains: Vec<Chain> = Vec::new();
        let mut by_lineage: HashMap<String, usize> = HashMap::new();
        for commit in commits {
            self.recall(&mut lineages, &commit)?;
            let pairs = self.renames(&commit);
            for step in lineages.advance(&commit, &pairs) {
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
    fn renames(&mut self, commit: &CommitChanges) -> Vec<(usize, usize)> {
        let Self { mirror, repository, library, done, .. } = self;
        rename::pair(&commit.changes, &|_| true, &mut |blob| {
            let content = mirror.blob(blob, examine::LARGEST).ok()?;
            done.blobs_read += 1;
            let examined = examine::examine(&content, "", &repository.fields, library.release);
            match content {
                Content::Bytes(bytes) => Some(RenameText::new(examined.procedure.id, &bytes)),
                Content::TooLarge(_) | Content::Missing => None,
            }
        })
    }

    /// Tells the lineages what the index knows of the paths that a commit touches.
    fn recall(&self, lineages: &mut Lineages, commit: &CommitChanges) -> Result<(), Stop> {
        if !self.continues {
            return Ok(());
        }
        for change in &commit.changes {
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

    /// Finds where each touched chain stands at the tip. A chain that stands at two paths (a merge kept both names of
    /// a moved file) becomes two: a copied file begins a lineage of its own.
    fn settle_tips(&mut self, chains: &mut Vec<Chain>, tip: CommitId) -> Result<(), Stop> {
        let mut everything: HashMap<String, BlobId> = HashMap::new();
        if !self.continues {
            let globs = self.globs.clone();
            let files = self.mirror.files(tip, &|path| globs.matches(path)).map_err(self.failed())?;
            everything.extend(files.files);
        }
        let mut split = Vec::new();
        for chain in chains.iter_mut() {
            let mut tips = Vec::new();
            for path in chain.paths() {
                let blob = if self.continues {
                    self.mirror.entry_at(tip, &path).map_err(self.failed())?
                } else {
                    everything.get(&path).copied()
                };
                tips.extend(blob.map(|blob| (path, blob)));
            }
            let mut tips = tips.into_iter();
            chain.tip = tips.next();
            for other in tips {
                split.extend(chain.split_off(other));
            }
        }
        chains.extend(split);
        for chain in chains.iter() {
            self.touched.extend(chain.paths());
        }
        Ok(())
    }

    fn content(&mut self, blob: BlobId) -> Result<Content, Stop> {
        self.done.blobs_read += 1;
        Ok(self.mirror.blob(blob, examine::LARGEST).map_err(self.failed())?)
    }

    fn examine(&mut self, blob: BlobId, path: &str) -> Result<Arc<Examined>, Stop> {
        if let Some(known) = self.examined.get(&blob) {
            return Ok(known);
        }
        let content = self.content(blob)?;
        Ok(self.understand(blob, &content, path))
    }

    fn understand(&self, blob: BlobId, content: &Content, path: &str) -> Arc<Examined> {
        let examined =
            Arc::new(examine::examine(content, path, &self.repository.fields, self.library.release));
        self.examined.insert(blob, Arc::clone(&examined));
        examined
    }

    /// Reads both sides of every modified revision: what it changed in meaning, and what the chain ever was.
    fn compare_revisions(&mut self, chains: &mut [Chain]) -> Result<(), Stop> {
        for chain in chains {
            if let Some(blob) = chain.last_blob.as_deref().and_then(|blob| BlobId::from_str(blob).ok()) {
                let last = self.examine(blob, &chain.lineage)?;
                chain.saw(&last);
            }
            let mut revisions = std::mem::take(&mut chain.revisions);
            for touched in &mut revisions {
                self.compare(chain, touched)?;
            }
            chain.revisions = revisions;
            // A notebook that came and went, and was never modified in between.
            if chain.tip.is_none() && !chain.candidate {
                let last = chain.revisions.iter().rev().find_map(|touched| touched.before.or(touched.after));
                if let Some(blob) = last {
                    let path = chain.lineage.clone();
                    let seen = self.examine(blob, &path)?;
                    chain.saw(&seen);
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, chain: &mut Chain, touched: &mut Touched) -> Result<(), Stop> {
        let (Some(before), Some(after)) = (touched.before, touched.after) else { return Ok(()) };
        if before == after {
            return Ok(());
        }
        let path = touched.revision.path.clone();
        let old = self.examine(before, &path)?;
        let new = self.examine(after, &path)?;
        chain.saw(&old);
        chain.saw(&new);
        if !chain.candidate {
            return Ok(());
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
        Ok(())
    }

    /// Makes the entry of every touched chain that is there at the tip, and takes out those that went.
    fn write_entries(&mut self, chains: &mut [Chain]) -> Result<(), Stop> {
        let mut at_blob: HashMap<BlobId, Vec<usize>> = HashMap::new();
        for (position, chain) in chains.iter().enumerate() {
            if let Some(entry) = chain.entry.clone() {
                self.count(&entry, false);
                self.released.extend(entry.procedure.id.clone());
                if chain.tip.as_ref().is_none_or(|(path, _)| *path != entry.path) {
                    self.batch.remove(&entry.repo, &entry.path)?;
                }
            }
            if let Some((_, blob)) = &chain.tip {
                at_blob.entry(*blob).or_default().push(position);
            }
        }
        if self.continues {
            let mut blobs: Vec<_> = at_blob.into_iter().collect();
            // The older file first: it keeps its id without a second look.
            blobs.sort_by_key(|(_, positions)| positions.iter().map(|at| chains[*at].born()).min());
            for (blob, positions) in blobs {
                for position in positions {
                    let path = chains[position].tip_path().to_owned();
                    let examined = self.examine(blob, &path)?;
                    self.write_entry(chains, position, &examined)?;
                }
            }
            return Ok(());
        }
        let wanted: HashSet<BlobId> = at_blob.keys().copied().collect();
        let mut outcome = Ok(());
        let mirror = self.mirror;
        mirror
            .blobs_in_pack_order(&wanted, examine::LARGEST, &mut |blob, content| {
                self.done.blobs_read += 1;
                for position in at_blob.remove(&blob).unwrap_or_default() {
                    let path = chains[position].tip_path().to_owned();
                    let examined = Arc::new(examine::examine(
                        &content,
                        &path,
                        &self.repository.fields,
                        self.library.release,
                    ));
                    if let Err(stop) = self.write_entry(chains, position, &examined) {
                        outcome = Err(stop);
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
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

    fn write_entry(
        &mut self,
        chains: &mut [Chain],
        position: usize,
        examined: &Arc<Examined>,
    ) -> Result<(), Stop> {
        chains[position].saw(examined);
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
        Ok(())
    }

    /// The notebook whose text an entry is found by.
    fn examine_entry(&mut self, entry: &Entry) -> Result<Arc<Examined>, Stop> {
        let last_good = entry.broken.as_ref().and_then(|broken| broken.last_good_blob.clone());
        let blob = last_good.unwrap_or_else(|| entry.blob.clone());
        let blob = BlobId::from_str(&blob).map_err(|error| LibraryError::Index(error.to_string()))?;
        self.examine(blob, &entry.path)
    }

    /// The entry of a chain, and the notebook whose text it is found by.
    fn entry(
        &mut self,
        chain: &Chain,
        examined: &Arc<Examined>,
        standing: Standing,
    ) -> Result<(Entry, Arc<Examined>), Stop> {
        let (path, blob) = chain.tip.clone().ok_or(Stop::StartAnew)?;
        let newest = chain.newest_of(&path, blob).ok_or(Stop::StartAnew)?;
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
            blob: blob.to_string(),
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
            procedure,
            path,
        };
        Ok((entry, shown))
    }

    fn write_revisions(&mut self, chains: &[Chain]) -> Result<(), Stop> {
        for chain in chains.iter().filter(|chain| chain.candidate) {
            for touched in &chain.revisions {
                self.batch.put_revision(&touched.revision)?;
            }
        }
        if self.continues {
            // Plain files that went.
            let gone =
                chains.iter().filter(|chain| !chain.candidate && chain.tip.is_none() && !chain.is_new());
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
