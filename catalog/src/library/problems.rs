//! What is wrong with files at their branches' tips, and one patch for all of it that can be mended with certainty.

use super::examine::{self, Contents};
use super::patch::{MAX_PATCH, MAX_PATCHED, RepositoryPatch, text_of};
use super::{Library, LibraryError, Problem};
use crate::diff;
use crate::index::{Asked, Entry, ProblemCounts};
use crate::lint::mend;
use crate::mirror::Content;
use crate::notebook::ipynb;
use crate::procedure::Releases;
use crate::repository::Repository;
use crate::team::Team;

/// How often a text is mended: one change can stand in the way of another.
const ROUNDS: usize = 5;

impl Library {
    /// Problems at the branches' tips: first those of the files that teams keep for Huntshelf and what is left out of the
    /// catalog, then those of procedures.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn problems(
        &self,
        asked: &Asked,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<(Vec<Problem>, Option<String>), LibraryError> {
        let (entries, next) = self.index.with_problems(asked, limit, cursor)?;
        let mut problems = Vec::new();
        if cursor.is_none() {
            problems = self.team_problems();
            problems.extend(self.left_out());
            problems.retain(|problem| asked.repo.as_ref().is_none_or(|repo| *repo == problem.repo));
        }
        problems.extend(entries.into_iter().flat_map(|entry| {
            let Entry { repo, path, id, commit, updated_at, problems, broken, .. } = entry;
            let was_good = broken.is_some_and(|broken| broken.last_good_blob.is_some());
            problems.into_iter().map(move |diagnostic| Problem {
                restorable: was_good && diagnostic.blocking,
                repo: repo.clone(),
                path: path.clone(),
                id: Some(id.clone()),
                commit: commit.clone(),
                updated_at: Some(updated_at),
                diagnostic,
            })
        }));
        problems.retain(|problem| asked.takes(&problem.diagnostic.code, problem.diagnostic.severity));
        Ok((problems, next))
    }

    /// How many files have problems, in one repository or in all.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn problem_counts(&self, repo: Option<&str>) -> Result<ProblemCounts, LibraryError> {
        Ok(self.index.problem_counts(repo)?)
    }

    /// The patch that mends what can be mended with certainty in one repository. None for a repository that there is not.
    ///
    /// # Errors
    /// [`LibraryError::TooMany`] when the patch would be too large, and when index or mirror cannot be read.
    pub fn mending_patch(&self, repo: &str) -> Result<Option<RepositoryPatch>, LibraryError> {
        let Some(shelf) = self.shelf(repo) else { return Ok(None) };
        let team = self.team(repo).unwrap_or_default();
        let asked = Asked { repo: Some(repo.to_owned()), mendable: true, ..Asked::default() };
        let mut patch = RepositoryPatch::default();
        let mut cursor = None;
        let mut seen = 0;
        loop {
            let (entries, next) = self.index.with_problems(&asked, 500, cursor.as_deref())?;
            let mirror = self.mirror(&shelf)?;
            for entry in &entries {
                seen += 1;
                let text = text_of(&mirror, entry).map_err(LibraryError::mirror(repo))?;
                let mended = text.as_ref().map(|text| self.mended(text, entry, &shelf.repository, &team));
                match text.zip(mended) {
                    Some((text, mended)) if text != mended => {
                        patch.text.push_str(&diff::patch(&entry.path, &text, &mended));
                    }
                    _ => patch.left.push(entry.path.clone()),
                }
            }
            if next.is_some() && seen >= MAX_PATCHED || patch.text.len() > MAX_PATCH {
                return Err(LibraryError::TooMany(repo.to_owned()));
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(Some(patch));
            }
        }
    }

    /// A text with all that can be mended with certainty.
    fn mended(&self, text: &str, entry: &Entry, repository: &Repository, team: &Team) -> String {
        let lint = team.release(&self.releases).unwrap_or(self.release);
        let releases = Releases { shown: self.release, lint };
        let mut text = text.to_owned();
        if ipynb::is_path(&entry.path) {
            return text;
        }
        for _ in 0..ROUNDS {
            let contents = Contents { notebook: Content::Bytes(text.clone().into_bytes()), sidecar: None };
            let examined = examine::examine(&contents, &entry.path, repository, releases);
            let mended = mend(&text, &examined.findings(team, &self.around(&entry.path)));
            if mended == text {
                break;
            }
            text = mended;
        }
        text
    }
}
