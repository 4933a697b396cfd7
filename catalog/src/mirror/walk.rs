//! What every commit changed, oldest first.

use super::people::{Mailmap, Person, co_authors, without_co_authors};
use super::tree::{Differences, Skipped, TreeReader};
use super::{BlobId, CommitId, Mirror, MirrorError};
use git2::{Commit, Oid, Repository};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Characters of a subject, a name or an address that are kept.
const LINE: usize = 500;
/// Characters of the rest of a message that are shown.
const BODY: usize = 4_000;
/// Parents of one commit that are compared; the largest merge ever seen in earnest had 66.
const PARENTS: usize = 66;

/// Who did something, and when by their own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The name, as git has it.
    pub name: String,
    /// The address, as git has it.
    pub email: String,
    /// Seconds since 1970 UTC.
    pub when_seconds: i64,
    /// Their zone, minutes east of UTC.
    pub offset_minutes: i32,
}

/// One commit without its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitInfo {
    /// Its id.
    pub id: CommitId,
    /// Its parents, the first one first.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Signature,
    /// Who committed it.
    pub committer: Signature,
    /// The first line of its message, at most 500 characters, bytes that cannot be read replaced.
    pub subject: String,
    /// Whom its message names as co-authors, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co_authors: Vec<Person>,
}

impl CommitInfo {
    /// Names everybody as a mailmap says.
    pub fn name_by(&mut self, mailmap: &Mailmap) {
        for signature in [&mut self.author, &mut self.committer] {
            mailmap.name(&mut signature.name, &mut signature.email);
        }
        for person in &mut self.co_authors {
            mailmap.name(&mut person.name, &mut person.email);
        }
    }
}

/// One commit and what it did to the wanted files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitChanges {
    /// The commit.
    pub commit: CommitInfo,
    /// Wanted files that it has otherwise than every one of its parents, by path. A merge that merely takes one side
    /// changes nothing; the first commit adds everything.
    pub changes: Vec<FileChange>,
    /// What it brought or changed that has a wanted name but is no file for us, and submodules. At most 1,000.
    pub skipped: Vec<Skipped>,
    /// Paths of what was no file for us, and is there no more or is one now. At most 1,000.
    pub gone: Vec<String>,
}

/// What a commit did to one file.
///
/// Symbolic links and submodules are no files: a file that becomes a link is deleted. Where only the permission to
/// execute changed, `before` and `after` are the same blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Its path.
    pub path: String,
    /// What was there; for a merge, in the first parent that had the file.
    pub before: Option<BlobId>,
    /// What is there now.
    pub after: Option<BlobId>,
}

impl FileChange {
    /// Whether the file was not there before.
    pub fn is_added(&self) -> bool {
        self.before.is_none()
    }

    /// Whether the file is gone.
    pub fn is_removed(&self) -> bool {
        self.after.is_none()
    }
}

/// The files that a commit left, for a look at more of them than it changed.
pub struct Tree<'t, 'r> {
    trees: &'t mut TreeReader<'r>,
    root: Oid,
}

impl Tree<'_, '_> {
    /// The regular file at `path`.
    ///
    /// # Errors
    /// When a tree on the way is missing.
    pub fn file(&mut self, path: &str) -> Result<Option<BlobId>, MirrorError> {
        self.trees.file_at(self.root, path)
    }

    /// Every regular file of a folder, but none of the folders below it; `folder` is empty for the root.
    ///
    /// # Errors
    /// When a tree on the way is missing.
    pub fn folder(&mut self, folder: &str) -> Result<Vec<(String, BlobId)>, MirrorError> {
        self.trees.folder(self.root, folder)
    }
}

impl Mirror {
    /// One commit of the mirror.
    ///
    /// # Errors
    /// When there is no such commit or it cannot be read.
    pub fn commit(&self, id: CommitId) -> Result<CommitInfo, MirrorError> {
        let repository = self.handle()?;
        Ok(describe(&find(&repository, id)?))
    }

    /// What a commit's message says below its first line, at most 4,000 characters; empty where that is all, and where
    /// there is no such commit.
    ///
    /// # Errors
    /// When the mirror cannot be opened.
    pub fn message_body(&self, id: CommitId) -> Result<String, MirrorError> {
        let repository = self.handle()?;
        Ok(find(&repository, id).map(|commit| body(&commit)).unwrap_or_default())
    }

    /// The same for several commits, without the trailers that name co-authors.
    ///
    /// # Errors
    /// When the mirror cannot be opened.
    pub fn message_bodies(&self, ids: &[CommitId]) -> Result<Vec<String>, MirrorError> {
        let repository = self.handle()?;
        let told = |id: &CommitId| find(&repository, *id).map(|commit| without_co_authors(&body(&commit)));
        Ok(ids.iter().map(|id| told(id).unwrap_or_default()).collect())
    }

    /// Tells `each` of every commit that `to` reaches and `since` does not, parents before children: what it did to
    /// the `wanted` files. Commits that did nothing to them are told too, with no changes. `each` may look further at
    /// the commit's tree, and may end the walk.
    ///
    /// A commit costs the folders on the way to what it changed, whatever the size of the catalog.
    ///
    /// # Errors
    /// When a commit or tree is missing or excessive.
    pub fn walk(
        &self,
        since: Option<CommitId>,
        to: CommitId,
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(CommitChanges, &mut Tree<'_, '_>) -> ControlFlow<()>,
    ) -> Result<(), MirrorError> {
        if since == Some(to) {
            return Ok(());
        }
        let repository = self.handle()?;
        let mut trees =
            TreeReader::new(repository.odb().map_err(self.failed("open its objects"))?, self.trees());
        for id in self.commits_between(&repository, since, to)? {
            let commit = find(&repository, id)?;
            let parents = commit
                .parent_ids()
                .take(PARENTS)
                .map(|parent| find(&repository, CommitId(parent)).map(|parent| parent.tree_id()))
                .collect::<Result<Vec<_>, _>>();
            // At the border of a shallow clone the parents are named and not there: all is new there.
            let parents = match parents {
                Err(MirrorError::Missing { .. }) if repository.is_shallow() => Vec::new(),
                other => other?,
            };
            let Differences { changes, skipped, gone } =
                trees.differences(id, commit.tree_id(), &parents, wanted)?;
            let mut tree = Tree { trees: &mut trees, root: commit.tree_id() };
            let commit = CommitChanges { commit: describe(&commit), changes, skipped, gone };
            if each(commit, &mut tree).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Whether the branch went on from `since` to `to`: `since` is one of the commits that first parents lead to. Where
    /// a merge only took it in as a second parent (somebody pulled into a line of their own and pushed that), what came
    /// before it in the branch's order is not what came before it then.
    ///
    /// # Errors
    /// When a commit is missing.
    pub fn went_on(&self, since: CommitId, to: CommitId) -> Result<bool, MirrorError> {
        if since == to {
            return Ok(true);
        }
        if !self.is_ancestor(since, to)? {
            return Ok(false);
        }
        let repository = self.handle()?;
        let new = self.new_commits(&repository, Some(since), to)?;
        let mut at = to.0;
        // All that `since` reaches is left out of what is new, itself included.
        while new.contains(&at) {
            match find(&repository, CommitId(at))?.parent_id(0) {
                Ok(parent) => at = parent,
                Err(_) => return Ok(false),
            }
        }
        Ok(at == since.0)
    }

    /// The commits that `to` reaches and `since` does not, parents before children: what a merge took in comes right
    /// before it, the line of first parents first of all. So the order of a branch that went on begins with the order
    /// that it had before, whatever the commits say about when they were made.
    pub(super) fn commits_between(
        &self,
        repository: &Repository,
        since: Option<CommitId>,
        to: CommitId,
    ) -> Result<Vec<CommitId>, MirrorError> {
        let mut new = self.new_commits(repository, since, to)?;
        let mut order = Vec::with_capacity(new.len());
        // Commits on the way from `to`, each with its parents that are still to be seen, the first one last.
        let mut way: Vec<(Oid, Vec<Oid>)> = Vec::new();
        let mut next = new.remove(&to.0).then_some(to.0);
        loop {
            if let Some(id) = next.take() {
                let commit = find(repository, CommitId(id))?;
                let mut parents: Vec<_> = commit.parent_ids().filter(|parent| new.contains(parent)).collect();
                parents.reverse();
                way.push((id, parents));
            }
            let Some((id, parents)) = way.last_mut() else { return Ok(order) };
            if let Some(parent) = parents.pop() {
                next = new.remove(&parent).then_some(parent);
            } else {
                order.push(CommitId(*id));
                way.pop();
            }
        }
    }

    /// The same commits, in no order.
    fn new_commits(
        &self,
        repository: &Repository,
        since: Option<CommitId>,
        to: CommitId,
    ) -> Result<HashSet<Oid>, MirrorError> {
        let list = || {
            let mut walk = repository.revwalk()?;
            walk.push(to.0)?;
            if let Some(since) = since {
                walk.hide(since.0)?;
            }
            walk.collect::<Result<HashSet<_>, _>>()
        };
        list().map_err(self.failed("list its commits"))
    }
}

pub(super) fn find(repository: &Repository, id: CommitId) -> Result<Commit<'_>, MirrorError> {
    repository.find_commit(id.0).map_err(|_| MirrorError::Missing { kind: "commit", id: id.to_string() })
}

/// Whether a commit says that its texts are Latin-1.
fn is_latin(commit: &Commit<'_>) -> bool {
    let encoding = commit.message_encoding().ok().flatten().unwrap_or_default();
    ["iso-8859-1", "iso8859-1", "latin1", "latin-1"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

fn describe(commit: &Commit<'_>) -> CommitInfo {
    let latin = is_latin(commit);
    let sign = |signature: &git2::Signature<'_>| Signature {
        name: line(signature.name_bytes(), latin),
        email: line(signature.email_bytes(), latin),
        when_seconds: signature.when().seconds(),
        offset_minutes: signature.when().offset_minutes(),
    };
    let message = commit.message_bytes();
    let start = message.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(message.len());
    let first = message[start..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    CommitInfo {
        id: CommitId(commit.id()),
        parents: commit.parent_ids().map(CommitId).collect(),
        author: sign(&commit.author()),
        committer: sign(&commit.committer()),
        subject: line(first, latin),
        co_authors: co_authors(message),
    }
}

/// The paragraphs below the first line, control characters but line ends replaced.
fn body(commit: &Commit<'_>) -> String {
    let message = commit.message_bytes().trim_ascii_start();
    let rest = message.iter().position(|byte| *byte == b'\n').map_or(&[][..], |end| &message[end..]);
    let rest = &rest[..rest.len().min(4 * BODY)];
    let text = match std::str::from_utf8(rest) {
        Err(_) if is_latin(commit) => rest.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(rest).into_owned(),
    };
    let shown: String = text
        .chars()
        .map(|character| if character.is_control() && character != '\n' { ' ' } else { character })
        .take(BODY)
        .collect();
    shown.trim().to_owned()
}

/// One line of text out of bytes: Latin-1 where the commit says so, else UTF-8; bounded, without control characters.
pub(super) fn line(bytes: &[u8], latin: bool) -> String {
    // A character has four bytes at most.
    let bytes = &bytes[..bytes.len().min(4 * LINE)];
    let text = if latin && std::str::from_utf8(bytes).is_err() {
        bytes.iter().copied().map(char::from).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    let printable: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(LINE)
        .collect();
    printable.trim().to_owned()
}
