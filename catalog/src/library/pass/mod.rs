//! One pass over what is new in a repository: walk, string together, understand, write, commit.
//!
//! Cost follows what changed. The walk tells which files each new commit touched; only their blobs are read. A file's
//! chain of revisions (its lineage) is followed through renames; the newest revision of each touched chain becomes its
//! entry. Nothing of a pass is visible before its commit.

mod ahead;
mod compared;
mod ids;
pub(super) mod pairs;
mod sidecars;
mod standing;
mod tips;
mod walked;
mod written;

pub(super) use sidecars::Commit;

use super::examine::{self, Examined, Source};
use super::progress::Stage;
use super::shelves::Shelf;
use super::sync::{Basis, Mark};
use super::{Library, LibraryError};
use crate::index::{Batch, IndexError, Load};
use crate::mirror::{CommitId, Lineages, Mailmap, Mirror, MirrorError};
use crate::procedure::Releases;
use crate::repository::{Globs, Repository};
use crate::team::Team;
use ids::Bearers;
use std::collections::HashSet;
use std::sync::Arc;

/// Bytes of examined notebooks that are kept while revisions are compared: a file's neighbours in history come close
/// together.
const KEPT: u64 = 16 << 20;

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
    /// What the team asks of its procedures.
    team: Arc<Team>,
    /// Whether the documents that are there are continued; else all are made anew.
    continues: bool,
    /// Whether there is nothing yet that anybody could look at meanwhile.
    alone: bool,
    mark: Mark,
    /// Who is who.
    mailmap: Mailmap,
    done: Done,
    examined: moka::sync::Cache<(Source, String), Arc<Examined>>,
    /// Which lineage each path belongs to.
    lineages: Lineages,
    /// Who bears which id, as far as this pass has to do with it.
    bearers: Bearers,
    /// Ids that touched files bore before the pass.
    released: Vec<String>,
    /// Paths of the entries that this pass decides about, as they were before it.
    replaced: HashSet<String>,
    /// Chains, by their places, whose entries were made as soon as they were compared.
    written: HashSet<usize>,
    /// Files within the globs at the tip.
    files: u64,
}

impl<'a> Pass<'a> {
    /// Begins a pass that goes on from a watermark, or makes everything anew.
    pub(super) fn begin(
        library: &'a Library,
        shelf: &'a Shelf,
        mirror: &'a Mirror,
        releases: Releases<'a>,
        Basis { settings, mailmap, team }: &Basis,
        continued: Option<Mark>,
    ) -> Result<Self, LibraryError> {
        let repository = &shelf.repository;
        let continues = continued.is_some();
        let mailmap = mirror.mailmap(*mailmap).map_err(LibraryError::mirror(&repository.name))?;
        let alone = library.index.marks().repos.is_empty();
        let load = if alone { Load::Many } else { Load::Few };
        let batch = library.index.writer(&repository.name, library.release, load)?;
        if !continues {
            batch.clear(&repository.name)?;
        }
        let mark = Mark { settings: settings.to_owned(), ..continued.unwrap_or_default() };
        let files = mark.readiness.entries() + mark.readiness.plain;
        Ok(Self {
            library,
            shelf,
            repository,
            mirror,
            globs: repository.compile_globs().map_err(|error| LibraryError::Index(error.to_string()))?,
            batch,
            releases,
            team: Arc::clone(team),
            continues,
            alone,
            mark,
            mailmap,
            done: Done { commits: 0, files: 0, blobs_read: 0, problems: 0 },
            examined: moka::sync::Cache::builder()
                .max_capacity(KEPT)
                .weigher(|_, examined: &Arc<Examined>| examined.weight())
                .build(),
            lineages: Lineages::default(),
            bearers: Bearers::default(),
            released: Vec::new(),
            replaced: HashSet::new(),
            written: HashSet::new(),
            files,
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
            self.settle_ids(&chains)?;
            self.write_revisions(&mut chains)?;
            self.settle_entangled(&chains)?;
            self.mark.readiness.plain = self.files.saturating_sub(self.mark.readiness.entries());
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

    fn examine(&mut self, source: Source, path: &str) -> Result<Arc<Examined>, Stop> {
        // Untitled notebooks are called by their paths.
        let key = (source, path.to_owned());
        if let Some(known) = self.examined.get(&key) {
            return Ok(known);
        }
        let mirror = self.mirror;
        let contents =
            examine::contents(source, path, |blob, most| mirror.blob(blob, most)).map_err(self.failed())?;
        self.done.blobs_read += 1 + usize::from(contents.sidecar.is_some());
        let examined = Arc::new(examine::examine(&contents, path, self.repository, self.releases));
        self.examined.insert(key, Arc::clone(&examined));
        Ok(examined)
    }
}
