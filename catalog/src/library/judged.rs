//! What lint says of a text that might take the place of a procedure's.

use super::around::TreeAt;
use super::examine::{self, Contents, Source};
use super::{Library, LibraryError};
use crate::index::Entry;
use crate::lint::{Around, Diagnostic};
use crate::mirror::Content;
use crate::procedure::Releases;

impl Library {
    /// What lint says of a text in the place of a procedure's file at the branch's tip: by its team's rules, with the files and
    /// the sidecar that stand beside it.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn judge(&self, entry: &Entry, text: &str) -> Result<Vec<Diagnostic>, LibraryError> {
        let (shelf, mirror) = self.shelf_of(entry)?;
        let source = Source::read(&entry.blob, entry.sidecar.as_deref());
        let (contents, _) = self.examined(&shelf, &mirror, source, &entry.path)?;
        let notebook = Content::Bytes(text.as_bytes().to_vec());
        let contents = Contents { notebook, sidecar: contents.sidecar };
        let team = self.team(&entry.repo).unwrap_or_default();
        let lint = team.release(&self.releases).unwrap_or(self.release);
        let releases = Releases { shown: self.release, lint };
        let examined = examine::examine(&contents, &entry.path, &shelf.repository, releases);
        let files = TreeAt::new(&mirror, &entry.commit);
        let around = Around { files: Some(&files), ..self.around(&entry.path) };
        Ok(examined.diagnostics(&team, &around))
    }
}
