//! Proposals: what somebody would like to see on the branch, read beside the catalog and never part of it.

use super::examine::{Examined, Outcome, Source};
use super::pass::pairs::with_ending;
use super::{Library, LibraryError, Shelf};
use crate::diff::{self, Change, NotebookDiff, Unified};
use crate::index::RevisionStatus;
use crate::lint::Diagnostic;
use crate::mirror::rename::{self, RenameText};
use crate::mirror::{BlobId, CommitId, CommitInfo, Content, FileChange, Mirror, Proposal};
use crate::notebook::{Notebook, ipynb, myst};
use crate::procedure::{Procedure, Standing};
use crate::repository::Globs;
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

/// Notebooks of one proposal that are shown.
pub const MAX_PROPOSED_FILES: usize = 50;
/// Commits of one proposal that are shown.
pub const MAX_PROPOSED_COMMITS: usize = 100;

/// What is proposed, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The repository.
    pub repo: String,
    /// Its reference, such as `refs/pull/12/head`.
    pub reference: String,
    /// Its number, where the reference has one.
    pub number: Option<u64>,
    /// Its newest commit.
    pub tip: CommitInfo,
}

/// A proposal, compared with where it left the branch.
#[derive(Debug, Clone)]
pub struct Proposing {
    /// What is proposed.
    pub proposed: Proposed,
    /// Where it left the branch; none where they have nothing in common.
    pub base: Option<String>,
    /// Its commits, newest first.
    pub commits: Vec<CommitInfo>,
    /// How many there are in all.
    pub commits_total: usize,
    /// The notebooks that it touches, by path.
    pub files: Vec<ProposedFile>,
    /// How many further files are left out, notebooks or not.
    pub left_out: usize,
    /// Whether the branch has, or once had, every one of its files as it would be: it was taken in by other commits.
    pub settled: bool,
}

/// What a proposal does to one notebook.
#[derive(Debug, Clone)]
pub struct ProposedFile {
    /// Its path; of one that goes, the path that it had.
    pub path: String,
    /// The path that it had, where it moves.
    pub previous_path: Option<String>,
    /// Whether it comes.
    pub added: bool,
    /// Whether it goes.
    pub deleted: bool,
    /// `hunting.id`, as proposed; of one that goes, as it was.
    pub id: Option<String>,
    /// Its title likewise.
    pub title: String,
    /// How it would stand on the branch.
    pub standing: Standing,
    /// The path of the procedure on the branch that holds its id, for what would be a duplicate.
    pub taken_by: Option<String>,
    /// What that means.
    pub changes: Vec<Change>,
    /// What lint finds before.
    pub before: Vec<Diagnostic>,
    /// What lint finds after.
    pub after: Vec<Diagnostic>,
    /// What of that is new.
    pub gained: Vec<Diagnostic>,
    /// What was found before and is mended.
    pub mended: Vec<Diagnostic>,
    /// Both notebooks, field by field and cell by cell.
    pub notebooks: NotebookDiff,
    /// The texts as a unified diff.
    pub unified: Unified,
}

/// One notebook as it is proposed.
#[derive(Debug, Clone)]
pub struct ProposedNotebook {
    /// Of which proposal.
    pub proposed: Proposed,
    /// Its path.
    pub path: String,
    /// The id of its bytes.
    pub blob: String,
    /// The notebook.
    pub notebook: Notebook,
    /// What it says.
    pub procedure: Procedure,
    /// All that is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// One side of one file.
struct Side {
    text: String,
    examined: Arc<Examined>,
}

impl Side {
    fn understood(&self) -> (&Notebook, &Procedure) {
        (&self.examined.notebook, &self.examined.procedure)
    }
}

/// A proposal opened for reading.
struct Opened {
    shelf: Arc<Shelf>,
    mirror: Arc<Mirror>,
    proposed: Proposed,
    tip: CommitId,
    branch: Option<CommitId>,
    base: Option<CommitId>,
    globs: Globs,
}

impl Library {
    /// What is proposed to a repository's branch and neither merged nor taken in by other commits: the highest numbers first.
    ///
    /// # Errors
    /// When there is no such repository, or its mirror cannot be read.
    pub fn proposed(&self, repo: &str) -> Result<Vec<Proposed>, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        // What is no longer configured may lie in the mirror until the next sync.
        if shelf.repository.proposals.is_empty() || self.tip(repo).is_none() {
            return Ok(Vec::new());
        }
        let (_, mirror) = self.mirrored(repo)?;
        let failed = LibraryError::mirror(repo);
        let branch = mirror.tip().map_err(&failed)?;
        let globs = globs(&shelf)?;
        let mut open = Vec::new();
        for proposal in mirror.proposals().map_err(&failed)?.into_iter().filter(|proposal| !proposal.merged) {
            // One that cannot be read is listed: its page says why.
            if !self.is_settled(&mirror, repo, &proposal, branch, &globs).unwrap_or(false) {
                open.push(proposed(&mirror, repo, proposal)?);
            }
        }
        Ok(open)
    }

    /// Whether the branch took in all of a proposal by commits of its own (a squash, a rebase), from memory where that is
    /// known.
    fn is_settled(
        &self,
        mirror: &Mirror,
        repo: &str,
        proposal: &Proposal,
        branch: Option<CommitId>,
        globs: &Globs,
    ) -> Result<bool, LibraryError> {
        let failed = LibraryError::mirror(repo);
        let key = (repo.to_owned(), proposal.tip);
        if let Some((at, settled)) = self.settled.get(&key) {
            let went_on = match (at, branch) {
                (Some(at), Some(branch)) => settled && mirror.is_ancestor(at, branch).map_err(&failed)?,
                _ => false,
            };
            // What was taken in stays so, whatever the branch makes of it later.
            if at == branch || went_on {
                self.settled.insert(key, (branch, settled));
                return Ok(settled);
            }
        }
        let base = match branch {
            Some(branch) => mirror.merge_base(branch, proposal.tip).map_err(&failed)?,
            None => None,
        };
        let changes =
            mirror.differences(base, proposal.tip, &|path| globs.matches(path)).map_err(&failed)?.changes;
        let settled = self.took_in(mirror, repo, branch, base, &changes)?;
        self.settled.insert(key, (branch, settled));
        Ok(settled)
    }

    /// Whether the branch has, or once had since it was left, every one of the files that a proposal changes as it would be.
    fn took_in(
        &self,
        mirror: &Mirror,
        repo: &str,
        branch: Option<CommitId>,
        base: Option<CommitId>,
        changes: &[FileChange],
    ) -> Result<bool, LibraryError> {
        let failed = LibraryError::mirror(repo);
        let Some(branch) = branch.filter(|_| (1..=MAX_PROPOSED_FILES).contains(&changes.len())) else {
            return Ok(false);
        };
        for change in changes {
            if mirror.entry_at(branch, &change.path).map_err(&failed)? == change.after {
                continue;
            }
            let after = change.after.map(|blob| blob.to_string());
            let mut since = false;
            for revision in self.index.at_path(repo, &change.path)? {
                let is_it = match &after {
                    Some(_) => revision.path == change.path && revision.blob == after,
                    None => revision.path != change.path || revision.status == RevisionStatus::Deleted,
                };
                if is_it && let Ok(commit) = CommitId::from_str(&revision.commit) {
                    let before = match base {
                        Some(base) => mirror.is_ancestor(commit, base).map_err(&failed)?,
                        None => false,
                    };
                    since |= !before;
                }
            }
            if !since {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One proposal by its number, or by its reference: its commits and what it does to at most so many notebooks. None where
    /// there is none, and where it is merged.
    ///
    /// # Errors
    /// When there is no such repository, or its mirror or the index cannot be read.
    pub fn proposal(&self, repo: &str, name: &str, most: usize) -> Result<Option<Proposing>, LibraryError> {
        let Some(opened) = self.open_proposal(repo, name)? else { return Ok(None) };
        let failed = LibraryError::mirror(repo);
        let Opened { mirror, tip, base, globs, .. } = &opened;
        let (commits, commits_total) =
            mirror.commits_since(*base, *tip, MAX_PROPOSED_COMMITS).map_err(&failed)?;
        let wanted = |path: &str| globs.matches(path);
        let changes = mirror.differences(*base, *tip, &wanted).map_err(&failed)?.changes;
        let settled = self.took_in(mirror, repo, opened.branch, *base, &changes)?;
        let moved = self.moved(&opened, &changes);
        let gone_with_it: Vec<usize> = moved.values().copied().collect();
        let (mut files, mut left_out) = (Vec::new(), 0);
        for (at, change) in changes.iter().enumerate() {
            if gone_with_it.contains(&at) {
                continue;
            }
            if files.len() >= most.min(MAX_PROPOSED_FILES) {
                left_out += 1;
                continue;
            }
            let from = moved.get(&at).map_or(change, |removed| &changes[*removed]);
            files.extend(self.proposed_file(&opened, from, change)?);
        }
        let base = base.map(|base| base.to_string());
        Ok(Some(Proposing {
            proposed: opened.proposed,
            base,
            commits,
            commits_total,
            files,
            left_out,
            settled,
        }))
    }

    /// A notebook that a proposal adds or changes, as it would be. None where there is no such proposal, and for a file that
    /// it does not touch.
    ///
    /// # Errors
    /// When there is no such repository, or its mirror cannot be read.
    pub fn proposed_notebook(
        &self,
        repo: &str,
        name: &str,
        path: &str,
    ) -> Result<Option<ProposedNotebook>, LibraryError> {
        let Some(opened) = self.open_proposal(repo, name)? else { return Ok(None) };
        let failed = LibraryError::mirror(repo);
        if !opened.globs.matches(path) {
            return Ok(None);
        }
        let Some(blob) = opened.mirror.entry_at(opened.tip, path).map_err(&failed)? else { return Ok(None) };
        let before = match opened.base {
            Some(base) => opened.mirror.entry_at(base, path).map_err(&failed)?,
            None => None,
        };
        if before == Some(blob) {
            return Ok(None);
        }
        let side = self.proposed_side(&opened, Some(opened.tip), path, Some(blob))?;
        Ok(side.filter(|side| side.examined.is_candidate()).map(|side| ProposedNotebook {
            path: path.to_owned(),
            blob: blob.to_string(),
            notebook: side.examined.notebook.clone(),
            procedure: side.examined.procedure.clone(),
            diagnostics: side.examined.diagnostics(&self.team(repo).unwrap_or_default(), &self.around(path)),
            proposed: opened.proposed,
        }))
    }

    fn open_proposal(&self, repo: &str, name: &str) -> Result<Option<Opened>, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        if shelf.repository.proposals.is_empty() || self.tip(repo).is_none() {
            return Ok(None);
        }
        let mirror = self.mirror(&shelf)?;
        let failed = LibraryError::mirror(repo);
        let number = name.parse::<u64>().ok();
        let is_it = |proposal: &Proposal| {
            !proposal.merged && (proposal.reference == name || number.is_some() && proposal.number == number)
        };
        let Some(proposal) = mirror.proposals().map_err(&failed)?.into_iter().find(is_it) else {
            return Ok(None);
        };
        let (tip, branch) = (proposal.tip, mirror.tip().map_err(&failed)?);
        let base = match branch {
            Some(branch) => mirror.merge_base(branch, tip).map_err(&failed)?,
            None => None,
        };
        let globs = globs(&shelf)?;
        let proposed = proposed(&mirror, repo, proposal)?;
        Ok(Some(Opened { shelf, mirror, proposed, tip, branch, base, globs }))
    }

    /// The added files that are removed ones under another name: places in `changes`, by that of the added one.
    fn moved(&self, opened: &Opened, changes: &[FileChange]) -> HashMap<usize, usize> {
        let at: HashMap<BlobId, (&FileChange, Option<CommitId>)> = changes
            .iter()
            .flat_map(|change| {
                let before = change.before.map(|blob| (blob, (change, opened.base)));
                let after = change.after.map(|blob| (blob, (change, Some(opened.tip))));
                before.into_iter().chain(after)
            })
            .collect();
        let mut read = |blob: BlobId| {
            let (change, commit) = at.get(&blob)?;
            let side = self.proposed_side(opened, *commit, &change.path, Some(blob)).ok()??;
            Some(RenameText::new(side.examined.procedure.id.clone(), side.text.as_bytes()))
        };
        // One that touches thousands of files is a clean-up; only names that stay are followed then.
        if changes.len() > 10 * MAX_PROPOSED_FILES {
            return HashMap::new();
        }
        let pairs = rename::pair(changes, &|_| true, &mut read);
        pairs.into_iter().map(|(removed, added)| (added, removed)).collect()
    }

    /// What becomes of one file; none for what is no notebook on either side.
    fn proposed_file(
        &self,
        opened: &Opened,
        from: &FileChange,
        to: &FileChange,
    ) -> Result<Option<ProposedFile>, LibraryError> {
        let old = self.proposed_side(opened, opened.base, &from.path, from.before)?;
        let new = self.proposed_side(opened, Some(opened.tip), &to.path, to.after)?;
        let counts = |side: &Option<Side>| side.as_ref().is_some_and(|side| side.examined.is_candidate());
        if !counts(&old) && !counts(&new) || self.is_half_of_a_pair(opened, to)? {
            return Ok(None);
        }
        let Some(shown) = new.as_ref().or(old.as_ref()) else { return Ok(None) };
        let procedure = &shown.examined.procedure;
        let was_catalogued = old.as_ref().is_some_and(|side| side.examined.is_catalogued());
        let taken_by = match &procedure.id {
            Some(id) if new.is_some() => self.holder_elsewhere(opened, id, &from.path, &to.path)?,
            _ => None,
        };
        let standing = match (&shown.examined.outcome, &taken_by) {
            (Outcome::Unusable(_), _) => Standing::Broken,
            (Outcome::Catalogued, Some(_)) => Standing::Duplicate,
            (Outcome::Catalogued, None) => Standing::Good,
            (Outcome::Plain | Outcome::Uncatalogued, _) if was_catalogued => Standing::Broken,
            (Outcome::Plain | Outcome::Uncatalogued, _) => Standing::Uncatalogued,
        };
        let text = |side: &Option<Side>| side.as_ref().map_or(String::new(), |side| side.text.clone());
        let name = |prefix: &str, there: bool, path: &str| {
            if there { format!("{prefix}{path}") } else { "/dev/null".to_owned() }
        };
        let unified = diff::unified(
            &text(&old),
            &text(&new),
            &name("a/", old.is_some(), &from.path),
            &name("b/", new.is_some(), &to.path),
            3,
        );
        let team = self.team(&opened.shelf.repository.name).unwrap_or_default();
        let found = |side: &Option<Side>| {
            let around = self.around(&to.path);
            side.as_ref().map_or_else(Vec::new, |side| side.examined.diagnostics(&team, &around))
        };
        let (before, after) = (found(&old), found(&new));
        let sides = (old.as_ref().map(Side::understood), new.as_ref().map(Side::understood));
        Ok(Some(ProposedFile {
            previous_path: (from.path != to.path).then(|| from.path.clone()),
            path: to.path.clone(),
            added: old.is_none(),
            deleted: new.is_none(),
            id: procedure.id.clone(),
            title: procedure.title.clone(),
            standing,
            taken_by,
            changes: diff::changes(sides.0, sides.1),
            notebooks: diff::notebooks(sides.0, sides.1),
            gained: beyond(&after, &before),
            mended: if new.is_some() { beyond(&before, &after) } else { Vec::new() },
            before,
            after,
            unified,
        }))
    }

    /// Whether the notebook in markdown beside an ipynb file counts in its place.
    fn is_half_of_a_pair(&self, opened: &Opened, change: &FileChange) -> Result<bool, LibraryError> {
        let Some(twin) = with_ending(&change.path, ".ipynb", ".md").filter(|twin| opened.globs.matches(twin))
        else {
            return Ok(false);
        };
        let at = if change.after.is_some() { Some(opened.tip) } else { opened.base };
        let Some(at) = at else { return Ok(false) };
        let blob =
            opened.mirror.entry_at(at, &twin).map_err(LibraryError::mirror(&opened.shelf.repository.name))?;
        let side = self.proposed_side(opened, Some(at), &twin, blob)?;
        Ok(side.is_some_and(|side| side.examined.is_candidate()))
    }

    /// The path of the procedure of the same repository that holds an id, unless it is this very file.
    fn holder_elsewhere(
        &self,
        opened: &Opened,
        id: &str,
        from: &str,
        to: &str,
    ) -> Result<Option<String>, LibraryError> {
        let holder = self.index.by_id(id)?.into_iter().map(|found| found.entry).find(|entry| {
            entry.repo == opened.shelf.repository.name
                && entry.id == id
                && entry.path != from
                && entry.path != to
        });
        let Some(holder) = holder else { return Ok(None) };
        // It may go by the same proposal.
        let stays = opened
            .mirror
            .entry_at(opened.tip, &holder.path)
            .map_err(LibraryError::mirror(&opened.shelf.repository.name))?
            .is_some();
        Ok(stays.then_some(holder.path))
    }

    fn proposed_side(
        &self,
        opened: &Opened,
        commit: Option<CommitId>,
        path: &str,
        blob: Option<BlobId>,
    ) -> Result<Option<Side>, LibraryError> {
        let (Some(commit), Some(blob)) = (commit, blob) else { return Ok(None) };
        let repository = &opened.shelf.repository;
        let source = Source::at(&opened.mirror, &repository.sidecar, commit, path, blob)
            .map_err(LibraryError::mirror(&repository.name))?;
        let (contents, examined) = self.examined(&opened.shelf, &opened.mirror, Some(source), path)?;
        let text = match &contents.notebook {
            // Lines of JSON would say nothing to a reader.
            Content::Bytes(_) if ipynb::is_path(path) => myst::write(&examined.notebook),
            Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Content::TooLarge(_) | Content::Missing => String::new(),
        };
        Ok(Some(Side { text, examined }))
    }
}

fn globs(shelf: &Shelf) -> Result<Globs, LibraryError> {
    let Shelf { repository, .. } = shelf;
    repository
        .compile_globs()
        .map_err(|error| LibraryError::Mirror { repo: repository.name.clone(), reason: error.to_string() })
}

fn proposed(mirror: &Mirror, repo: &str, proposal: Proposal) -> Result<Proposed, LibraryError> {
    Ok(Proposed {
        repo: repo.to_owned(),
        tip: mirror.commit(proposal.tip).map_err(LibraryError::mirror(repo))?,
        reference: proposal.reference,
        number: proposal.number,
    })
}

/// What is among `these` and not among `those`, each as often as it is there more.
fn beyond(these: &[Diagnostic], those: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for found in those {
        *known.entry((&found.code, &found.message)).or_default() += 1;
    }
    let mut new = Vec::new();
    for found in these {
        match known.get_mut(&(found.code.as_str(), found.message.as_str())) {
            Some(left) if *left > 0 => *left -= 1,
            _ => new.push(found.clone()),
        }
    }
    new
}
