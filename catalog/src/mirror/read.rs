//! Reading a mirror: tip, commits, files, contents.

use super::pool::{Handle, Pool};
use super::tree::{Files, TreeReader};
use super::update::{ANEW, BRANCH, clear_leftovers, io};
use super::walk::find;
use super::{BlobId, CommitId, MirrorError};
use git2::{ErrorCode, ObjectType, Odb};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Up to so many blobs are read where they are, without asking in which order the packs have them.
const FEW: usize = 256;
/// Blobs that cannot be read of which it is kept in mind.
const MANY: usize = 10_000;

/// A bare mirror in the data folder. Many threads may read it at once, beside an update.
pub struct Mirror {
    pool: Pool,
    reachable: Mutex<Option<Reachable>>,
    pinned: Mutex<Option<Pinned>>,
    trees: AtomicU64,
    missing: Mutex<MissingBlobs>,
}

/// The commits that pins reach and the branch does not, for short ids.
#[derive(Clone)]
struct Pinned {
    tip: Option<CommitId>,
    pins: Vec<CommitId>,
    sorted: Arc<Vec<CommitId>>,
}

/// Blobs that should be there and cannot be read.
#[derive(Default)]
struct MissingBlobs {
    /// Those that were met since it was last asked.
    new: HashSet<BlobId>,
    /// Those that making the mirror anew did not bring back.
    known: HashSet<BlobId>,
}

/// The commits of the branch, for short ids.
#[derive(Clone)]
struct Reachable {
    tip: CommitId,
    sorted: Arc<Vec<CommitId>>,
}

/// The content of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It has more bytes than asked for, so many, and was not read.
    TooLarge(u64),
    /// It is not in the mirror, or damaged there, or no blob. One such file stops nothing else.
    Missing,
}

impl Mirror {
    /// Opens the mirror in `directory`. None when there is none. What an update that was killed left beside it is
    /// cleared away.
    ///
    /// # Errors
    /// When there is something that is not a mirror, or it cannot be read.
    pub fn open(directory: &Path) -> Result<Option<Self>, MirrorError> {
        clear_leftovers(directory)?;
        if !directory.exists() {
            return Ok(None);
        }
        Ok(Some(Self {
            pool: Pool::open(directory)?,
            reachable: Mutex::default(),
            pinned: Mutex::default(),
            trees: AtomicU64::new(0),
            missing: Mutex::default(),
        }))
    }

    /// The folder that it lies in.
    pub fn directory(&self) -> &Path {
        self.pool.directory()
    }

    /// The commit at the tip of the mirrored branch. None when the repository was empty.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn tip(&self) -> Result<Option<CommitId>, MirrorError> {
        match self.handle()?.refname_to_id(BRANCH) {
            Ok(id) => Ok(Some(CommitId(id))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.failed("read its branch")(error)),
        }
    }

    /// The bytes of a blob. A larger one than `limit` is told by its size and never inflated.
    ///
    /// # Errors
    /// When the mirror cannot be opened.
    pub fn blob(&self, id: BlobId, limit: usize) -> Result<Content, MirrorError> {
        let repository = self.handle()?;
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        Ok(self.read_blob(&odb, id, limit))
    }

    /// The blob of the regular file at `path`, as `commit` left it. None for folders, symbolic links, submodules, and
    /// where nothing is.
    ///
    /// # Errors
    /// When the commit or a tree on the way is missing.
    pub fn entry_at(&self, commit: CommitId, path: &str) -> Result<Option<BlobId>, MirrorError> {
        let repository = self.handle()?;
        let root = find(&repository, commit)?.tree_id();
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        TreeReader::new(odb, self.trees()).file_at(root, path)
    }

    /// Whether there is a file or a folder at `path`, as `commit` left it.
    ///
    /// # Errors
    /// When the commit is missing.
    pub fn has(&self, commit: CommitId, path: &str) -> Result<bool, MirrorError> {
        let repository = self.handle()?;
        let tree = find(&repository, commit)?.tree().map_err(self.failed("read its folders"))?;
        Ok(tree.get_path(Path::new(path)).is_ok())
    }

    /// The regular files of a folder, as `commit` left it, but none of the folders below it; none where there is no such
    /// folder.
    ///
    /// # Errors
    /// When the commit or a tree on the way is missing.
    pub fn folder_at(&self, commit: CommitId, folder: &str) -> Result<Vec<(String, BlobId)>, MirrorError> {
        let repository = self.handle()?;
        let root = find(&repository, commit)?.tree_id();
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        TreeReader::new(odb, self.trees()).folder(root, folder)
    }

    /// All regular files of a commit whose path is `wanted`.
    ///
    /// # Errors
    /// When the commit or a tree is missing, or there is no end to them.
    pub fn files(&self, commit: CommitId, wanted: &dyn Fn(&str) -> bool) -> Result<Files, MirrorError> {
        let repository = self.handle()?;
        let root = find(&repository, commit)?.tree_id();
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        TreeReader::new(odb, self.trees()).files(commit, root, wanted)
    }

    /// For each of some paths, the regular files of a commit that have it but for case and how letters are composed; that
    /// one too, where it is there.
    ///
    /// # Errors
    /// When the commit or a tree on the way is missing.
    pub fn alike(
        &self,
        commit: CommitId,
        paths: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Vec<Vec<String>>, MirrorError> {
        let repository = self.handle()?;
        let root = find(&repository, commit)?.tree_id();
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        let mut trees = TreeReader::new(odb, self.trees());
        paths.into_iter().map(|path| trees.alike(root, path.as_ref())).collect()
    }

    /// The commit that a full id, or the first four digits or more, name among those that the branch reaches, else among
    /// those that a pin reaches. None when there is no such commit.
    ///
    /// # Errors
    /// When `at` is no id, or several commits begin so.
    pub fn resolve(&self, at: &str) -> Result<Option<CommitId>, MirrorError> {
        let given = at.trim().to_ascii_lowercase();
        if !(4..=40).contains(&given.len()) || !given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(MirrorError::NotACommitId(at.chars().take(80).collect()));
        }
        let tip = self.tip()?;
        if let Some(tip) = tip
            && let Some(found) = named(&self.reachable(tip)?, &given)?
        {
            return Ok(Some(found));
        }
        named(&self.pinned(tip)?, &given)
    }

    /// Whether the branch reaches a commit.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn is_on_branch(&self, commit: CommitId) -> Result<bool, MirrorError> {
        match self.tip()? {
            Some(tip) => Ok(self.reachable(tip)?.binary_search(&commit).is_ok()),
            None => Ok(false),
        }
    }

    /// Counts trees as they are read, in walks and look-ups.
    pub(super) fn trees(&self) -> &AtomicU64 {
        &self.trees
    }

    /// How many trees were read since the mirror was opened.
    pub fn trees_read(&self) -> u64 {
        self.trees.load(Ordering::Relaxed)
    }

    /// Whether a blob was met that should be there and cannot be read, and that may come back when the mirror is made anew.
    pub fn misses_blobs(&self) -> bool {
        !self.missing.lock().unwrap_or_else(PoisonError::into_inner).new.is_empty()
    }

    /// Has the next update make the mirror anew, beside: something in it is damaged. What is missing even then is missing
    /// at the repository itself.
    ///
    /// # Errors
    /// When the mirror cannot be written.
    pub fn distrust(&self) -> Result<(), MirrorError> {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let new = std::mem::take(&mut missing.new);
        if missing.known.len() < MANY {
            missing.known.extend(new);
        }
        let path = self.directory().join(ANEW);
        std::fs::write(&path, "").map_err(io(&path, "write the file"))
    }

    /// Whether `ancestor` is `descendant` or one of the commits that it grew from. After a force-push the old tip is
    /// none of the new one's.
    ///
    /// # Errors
    /// When the mirror cannot be read. A commit that is not there is nobody's ancestor.
    pub fn is_ancestor(&self, ancestor: CommitId, descendant: CommitId) -> Result<bool, MirrorError> {
        if ancestor == descendant {
            return Ok(true);
        }
        match self.handle()?.graph_descendant_of(descendant.0, ancestor.0) {
            Err(error) if error.code() == ErrorCode::NotFound => Ok(false),
            other => other.map_err(self.failed("compare commits")),
        }
    }

    /// Puts blobs into the order in which the packs have them, each once; those that are not there last. Read so, what
    /// they share as deltas is inflated once.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn pack_order(&self, wanted: &HashSet<BlobId>) -> Result<Vec<BlobId>, MirrorError> {
        let mut order = Vec::with_capacity(wanted.len());
        let mut left = wanted.clone();
        if left.len() > FEW {
            let repository = self.handle()?;
            let odb = repository.odb().map_err(self.failed("open its objects"))?;
            let listed = odb.foreach(|id| {
                if left.remove(&BlobId(*id)) {
                    order.push(BlobId(*id));
                }
                !left.is_empty()
            });
            // Ending early is told as an error.
            if let Err(error) = listed
                && error.code() != ErrorCode::User
                && !left.is_empty()
            {
                return Err(self.failed("list its objects")(error));
            }
        }
        let mut rest: Vec<_> = left.into_iter().collect();
        rest.sort_unstable();
        order.extend(rest);
        Ok(order)
    }

    /// Reads each of `wanted` once, in the order of the packs, and hands it to `each`, which may end it.
    ///
    /// # Errors
    /// When the mirror cannot be opened or listed.
    pub fn blobs_in_pack_order(
        &self,
        wanted: &HashSet<BlobId>,
        limit: usize,
        each: &mut dyn FnMut(BlobId, Content) -> ControlFlow<()>,
    ) -> Result<(), MirrorError> {
        let order = self.pack_order(wanted)?;
        let repository = self.handle()?;
        let odb = repository.odb().map_err(self.failed("open its objects"))?;
        for id in order {
            if each(id, self.read_blob(&odb, id, limit)).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn handle(&self) -> Result<Handle<'_>, MirrorError> {
        self.pool.take()
    }

    pub(super) fn failed(&self, doing: &'static str) -> impl Fn(git2::Error) -> MirrorError + use<'_> {
        move |source| MirrorError::Git { directory: self.directory().to_owned(), doing, source }
    }

    /// The branch's commits by id, listed once for a tip and only what is new when it moved on.
    pub(super) fn reachable(&self, tip: CommitId) -> Result<Arc<Vec<CommitId>>, MirrorError> {
        let before = self.reachable.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut sorted = Vec::new();
        let mut since = None;
        if let Some(before) = before {
            if before.tip == tip {
                return Ok(before.sorted);
            }
            if self.is_ancestor(before.tip, tip)? {
                since = Some(before.tip);
                sorted.extend_from_slice(&before.sorted);
            }
        }
        sorted.extend(self.commits_between(&*self.handle()?, since, tip)?);
        sorted.sort_unstable();
        let sorted = Arc::new(sorted);
        *self.reachable.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Reachable { tip, sorted: Arc::clone(&sorted) });
        Ok(sorted)
    }

    /// The commits that pins reach and the branch does not, listed once for a tip and its pins.
    fn pinned(&self, tip: Option<CommitId>) -> Result<Arc<Vec<CommitId>>, MirrorError> {
        let mut pins = self.pins();
        pins.sort_unstable();
        let before = self.pinned.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(before) = before.filter(|before| before.tip == tip && before.pins == pins) {
            return Ok(before.sorted);
        }
        let mut sorted = Vec::new();
        if !pins.is_empty() {
            let repository = self.handle()?;
            let list = || {
                let mut walk = repository.revwalk()?;
                for pin in pins.iter().filter(|pin| repository.find_commit(pin.0).is_ok()) {
                    walk.push(pin.0)?;
                }
                if let Some(tip) = tip {
                    walk.hide(tip.0)?;
                }
                walk.map(|id| id.map(CommitId)).collect::<Result<Vec<_>, _>>()
            };
            sorted = list().map_err(self.failed("list what is pinned"))?;
            sorted.sort_unstable();
        }
        let sorted = Arc::new(sorted);
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Pinned { tip, pins, sorted: Arc::clone(&sorted) });
        Ok(sorted)
    }

    /// The size is asked first, so that a blob of gigabytes that packs into kilobytes is never inflated.
    fn read_blob(&self, odb: &Odb<'_>, id: BlobId, limit: usize) -> Content {
        let content = match odb.read_header(id.0) {
            Ok((size, ObjectType::Blob)) if size > limit => {
                Content::TooLarge(u64::try_from(size).unwrap_or(u64::MAX))
            }
            Ok((_, ObjectType::Blob)) => match odb.read(id.0) {
                Ok(object) => Content::Bytes(object.data().to_vec()),
                Err(_) => Content::Missing,
            },
            _ => Content::Missing,
        };
        if content == Content::Missing {
            let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
            if !missing.known.contains(&id) && missing.new.len() < MANY {
                missing.new.insert(id);
            }
        }
        content
    }
}

/// The one of sorted commits that a full id or its first digits name.
fn named(commits: &[CommitId], given: &str) -> Result<Option<CommitId>, MirrorError> {
    let digits = given.len();
    let first = commits.partition_point(|id| *id.short(digits) < *given);
    let count = commits[first..].iter().take_while(|id| id.short(digits) == given).take(1000).count();
    match count {
        0 => Ok(None),
        1 => Ok(Some(commits[first])),
        _ => Err(MirrorError::Ambiguous { given: given.to_owned(), count, example: commits[first] }),
    }
}
