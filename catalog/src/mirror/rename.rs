//! Which removed and added files of one commit are one file that moved.
//!
//! Same content first, then the same `hunting.id`, then at least half of the lines in common, best pairs first, one to
//! one. The work grows with the number of files and their lines, never with removed times added: equal contents and ids
//! meet in hash maps, similar texts in an index of their rarer lines.

use super::{BlobId, FileChange};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Lines of one file that are compared.
const LINES: usize = 20_000;
/// A line in more removed files than these says nothing about which of them is meant.
const COMMON: usize = 64;
/// Removed files that are compared in full with an added one.
const CANDIDATES: usize = 8;
/// In groups larger than this (files that all say the same id), names and order decide, not lines.
const GROUP: usize = 16;
/// What two files must have in common, in parts of [`WHOLE`].
const HALF: u64 = 5_000;
const WHOLE: u64 = 10_000;
/// The content of every empty file; that two files are empty says nothing.
const EMPTY: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// What is compared of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenameText {
    /// Its `hunting.id`, if it has one.
    pub id: Option<String>,
    /// Hash and weight of its trimmed lines that are not empty, by hash.
    lines: Vec<(u64, u32)>,
    weight: u64,
}

impl RenameText {
    /// What is compared of a file with these bytes, in whatever encoding.
    pub fn new(id: Option<String>, bytes: &[u8]) -> Self {
        let mut lines: Vec<_> = bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
            .take(LINES)
            .map(|line| {
                let mut hasher = DefaultHasher::new();
                line.hash(&mut hasher);
                (hasher.finish(), u32::try_from(line.len()).unwrap_or(u32::MAX))
            })
            .collect();
        lines.sort_unstable();
        let weight = lines.iter().map(|(_, weight)| u64::from(*weight)).sum();
        Self { id, lines, weight }
    }

    /// How much two files have in common, from 0 to 10,000: the lines that both have, against the larger one's, each as
    /// often as it occurs. Lines weigh as much as they are long, as for git.
    pub fn similarity(&self, other: &Self) -> u64 {
        let (mut one, mut two) = (self.lines.iter().peekable(), other.lines.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (one.peek(), two.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(one.next()),
                std::cmp::Ordering::Greater => drop(two.next()),
                std::cmp::Ordering::Equal => {
                    shared += u64::from(a.1);
                    one.next();
                    two.next();
                }
            }
        }
        (shared * WHOLE).checked_div(self.weight.max(other.weight)).unwrap_or(0)
    }

    fn distinct_lines(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.lines.chunk_by(|one, other| one.0 == other.0).map(|same| same[0])
    }
}

/// Pairs the removed with the added files among the `changes` of one commit: positions in `changes`, the removed one
/// first, by the added one.
///
/// Only paths that are a `candidate` are looked at; `read` is asked once for each blob whose content does not settle
/// the matter by being equal, and only where something was removed *and* something added.
pub fn pair(
    changes: &[FileChange],
    candidate: &dyn Fn(&str) -> bool,
    read: &mut dyn FnMut(BlobId) -> Option<RenameText>,
) -> Vec<(usize, usize)> {
    let pick = |side: fn(&FileChange) -> Option<BlobId>| -> Vec<File<'_>> {
        changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.before.is_some() != change.after.is_some())
            .filter_map(|(at, change)| Some(File { at, path: &change.path, blob: side(change)? }))
            .filter(|file| candidate(file.path))
            .collect()
    };
    let mut matching = Matching::new(pick(|change| change.before), pick(|change| change.after));
    matching.by_content();
    if !matching.is_done() {
        let texts = Texts::read(&matching, read);
        matching.by_id(&texts);
        matching.by_lines(&texts);
    }
    matching.pairs.sort_unstable_by_key(|(_, added)| *added);
    matching.pairs
}

struct File<'a> {
    at: usize,
    path: &'a str,
    blob: BlobId,
}

impl File<'_> {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// The files not yet paired, and the pairs.
struct Matching<'a> {
    removed: Vec<File<'a>>,
    added: Vec<File<'a>>,
    pairs: Vec<(usize, usize)>,
}

/// The texts of the removed and of the added files, where they can be read.
struct Texts {
    by_blob: HashMap<BlobId, Option<RenameText>>,
}

impl Texts {
    fn read(matching: &Matching<'_>, read: &mut dyn FnMut(BlobId) -> Option<RenameText>) -> Self {
        let mut by_blob = HashMap::new();
        for file in matching.removed.iter().chain(&matching.added) {
            by_blob.entry(file.blob).or_insert_with(|| read(file.blob));
        }
        Self { by_blob }
    }

    fn of(&self, file: &File<'_>) -> Option<&RenameText> {
        self.by_blob.get(&file.blob)?.as_ref()
    }
}

impl<'a> Matching<'a> {
    fn new(removed: Vec<File<'a>>, added: Vec<File<'a>>) -> Self {
        Self { removed, added, pairs: Vec::new() }
    }

    fn is_done(&self) -> bool {
        self.removed.is_empty() || self.added.is_empty()
    }

    /// Takes over `(removed, added)` positions in our lists, the first ones win, and strikes them from the lists.
    fn settle(&mut self, found: impl IntoIterator<Item = (usize, usize)>) {
        let (mut gone, mut come) = (HashSet::new(), HashSet::new());
        for (removed, added) in found {
            if !gone.contains(&removed) && !come.contains(&added) {
                gone.insert(removed);
                come.insert(added);
                self.pairs.push((self.removed[removed].at, self.added[added].at));
            }
        }
        strike(&mut self.removed, &gone);
        strike(&mut self.added, &come);
    }

    fn by_content(&mut self) {
        let content = |file: &File<'_>| {
            let text = file.blob.to_string();
            (text != EMPTY).then_some(text)
        };
        let found = same_key(&self.removed, &self.added, &content);
        self.settle(found);
    }

    fn by_id(&mut self, texts: &Texts) {
        if self.is_done() {
            return;
        }
        let id = |file: &File<'_>| texts.of(file)?.id.clone();
        let (gone, come) = (group(&self.removed, &id), group(&self.added, &id));
        // Where few say one id, the most similar ones are one file.
        let mut small = Vec::new();
        for (id, removed) in &gone {
            let Some(added) = come.get(id) else { continue };
            if removed.len() > GROUP || added.len() > GROUP {
                continue;
            }
            small.extend(
                removed.iter().flat_map(|one| added.iter().map(|other| self.score(texts, *one, *other))),
            );
        }
        small.sort_unstable();
        self.settle(small.into_iter().map(Scored::pair));
        let found = same_key(&self.removed, &self.added, &id);
        self.settle(found);
    }

    fn by_lines(&mut self, texts: &Texts) {
        if self.is_done() {
            return;
        }
        let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, file) in self.removed.iter().enumerate() {
            let Some(text) = texts.of(file) else { continue };
            by_name.entry(file.name()).or_default().push(at);
            for (line, _) in text.distinct_lines() {
                let holders = holders.entry(line).or_default();
                // One more than is of use marks the line as common.
                if holders.len() <= COMMON {
                    holders.push(at);
                }
            }
        }
        let mut scored = Vec::new();
        for (at, file) in self.added.iter().enumerate() {
            let Some(text) = texts.of(file) else { continue };
            let mut weights: HashMap<usize, u64> = HashMap::new();
            for (line, weight) in text.distinct_lines() {
                for holder in
                    holders.get(&line).filter(|holders| holders.len() <= COMMON).into_iter().flatten()
                {
                    *weights.entry(*holder).or_default() += u64::from(weight);
                }
            }
            let mut best: Vec<_> =
                weights.into_iter().map(|(removed, weight)| (Reverse(weight), removed)).collect();
            best.sort_unstable();
            best.truncate(CANDIDATES);
            let same_name = by_name.get(file.name()).into_iter().flatten().take(CANDIDATES).copied();
            let candidates: HashSet<usize> =
                best.into_iter().map(|(_, removed)| removed).chain(same_name).collect();
            scored.extend(
                candidates
                    .into_iter()
                    .map(|removed| self.score(texts, removed, at))
                    .filter(|scored| scored.similarity.0 >= HALF),
            );
        }
        scored.sort_unstable();
        self.settle(scored.into_iter().map(Scored::pair));
    }

    fn score(&self, texts: &Texts, removed: usize, added: usize) -> Scored {
        let (gone, come) = (&self.removed[removed], &self.added[added]);
        let similarity = match (texts.of(gone), texts.of(come)) {
            (Some(one), Some(other)) => one.similarity(other),
            _ => 0,
        };
        Scored { similarity: Reverse(similarity), renamed: gone.name() != come.name(), removed, added }
    }
}

/// A possible pair; the best sorts first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Scored {
    similarity: Reverse<u64>,
    /// Whether more than the folder changed.
    renamed: bool,
    removed: usize,
    added: usize,
}

impl Scored {
    fn pair(self) -> (usize, usize) {
        (self.removed, self.added)
    }
}

fn strike<T>(files: &mut Vec<T>, struck: &HashSet<usize>) {
    let mut at = 0;
    files.retain(|_| {
        at += 1;
        !struck.contains(&(at - 1))
    });
}

fn group(files: &[File<'_>], key: &dyn Fn(&File<'_>) -> Option<String>) -> HashMap<String, Vec<usize>> {
    let mut groups: HashMap<_, Vec<_>> = HashMap::new();
    for (at, file) in files.iter().enumerate() {
        if let Some(key) = key(file) {
            groups.entry(key).or_default().push(at);
        }
    }
    groups
}

/// Pairs with the same key: first those that kept their file name, then in order.
fn same_key(
    removed: &[File<'_>],
    added: &[File<'_>],
    key: &dyn Fn(&File<'_>) -> Option<String>,
) -> Vec<(usize, usize)> {
    let named = |file: &File<'_>| key(file).map(|key| format!("{key}/{}", file.name()));
    let mut found = Vec::new();
    for key in [&named as &dyn Fn(&File<'_>) -> Option<String>, key] {
        let taken: HashSet<usize> = found.iter().map(|(removed, _)| *removed).collect();
        let given: HashSet<usize> = found.iter().map(|(_, added)| *added).collect();
        let mut groups = group(removed, key);
        for free in groups.values_mut() {
            free.retain(|at| !taken.contains(at));
            free.reverse();
        }
        for (at, file) in added.iter().enumerate().filter(|(at, _)| !given.contains(at)) {
            if let Some(free) = key(file).and_then(|key| groups.get_mut(&key))
                && let Some(one) = free.pop()
            {
                found.push((one, at));
            }
        }
    }
    found
}
