//! Where a run of changed lines belongs that could as well stand further up or down.

use super::{LineBook, Side};

/// Lines over which a run slides to where it reads best.
const SLIDING: usize = 100;
/// Blank lines beyond which no more is counted.
const BLANKS: i32 = 20;

/// A run of changed lines; an empty one between two lines that stayed.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    fn first(changed: &[bool]) -> Self {
        Self { start: 0, end: changed.iter().take_while(|changed| **changed).count() }
    }

    fn next(&mut self, changed: &[bool]) -> bool {
        if self.end == changed.len() {
            return false;
        }
        self.start = self.end + 1;
        self.end = self.start + changed[self.start..].iter().take_while(|changed| **changed).count();
        true
    }

    fn previous(&mut self, changed: &[bool]) -> bool {
        if self.start == 0 {
            return false;
        }
        self.end = self.start - 1;
        self.start = self.end - changed[..self.end].iter().rev().take_while(|changed| **changed).count();
        true
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

impl Side<'_> {
    /// Slides every run of changed lines, as far as equal lines let it, to where it belongs.
    pub(super) fn settle(&mut self, other: &[bool], book: &LineBook) {
        let mut run = Run::first(&self.changed);
        let mut beside = Run::first(other);
        loop {
            if !run.is_empty() {
                self.settle_one(&mut run, &mut beside, other, book);
            }
            if !run.next(&self.changed) {
                return;
            }
            beside.next(other);
        }
    }

    fn settle_one(&mut self, run: &mut Run, beside: &mut Run, other: &[bool], book: &LineBook) {
        let (mut highest, mut alongside);
        // Runs that it meets on its way become one with it, and the longer one may slide elsewhere.
        loop {
            let length = run.end - run.start;
            while self.up(run) {
                beside.previous(other);
            }
            highest = run.end;
            alongside = !beside.is_empty();
            while self.down(run) {
                beside.next(other);
                alongside |= !beside.is_empty();
            }
            if run.end - run.start == length {
                break;
            }
        }
        if run.end == highest {
            return;
        }
        if alongside {
            while beside.is_empty() && self.up(run) {
                beside.previous(other);
            }
            return;
        }
        let length = run.end - run.start;
        let lowest_end =
            highest.max((run.end - length).saturating_sub(1)).max(run.end.saturating_sub(SLIDING));
        let mut best: Option<(Cut, usize)> = None;
        for end in lowest_end..=run.end {
            let cut = self.cut(end, book).and(self.cut(end - length, book));
            if best.is_none_or(|(so_far, _)| cut.reads_no_worse_than(so_far)) {
                best = Some((cut, end));
            }
        }
        let best = best.map_or(run.end, |(_, end)| end);
        while run.end > best && self.up(run) {
            beside.previous(other);
        }
    }

    /// Moves a run up by one line, if the text stays the same by it.
    fn up(&mut self, run: &mut Run) -> bool {
        if run.start == 0 || self.lines[run.start - 1] != self.lines[run.end - 1] {
            return false;
        }
        run.start -= 1;
        run.end -= 1;
        self.changed[run.start] = true;
        self.changed[run.end] = false;
        run.start -= self.changed[..run.start].iter().rev().take_while(|changed| **changed).count();
        true
    }

    /// The same, down.
    fn down(&mut self, run: &mut Run) -> bool {
        if run.end == self.lines.len() || self.lines[run.start] != self.lines[run.end] {
            return false;
        }
        self.changed[run.start] = false;
        self.changed[run.end] = true;
        run.start += 1;
        run.end += 1;
        run.end += self.changed[run.end..].iter().take_while(|changed| **changed).count();
        true
    }

    /// How a cut before a line reads.
    fn cut(&self, at: usize, book: &LineBook) -> Cut {
        let indents = |lines: &mut dyn Iterator<Item = &u32>| {
            let mut blanks = 0;
            for line in lines {
                if let Some(indent) = book.indent(*line) {
                    return (blanks, Some(indent));
                }
                blanks += 1;
                if blanks == BLANKS {
                    return (blanks, Some(0));
                }
            }
            (blanks, None)
        };
        let own = self.lines.get(at).and_then(|line| book.indent(*line));
        let (blank_above, above) = indents(&mut self.lines[..at].iter().rev());
        let (blank_after, after) = indents(&mut self.lines.iter().skip(at + 1));
        let at_end = at >= self.lines.len();
        let blank_below = if own.is_none() { 1 + blank_after } else { 0 };
        let blanks = blank_above + blank_below;
        let mut penalty = -30 * blanks + 6 * blank_below;
        penalty += i32::from(above.is_none() && blank_above == 0);
        penalty += if at_end { 21 } else { 0 };
        let indent = own.or(after);
        if let (Some(indent), Some(above)) = (indent, above) {
            let apart = |together: i32, with_blanks: i32| if blanks > 0 { with_blanks } else { together };
            // Less than the line above: the end of its block, or the beginning of another where more follows.
            let begins = after.is_some_and(|after| after > indent);
            penalty += match indent.cmp(&above) {
                std::cmp::Ordering::Greater => apart(-4, 10),
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Less if begins => apart(24, 17),
                std::cmp::Ordering::Less => apart(23, 17),
            };
        }
        Cut { indent: indent.unwrap_or(-1), penalty }
    }
}

/// How well the two cuts around a run read: the less indented, the better; then the fewer points against it. The points are
/// those that git's developers found by having people say where a change begins and ends.
#[derive(Clone, Copy)]
struct Cut {
    indent: i32,
    penalty: i32,
}

impl Cut {
    fn and(self, other: Self) -> Self {
        Self { indent: self.indent + other.indent, penalty: self.penalty + other.penalty }
    }

    fn reads_no_worse_than(self, other: Self) -> bool {
        60 * (self.indent - other.indent).signum() + self.penalty - other.penalty <= 0
    }
}
