//! Which lines of a text an older one has as well, and which parts of a notebook that leaves unchanged.
//!
//! Blame goes from the newest text to the oldest: the lines that both texts of a step have are looked for in the older one,
//! what is left came with the newer one. A part of the notebook (its metadata, one key of them, one cell) was last changed
//! by the newest step that brought one of its lines or took one out of it.

use super::lines::Edit;
use crate::notebook::{Cell, Notebook};

/// Lines of the newest text that are looked for in some text: where they stand there, and in the newest one. From 0, in
/// order.
pub type Sought = Vec<(u32, u32)>;

/// What a step from a newer text to an older one says of the lines that are looked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Those that the older text has as well, with their places there.
    pub older: Sought,
    /// Those that it has not.
    pub newer: Sought,
    /// Where the older text had lines that the newer one has not: the lines of the newest text above and below, where these
    /// are looked for.
    pub removed: Vec<(Option<u32>, Option<u32>)>,
}

/// Takes a step; `edits` lead from the older text to the one in which the lines are sought.
pub fn pass(sought: Sought, edits: &[Edit]) -> Passed {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let newest = |here: usize| {
        let here = number(here);
        sought.binary_search_by_key(&here, |(own, _)| *own).ok().map(|at| sought[at].1)
    };
    let removed = edits.iter().filter(|edit| !edit.old.is_empty()).map(|edit| {
        let above = edit.new.start.checked_sub(1).and_then(newest);
        (above, newest(edit.new.end))
    });
    let mut passed = Passed { removed: removed.collect(), ..Passed::default() };
    let mut edits = edits.iter().peekable();
    // Places before the next edit, in the older and in the newer text.
    let (mut old, mut new) = (0, 0);
    for (here, tip) in sought {
        while let Some(edit) = edits.next_if(|edit| number(edit.new.end) <= here) {
            (old, new) = (number(edit.old.end), number(edit.new.end));
        }
        if edits.peek().is_some_and(|edit| number(edit.new.start) <= here) {
            passed.newer.push((here, tip));
        } else {
            passed.older.push((old + (here - new), tip));
        }
    }
    passed
}

/// Parts of a text that follow each other, and which step last changed each, as far as that is known.
#[derive(Debug, Default)]
pub struct Parts(Vec<Part>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its first and last line, from 0.
    pub lines: (u32, u32),
    /// The step that last changed it.
    pub by: Option<usize>,
}

impl Parts {
    /// Parts with these lines, in order.
    pub fn of(lines: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self(lines.into_iter().map(|lines| Part { lines, by: None }).collect())
    }

    /// The parts.
    pub fn all(&self) -> &[Part] {
        &self.0
    }

    /// A line came with a step. The newest step is told first, and counts.
    pub fn came(&mut self, line: u32, by: usize) {
        if let Some(at) = self.holding(line) {
            self.0[at].by.get_or_insert(by);
        }
    }

    /// A part is known to have been changed by a step.
    pub fn change(&mut self, part: usize, by: usize) {
        if let Some(part) = self.0.get_mut(part) {
            part.by.get_or_insert(by);
        }
    }

    /// A step took lines out between two lines: the part within which they stood was changed by it. Those at whose edge they
    /// stood, and of which it is not known yet who changed them, come back: whether the lines were theirs is to be seen.
    pub fn lost(&mut self, above: Option<u32>, below: Option<u32>, by: usize) -> Vec<usize> {
        let upper = above.and_then(|line| self.at_or_before(line));
        let lower = below.and_then(|line| self.at_or_after(line));
        if upper.is_some() && upper == lower {
            self.change(upper.unwrap_or(0), by);
            return Vec::new();
        }
        [upper, lower].into_iter().flatten().filter(|part| self.0[*part].by.is_none()).collect()
    }

    fn holding(&self, line: u32) -> Option<usize> {
        let at = self.at_or_before(line)?;
        (self.0[at].lines.1 >= line).then_some(at)
    }

    fn at_or_before(&self, line: u32) -> Option<usize> {
        self.0.partition_point(|part| part.lines.0 <= line).checked_sub(1)
    }

    fn at_or_after(&self, line: u32) -> Option<usize> {
        let at = self.0.partition_point(|part| part.lines.1 < line);
        (at < self.0.len()).then_some(at)
    }
}

/// The lines of a notebook's cells in its text, from 0: fences and options are theirs, and so is what `+++` says above a
/// cell of prose.
pub fn cell_lines(notebook: &Notebook, text: &str) -> Vec<(u32, u32)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let last_line = u32::try_from(lines.len()).unwrap_or(u32::MAX).saturating_sub(1);
    let mut free = 0;
    let span = |cell: &Cell| {
        let (first, last) = (cell.lines.0.saturating_sub(1), cell.lines.1.saturating_sub(1));
        let (first, last) = (first.min(last_line).max(free), last.min(last_line));
        let above = lines.get(free as usize..first as usize).unwrap_or_default();
        let said = above
            .iter()
            .rposition(|line| line.strip_prefix("+++").is_some_and(|said| !said.trim().is_empty()));
        let first = said.map_or(first, |at| free + u32::try_from(at).unwrap_or(0));
        free = last.max(first) + 1;
        (first, last.max(first))
    };
    notebook.cells.iter().map(span).collect()
}

/// The lines of a text's front matter, its rules included, from 0. None where it has none.
pub fn front_matter_lines(notebook: &Notebook, text: &str) -> Option<(u32, u32)> {
    if notebook.layout.front_matter_lines.is_empty() || !text.starts_with("---") {
        return None;
    }
    let ends = |line: &&str| line.starts_with("---") || line.starts_with("...");
    let end = text.lines().skip(1).position(|line| ends(&line))?;
    Some((0, u32::try_from(end + 1).unwrap_or(u32::MAX)))
}

/// The keys of the front matter with their lines, from 0: those at its root, and in place of `hunting` those in it.
pub fn key_lines(notebook: &Notebook, front_matter: (u32, u32)) -> Vec<(String, (u32, u32))> {
    let known = &notebook.layout.front_matter_lines;
    let within = known.iter().any(|(path, _)| path.starts_with("hunting."));
    let counts = |path: &str| match path.strip_prefix("hunting.") {
        Some(key) => !key.contains(['.', '[']),
        None => path != "hunting" && !path.contains(['.', '[']) || path == "hunting" && !within,
    };
    let mut keys: Vec<(String, u32)> = known
        .iter()
        .filter(|(path, line)| counts(path) && *line > 0)
        .map(|(path, line)| (path.clone(), line - 1))
        .collect();
    keys.sort_by_key(|(_, line)| *line);
    // Every key ends the one before it, those that are not told of too.
    let mut begins: Vec<u32> = known
        .iter()
        .filter(|(path, _)| !path.contains(['.', '[']))
        .map(|(_, line)| line.saturating_sub(1))
        .collect();
    begins.extend(keys.iter().map(|(_, line)| *line));
    begins.sort_unstable();
    let end = |line: u32| {
        let next = begins.get(begins.partition_point(|own| *own <= line)).copied();
        next.unwrap_or(front_matter.1).saturating_sub(1).max(line)
    };
    let mut told: Vec<(String, (u32, u32))> = Vec::with_capacity(keys.len());
    for (path, line) in keys {
        // Of several keys on one line the first one stands for all.
        if told.last().is_none_or(|(_, (_, last))| *last < line) {
            let last = end(line);
            told.push((path, (line, last)));
        }
    }
    told
}

/// Whether two cells are the same to a reader and to the kernel.
pub fn same_cell(one: &Cell, other: &Cell) -> bool {
    one.kind == other.kind && one.source == other.source && one.metadata == other.metadata
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::LineBook;
    use crate::notebook::myst;

    fn all(text: &str) -> Sought {
        (0..u32::try_from(text.lines().count()).unwrap()).map(|at| (at, at)).collect()
    }

    fn step(old: &str, new: &str, sought: Sought) -> Passed {
        let mut book = LineBook::default();
        let (old, new) = (book.read(old.as_bytes()), book.read(new.as_bytes()));
        let edits = book.changed(&old, &new);
        pass(sought, &edits)
    }

    #[test]
    fn a_step_parts_the_lines_that_both_texts_have_from_the_new_ones() {
        let new = "a\nnew\nb\nc\n";
        let passed = step("a\nb\ngone\nc\n", new, all(new));
        assert_eq!(passed.older, [(0, 0), (1, 2), (3, 3)]);
        assert_eq!(passed.newer, [(1, 1)]);
        assert_eq!(passed.removed, [(Some(2), Some(3))]);
        // The second step knows only of what is left to look for.
        let passed = step("b\nc\n", "a\nb\ngone\nc\n", passed.older);
        assert_eq!((passed.older, passed.newer), (vec![(0, 2), (1, 3)], vec![(0, 0)]));
    }

    #[test]
    fn what_was_taken_out_changes_the_part_around_it_and_asks_of_those_beside_it() {
        let mut parts = Parts::of([(0, 3), (5, 6), (8, 9)]);
        assert_eq!(parts.lost(Some(1), Some(2), 7), [0_usize; 0]);
        assert_eq!(parts.lost(Some(6), Some(7), 8), [1, 2]);
        parts.came(6, 8);
        parts.came(6, 9);
        parts.came(4, 9);
        assert_eq!(parts.lost(Some(4), None, 9), [0_usize; 0]);
        let by: Vec<_> = parts.all().iter().map(|part| part.by).collect();
        assert_eq!(by, [Some(7), Some(8), None]);
    }

    const TEXT: &str = "---\njupytext:\n  text_representation: {format_name: myst}\nhunting:\n  id: a\n  tags:\n  - x\nkernelspec: {name: python3}\n---\n\n# One\n\nmore\n\n+++ {\"tags\": [\"remove_cell\"]}\n\nTwo\n\n```{code-cell}\n:tags: [x]\n\n1\n```\n";

    #[test]
    fn fences_options_and_what_is_said_above_prose_are_lines_of_a_cell() {
        let notebook = myst::read(TEXT.as_bytes());
        assert_eq!(cell_lines(&notebook, TEXT), [(10, 12), (14, 16), (18, 22)]);
        assert_eq!(front_matter_lines(&notebook, TEXT), Some((0, 8)));
        let keys = key_lines(&notebook, (0, 8));
        let told: Vec<_> = keys.iter().map(|(path, lines)| (path.as_str(), *lines)).collect();
        assert_eq!(
            told,
            [("jupytext", (1, 2)), ("hunting.id", (4, 4)), ("hunting.tags", (5, 6)), ("kernelspec", (7, 7))]
        );
    }

    #[test]
    fn a_text_without_front_matter_has_no_lines_of_it() {
        let text = "# Prose\n";
        assert_eq!(front_matter_lines(&myst::read(text.as_bytes()), text), None);
        let empty = Notebook::default();
        assert!(cell_lines(&empty, "").is_empty());
    }
}
