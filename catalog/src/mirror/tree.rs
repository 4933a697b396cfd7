//! Trees as git keeps them: read raw, compared entry by entry, equal subtrees skipped unread.
//!
//! libgit2's own comparison visits every file of both trees, which costs the catalog's size for every commit; this one
//! costs what changed. Trees are hostile: entries may be unsorted, repeated, absurdly deep or many.

use super::{BlobId, CommitId, FileChange, MirrorError};
use git2::{ObjectType, Odb, Oid};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering as Counting};
use unicode_normalization::UnicodeNormalization as _;

/// Folders below folders that are followed. Git's own limit is 2048; nobody files a procedure that deep.
const DEPTH: usize = 128;
/// Bytes of a path.
const PATH: usize = 4096;
/// Entries looked at for one commit; ten times the largest catalog thought of. Stops trees that hold the same tree many
/// times over, which are tiny in the pack and endless when listed.
const VISITS: usize = 4_000_000;
/// Bytes of one tree object: a folder of a million files has 40 MB.
const TREE_BYTES: usize = 64 << 20;
/// Notes about what was left out, for one commit.
const NOTES: usize = 1_000;
/// Bytes of trees kept by one walk: neighbours in history share nearly all of theirs.
const CACHE: usize = 32 << 20;

/// All regular files of a commit that were wanted, and what else bore a wanted name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Path and content, in the order of the tree.
    pub files: Vec<(String, BlobId)>,
    /// What has a wanted name, but is not a file that can be read and named. At most 1,000.
    pub skipped: Vec<Skipped>,
}

/// Something in a tree that is no file for us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Its path, bytes that are not UTF-8 replaced.
    pub path: String,
    /// Why it is left out.
    pub because: SkippedBecause,
}

/// Why something in a tree is no file for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkippedBecause {
    /// Its name is not UTF-8, so nothing can address it.
    NotUtf8,
    /// It is a symbolic link, which is never followed.
    Symlink,
    /// It is another repository, which is never followed.
    Submodule,
    /// It lies deeper than 128 folders, or its path has more than 4,096 bytes.
    TooDeep,
    /// No honest tree holds such a name: empty, `.`, `..`, `.git`, or with a slash or control character in it.
    BadName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File { executable: bool },
    Folder,
    Symlink,
    Submodule,
}

struct Item {
    kind: Kind,
    name: std::ops::Range<usize>,
    id: Oid,
}

/// One tree object, its entries in git's order, each name once.
pub(super) struct Tree {
    raw: Vec<u8>,
    items: Vec<Item>,
}

impl Tree {
    fn parse(raw: Vec<u8>) -> Option<Self> {
        let mut items = Vec::with_capacity(raw.len() / 40);
        let mut at = 0;
        while at < raw.len() {
            let blank = at + raw[at..].iter().position(|byte| *byte == b' ')?;
            let mode = u32::from_str_radix(std::str::from_utf8(&raw[at..blank]).ok()?, 8).ok()?;
            let end = blank + 1 + raw[blank + 1..].iter().position(|byte| *byte == 0)?;
            let id = Oid::from_bytes(raw.get(end + 1..end + 21)?).ok()?;
            let kind = match mode & 0o170_000 {
                0o040_000 => Kind::Folder,
                0o120_000 => Kind::Symlink,
                0o160_000 => Kind::Submodule,
                _ => Kind::File { executable: mode & 0o100 != 0 },
            };
            items.push(Item { kind, name: blank + 1..end, id });
            at = end + 21;
        }
        let order = |one: &Item, other: &Item| compare_names((&raw, one), (&raw, other));
        if !items.is_sorted_by(|one, other| order(one, other) == Ordering::Less) {
            items.sort_by(order);
            items.dedup_by(|one, other| order(one, other) == Ordering::Equal);
        }
        Some(Self { raw, items })
    }

    fn name(&self, item: &Item) -> &[u8] {
        &self.raw[item.name.clone()]
    }

    fn cost(&self) -> usize {
        self.raw.len() + self.items.len() * size_of::<Item>()
    }
}

/// Git's order: by bytes, a folder as if its name ended in a slash. A file and a folder of one name are two entries.
fn compare_names(one: (&[u8], &Item), other: (&[u8], &Item)) -> Ordering {
    let (a, b) = (&one.0[one.1.name.clone()], &other.0[other.1.name.clone()]);
    let common = a.len().min(b.len());
    let end = |name: &[u8], item: &Item| match name.get(common) {
        Some(byte) => u16::from(*byte) + 1,
        None if item.kind == Kind::Folder => u16::from(b'/') + 1,
        None => 0,
    };
    a[..common]
        .cmp(&b[..common])
        .then_with(|| end(a, one.1).cmp(&end(b, other.1)))
        .then_with(|| a.len().cmp(&b.len()))
        .then_with(|| (one.1.kind == Kind::Folder).cmp(&(other.1.kind == Kind::Folder)))
}

/// What a commit has otherwise than others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Wanted files, by path.
    pub changes: Vec<FileChange>,
    /// What it has that is no file for us, and has a wanted name or is a submodule. At most 1,000.
    pub skipped: Vec<Skipped>,
    /// Paths of what was no file for us, and is there no more or is one now. At most 1,000.
    pub gone: Vec<String>,
}

/// Reads trees through a bounded cache.
pub(super) struct TreeReader<'a> {
    odb: Odb<'a>,
    /// Counts the trees that are read.
    count: &'a AtomicU64,
    young: HashMap<Oid, Rc<Tree>>,
    old: HashMap<Oid, Rc<Tree>>,
    young_bytes: usize,
}

impl<'a> TreeReader<'a> {
    pub(super) fn new(odb: Odb<'a>, count: &'a AtomicU64) -> Self {
        Self { odb, count, young: HashMap::new(), old: HashMap::new(), young_bytes: 0 }
    }

    fn tree(&mut self, id: Oid) -> Result<Rc<Tree>, MirrorError> {
        if let Some(tree) = self.young.get(&id) {
            return Ok(Rc::clone(tree));
        }
        let tree = if let Some(tree) = self.old.remove(&id) {
            tree
        } else {
            let missing = || MirrorError::Missing { kind: "tree", id: id.to_string() };
            let (size, kind) = self.odb.read_header(id).map_err(|_| missing())?;
            if kind != ObjectType::Tree || size > TREE_BYTES {
                return Err(missing());
            }
            let object = self.odb.read(id).map_err(|_| missing())?;
            self.count.fetch_add(1, Counting::Relaxed);
            Rc::new(Tree::parse(object.data().to_vec()).ok_or_else(missing)?)
        };
        self.young_bytes += tree.cost();
        if self.young_bytes > CACHE / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = tree.cost();
        }
        self.young.insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    /// The blob of the regular file at `path`.
    pub(super) fn file_at(&mut self, root: Oid, path: &str) -> Result<Option<BlobId>, MirrorError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(tree) = self.folder_at(root, folder)? else { return Ok(None) };
        let file =
            |item: &&Item| matches!(item.kind, Kind::File { .. }) && tree.name(item) == name.as_bytes();
        Ok(tree.items.iter().find(file).map(|item| BlobId(item.id)))
    }

    /// Every regular file of a folder that can be named, in the order of the tree.
    pub(super) fn folder(&mut self, root: Oid, folder: &str) -> Result<Vec<(String, BlobId)>, MirrorError> {
        let Some(tree) = self.folder_at(root, folder)? else { return Ok(Vec::new()) };
        let named = |item: &Item| {
            let name = std::str::from_utf8(tree.name(item)).ok().filter(|name| !bad_name(name.as_bytes()))?;
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            matches!(item.kind, Kind::File { .. }).then_some((path, BlobId(item.id)))
        };
        Ok(tree.items.iter().filter_map(named).collect())
    }

    /// The folder at `path`, empty for the root.
    fn folder_at(&mut self, root: Oid, path: &str) -> Result<Option<Rc<Tree>>, MirrorError> {
        let mut tree = self.tree(root)?;
        for (depth, part) in path.split('/').filter(|part| !part.is_empty()).enumerate() {
            let is_it = |item: &&Item| item.kind == Kind::Folder && tree.name(item) == part.as_bytes();
            match tree.items.iter().find(is_it) {
                Some(item) if depth < DEPTH => {
                    let id = item.id;
                    tree = self.tree(id)?;
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(tree))
    }

    /// All wanted files below `root`.
    pub(super) fn files(
        &mut self,
        commit: CommitId,
        root: Oid,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Files, MirrorError> {
        let mut comparison = Comparison::new(self, commit, wanted);
        comparison.folder(Some(root), &[None], 0)?;
        let Differences { changes, skipped, .. } = comparison.found;
        let files = changes.into_iter().filter_map(|found| Some((found.path, found.after?))).collect();
        Ok(Files { files, skipped })
    }

    /// The regular files below `root` whose path differs from one by nothing but case and how letters are composed; that one
    /// too, where it is there.
    pub(super) fn alike(&mut self, root: Oid, path: &str) -> Result<Vec<String>, MirrorError> {
        let parts: Vec<String> = path.split('/').map(folded).collect();
        let mut folders = vec![(root, String::new())];
        let mut found = Vec::new();
        for (depth, part) in parts.iter().enumerate().take(DEPTH) {
            let last = depth + 1 == parts.len();
            for (folder, prefix) in std::mem::take(&mut folders) {
                let tree = self.tree(folder)?;
                for item in &tree.items {
                    let Ok(name) = std::str::from_utf8(tree.name(item)) else { continue };
                    if !is_folded_to(name, part) {
                        continue;
                    }
                    match item.kind {
                        Kind::File { .. } if last => found.push(format!("{prefix}{name}")),
                        Kind::Folder if !last => folders.push((item.id, format!("{prefix}{name}/"))),
                        _ => {}
                    }
                }
                found.truncate(NOTES);
                folders.truncate(NOTES);
            }
        }
        Ok(found)
    }

    /// The wanted files that `root` has otherwise than *every* one of `parents`: what a commit itself changed, a merge
    /// included (git's rule for combined diffs). Without parents, everything.
    pub(super) fn differences(
        &mut self,
        commit: CommitId,
        root: Oid,
        parents: &[Oid],
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Differences, MirrorError> {
        let mut comparison = Comparison::new(self, commit, wanted);
        let parents: Vec<_> =
            if parents.is_empty() { vec![None] } else { parents.iter().copied().map(Some).collect() };
        comparison.folder(Some(root), &parents, 0)?;
        let mut found = comparison.found;
        found.changes.sort_by(|one, other| one.path.cmp(&other.path));
        // A file and a folder of one name in one tree is nothing that git makes; one of the two is told.
        found.changes.dedup_by(|one, other| one.path == other.path);
        Ok(found)
    }
}

struct Comparison<'r, 'a> {
    reader: &'r mut TreeReader<'a>,
    commit: CommitId,
    wanted: &'r dyn Fn(&str) -> bool,
    path: Vec<u8>,
    visits: usize,
    found: Differences,
}

impl<'r, 'a> Comparison<'r, 'a> {
    fn new(reader: &'r mut TreeReader<'a>, commit: CommitId, wanted: &'r dyn Fn(&str) -> bool) -> Self {
        Self { reader, commit, wanted, path: Vec::new(), visits: 0, found: Differences::default() }
    }

    /// Compares one folder, `None` where it is not there. Nothing below it can differ from all parents when it equals
    /// one of them.
    fn folder(
        &mut self,
        ours: Option<Oid>,
        parents: &[Option<Oid>],
        depth: usize,
    ) -> Result<(), MirrorError> {
        if parents.contains(&ours) {
            return Ok(());
        }
        if depth > DEPTH || self.path.len() > PATH {
            if ours.is_some() {
                self.skip(SkippedBecause::TooDeep, true);
            } else {
                self.went();
            }
            return Ok(());
        }
        // The first side is ours, the others are the parents'.
        let sides = std::iter::once(&ours)
            .chain(parents)
            .map(|id| id.map(|id| self.reader.tree(id)).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let mut at = vec![0_usize; sides.len()];
        let mut present = Vec::with_capacity(sides.len());
        loop {
            let heads = sides.iter().zip(&at).map(|(side, at)| {
                let side = side.as_deref()?;
                Some((side, side.items.get(*at)?))
            });
            present.clear();
            present.extend(heads);
            let Some(&(first_tree, first)) = present
                .iter()
                .flatten()
                .min_by(|one, other| compare_names((&one.0.raw, one.1), (&other.0.raw, other.1)))
            else {
                return Ok(());
            };
            for (head, at) in present.iter_mut().zip(&mut at) {
                let same = head.is_some_and(|(tree, item)| {
                    compare_names((&tree.raw, item), (&first_tree.raw, first)) == Ordering::Equal
                });
                if same {
                    *at += 1;
                } else {
                    *head = None;
                }
            }
            self.visits += 1;
            if self.visits > VISITS {
                return Err(MirrorError::Excessive { commit: self.commit, what: "files and folders" });
            }
            self.entry(first_tree.name(first), &present, depth)?;
        }
    }

    fn entry(
        &mut self,
        name: &[u8],
        sides: &[Option<(&Tree, &Item)>],
        depth: usize,
    ) -> Result<(), MirrorError> {
        let length = self.path.len();
        if length > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        let result = self.named(name, sides, depth);
        self.path.truncate(length);
        result
    }

    fn named(
        &mut self,
        name: &[u8],
        sides: &[Option<(&Tree, &Item)>],
        depth: usize,
    ) -> Result<(), MirrorError> {
        let kind_of = |side: &Option<(&Tree, &Item)>| side.map(|(_, item)| item.kind);
        let is_folder = sides.iter().any(|side| kind_of(side) == Some(Kind::Folder));
        if bad_name(name) {
            self.note(sides, is_folder, |_| Some(SkippedBecause::BadName));
            return Ok(());
        }
        if is_folder {
            let ids: Vec<_> = sides.iter().map(|side| side.map(|(_, item)| item.id)).collect();
            return self.folder(ids[0], &ids[1..], depth + 1);
        }
        let is_text = std::str::from_utf8(&self.path).is_ok();
        self.note(sides, false, |kind| match kind {
            Kind::Symlink => Some(SkippedBecause::Symlink),
            Kind::Submodule => Some(SkippedBecause::Submodule),
            _ => (!is_text).then_some(SkippedBecause::NotUtf8),
        });
        // A symbolic link or submodule is as if nothing were there.
        let value = |side: &Option<(&Tree, &Item)>| match side {
            Some((_, item)) => match item.kind {
                Kind::File { executable } => Some((executable, BlobId(item.id))),
                _ => None,
            },
            None => None,
        };
        let ours = value(&sides[0]);
        if sides[1..].iter().any(|side| value(side) == ours) {
            return Ok(());
        }
        let Ok(path) = std::str::from_utf8(&self.path) else { return Ok(()) };
        if (self.wanted)(path) {
            let before = sides[1..].iter().find_map(value).map(|(_, id)| id);
            let (path, after) = (path.to_owned(), ours.map(|(_, id)| id));
            self.found.changes.push(FileChange { path, before, after });
        }
        Ok(())
    }

    /// Notes the current path where ours has it as something that is left out, and where it had been that and is no more.
    fn note(
        &mut self,
        sides: &[Option<(&Tree, &Item)>],
        folder: bool,
        left_out: impl Fn(Kind) -> Option<SkippedBecause>,
    ) {
        let of =
            |side: &Option<(&Tree, &Item)>| side.and_then(|(_, item)| Some((left_out(item.kind)?, item.id)));
        let ours = of(&sides[0]);
        if sides[1..].iter().any(|side| of(side) == ours) {
            return;
        }
        match ours {
            Some((because, _)) => self.skip(because, folder || because == SkippedBecause::Submodule),
            None => self.went(),
        }
    }

    /// Notes that what was left out at the current path is so no more.
    fn went(&mut self) {
        if self.found.gone.len() < NOTES {
            self.found.gone.push(self.told());
        }
    }

    /// The current path as it is told.
    fn told(&self) -> String {
        String::from_utf8_lossy(&self.path[..self.path.len().min(PATH)]).into_owned()
    }

    /// Notes the current path as left out, where it is a folder or has a wanted name.
    fn skip(&mut self, because: SkippedBecause, folder: bool) {
        if self.found.skipped.len() >= NOTES {
            return;
        }
        let path = self.told();
        if folder || (self.wanted)(&path) {
            self.found.skipped.push(Skipped { path, because });
        }
    }
}

/// A path without what some file systems do not tell apart: case, and how letters are composed.
pub(crate) fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// Whether [`folded`] makes one of the other.
fn is_folded_to(name: &str, folded_one: &str) -> bool {
    if name.is_ascii() { name.eq_ignore_ascii_case(folded_one) } else { folded(name) == folded_one }
}

/// Names that git itself refuses to check out, and those that would break a line of output.
fn bad_name(name: &[u8]) -> bool {
    matches!(name, b"" | b"." | b"..")
        || name.eq_ignore_ascii_case(b".git")
        || name.iter().any(|byte| *byte == b'/' || byte.is_ascii_control())
}
