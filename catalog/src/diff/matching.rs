//! Which cell of one notebook is which of the other: one answer, for the sentences and for the cells that are shown.
//!
//! Cells are known by what they hold. In this order: what stands unchanged in the same order; what stands unchanged
//! elsewhere and is long enough to be known again; what took another's place and is like it; what stands elsewhere and is
//! much like it; last, the only two of a gap. The answer is the same whichever side is the older.

use super::unified::operations;
use crate::notebook::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most cells of either side that are compared for their order.
const MAX_ORDERED: usize = 20_000;

/// How many pairs of cells are looked at for their likeness; beyond it, cells of a gap are taken in order.
const MAX_PAIRINGS: usize = 20_000;

/// The most words of a cell that count for its likeness to another.
const MAX_LIKENESS_WORDS: usize = 200;

/// How many words make a cell that is known again wherever it stands.
const TELLING_WORDS: usize = 8;

/// Shared words of all, in percent: of cells that took each other's place.
const ALIKE: u32 = 50;

/// The same of cells that stand elsewhere, or are of another kind.
const MUCH_ALIKE: u32 = 70;

/// A cell's place in a comparison. Cells are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On both sides; `moved` when it stands elsewhere among those that stayed.
    Both { old: usize, new: usize, moved: bool },
    /// On the old side only.
    Gone(usize),
    /// On the new side only.
    Come(usize),
}

/// Every cell of both sides once, in the order in which a reader of the new side meets them; those that are gone where they
/// stood.
pub(crate) fn places(old: &[Cell], new: &[Cell]) -> Vec<Place> {
    let hashes = |cells: &[Cell]| cells.iter().map(hash).collect::<Vec<u64>>();
    let (old_hashes, new_hashes) = (hashes(old), hashes(new));
    let mut pairs = if texts(old).le(texts(new)) {
        pairs(Side { cells: old, hashes: &old_hashes }, Side { cells: new, hashes: &new_hashes })
    } else {
        let pairs = pairs(Side { cells: new, hashes: &new_hashes }, Side { cells: old, hashes: &old_hashes });
        pairs.into_iter().map(|(a, b, moved)| (b, a, moved)).collect()
    };
    pairs.sort_unstable_by_key(|(_, new, _)| *new);
    in_order(&pairs, old.len(), new.len())
}

fn texts(cells: &[Cell]) -> impl Iterator<Item = (u8, &str)> {
    cells.iter().map(|cell| (cell.kind as u8, cell.source.as_str()))
}

/// One of two notebooks.
#[derive(Clone, Copy)]
struct Side<'a> {
    cells: &'a [Cell],
    hashes: &'a [u64],
}

impl Side<'_> {
    fn words(self, places: &[usize]) -> Vec<Words> {
        places.iter().map(|&at| Words::of(&self.cells[at])).collect()
    }
}

fn hash(cell: &Cell) -> u64 {
    let mut hasher = DefaultHasher::new();
    (cell.kind, &cell.source).hash(&mut hasher);
    hasher.finish()
}

/// Which cells are the same, and whether they moved.
fn pairs(a: Side<'_>, b: Side<'_>) -> Vec<(usize, usize, bool)> {
    let mut found = Found { a, b, pairs: Vec::new(), room: MAX_PAIRINGS };
    let mut gaps: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for op in operations(a.hashes, b.hashes, MAX_ORDERED) {
        let (was, is) = (op.old_range(), op.new_range());
        if let similar::DiffOp::Equal { .. } = op {
            found.pairs.extend(was.zip(is));
        } else {
            gaps.push((was.collect(), is.collect()));
        }
    }
    found.unchanged_elsewhere(&mut gaps, TELLING_WORDS);
    for gap in &mut gaps {
        found.alike_in_place(gap);
    }
    found.unchanged_elsewhere(&mut gaps, 0);
    found.alike_elsewhere(&mut gaps);
    for (was, is) in gaps {
        // One of each in a gap is one cell that changed, however much.
        if let ([a], [b]) = (was.as_slice(), is.as_slice())
            && found.a.cells[*a].kind == found.b.cells[*b].kind
        {
            found.pairs.push((*a, *b));
        }
    }
    with_moves(found.pairs)
}

/// What was paired so far.
struct Found<'a> {
    a: Side<'a>,
    b: Side<'a>,
    pairs: Vec<(usize, usize)>,
    room: usize,
}

impl Found<'_> {
    /// Cells that stand in another gap as they were, of at least so many words.
    fn unchanged_elsewhere(&mut self, gaps: &mut [(Vec<usize>, Vec<usize>)], words: usize) {
        let long = |cell: &Cell| words == 0 || cell.source.split_whitespace().nth(words - 1).is_some();
        let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
        for &at in gaps.iter().rev().flat_map(|(_, is)| is.iter().rev()) {
            if long(&self.b.cells[at]) {
                places.entry(self.b.hashes[at]).or_default().push(at);
            }
        }
        let mut arrived: HashSet<usize> = HashSet::new();
        for (was, _) in gaps.iter_mut() {
            was.retain(|&from| {
                let place = places.get_mut(&self.a.hashes[from]).and_then(Vec::pop);
                // Two texts of one hash are not the same cell.
                let Some(to) = place.filter(|&to| self.a.cells[from].source == self.b.cells[to].source)
                else {
                    return true;
                };
                self.pairs.push((from, to));
                arrived.insert(to);
                false
            });
        }
        for (_, is) in gaps {
            is.retain(|at| !arrived.contains(at));
        }
    }

    /// Cells that took each other's place: those most alike first, each once, in whatever order.
    fn alike_in_place(&mut self, gap: &mut (Vec<usize>, Vec<usize>)) {
        let (was, is) = (&gap.0, &gap.1);
        let mut likely: Vec<(u32, usize, usize)> = Vec::new();
        if self.may_pair(was.len() * is.len()) {
            let (words_was, words_is) = (self.a.words(was), self.b.words(is));
            for (&a, words) in was.iter().zip(&words_was) {
                for (&b, others) in is.iter().zip(&words_is) {
                    likely.push((words.likeness(others), a, b));
                }
            }
        } else {
            for (&a, &b) in was.iter().zip(is) {
                let likeness = Words::of(&self.a.cells[a]).likeness(&Words::of(&self.b.cells[b]));
                likely.push((likeness, a, b));
            }
        }
        likely.retain(|(likeness, a, b)| {
            let (a, b) = (&self.a.cells[*a], &self.b.cells[*b]);
            if a.kind == b.kind { *likeness >= ALIKE || same_start(a, b) } else { *likeness >= MUCH_ALIKE }
        });
        let taken = self.take(likely);
        gap.0.retain(|at| !taken.0.contains(at));
        gap.1.retain(|at| !taken.1.contains(at));
    }

    /// Cells that stand elsewhere, changed a little.
    fn alike_elsewhere(&mut self, gaps: &mut [(Vec<usize>, Vec<usize>)]) {
        let telling = |side: Side<'_>, at: usize| {
            side.cells[at].source.split_whitespace().nth(TELLING_WORDS - 1).is_some()
        };
        let was: Vec<usize> =
            gaps.iter().flat_map(|gap| &gap.0).copied().filter(|&at| telling(self.a, at)).collect();
        let is: Vec<usize> =
            gaps.iter().flat_map(|gap| &gap.1).copied().filter(|&at| telling(self.b, at)).collect();
        if was.is_empty() || is.is_empty() || !self.may_pair(was.len() * is.len()) {
            return;
        }
        let (words_was, words_is) = (self.a.words(&was), self.b.words(&is));
        let mut likely = Vec::new();
        for (&a, words) in was.iter().zip(&words_was) {
            for (&b, others) in is.iter().zip(&words_is) {
                let likeness = words.likeness(others);
                if likeness >= MUCH_ALIKE && self.a.cells[a].kind == self.b.cells[b].kind {
                    likely.push((likeness, a, b));
                }
            }
        }
        let taken = self.take(likely);
        for gap in gaps {
            gap.0.retain(|at| !taken.0.contains(at));
            gap.1.retain(|at| !taken.1.contains(at));
        }
    }

    /// Whether so many pairs may be looked at.
    fn may_pair(&mut self, pairings: usize) -> bool {
        let may = pairings <= self.room;
        self.room -= if may { pairings } else { 0 };
        may
    }

    /// Pairs up the likeliest first, each cell once; answers which those are.
    fn take(&mut self, mut likely: Vec<(u32, usize, usize)>) -> (HashSet<usize>, HashSet<usize>) {
        likely.sort_unstable_by_key(|(likeness, a, b)| (std::cmp::Reverse(*likeness), *a, *b));
        let mut taken: (HashSet<usize>, HashSet<usize>) = (HashSet::new(), HashSet::new());
        for (_, a, b) in likely {
            if !taken.0.contains(&a) && !taken.1.contains(&b) {
                taken.0.insert(a);
                taken.1.insert(b);
                self.pairs.push((a, b));
            }
        }
        taken
    }
}

/// Whether both begin with the same heading or magic, or hold the parameters.
fn same_start(a: &Cell, b: &Cell) -> bool {
    if a.has_tag("parameters") && b.has_tag("parameters") {
        return true;
    }
    let (a, b) = (first_line(&a.source), first_line(&b.source));
    a == b && a.len() > 3 && a.starts_with(['#', '%'])
}

/// The first line that is not blank.
pub(super) fn first_line(source: &str) -> &str {
    source.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// The words of a cell, sorted, for comparing it to others.
struct Words(Vec<u64>);

impl Words {
    fn of(cell: &Cell) -> Self {
        let hashed = |word: &str| {
            let mut hasher = DefaultHasher::new();
            word.hash(&mut hasher);
            hasher.finish()
        };
        let mut words: Vec<u64> =
            cell.source.split_whitespace().take(MAX_LIKENESS_WORDS).map(hashed).collect();
        words.sort_unstable();
        Self(words)
    }

    /// Shared words of all, in percent; of texts without words, none.
    fn likeness(&self, other: &Self) -> u32 {
        let (a, b) = (&self.0, &other.0);
        let (mut at, mut to, mut shared) = (0, 0, 0_usize);
        while let (Some(one), Some(another)) = (a.get(at), b.get(to)) {
            match one.cmp(another) {
                std::cmp::Ordering::Less => at += 1,
                std::cmp::Ordering::Greater => to += 1,
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    at += 1;
                    to += 1;
                }
            }
        }
        let percent = (200 * shared).checked_div(a.len() + b.len()).unwrap_or_default();
        u32::try_from(percent).unwrap_or(100)
    }
}

/// Says which pairs moved: as few as possible, so that the others keep their order.
fn with_moves(mut pairs: Vec<(usize, usize)>) -> Vec<(usize, usize, bool)> {
    pairs.sort_unstable();
    // The longest run of pairs that rises on both sides: `ends[n]` is the pair with the smallest end of a run of n + 1.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, b)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < *b);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut stayed = vec![false; pairs.len()];
    let mut last = ends.last().copied();
    while let Some(at) = last {
        stayed[at] = true;
        last = before[at];
    }
    pairs.into_iter().zip(stayed).map(|((a, b), stayed)| (a, b, !stayed)).collect()
}

/// Every cell once; `pairs` are in the order of the new side.
fn in_order(pairs: &[(usize, usize, bool)], old_len: usize, new_len: usize) -> Vec<Place> {
    let mut paired_old = vec![false; old_len];
    for (old, ..) in pairs {
        paired_old[*old] = true;
    }
    let stayed: Vec<usize> = pairs.iter().filter(|(.., moved)| !moved).map(|(old, ..)| *old).collect();
    // What is gone stands behind the cell that it stood behind, before what came there.
    let mut gone = (0..old_len).filter(|&at| !paired_old[at]).peekable();
    let mut ends = stayed.iter().copied().chain([old_len]);
    let mut places = Vec::with_capacity(old_len + new_len - pairs.len());
    let mut until = ends.next().unwrap_or(old_len);
    let mut rest = pairs.iter().peekable();
    for new in 0..new_len {
        while let Some(at) = gone.next_if(|&at| at < until) {
            places.push(Place::Gone(at));
        }
        match rest.next_if(|(_, at, _)| *at == new) {
            Some((old, new, moved)) => {
                places.push(Place::Both { old: *old, new: *new, moved: *moved });
                if !moved {
                    until = ends.next().unwrap_or(old_len);
                }
            }
            None => places.push(Place::Come(new)),
        }
    }
    places.extend(gone.map(Place::Gone));
    places
}

#[cfg(test)]
mod tests;
