//! Unified diffs, read strictly and taken back.
//!
//! The history of the starter catalog keeps what a step changed as a patch from before to after, and only today's texts in
//! full. So patches are applied backwards here, and exactly: a hunk fits at the line that it names or not at all. A
//! history that fits somewhere else would be another history.

use thiserror::Error;

/// What is wrong with a patch, or with the text that it should fit.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum PatchError {
    #[error("line {0} of the patch is neither a file header nor part of a hunk")]
    Unexpected(usize),
    #[error("line {0} of the patch: the hunk ends before its counted lines")]
    ShortHunk(usize),
    #[error("the text differs from the patch at line {line}: expected {expected:?}, found {found:?}")]
    Mismatch { line: usize, expected: String, found: String },
}

/// The change of one file. `None` stands for `/dev/null`: the file was not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FilePatch<'a> {
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    hunks: Vec<Hunk<'a>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Hunk<'a> {
    /// Index of the first line on the side of *after*, from 0.
    start: usize,
    lines: Vec<(Side, &'a str)>,
}

/// On which side of the change a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Both,
    Before,
    After,
}

/// Reads all files of a patch. Lines before the first header of a file are ignored, as `git` and `patch` do.
pub(super) fn read(text: &str) -> Result<Vec<FilePatch<'_>>, PatchError> {
    let mut files: Vec<FilePatch<'_>> = Vec::new();
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if let Some(before) = line.strip_prefix("--- ") {
            let after = lines.next().and_then(|(_, next)| next.strip_prefix("+++ "));
            let after = after.ok_or(PatchError::Unexpected(index + 2))?;
            files.push(FilePatch { before: path(before), after: path(after), hunks: Vec::new() });
        } else if let Some((mut old, start, mut new)) = hunk_header(line) {
            let file = files.last_mut().ok_or(PatchError::Unexpected(index + 1))?;
            let mut hunk = Hunk { start, lines: Vec::with_capacity(old.max(new)) };
            while old > 0 || new > 0 {
                let (index, line) = lines.next().ok_or(PatchError::ShortHunk(index + 1))?;
                let (side, on_old, on_new) = match line.as_bytes().first() {
                    Some(b' ') => (Side::Both, 1, 1),
                    Some(b'-') => (Side::Before, 1, 0),
                    Some(b'+') => (Side::After, 0, 1),
                    _ => return Err(PatchError::Unexpected(index + 1)),
                };
                old = old.checked_sub(on_old).ok_or(PatchError::Unexpected(index + 1))?;
                new = new.checked_sub(on_new).ok_or(PatchError::Unexpected(index + 1))?;
                hunk.lines.push((side, &line[1..]));
            }
            file.hunks.push(hunk);
        } else if files.last().is_some_and(|file| !file.hunks.is_empty()) && !line.starts_with("diff ") {
            return Err(PatchError::Unexpected(index + 1));
        }
    }
    Ok(files)
}

impl FilePatch<'_> {
    /// The text before the change, from the text after it.
    pub(super) fn undo(&self, after: &str) -> Result<String, PatchError> {
        let after: Vec<&str> = after.split_inclusive('\n').collect();
        let mut before = String::with_capacity(after.iter().map(|line| line.len()).sum());
        let mut position = 0;
        for hunk in &self.hunks {
            // Hunks stand in order; one that begins before the last one ended fits nothing.
            let untouched = after.get(position..hunk.start).ok_or_else(|| PatchError::Mismatch {
                line: hunk.start + 1,
                expected: hunk.lines.first().map_or_else(String::new, |(_, line)| (*line).to_owned()),
                found: String::new(),
            })?;
            before.extend(untouched.iter().copied());
            position = hunk.start;
            for &(side, line) in &hunk.lines {
                if side != Side::Before {
                    let found = after.get(position).copied().unwrap_or_default();
                    if found != line {
                        let (expected, found) = (line.to_owned(), found.to_owned());
                        return Err(PatchError::Mismatch { line: position + 1, expected, found });
                    }
                    position += 1;
                }
                if side != Side::After {
                    before.push_str(line);
                }
            }
        }
        before.extend(after.get(position..).unwrap_or_default().iter().copied());
        Ok(before)
    }
}

/// `a/NAME` or `b/NAME` without the letter; `None` for `/dev/null`. What follows a tab is a date.
fn path(header: &str) -> Option<&str> {
    let name = header.split('\t').next().unwrap_or_default().trim_end();
    (name != "/dev/null").then(|| name.split_once('/').map_or(name, |(_, rest)| rest))
}

/// `@@ -FIRST,LINES +FIRST,LINES @@` as (lines before, index of the first line after, lines after).
fn hunk_header(line: &str) -> Option<(usize, usize, usize)> {
    let (old, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let range = |range: &str| -> Option<(usize, usize)> {
        let (first, count) = range.split_once(',').unwrap_or((range, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    let ((_, before), (first, after)) = (range(old)?, range(new)?);
    // An empty side names the line *before* it, so its number is an index already.
    Some((before, if after == 0 { first } else { first.checked_sub(1)? }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str =
        "--- a/old\n+++ b/new\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -9 +9,2 @@\n nine\n+ten\n";
    const AFTER: &str = "one\n2\nthree\n4\n5\n6\n7\n8\nnine\nten\n";

    #[test]
    fn a_patch_is_taken_back() {
        let files = read(PATCH).unwrap();
        assert_eq!((files[0].before, files[0].after), (Some("old"), Some("new")));
        assert_eq!(files[0].undo(AFTER).unwrap(), "one\ntwo\nthree\n4\n5\n6\n7\n8\nnine\n");
    }

    #[test]
    fn a_deletion_gives_the_whole_file_back() {
        let files = read("--- a/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n----\n-two\n").unwrap();
        assert_eq!(files[0].after, None);
        assert_eq!(files[0].undo("").unwrap(), "---\ntwo\n");
    }

    #[test]
    fn lines_that_were_only_removed_come_back_where_they_stood() {
        let files = read("--- a/f\n+++ b/f\n@@ -2 +1,0 @@\n-two\n").unwrap();
        assert_eq!(files[0].undo("one\nthree\n").unwrap(), "one\ntwo\nthree\n");
    }

    #[test]
    fn a_hunk_fits_where_it_says_or_nowhere() {
        let files = read(PATCH).unwrap();
        let error = files[0].undo(&format!("zero\n{AFTER}")).unwrap_err();
        let (expected, found) = ("one\n".to_owned(), "zero\n".to_owned());
        assert_eq!(error, PatchError::Mismatch { line: 1, expected, found });
        assert!(matches!(files[0].undo("one\n"), Err(PatchError::Mismatch { line: 2, .. })));
    }

    #[test]
    fn what_is_no_patch_is_refused_with_its_line() {
        assert_eq!(read("--- a/f\n@@ -1 +1 @@\n"), Err(PatchError::Unexpected(2)));
        assert_eq!(read("@@ -1 +1 @@\n x\n"), Err(PatchError::Unexpected(1)));
        assert_eq!(read("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n x\n"), Err(PatchError::ShortHunk(3)));
        assert_eq!(read("--- a/f\n+++ b/f\n@@ -1 +1 @@\n x\nand more\n"), Err(PatchError::Unexpected(5)));
        assert_eq!(read("--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n-x\n-y\n"), Err(PatchError::Unexpected(5)));
    }

    #[test]
    fn what_git_writes_before_a_file_is_ignored() {
        let text = format!("diff --git a/old b/new\nindex 1..2 100644\n{PATCH}diff --git a/x b/x\n");
        assert_eq!(read(&text).unwrap(), read(PATCH).unwrap());
    }
}
