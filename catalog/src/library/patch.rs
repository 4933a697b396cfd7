//! One patch for many files of a repository.

use crate::index::Entry;
use crate::mirror::{BlobId, Content, Mirror, MirrorError};
use std::str::FromStr;

/// Most files that one patch looks through.
pub const MAX_PATCHED: usize = 5_000;
/// The longest patch, in bytes.
pub(super) const MAX_PATCH: usize = 16 << 20;

/// A patch for a repository, as `git apply` takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryPatch {
    /// The patch; empty when nothing is to be changed.
    pub text: String,
    /// Paths of files that are to be changed and in which no patch can do so.
    pub left: Vec<String>,
}

impl RepositoryPatch {
    /// The patch as a file, with a line before it for each file that is to be changed by hand: `git apply` passes over
    /// them.
    pub fn file(&self) -> String {
        let by_hand = |path: &String| format!("Not in this patch, to be changed by hand: {path:?}\n");
        self.left.iter().map(by_hand).chain([self.text.clone()]).collect()
    }
}

/// The text of a procedure's file; none where it cannot be read.
pub(super) fn text_of(mirror: &Mirror, entry: &Entry) -> Result<Option<String>, MirrorError> {
    let Ok(blob) = BlobId::from_str(&entry.blob) else { return Ok(None) };
    Ok(match mirror.blob(blob, super::examine::largest(&entry.path))? {
        Content::Bytes(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    })
}
