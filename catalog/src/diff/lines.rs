//! Which lines two texts share, decided as git decides it, so that who reads both finds the same lines changed.
//!
//! Myers' algorithm in its linear-space form, the furthest path first. Where several shortest answers exist, the choice is
//! git's: lines that the other text does not have are left out beforehand, and so are lines that stand everywhere in it,
//! where they would tie unrelated passages together; then every run of changed lines slides to where the other text has
//! changed lines too, else to where a reader would cut, by indentation and blank lines. Deterministic and bounded: a search
//! that takes too many steps ends at the furthest point that it reached.

mod slide;

use std::collections::HashMap;
use std::ops::Range;

/// Steps that are searched from both ends for one division at the least before the furthest point is taken.
const PATIENCE: usize = 256;
/// A line that occurs more often than this in the other text (or than the root of its length) says little.
const COMMON: usize = 1024;
/// Lines on either side that decide whether a common line stands among lines that the other text has not.
const AROUND: usize = 100;
/// Indentation beyond which no more is counted.
const INDENT: i32 = 200;

/// Lines of several texts as numbers: equal lines have equal ones, whatever text they are of.
#[derive(Default)]
pub struct LineBook {
    known: HashMap<Box<[u8]>, u32>,
    /// Indentation by line, in columns; none for a blank one.
    indents: Vec<Option<i32>>,
    /// How often each stands in the two texts that are compared; zero in between.
    counts: Vec<[u32; 2]>,
}

impl LineBook {
    /// How many different lines it holds.
    pub fn len(&self) -> usize {
        self.indents.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.indents.is_empty()
    }

    /// The lines of a text. A line ends with a line feed, which belongs to it: a last line without one is another line.
    pub fn read(&mut self, text: &[u8]) -> Vec<u32> {
        text.split_inclusive(|byte| *byte == b'\n').map(|line| self.number(line)).collect()
    }

    /// What changed between two texts of the book, in order; all else is the same in both.
    pub fn changed(&mut self, old: &[u32], new: &[u32]) -> Vec<Edit> {
        if old == new {
            return Vec::new();
        }
        let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let most = old.len().min(new.len()) - same;
        let same_end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        let middle = [same..old.len() - same_end, same..new.len() - same_end];
        let mut sides = [Side::of(old), Side::of(new)];
        let told = self.telling(&mut sides, &middle);
        search(&mut sides, &told);
        let [old_side, new_side] = &mut sides;
        old_side.settle(&new_side.changed, self);
        new_side.settle(&old_side.changed, self);
        paired(&old_side.changed, &new_side.changed)
    }

    /// Leaves out of the middle of both texts what says nothing about how they belong together.
    fn telling(&mut self, sides: &mut [Side<'_>; 2], middle: &[Range<usize>; 2]) -> [Told; 2] {
        for (side, other) in [(0, 1), (1, 0)] {
            for line in sides[side].lines {
                self.counts[*line as usize][other] += 1;
            }
        }
        let told = [0, 1].map(|side| {
            let Side { lines, changed } = &mut sides[side];
            let common = root(lines.len()).min(COMMON);
            let kind = |line: &u32| match self.counts[*line as usize][side] {
                0 => Occurs::Never,
                often if often as usize >= common => Occurs::Everywhere,
                _ => Occurs::Somewhere,
            };
            let kinds: Vec<Occurs> = lines[middle[side].clone()].iter().map(kind).collect();
            let mut told = Told::default();
            for (at, kind) in kinds.iter().enumerate() {
                let place = middle[side].start + at;
                let left_out = match kind {
                    Occurs::Never => true,
                    Occurs::Somewhere => false,
                    Occurs::Everywhere => stands_among_strangers(&kinds, at),
                };
                if left_out {
                    changed[place] = true;
                } else {
                    told.lines.push(lines[place]);
                    told.places.push(place);
                }
            }
            told
        });
        for line in sides.iter().flat_map(|side| side.lines) {
            self.counts[*line as usize] = [0, 0];
        }
        told
    }

    fn number(&mut self, line: &[u8]) -> u32 {
        if let Some(number) = self.known.get(line) {
            return *number;
        }
        let number = u32::try_from(self.indents.len()).unwrap_or(u32::MAX);
        self.known.insert(line.into(), number);
        self.indents.push(indent(line));
        self.counts.push([0, 0]);
        number
    }

    fn indent(&self, line: u32) -> Option<i32> {
        self.indents.get(line as usize).copied().flatten()
    }
}

/// Columns before the first character that is no blank, tabs to the next multiple of eight; none for a blank line.
fn indent(line: &[u8]) -> Option<i32> {
    let mut columns = 0;
    for byte in line {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 8 - columns % 8,
            b'\n' | b'\r' | b'\x0b' | b'\x0c' => {}
            _ => return Some(columns),
        }
        if columns >= INDENT {
            return Some(INDENT);
        }
    }
    None
}

/// Lines of the older text that gave way to lines of the newer one; one of the two may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which of the older text, from 0.
    pub old: Range<usize>,
    /// Which of the newer text, from 0.
    pub new: Range<usize>,
}

/// The changed lines of both sides, those that took each other's place together.
fn paired(old: &[bool], new: &[bool]) -> Vec<Edit> {
    let mut all = Vec::new();
    let (mut at, mut to) = (0, 0);
    loop {
        let run = |side: &[bool], from: usize| side[from..].iter().take_while(|changed| **changed).count();
        let (gone, come) = (run(old, at), run(new, to));
        if gone + come > 0 {
            all.push(Edit { old: at..at + gone, new: to..to + come });
        }
        (at, to) = (at + gone, to + come);
        if at >= old.len() || to >= new.len() {
            return all;
        }
        (at, to) = (at + 1, to + 1);
    }
}

/// One text, and which of its lines the other has not.
struct Side<'a> {
    lines: &'a [u32],
    changed: Vec<bool>,
}

impl<'a> Side<'a> {
    fn of(lines: &'a [u32]) -> Self {
        Self { lines, changed: vec![false; lines.len()] }
    }
}

/// The lines of a side that a search is to look at: their numbers, and where they stand.
#[derive(Default)]
struct Told {
    lines: Vec<u32>,
    places: Vec<usize>,
}

/// How often the other text has a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occurs {
    Never,
    Somewhere,
    Everywhere,
}

/// Whether a common line has lines on both sides that the other text has not, and these are the greater part up to the next
/// line that tells.
fn stands_among_strangers(kinds: &[Occurs], at: usize) -> bool {
    let count = |run: &mut dyn Iterator<Item = &Occurs>| {
        let (mut strangers, mut common) = (0, 0);
        for kind in run.take(AROUND).take_while(|kind| **kind != Occurs::Somewhere) {
            if *kind == Occurs::Never {
                strangers += 1;
            } else {
                common += 1;
            }
        }
        (strangers, common)
    };
    let (above, common_above) = count(&mut kinds[..at].iter().rev());
    let (below, common_below) = count(&mut kinds[at + 1..].iter());
    if above == 0 || below == 0 {
        return false;
    }
    // The line itself counts on both sides.
    let common = common_above + common_below + 2;
    common * 4 < common + above + below
}

/// A power of two near the square root.
fn root(number: usize) -> usize {
    let (mut left, mut root) = (number, 1);
    while left > 0 {
        left >>= 2;
        root <<= 1;
    }
    root
}

/// Marks what changed between the telling lines of both sides.
fn search(sides: &mut [Side<'_>; 2], told: &[Told; 2]) {
    let [old, new] = told;
    let diagonals = old.lines.len() + new.lines.len() + 3;
    let mut paths = Paths {
        old: &old.lines,
        new: &new.lines,
        ahead: vec![0; diagonals + 2],
        behind: vec![0; diagonals + 2],
        origin: new.lines.len() + 1,
        patience: root(diagonals).max(PATIENCE),
    };
    let mut boxes = vec![(0..old.lines.len(), 0..new.lines.len())];
    while let Some((mut a, mut b)) = boxes.pop() {
        while !a.is_empty() && !b.is_empty() && old.lines[a.start] == new.lines[b.start] {
            (a.start, b.start) = (a.start + 1, b.start + 1);
        }
        while !a.is_empty() && !b.is_empty() && old.lines[a.end - 1] == new.lines[b.end - 1] {
            (a.end, b.end) = (a.end - 1, b.end - 1);
        }
        if a.is_empty() || b.is_empty() {
            mark(sides, told, a, b);
            continue;
        }
        let (x, y) = paths.middle(&a, &b);
        if (x, y) == (a.start, b.start) || (x, y) == (a.end, b.end) {
            // No shortest path has its middle at a corner: without this, a mistake above would never end.
            mark(sides, told, a, b);
            continue;
        }
        boxes.push((x..a.end, y..b.end));
        boxes.push((a.start..x, b.start..y));
    }
}

fn mark(sides: &mut [Side<'_>; 2], told: &[Told; 2], a: Range<usize>, b: Range<usize>) {
    for (side, part) in [(0, a), (1, b)] {
        for place in &told[side].places[part] {
            sides[side].changed[*place] = true;
        }
    }
}

/// Paths through the table of two texts: how far each diagonal has been reached from the beginning and from the end.
struct Paths<'a> {
    old: &'a [u32],
    new: &'a [u32],
    ahead: Vec<i64>,
    behind: Vec<i64>,
    /// Where diagonal 0 is kept.
    origin: usize,
    patience: usize,
}

/// The diagonals that a search from one end has reached.
struct Front {
    least: i64,
    most: i64,
}

impl Front {
    /// Goes one step further on both sides; where that leaves the table, one step back, so that the parity stays.
    fn widen(&mut self, floor: i64, ceiling: i64, reached: &mut [i64], origin: i64, nowhere: i64) {
        let slot = |diagonal: i64| usize::try_from(diagonal + origin).unwrap_or(0);
        if self.least > floor {
            self.least -= 1;
            reached[slot(self.least - 1)] = nowhere;
        } else {
            self.least += 1;
        }
        if self.most < ceiling {
            self.most += 1;
            reached[slot(self.most + 1)] = nowhere;
        } else {
            self.most -= 1;
        }
    }

    fn holds(&self, diagonal: i64) -> bool {
        self.least <= diagonal && diagonal <= self.most
    }
}

impl Paths<'_> {
    /// A point on a shortest path through a part of the table whose corners differ. Paths from both ends are followed in
    /// turn until two meet; those that take too long end where they came furthest.
    fn middle(&mut self, a: &Range<usize>, b: &Range<usize>) -> (usize, usize) {
        let number = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        let place = |at: i64| usize::try_from(at).unwrap_or(0);
        let (left, right, top, bottom) = (number(a.start), number(a.end), number(b.start), number(b.end));
        let origin = number(self.origin);
        let slot = |diagonal: i64| place(diagonal + origin);
        let (floor, ceiling) = (left - bottom, right - top);
        let (first, last) = (left - top, right - bottom);
        let odd = (first - last) % 2 != 0;
        let mut forth = Front { least: first, most: first };
        let mut back = Front { least: last, most: last };
        self.ahead[slot(first)] = left;
        self.behind[slot(last)] = right;
        let mut steps = 0;
        loop {
            steps += 1;
            forth.widen(floor, ceiling, &mut self.ahead, origin, -1);
            let mut diagonal = forth.most;
            while diagonal >= forth.least {
                let (below, above) = (self.ahead[slot(diagonal - 1)], self.ahead[slot(diagonal + 1)]);
                let mut x = if below >= above { below + 1 } else { above };
                while x < right
                    && x - diagonal < bottom
                    && self.old[place(x)] == self.new[place(x - diagonal)]
                {
                    x += 1;
                }
                self.ahead[slot(diagonal)] = x;
                if odd && back.holds(diagonal) && self.behind[slot(diagonal)] <= x {
                    return (place(x), place(x - diagonal));
                }
                diagonal -= 2;
            }
            back.widen(floor, ceiling, &mut self.behind, origin, i64::MAX);
            let mut diagonal = back.most;
            while diagonal >= back.least {
                let (below, above) = (self.behind[slot(diagonal - 1)], self.behind[slot(diagonal + 1)]);
                let mut x = if below < above { below } else { above - 1 };
                while x > left
                    && x - diagonal > top
                    && self.old[place(x - 1)] == self.new[place(x - diagonal - 1)]
                {
                    x -= 1;
                }
                self.behind[slot(diagonal)] = x;
                if !odd && forth.holds(diagonal) && x <= self.ahead[slot(diagonal)] {
                    return (place(x), place(x - diagonal));
                }
                diagonal -= 2;
            }
            if steps >= self.patience {
                return self.furthest((left, right, top, bottom), &forth, &back, &slot);
            }
        }
    }

    /// The point that a path reached furthest from its end of the table.
    fn furthest(
        &self,
        (left, right, top, bottom): (i64, i64, i64, i64),
        forth: &Front,
        back: &Front,
        slot: &dyn Fn(i64) -> usize,
    ) -> (usize, usize) {
        let (mut far, mut near) = ((-1, left, top), (i64::MAX, right, bottom));
        let mut diagonal = forth.most;
        while diagonal >= forth.least {
            let x = self.ahead[slot(diagonal)].min(right).min(bottom + diagonal);
            if x + x - diagonal > far.0 {
                far = (x + x - diagonal, x, x - diagonal);
            }
            diagonal -= 2;
        }
        let mut diagonal = back.most;
        while diagonal >= back.least {
            let x = self.behind[slot(diagonal)].max(left).max(top + diagonal);
            if x + x - diagonal < near.0 {
                near = (x + x - diagonal, x, x - diagonal);
            }
            diagonal -= 2;
        }
        let (_, x, y) = if right + bottom - near.0 < far.0 - (left + top) { far } else { near };
        (usize::try_from(x).unwrap_or(0), usize::try_from(y).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests;
