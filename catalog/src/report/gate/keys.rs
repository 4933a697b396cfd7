//! Where a key stands: behind a word that says whose it is, or in a column that is headed by one.

use super::views::{CELL, END, ROW, TABLE};
use std::collections::HashMap;
use std::ops::Range;

/// Words before a key, or above its column.
const SIGNS: [&str; 6] = ["tenant", "customer", "client", "kunde", "mandant", "environment"];

/// How far before a key its sign may stand, in bytes.
const NEAR: usize = 32;

/// The longest line whose columns are counted, in bytes.
const MAX_LINE: usize = 4 * 1024;

/// How far above a line the head of its columns is looked for, in bytes.
const MAX_BLOCK: usize = 64 * 1024;

/// The most of a table's beginning that is looked at for its heads, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How many places of one text are looked at.
const MAX_PLACES: usize = 20_000;

/// Tells of places in a text, which are asked for from its beginning to its end, whether a key stands there.
pub(super) struct Keys<'t> {
    text: &'t str,
    /// How far the text was read, and what stands there.
    at: usize,
    line: usize,
    table: usize,
    /// The column of the table of HTML that the place is in, from 1; 0 outside of tables.
    column: usize,
    heads: HashMap<(usize, usize), bool>,
    above: Option<(usize, Option<&'t str>)>,
    places: usize,
}

impl<'t> Keys<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 0, table: 0, column: 0, heads: HashMap::new(), above: None, places: 0 }
    }

    /// Whether a key stands there.
    pub(super) fn stand_at(&mut self, range: &Range<usize>) -> bool {
        self.places += 1;
        if self.places > MAX_PLACES {
            return false;
        }
        self.read_to(range.start);
        let line = &self.text[self.line..range.start];
        let near = &line[line.ceil_char_boundary(line.len().saturating_sub(NEAR))..];
        if is_signed(near) || is_of_a_copy(near, &self.text[range.end..]) {
            return true;
        }
        if self.column > 0 {
            return self.is_headed_in_table();
        }
        line.len() <= MAX_LINE && self.is_headed(line, range)
    }

    /// Keeps where the line, the table and its column begin. All marks are one byte.
    fn read_to(&mut self, to: usize) {
        for (byte, place) in self.text.as_bytes()[self.at.min(to)..to].iter().zip(self.at..) {
            match char::from(*byte) {
                '\n' => self.line = place + 1,
                TABLE => (self.table, self.line, self.column) = (place, place + 1, 0),
                ROW => (self.line, self.column) = (place + 1, 0),
                END => self.column = 0,
                CELL => self.column += 1,
                _ => {}
            }
        }
        self.at = self.at.max(to);
    }

    fn is_headed_in_table(&mut self) -> bool {
        let (text, table, column) = (self.text, self.table, self.column);
        *self.heads.entry((table, column)).or_insert_with(|| {
            let begin = &text[table..text.floor_char_boundary((table + MAX_HEAD).min(text.len()))];
            let mut rows = begin.split(ROW).skip(1).take(2);
            rows.any(|row| row.split(CELL).nth(column).is_some_and(is_sign))
        })
    }

    /// Whether the column between separators is headed by a sign, or the one that is flush with it.
    fn is_headed(&mut self, line: &str, range: &Range<usize>) -> bool {
        let Some(head) = self.head() else { return false };
        let behind = &self.text[range.end..];
        let mark =
            ['|', '\t', ',', ';'].into_iter().find(|mark| line.contains(*mark) || behind.starts_with(*mark));
        if let Some(mark) = mark.filter(|mark| head.contains(*mark)) {
            return head.split(mark).nth(line.matches(mark).count()).is_some_and(is_sign);
        }
        // Most write columns flush to the left, and pandas flush to the right.
        let start = line.chars().count();
        let before = head.chars().nth(start.wrapping_sub(1)).is_none_or(char::is_whitespace);
        let from: String = head.chars().skip(start).collect();
        if before && from.split(char::is_whitespace).next().is_some_and(is_sign) {
            return true;
        }
        let end = line.chars().count() + self.text[range.clone()].chars().count();
        let upto: String = head.chars().take(end).collect();
        let is_end = head.chars().nth(end).is_none_or(char::is_whitespace);
        is_end && upto.rsplit(char::is_whitespace).next().is_some_and(is_sign)
    }

    /// The first line of the block that the line stands in, within reason.
    fn head(&mut self) -> Option<&'t str> {
        if let Some((line, head)) = self.above
            && line == self.line
        {
            return head;
        }
        let head = self.text[..self.line].strip_suffix('\n').and_then(|above| {
            let above = &above[above.ceil_char_boundary(above.len().saturating_sub(MAX_BLOCK))..];
            let block = above.rfind("\n\n").map_or(above, |end| &above[end + 2..]);
            block.lines().find(|line| !line.trim().is_empty()).filter(|head| head.len() <= MAX_LINE)
        });
        self.above = Some((self.line, head));
        head
    }
}

/// Whether a key stands at the end of a copy's name: `hunt_us1_20731.ipynb`.
fn is_of_a_copy(near: &str, behind: &str) -> bool {
    near.ends_with('_') && behind.starts_with(".ipynb")
}

/// Whether a text ends with a sign and at most a few marks: `tenant_id = '`, `customer: `, `tenant `.
fn is_signed(near: &str) -> bool {
    let lower = near.to_lowercase();
    let marks = |c: char| !c.is_alphanumeric();
    let before = lower.trim_end_matches(marks);
    // The cell of a table to the left is no sign of this one.
    if lower[before.len()..].contains([CELL, '|', ';', ',', '.', '!', '?']) {
        return false;
    }
    let mut word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if matches!(word, "id" | "key" | "name" | "is" | "context") {
        let shorter = before[..before.len() - word.len()].trim_end_matches(marks);
        word = shorter.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    }
    is_sign(word)
}

/// What stands behind a sign and says no more.
const NUMBERS: [&str; 7] = ["id", "key", "name", "uid", "guid", "no", "number"];

/// Whether words name whose something is: `tenant_id`, `Customer name`; not `client port`.
fn is_sign(words: &str) -> bool {
    let lower = words.to_lowercase();
    let mut parts = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let last = parts.rfind(|part| !NUMBERS.contains(part)).unwrap_or_default();
    let last = last.strip_suffix("id").unwrap_or(last);
    SIGNS.contains(&last.strip_suffix('s').unwrap_or(last))
}
