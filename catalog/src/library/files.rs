//! Files beside the procedures: what links and pictures in a notebook lead to.

use super::pass::pairs::with_ending;
use super::{Library, LibraryError};
use crate::index::Entry;
use crate::mirror::Content;

/// A file as a commit left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The commit, in full.
    pub commit: String,
    /// The blob's id.
    pub blob: String,
    /// What is in it.
    pub content: Content,
}

impl Library {
    /// The regular file at a path of a repository, as a commit that the branch reaches left it, read up to `limit` bytes.
    ///
    /// # Errors
    /// [`LibraryError::NoRepository`], [`LibraryError::Commit`] for a commit that cannot be told, or when the mirror cannot
    /// be read.
    pub fn file(&self, repo: &str, at: &str, path: &str, limit: usize) -> Result<Option<File>, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        let mirror = self.mirror(&shelf)?;
        let failed = LibraryError::mirror(repo);
        let Some(commit) = mirror.resolve(at).map_err(&failed)? else { return Ok(None) };
        let Some(blob) = mirror.entry_at(commit, path).map_err(&failed)? else { return Ok(None) };
        let content = mirror.blob(blob, limit).map_err(&failed)?;
        Ok(Some(File { commit: commit.to_string(), blob: blob.to_string(), content }))
    }

    /// Whether a commit that the branch reaches has a regular file at a path. A mirror that cannot be read has none.
    pub fn has_file(&self, repo: &str, at: &str, path: &str) -> bool {
        let found = || {
            let mirror = self.mirror(self.shelf(repo)?.as_ref()).ok()?;
            let commit = mirror.resolve(at).ok()??;
            mirror.entry_at(commit, path).ok()?
        };
        found().is_some()
    }

    /// The procedure whose file stands, or once stood, at a path of a repository.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn procedure_at(&self, repo: &str, path: &str) -> Result<Option<Entry>, LibraryError> {
        if let Some(entry) = self.index.by_path(repo, path)? {
            return Ok(Some(entry));
        }
        // Of a pair, the notebook in markdown counts.
        if let Some(twin) = with_ending(path, ".ipynb", ".md")
            && let Some(entry) = self.index.by_path(repo, &twin)?
        {
            return Ok(Some(entry));
        }
        let Some(revision) = self.index.newest_at_path(repo, path)? else { return Ok(None) };
        Ok(self.index.by_lineage(repo, &revision.lineage)?)
    }
}
