//! Makes the commit: the files put into the tree of its parent, folder by folder.

use super::super::pool::open_bare;
use super::super::{CommitId, MirrorError};
use super::paths::{Change, Folder, folders, refuse};
use super::{Offer, OfferError};
use git2::{Oid, Repository, Signature, Time, Tree};
use std::path::Path;

/// Files of one offer.
const MAX_FILES: usize = 500;
/// Bytes of all of them.
const MAX_BYTES: usize = 64 << 20;
/// Characters of a message, and of a name or address.
const MAX_MESSAGE: usize = 20_000;
const MAX_NAME: usize = 200;

/// How git has a regular file, one that can be executed, and a folder.
const FILE: i32 = 0o100_644;
const EXECUTABLE: i32 = 0o100_755;
const FOLDER: i32 = 0o040_000;

/// A commit, and every object that was made for it, each after those that it names.
pub(super) struct Built {
    pub(super) commit: CommitId,
    pub(super) objects: Vec<Oid>,
}

/// Makes the commit of an offer on top of `base` in a bare repository.
pub(super) fn build(directory: &Path, base: CommitId, offer: &Offer) -> Result<Built, OfferError> {
    let bytes: usize = offer.files.iter().filter_map(|(_, bytes)| bytes.as_ref()).map(Vec::len).sum();
    if offer.files.len() > MAX_FILES || bytes > MAX_BYTES {
        return Err(OfferError::Excessive(format!(
            "at most {MAX_FILES} files of {} MiB together",
            MAX_BYTES >> 20
        )));
    }
    let changes = folders(&offer.files)?;
    let author = signature(offer)?;
    let message = message(&offer.message)?;
    let repository = open_bare(directory)?;
    let failed = failed(directory);
    let parent = repository
        .find_commit(base.0)
        .map_err(|_| MirrorError::Missing { kind: "commit", id: base.to_string() })?;
    let tree = parent.tree().map_err(&failed)?;
    let mut writer = Writer { repository: &repository, directory, objects: Vec::new() };
    let root = match writer.folder(Some(&tree), &changes, "")? {
        Some(root) => root,
        // Everything was removed.
        None => writer.empty()?,
    };
    if root == tree.id() {
        return Err(OfferError::Nothing(base));
    }
    let mut objects = writer.objects;
    let root = repository.find_tree(root).map_err(&failed)?;
    let commit = repository.commit(None, &author, &author, &message, &root, &[&parent]).map_err(&failed)?;
    objects.push(commit);
    Ok(Built { commit: CommitId(commit), objects })
}

fn failed(directory: &Path) -> impl Fn(git2::Error) -> MirrorError {
    let directory = directory.to_owned();
    move |source| MirrorError::Git { directory: directory.clone(), doing: "make a commit beside it", source }
}

/// Who wrote it, as git has it: brackets and line breaks are no part of a name.
fn signature(offer: &Offer) -> Result<Signature<'static>, OfferError> {
    let plain = |text: &str| -> String {
        let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect();
        text.trim().chars().take(MAX_NAME).collect()
    };
    let (name, email) = (plain(&offer.author.name), plain(&offer.author.email));
    Signature::new(&name, &email, &Time::new(offer.at.timestamp(), 0))
        .map_err(|_| OfferError::Unsaid("a commit needs the name and the mail address of who wrote it"))
}

fn message(text: &str) -> Result<String, OfferError> {
    let text: String = text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    match text.trim() {
        "" => Err(OfferError::Unsaid("a commit needs a line that says what it does")),
        text if text.chars().count() > MAX_MESSAGE => {
            Err(OfferError::Excessive(format!("a message has at most {MAX_MESSAGE} characters")))
        }
        text => Ok(format!("{text}\n")),
    }
}

/// Writes objects, and keeps in mind which.
struct Writer<'a> {
    repository: &'a Repository,
    directory: &'a Path,
    objects: Vec<Oid>,
}

impl Writer<'_> {
    /// Writes a folder with what changes in it; none where nothing is left in it.
    fn folder(
        &mut self,
        before: Option<&Tree<'_>>,
        changes: &Folder<'_>,
        at: &str,
    ) -> Result<Option<Oid>, OfferError> {
        let repository = self.repository;
        let failed = failed(self.directory);
        let mut builder = repository.treebuilder(before).map_err(&failed)?;
        for (name, change) in changes {
            let path = if at.is_empty() { (*name).to_owned() } else { format!("{at}/{name}") };
            let there =
                before.and_then(|tree| tree.get_name(name)).map(|entry| (entry.id(), entry.filemode()));
            let entry = match change {
                Change::File(bytes) => self.file(there, *bytes, &path)?,
                Change::Folder(inner) => self.inner(there, inner, &path)?,
            };
            match entry {
                Some((id, mode)) => drop(builder.insert(name, id, mode).map_err(&failed)?),
                None => builder.remove(name).map_err(&failed)?,
            }
        }
        if builder.is_empty() {
            return Ok(None);
        }
        let id = builder.write().map_err(&failed)?;
        self.objects.push(id);
        Ok(Some(id))
    }

    fn file(
        &mut self,
        there: Option<(Oid, i32)>,
        bytes: Option<&[u8]>,
        path: &str,
    ) -> Result<Option<(Oid, i32)>, OfferError> {
        let mode = match there {
            None if bytes.is_none() => return Err(refuse(path, "there is no such file to be removed")),
            None => FILE,
            Some((_, mode @ (FILE | EXECUTABLE))) => mode,
            Some((_, FOLDER)) => return Err(refuse(path, "a folder is there")),
            Some(_) => {
                return Err(refuse(path, "a symbolic link or a submodule is there, which is left alone"));
            }
        };
        let Some(bytes) = bytes else { return Ok(None) };
        let id = self.repository.blob(bytes).map_err(failed(self.directory))?;
        self.objects.push(id);
        Ok(Some((id, mode)))
    }

    fn inner(
        &mut self,
        there: Option<(Oid, i32)>,
        inner: &Folder<'_>,
        path: &str,
    ) -> Result<Option<(Oid, i32)>, OfferError> {
        let before = match there {
            None => None,
            Some((id, FOLDER)) => Some(self.repository.find_tree(id).map_err(failed(self.directory))?),
            Some(_) => {
                return Err(refuse(path, "it is a file, a link or a submodule, and no folder can be there"));
            }
        };
        Ok(self.folder(before.as_ref(), inner, path)?.map(|id| (id, FOLDER)))
    }

    fn empty(&mut self) -> Result<Oid, OfferError> {
        let failed = failed(self.directory);
        let id = self.repository.treebuilder(None).and_then(|builder| builder.write()).map_err(&failed)?;
        self.objects.push(id);
        Ok(id)
    }
}
