//! Two texts as a unified diff.
//!
//! Deterministic and bounded: Myers' algorithm with its cost heuristic and no clock, and beyond [`MAX_LINES`] only what
//! stands between the common beginning and the common end, as one hunk.

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::fmt::Write as _;
use std::hash::Hash;

/// The most lines of either text that are compared one by one.
const MAX_LINES: usize = 50_000;

/// The longest line that is compared word by word, in bytes.
const MAX_MARKED_LINE: usize = 2_000;

/// The most bytes of changed lines that are compared word by word in one diff.
const MAX_MARKED: usize = 128 * 1024;

/// A unified diff, as text and as hunks for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unified {
    /// The diff as `diff -u` writes it; empty when the texts are equal.
    pub text: String,
    /// The same by hunks.
    pub hunks: Vec<Hunk>,
}

/// Lines that changed, with their surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// `@@ -1,4 +1,5 @@`
    pub header: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `' '`, `'-'` or `'+'`.
    pub sign: char,
    /// Line number on the old side, from 1.
    pub old: Option<u32>,
    /// Line number on the new side, from 1.
    pub new: Option<u32>,
    /// The text in pieces; `true` marks what changed within the line.
    pub pieces: Vec<(bool, String)>,
}

/// Compares two texts line by line, with `context` unchanged lines around each change.
///
/// A line ends with `\n`; a carriage return belongs to it. The names go into the header as they are, but for control
/// characters.
pub fn unified(old: &str, new: &str, old_name: &str, new_name: &str, context: usize) -> Unified {
    if old == new {
        return Unified::default();
    }
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let mut unified = Unified { text: String::new(), hunks: Vec::new() };
    for (sign, name) in [("---", old_name), ("+++", new_name)] {
        let name = name.replace(char::is_control, "?");
        let _ = writeln!(unified.text, "{sign} {name}");
    }
    let mut budget = MAX_MARKED;
    for group in similar::group_diff_ops(operations(&old, &new, MAX_LINES), context) {
        let hunk = hunk(&group, &old, &new, &mut budget, &mut unified.text);
        unified.hunks.extend(hunk);
    }
    unified
}

/// What `git apply` takes to make one text of a file of another; empty where they are the same.
///
/// A path that git would read otherwise is quoted as git quotes it; one with blanks is ended by a tab, as by `diff`.
pub fn patch(path: &str, old: &str, new: &str) -> String {
    let unified = unified(old, new, "a", "b", 3).text;
    let Some(hunks) = unified.splitn(3, '\n').nth(2) else { return String::new() };
    format!("--- {}\n+++ {}\n{hunks}", header(&format!("a/{path}")), header(&format!("b/{path}")))
}

/// What `git apply` takes to make a file that is not there.
pub fn new_file(path: &str, text: &str) -> String {
    let unified = unified("", text, "a", "b", 3).text;
    let Some(hunks) = unified.splitn(3, '\n').nth(2) else { return String::new() };
    format!("--- /dev/null\n+++ {}\n{hunks}", header(&format!("b/{path}")))
}

fn header(name: &str) -> String {
    if !name.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
        return if name.contains(' ') { format!("{name}\t") } else { name.to_owned() };
    }
    let mut quoted = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(quoted, "\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}

/// What makes one side of the other; with more than `most` on either side, one change between what both begin and end with.
pub(super) fn operations<T: Hash + Eq>(old: &[T], new: &[T], most: usize) -> Vec<DiffOp> {
    if old.len() <= most && new.len() <= most {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let same_end = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_len, new_len) = (old.len() - same - same_end, new.len() - same - same_end);
    let changed = match (old_len, new_len) {
        (0, _) => DiffOp::Insert { old_index: same, new_index: same, new_len },
        (_, 0) => DiffOp::Delete { old_index: same, old_len, new_index: same },
        _ => DiffOp::Replace { old_index: same, old_len, new_index: same, new_len },
    };
    let equal = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
    [equal(0, 0, same), changed, equal(same + old_len, same + new_len, same_end)]
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { len: 0, .. }))
        .collect()
}

/// One group of operations as a hunk; its text is appended to `text`.
fn hunk(group: &[DiffOp], old: &[&str], new: &[&str], budget: &mut usize, text: &mut String) -> Option<Hunk> {
    let (first, last) = (group.first()?, group.last()?);
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    let header = format!("@@ -{} +{} @@", range(&old_range), range(&new_range));
    text.push_str(&header);
    text.push('\n');
    for op in group {
        let (was, is) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            old[was].iter().for_each(|line| write_line(text, ' ', line));
        } else {
            old[was].iter().for_each(|line| write_line(text, '-', line));
            new[is].iter().for_each(|line| write_line(text, '+', line));
        }
    }
    Some(Hunk { header, lines: numbered(group, old, new, budget) })
}

/// The lines of operations, with what changed within them marked while the budget lasts.
fn numbered(ops: &[DiffOp], old: &[&str], new: &[&str], budget: &mut usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let plain = |text: &str| vec![(false, shown(text))];
    for op in ops {
        let (was, is) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            lines.extend(was.zip(is).map(|(at, to)| line(' ', Some(at), Some(to), plain(old[at]))));
            continue;
        }
        let mut marks = Marks::of(&old[was.clone()], &new[is.clone()], budget);
        for (nth, at) in was.enumerate() {
            let pieces = marks.of_old(nth).unwrap_or_else(|| plain(old[at]));
            lines.push(line('-', Some(at), None, pieces));
        }
        for (nth, to) in is.enumerate() {
            let pieces = marks.of_new(nth).unwrap_or_else(|| plain(new[to]));
            lines.push(line('+', None, Some(to), pieces));
        }
    }
    lines
}

/// Every line of both texts, which have no ends of lines any more; with more than `most` of either, one change between what
/// both begin and end with.
pub(super) fn lines(old: &[&str], new: &[&str], most: usize, budget: &mut usize) -> Vec<Line> {
    numbered(&operations(old, new, most), old, new, budget)
}

/// A range of a hunk's header: from 1; the line before it when it is empty; no length when that is one.
fn range(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        len => format!("{},{len}", range.start + 1),
    }
}

fn line(sign: char, old: Option<usize>, new: Option<usize>, pieces: Vec<(bool, String)>) -> Line {
    let number = |at: Option<usize>| at.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
    Line { sign, old: number(old), new: number(new), pieces }
}

fn write_line(text: &mut String, sign: char, line: &str) {
    text.push(sign);
    text.push_str(line);
    if !line.ends_with('\n') {
        text.push_str("\n\\ No newline at end of file\n");
    }
}

fn shown(line: &str) -> String {
    line.strip_suffix('\n').unwrap_or(line).to_owned()
}

type Pieces = Vec<(bool, String)>;

/// What changed within lines that took each other's place, one to one from the top.
#[derive(Default)]
struct Marks {
    pairs: Vec<Option<(Pieces, Pieces)>>,
}

impl Marks {
    fn of(old: &[&str], new: &[&str], budget: &mut usize) -> Self {
        let pairs = old.iter().zip(new).map(|(old, new)| {
            let len = old.len() + new.len();
            if old.len() > MAX_MARKED_LINE || new.len() > MAX_MARKED_LINE || len > *budget {
                return None;
            }
            *budget -= len;
            words_marked(old.trim_end_matches('\n'), new.trim_end_matches('\n'))
        });
        Self { pairs: pairs.collect() }
    }

    fn of_old(&mut self, nth: usize) -> Option<Pieces> {
        Some(std::mem::take(&mut self.pairs.get_mut(nth)?.as_mut()?.0))
    }

    fn of_new(&mut self, nth: usize) -> Option<Pieces> {
        Some(std::mem::take(&mut self.pairs.get_mut(nth)?.as_mut()?.1))
    }
}

/// Both lines in pieces; none when they share too little for marks to help.
fn words_marked(old: &str, new: &str) -> Option<(Pieces, Pieces)> {
    let (old, new) = (words(old), words(new));
    let (mut was, mut is): (Pieces, Pieces) = (Vec::new(), Vec::new());
    let mut shared = 0;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (a, b) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        let marked = !matches!(op, DiffOp::Equal { .. });
        if !marked {
            shared += a.trim().len();
        }
        for (pieces, piece) in [(&mut was, a), (&mut is, b)] {
            if !piece.is_empty() {
                pieces.push((marked, piece));
            }
        }
    }
    let longest =
        old.iter().map(|word| word.len()).sum::<usize>().max(new.iter().map(|word| word.len()).sum());
    (shared * 4 >= longest).then_some((was, is))
}

/// A line in words, runs of blanks, and single signs.
fn words(line: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 0,
        _ if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in line.char_indices() {
        let now = kind(c);
        if before.is_some_and(|before| before != now || now == 2) {
            words.push(&line[start..at]);
            start = at;
        }
        before = Some(now);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn diff(old: &str, new: &str) -> Unified {
        unified(old, new, "a", "b", 3)
    }

    fn numbered(lines: usize) -> String {
        (0..lines).flat_map(|n| [n.to_string(), "\n".to_owned()]).collect()
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(diff("a\nb\n", "a\nb\n"), Unified::default());
    }

    #[test]
    fn the_text_is_that_of_diff_u() {
        assert_eq!(diff("a\nb\nc\n", "a\nB\nc\n").text, "--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(diff("", "a\n").text, "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(diff("a\n", "").text, "--- a\n+++ b\n@@ -1 +0,0 @@\n-a\n");
        assert_eq!(
            diff("a\nb", "a\nb\n").text,
            "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"
        );
    }

    #[test]
    fn far_changes_stand_in_hunks_of_their_own() {
        let old = numbered(40);
        let new = old.replace("\n5\n", "\nfive\n").replace("\n30\n", "\nthirty\n");
        let unified = diff(&old, &new);
        let headers: Vec<_> = unified.hunks.iter().map(|hunk| hunk.header.as_str()).collect();
        assert_eq!(headers, ["@@ -3,7 +3,7 @@", "@@ -28,7 +28,7 @@"]);
        let changed: Vec<_> = unified.hunks[1]
            .lines
            .iter()
            .filter(|line| line.sign != ' ')
            .map(|l| (l.sign, l.old, l.new))
            .collect();
        assert_eq!(changed, [('-', Some(31), None), ('+', None, Some(31))]);
    }

    #[test]
    fn words_that_changed_are_marked_within_the_line() {
        let unified = diff("EARLIEST=-7d of host\n", "EARLIEST=-30d of host\n");
        let lines = &unified.hunks[0].lines;
        assert_eq!(
            lines[1].pieces,
            [(false, "EARLIEST=-".into()), (true, "30d".into()), (false, " of host".into())]
        );
        let unrelated = diff("alpha beta\n", "gamma delta\n");
        assert_eq!(unrelated.hunks[0].lines[0].pieces, [(false, "alpha beta".into())]);
    }

    #[test]
    fn names_cannot_forge_a_header() {
        assert!(unified("a", "b", "x\n+++ y", "z", 3).text.starts_with("--- x?+++ y\n+++ z\n"));
    }

    #[test]
    fn texts_that_share_little_stay_within_reason() {
        let mut seed = 1u32;
        let mut text = || -> String {
            let mut lines = String::new();
            for _ in 0..20_000 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                lines.push(char::from(b'a' + u8::try_from(seed >> 29).unwrap()));
                lines.push('\n');
            }
            lines
        };
        let (old, new) = (text(), text());
        let begun = std::time::Instant::now();
        let unified = diff(&old, &new);
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        assert_eq!(applied(&old, &unified), new);
    }

    #[test]
    fn huge_texts_are_compared_as_one_piece() {
        let old = numbered(MAX_LINES + 10);
        let new = old.replace("\n100\n", "\nhundred\n").replace("\n200\n", "\n");
        let unified = diff(&old, &new);
        assert_eq!(unified.hunks.len(), 1);
        assert_eq!(applied(&old, &unified), new);
    }

    /// The new text, made from the old one and the hunks.
    fn applied(old: &str, unified: &Unified) -> String {
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let mut new = String::new();
        let mut at = 0;
        let text_lines: Vec<&str> = unified.text.split_inclusive('\n').collect();
        for (nth, line) in text_lines.iter().enumerate().skip(2) {
            let ends = text_lines.get(nth + 1).is_some_and(|next| next.starts_with('\\'));
            let body = if ends { line[1..].trim_end_matches('\n') } else { &line[1..] };
            match line.as_bytes()[0] {
                b'@' => {
                    let start = line[4..].split([',', ' ']).next().unwrap().parse::<usize>().unwrap();
                    let empty = line[4..].split(' ').next().unwrap().ends_with(",0");
                    let start = if empty { start } else { start - 1 };
                    new.push_str(&old[at..start].concat());
                    at = start;
                }
                b' ' => {
                    assert_eq!(old[at], body);
                    new.push_str(body);
                    at += 1;
                }
                b'-' => {
                    assert_eq!(old[at], body);
                    at += 1;
                }
                b'+' => new.push_str(body),
                _ => {}
            }
        }
        new.push_str(&old[at.min(old.len())..].concat());
        new
    }

    proptest! {
        #[test]
        fn a_diff_applied_to_the_old_text_gives_the_new_one(
            old in "([abc]{0,2}\n){0,20}[ab]{0,2}",
            new in "([abc]{0,2}\n){0,20}[ab]{0,2}",
            context in 0usize..4,
        ) {
            let unified = unified(&old, &new, "a", "b", context);
            if old == new {
                prop_assert_eq!(&unified.text, "");
            } else {
                prop_assert_eq!(applied(&old, &unified), new);
            }
            for line in unified.hunks.iter().flat_map(|hunk| &hunk.lines) {
                let text: String = line.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
                prop_assert!(!text.contains('\n'));
            }
        }
    }
}
