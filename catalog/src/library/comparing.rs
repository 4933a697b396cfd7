//! Revisions compared: with each other, and with a notebook that somebody sent.

use super::examine::{self, Contents, Examined, Outcome};
use super::{Address, Library, LibraryError, Located, Shelf};
use crate::diff::{self, Change, NotebookDiff, Unified};
use crate::index::{Entry, Revision};
use crate::lint::{Diagnostic, Severity};
use crate::mirror::Content;
use crate::notebook::{Notebook, ipynb, myst};
use crate::procedure::{MAX_SIDECAR, Releases};
use std::sync::Arc;

/// The largest notebook that is compared without being on record, in bytes.
pub const LARGEST_UPLOAD: usize = 4 << 20;

/// Two revisions compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The procedure at the tip.
    pub entry: Entry,
    /// The older side.
    pub from: Revision,
    /// The newer side.
    pub to: Revision,
    /// What that changed in meaning.
    pub changes: Vec<Change>,
    /// Both notebooks, field by field and cell by cell.
    pub notebooks: NotebookDiff,
    /// The texts as a unified diff.
    pub unified: Unified,
    /// Both notebooks, as they were read.
    pub sides: Sides,
}

/// A revision compared with a notebook that is on no record.
#[derive(Debug, Clone)]
pub struct UploadComparison {
    /// The procedure at the tip.
    pub entry: Entry,
    /// The revision.
    pub from: Revision,
    /// What the notebook would change in meaning.
    pub changes: Vec<Change>,
    /// Both notebooks, field by field and cell by cell.
    pub notebooks: NotebookDiff,
    /// The texts as a unified diff.
    pub unified: Unified,
    /// What reading the notebook brought to light, and lint.
    pub diagnostics: Vec<Diagnostic>,
    /// Both notebooks, as they were read.
    pub sides: Sides,
}

/// The notebooks of a comparison.
#[derive(Debug, Clone, Default)]
pub struct Sides {
    old: Option<Arc<Examined>>,
    new: Option<Arc<Examined>>,
}

impl Sides {
    /// The older one; none where there is none.
    pub fn older(&self) -> Option<&Notebook> {
        self.old.as_deref().map(|side| &side.notebook)
    }

    /// The newer one.
    pub fn newer(&self) -> Option<&Notebook> {
        self.new.as_deref().map(|side| &side.notebook)
    }

    fn compared(&self) -> (Vec<Change>, NotebookDiff) {
        let old = self.old.as_deref().map(|side| (&side.notebook, &side.procedure));
        let new = self.new.as_deref().map(|side| (&side.notebook, &side.procedure));
        (diff::changes(old, new), diff::notebooks(old, new))
    }
}

impl Library {
    /// Two revisions of a procedure compared; without `from` or `to`, the newest against the one before.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when a side is not a revision of the procedure.
    pub fn compare(
        &self,
        address: &Address,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Option<Comparison>, LibraryError> {
        let Some((Located { entry, .. }, _)) = self.locate_any(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let to = match to {
            Some(at) => self.place(&shelf, &mirror, &entry, at)?,
            None => self.newest_before(&shelf, &mirror, &entry, None)?,
        };
        let from = match from {
            Some(at) => Some(self.place(&shelf, &mirror, &entry, at)?),
            None => self.newest_before(&shelf, &mirror, &entry, Some(to.revision.order)).ok(),
        };
        // The first revision is compared with nothing.
        let (old_text, old) = match &from {
            Some(place) => self.side(&shelf, &mirror, place)?,
            None => (String::new(), None),
        };
        let (new_text, new) = self.side(&shelf, &mirror, &to)?;
        let from_name = from.as_ref().map_or("/dev/null".to_owned(), |place| format!("a/{}", place.path));
        let unified = diff::unified(&old_text, &new_text, &from_name, &format!("b/{}", to.path), 3);
        let sides = Sides { old, new };
        let (mut changes, notebooks) = sides.compared();
        let both = sides.old.is_some() && sides.new.is_some();
        if let Some(from) = from.as_ref().filter(|from| from.path != to.path && both) {
            changes.insert(0, diff::renamed(&from.path, &to.path));
        }
        let to = to.revision;
        let from = from.map_or_else(|| to.clone(), |place| place.revision);
        Ok(Some(Comparison { entry, from, to, changes, notebooks, unified, sides }))
    }

    /// A revision of a procedure, by default the newest, compared with a notebook that is on no record: MyST or ipynb, of at
    /// most [`LARGEST_UPLOAD`] bytes. What a file beside the procedure says of it holds for the notebook, too.
    ///
    /// # Errors
    /// [`LibraryError::Commit`] when there is no such revision; [`LibraryError::Unusable`] when the notebook cannot be read, or
    /// is none.
    pub fn compare_upload(
        &self,
        address: &Address,
        from: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<Option<UploadComparison>, LibraryError> {
        let Some((Located { entry, .. }, _)) = self.locate_any(address)? else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let from = match from {
            Some(at) => self.place(&shelf, &mirror, &entry, at)?,
            None => self.newest_before(&shelf, &mirror, &entry, None)?,
        };
        let (old_text, old) = self.side(&shelf, &mirror, &from)?;
        let sidecar = from.source.and_then(|source| source.sidecar);
        let sidecar = sidecar.map(|blob| mirror.blob(blob, MAX_SIDECAR)).transpose();
        let sidecar = sidecar.map_err(LibraryError::mirror(&entry.repo))?;
        let (text, new) = self.upload(&shelf, &from.path, bytes, sidecar)?;
        let unified =
            diff::unified(&old_text, &text, &format!("a/{}", from.path), &format!("b/{}", from.path), 3);
        let diagnostics =
            new.diagnostics(&self.team(&entry.repo).unwrap_or_default(), &self.around(&from.path));
        let sides = Sides { old, new: Some(Arc::new(new)) };
        let (changes, notebooks) = sides.compared();
        let from = from.revision;
        Ok(Some(UploadComparison { entry, from, changes, notebooks, unified, diagnostics, sides }))
    }

    /// Bytes that were sent in the place of a file.
    fn upload(
        &self,
        shelf: &Shelf,
        path: &str,
        bytes: Vec<u8>,
        sidecar: Option<Content>,
    ) -> Result<(String, Examined), LibraryError> {
        let unusable = |reason: Diagnostic| LibraryError::Unusable(Box::new(reason));
        if bytes.len() > LARGEST_UPLOAD {
            let message = format!("it has {} bytes; at most {LARGEST_UPLOAD} are compared", bytes.len());
            let help = "Take data and outputs out of the notebook.";
            return Err(unusable(Diagnostic::new("too-large", Severity::Error, message, help)));
        }
        // JSON begins with a brace; MyST does not. The ending is that of what was sent.
        let begins = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let is_json = begins.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let path = match (is_json, ipynb::is_path(path)) {
            (true, false) => format!("{stem}.ipynb"),
            (false, true) => format!("{stem}.md"),
            _ => path.to_owned(),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let contents = Contents { notebook: Content::Bytes(bytes), sidecar };
        let repository = &shelf.repository;
        let lint =
            self.team(&repository.name).and_then(|team| team.release(&self.releases)).unwrap_or(self.release);
        let examined = examine::examine(&contents, &path, repository, Releases { shown: self.release, lint });
        match &examined.outcome {
            Outcome::Unusable(reason) => Err(unusable(reason.clone())),
            Outcome::Plain => Err(unusable(Diagnostic::new(
                "no-notebook",
                Severity::Error,
                "it is no notebook",
                "Send MyST markdown with code cells, or ipynb.",
            ))),
            Outcome::Catalogued | Outcome::Uncatalogued => {
                let text = if is_json { myst::write(&examined.notebook) } else { text };
                Ok((text, examined))
            }
        }
    }
}
