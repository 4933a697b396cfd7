//! A procedure that lost its metadata: the commit that lost them, what they last said, and the patch that restores them.

use super::examine::{Contents, Examined, LARGEST_IPYNB, Source, examine, largest};
use super::{Address, Library, LibraryError, Located, Shelf};
use crate::diff;
use crate::index::{Entry, Revision};
use crate::mirror::{BlobId, CommitId, Content, Mirror};
use crate::notebook::{Metadata, ipynb};
use crate::procedure::{LastGood, MAX_SIDECAR, Releases, restored, restored_ipynb};
use std::str::FromStr;

/// A procedure whose newest revision lost its metadata or cannot be read, and the way back.
#[derive(Debug, Clone)]
pub struct Restoring {
    /// The procedure at the tip.
    pub entry: Entry,
    /// The revision since which it is broken.
    pub lost: Option<Revision>,
    /// The commit of the last good revision.
    pub last_good: String,
    /// What the `hunting` block said there.
    pub values: Metadata,
    /// What `git apply` takes on the tip of the branch to bring the block back.
    pub patch: Option<RestoringPatch>,
}

/// A patch that puts metadata back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoringPatch {
    /// The path of the file that it changes.
    pub path: String,
    /// A name for the patch's own file.
    pub file_name: String,
    /// The patch, with lines before it that say what it does.
    pub text: String,
    /// Whether the next `jupytext --sync` keeps what it restores.
    pub stays: bool,
}

impl Library {
    /// What restores a procedure whose newest revision is broken. None where there is no such procedure, where it is not
    /// broken, and where it never was good.
    ///
    /// # Errors
    /// When index or mirror cannot be read.
    pub fn restoring_patch(&self, address: &Address) -> Result<Option<Restoring>, LibraryError> {
        let Some(Located { entry, .. }) = self.locate(address)? else { return Ok(None) };
        let Some(broken) = &entry.broken else { return Ok(None) };
        let good = broken
            .last_good_blob
            .as_deref()
            .and_then(|blob| Source::read(blob, broken.last_good_sidecar.as_deref()));
        let (Some(last_good), Some(good)) = (broken.last_good_commit.clone(), good) else { return Ok(None) };
        let (shelf, mirror) = self.shelf_of(&entry)?;
        let good_path = broken.last_good_path.clone().unwrap_or_else(|| entry.path.clone());
        let (contents, examined) = self.examined(&shelf, &mirror, Some(good), &good_path)?;
        let Some(values) = examined.notebook.hunting().cloned() else { return Ok(None) };
        let lost = self.index.revision(&entry.repo, &entry.lineage, &broken.since)?;
        let before = Before {
            source: good,
            path: &good_path,
            contents: &contents,
            examined: &examined,
            values: &values,
        };
        let found = self.restored(&shelf, &mirror, &entry, &before)?;
        let patch = found.map(|(path, change, stays)| {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            RestoringPatch {
                file_name: format!("restore-{name}.patch"),
                text: format!("{}{change}", said(&entry, &last_good, stays)),
                path,
                stays,
            }
        });
        Ok(Some(Restoring { entry, lost, last_good, values, patch }))
    }

    /// The path of the file to be changed, the bare patch, and whether the next save by jupytext keeps what it restores.
    fn restored(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        entry: &Entry,
        before: &Before<'_>,
    ) -> Result<Option<(String, String, bool)>, LibraryError> {
        let failed = LibraryError::mirror(&entry.repo);
        let Ok(blob) = BlobId::from_str(&entry.blob) else { return Ok(None) };
        let text = |blob: BlobId, most: usize| -> Result<Option<String>, LibraryError> {
            Ok(match mirror.blob(blob, most).map_err(&failed)? {
                Content::Bytes(bytes) => String::from_utf8(bytes).ok(),
                Content::TooLarge(_) | Content::Missing => None,
            })
        };
        let Some(own) = text(blob, largest(&entry.path).min(LARGEST_IPYNB))? else { return Ok(None) };
        let lint =
            self.team(&entry.repo).and_then(|team| team.release(&self.releases)).unwrap_or(self.release);
        let releases = Releases { shown: self.release, lint };
        let read = |notebook: &str, sidecar: Option<&str>| {
            let bytes = |text: &str| Content::Bytes(text.as_bytes().to_vec());
            let contents = Contents { notebook: bytes(notebook), sidecar: sidecar.map(bytes) };
            examine(&contents, &entry.path, &shelf.repository, releases)
        };
        if before.source.sidecar.is_some() {
            // What described it stands beside it, and is what was lost.
            let (Some(path), Some(tip)) = (shelf.repository.sidecar.of(&entry.path), self.tip(&entry.repo))
            else {
                return Ok(None);
            };
            let Some(Content::Bytes(good)) = &before.contents.sidecar else { return Ok(None) };
            let Ok(good) = std::str::from_utf8(good) else { return Ok(None) };
            let tip = CommitId::from_str(&tip).map_err(|error| LibraryError::Index(error.to_string()))?;
            let here = mirror.entry_at(tip, &path).map_err(&failed)?;
            let here = here.map(|blob| text(blob, MAX_SIDECAR)).transpose()?;
            let change = match here {
                Some(Some(here)) => diff::patch(&path, &here, good),
                Some(None) => return Ok(None),
                None => diff::new_file(&path, good),
            };
            let mended = before.is(&read(&own, Some(good))) && !change.is_empty();
            return Ok(mended.then_some((path, change, true)));
        }
        if read(&own, None).is_of_another_format() {
            // Its cells are written in another way too: front matter that denies it would hide them.
            return Ok(None);
        }
        let texts = if ipynb::is_path(&entry.path) {
            restored_ipynb(&own, before.values).into_iter().collect()
        } else {
            let good_text = match &before.contents.notebook {
                Content::Bytes(bytes) if !ipynb::is_path(before.path) => std::str::from_utf8(bytes).ok(),
                _ => None,
            };
            let notebook = &before.examined.notebook;
            restored(&own, &LastGood { text: good_text, notebook, hunting: before.values })
        };
        for mended in texts {
            let examined = read(&mended, None);
            if before.is(&examined) {
                let change = diff::patch(&entry.path, &own, &mended);
                let stays = ipynb::is_path(&entry.path) || keeps(&examined.notebook.metadata);
                return Ok((!change.is_empty()).then(|| (entry.path.clone(), change, stays)));
            }
        }
        Ok(None)
    }
}

/// The last good revision, read.
struct Before<'a> {
    source: Source,
    path: &'a str,
    contents: &'a Contents,
    examined: &'a Examined,
    values: &'a Metadata,
}

impl Before<'_> {
    /// Whether a text says again what it said.
    fn is(&self, mended: &Examined) -> bool {
        mended.is_catalogued() && mended.notebook.hunting() == Some(self.values)
    }
}

/// Whether jupytext keeps the `hunting` block of a notebook with these metadata.
fn keeps(metadata: &Metadata) -> bool {
    let filter =
        metadata.get("jupytext").and_then(|jupytext| jupytext.get("notebook_metadata_filter")?.as_str());
    filter.is_some_and(|names| names.split(',').any(|name| matches!(name.trim(), "hunting" | "all")))
}

/// What stands before a patch; `git apply` passes over it. Nothing of it can be taken for a patch: each line begins with a
/// word of ours.
fn said(entry: &Entry, last_good: &str, stays: bool) -> String {
    let broken = entry.broken.as_ref();
    let (since, by) = broken.map_or(("", ""), |broken| (broken.since.as_str(), broken.by.as_str()));
    let filter = if stays {
        ""
    } else {
        "It does not say `notebook_metadata_filter: hunting`: the next save by jupytext may lose it again.\n"
    };
    format!(
        "Restores the hunting metadata of {:?} as of commit {last_good}.\nLost in commit {since} by {by:?}.\n{filter}",
        entry.path
    )
}
