//! What the new commits touched, strung together: one chain of revisions for each file.

use super::sidecars::{self, Commit};
use super::{Pass, Stop};
use crate::index::{Revision, RevisionStatus};
use crate::library::chain::Chain;
use crate::library::examine::{self, Source};
use crate::library::left_out::LeftOut;
use crate::library::sync::ENTANGLED;
use crate::mirror::rename::{self, RenameText};
use crate::mirror::{BlobId, CommitId, Content, Differences, Files, Skipped};
use crate::notebook::ipynb;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Revisions of a notebook that has no entry which are recalled at once when it is touched again.
const PAGE: usize = 500;

/// Paths that come or go of which each is looked for among those like it; with more, the whole tree is.
const FEW: usize = 200;

/// Paths that new commits touched: what was there before the first of them, and after the last one.
type Told = HashMap<String, (Option<BlobId>, Option<BlobId>)>;

impl Pass<'_> {
    /// Walks the new commits and strings what they touched together.
    pub(super) fn chains(&mut self, since: Option<CommitId>, tip: CommitId) -> Result<Vec<Chain>, Stop> {
        let commits = self.read_commits(since, tip)?;
        let mut chains: Vec<Chain> = Vec::new();
        let mut by_lineage: HashMap<String, usize> = HashMap::new();
        for commit in commits {
            self.recall(&commit)?;
            let pairs = self.renames(&commit);
            for step in self.lineages.advance(&commit.changes, &pairs) {
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

    fn read_commits(&mut self, since: Option<CommitId>, tip: CommitId) -> Result<Vec<Commit>, Stop> {
        let mut commits = Vec::new();
        let mut told = Told::new();
        let mut left_out = Vec::new();
        let (mut count, mut merges) = (0, false);
        let (mut outcome, mut crowded) = (Ok(()), false);
        let (mirror, sidecar, shelf, continues) =
            (self.mirror, &self.repository.sidecar, self.shelf, self.continues);
        let Self { globs, mark, mailmap, .. } = &mut *self;
        let wanted = |path: &str| globs.matches(path) || sidecar.is(path);
        mirror
            .walk(since, tip, &wanted, &mut |mut changes, tree| {
                count += 1;
                merges |= changes.commit.parents.len() > 1;
                if continues && !(changes.skipped.is_empty() && changes.gone.is_empty()) {
                    left_out.push((std::mem::take(&mut changes.skipped), std::mem::take(&mut changes.gone)));
                }
                if shelf.step().is_err() {
                    return ControlFlow::Break(());
                }
                if changes.changes.is_empty() {
                    return ControlFlow::Continue(());
                }
                if continues {
                    for change in &changes.changes {
                        told.entry(change.path.clone()).or_insert((change.before, None)).1 = change.after;
                    }
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
        if let Some(since) = since.filter(|_| self.continues) {
            if merges {
                left_out = vec![self.net(since, tip, &mut told)?];
            }
            self.count_files(&told);
            self.follow_left_out(tip, left_out, &told)?;
        }
        Ok(commits)
    }

    /// Reduces what commits told to what is otherwise at the tip than it was. What a merge took in from before, and no
    /// commit told, cannot be followed.
    fn net(
        &self,
        since: CommitId,
        tip: CommitId,
        told: &mut Told,
    ) -> Result<(Vec<Skipped>, Vec<String>), Stop> {
        let wanted = |path: &str| self.globs.matches(path) || self.repository.sidecar.is(path);
        let differences = self.mirror.differences(Some(since), tip, &wanted).map_err(self.failed())?;
        let Differences { changes, skipped, gone } = differences;
        let mut net = Told::new();
        for change in changes {
            if !told.contains_key(&change.path) {
                return Err(Stop::StartAnew);
            }
            net.insert(change.path, (change.before, change.after));
        }
        *told = net;
        Ok((skipped, gone))
    }

    /// Brings what is told of the tree up to the tip.
    fn follow_left_out(
        &mut self,
        tip: CommitId,
        left_out: Vec<(Vec<Skipped>, Vec<String>)>,
        net: &Told,
    ) -> Result<(), Stop> {
        let came_or_went = |(path, (before, after)): (&String, &(Option<BlobId>, Option<BlobId>))| {
            let mine = self.globs.matches(path) && !self.repository.sidecar.is(path);
            (mine && before.is_some() != after.is_some()).then(|| path.clone())
        };
        let mut paths: Vec<String> = net.iter().filter_map(came_or_went).collect();
        if paths.is_empty() && left_out.is_empty() {
            return Ok(());
        }
        if paths.len() > FEW || self.mark.left_out.has_more() {
            let wanted = |path: &str| self.globs.matches(path) && !self.repository.sidecar.is(path);
            let Files { files, skipped } = self.mirror.files(tip, &wanted).map_err(self.failed())?;
            self.mark.left_out = LeftOut::of(skipped, &files);
            return Ok(());
        }
        for (skipped, gone) in left_out {
            self.mark.left_out.follow(skipped, &gone);
        }
        paths.sort_unstable();
        let alike = self.mirror.alike(tip, &paths).map_err(self.failed())?;
        for (path, mut group) in paths.iter().zip(alike) {
            group.retain(|path| self.globs.matches(path) && !self.repository.sidecar.is(path));
            self.mark.left_out.follow_alike(path, &group);
        }
        Ok(())
    }

    /// How many files are within the globs now.
    fn count_files(&mut self, net: &Told) {
        let mine = |path: &&String| self.globs.matches(path) && !self.repository.sidecar.is(path);
        for (_, (before, after)) in net.iter().filter(|(path, _)| mine(path)) {
            self.files += u64::from(after.is_some());
            self.files = self.files.saturating_sub(u64::from(before.is_some()));
        }
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

    /// Tells the lineages what the index knows of the paths that a commit touches. Where that is not what the commit
    /// met, it came from a line of history that ran beside (a file that it changes had moved on, one that it adds was
    /// there), or from a file that is on no record: what follows from it is told by all commits together.
    fn recall(&mut self, commit: &Commit) -> Result<(), Stop> {
        if !self.continues {
            return Ok(());
        }
        if self.mark.entangled.len() >= ENTANGLED {
            return Err(Stop::StartAnew);
        }
        for change in &commit.changes.changes {
            let path = &change.path;
            if self.lineages.at(path).is_some() {
                continue;
            }
            let recorded = self.library.index.at_path(&self.repository.name, path)?;
            let Some(newest) = recorded.last() else { continue };
            let there = newest.path == *path && newest.status != RevisionStatus::Deleted;
            if there == change.is_added() || self.mark.entangled.contains(path) {
                return Err(Stop::StartAnew);
            }
            for Revision { path: to, previous_path, status, lineage, .. } in &recorded {
                self.lineages.recall(path, to, previous_path.as_deref(), (*status).into(), lineage);
            }
        }
        Ok(())
    }

    /// A chain with what is on record of it.
    pub(super) fn begin_chain(&self, lineage: &str) -> Result<Chain, Stop> {
        let mut chain = Chain::new(lineage);
        if !self.continues {
            return Ok(chain);
        }
        let index = &self.library.index;
        if let Some(entry) = index.by_lineage(&self.repository.name, lineage)? {
            chain.continue_from(entry);
            return Ok(chain);
        }
        let (mut recorded, mut before) = (Vec::new(), None);
        loop {
            let (page, _) = index.revisions(&self.repository.name, lineage, PAGE, before)?;
            let Some(oldest) = page.last() else { break };
            before = Some(oldest.order);
            recorded.extend(page);
        }
        for revision in recorded.into_iter().rev() {
            chain.recall(revision);
        }
        Ok(chain)
    }

    /// A file that came, went and came again begins with the first time that it was a notebook: plain markdown that once
    /// bore its name is no past of it, as it is on no record.
    pub(super) fn settle_beginning(&mut self, chain: &mut Chain) -> Result<(), Stop> {
        let lives = chain.lives();
        if lives.len() < 2 {
            return Ok(());
        }
        let mut first = None;
        for life in lives {
            for at in life.clone() {
                for (source, path) in chain.revisions[at].texts() {
                    let examined = self.examine(source, &path)?;
                    chain.saw(&examined);
                    first = first.or_else(|| examined.is_candidate().then_some(life.start));
                }
            }
        }
        if let Some(first) = first.filter(|first| *first > 0 && !chain.is_on_record()) {
            chain.begin_with(first);
        }
        Ok(())
    }
}
