//! The blocks that hold no other blocks.

use super::{Block, Blocks, Parent, is_blank};
use crate::notebook::python_text;

/// markdown-it-py gives up a table whose missing cells are more than this.
const MAX_AUTOCOMPLETED_CELLS: i64 = 0x1_0000;

/// The text without the blanks that markdown-it trims.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        matches!(c, '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
    })
}

/// How many cells a table row has.
fn cells(row: &str) -> usize {
    let bytes = row.as_bytes();
    let mut count = 1;
    let mut escaped = false;
    let mut last = 0;
    let mut first_empty = None;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'|' && !escaped {
            first_empty.get_or_insert(at == 0);
            count += 1;
            last = at + 1;
        }
        escaped = *byte == b'\\';
    }
    let leading = first_empty.unwrap_or(bytes.is_empty());
    count -= usize::from(leading);
    count - usize::from(count > 0 && last == bytes.len())
}

impl Blocks<'_> {
    pub(super) fn front_matter(&mut self, start: usize, end: usize, silent: bool) -> bool {
        if start != 0 || self.byte(0) != b'-' {
            return false;
        }
        let begin = self.lines[start].start();
        let marks = self.skip_byte(begin + 1, b'-') - begin;
        if marks < 3 {
            return false;
        }
        if silent {
            return true;
        }
        let mut next = start;
        loop {
            next += 1;
            if next >= end {
                return false;
            }
            let line = self.lines[next];
            let at = line.start();
            if line.columns == 0
                && self.text.get(at..).is_some_and(|rest| rest.starts_with("..."))
                && self.skip_blanks(at + 3) >= line.end
            {
                break;
            }
            if at < line.end && line.columns < self.indent {
                self.line = next;
                return true;
            }
            if self.byte(at) != b'-' || self.is_code(next) {
                continue;
            }
            let mut behind = at + 1;
            while behind < line.end && self.byte(behind) == b'-' {
                behind += 1;
            }
            if behind - at >= marks && self.skip_blanks(behind) >= line.end {
                break;
            }
        }
        self.line = next + 1;
        self.push(Block::FrontMatter { lines: (start, next + 1) });
        true
    }

    pub(super) fn table(&mut self, start: usize, end: usize, silent: bool) -> bool {
        if start + 2 > end {
            return false;
        }
        let under = self.lines[start + 1];
        // The cheapest test first: hardly any line is a table's second.
        if !matches!(self.byte(under.start()), b'|' | b'-' | b':')
            || under.columns < self.indent
            || self.is_code(start + 1)
            || under.is_empty()
        {
            return false;
        }
        let row = &self.text.as_bytes()[under.start()..under.end];
        if row.len() < 2
            || (row[0] == b'-' && is_blank(row[1]))
            || !row.iter().all(|b| matches!(b, b'|' | b'-' | b':') || is_blank(*b))
        {
            return false;
        }
        let mut columns = 0;
        let mut row = row.split(|b| *b == b'|').enumerate().peekable();
        while let Some((at, cell)) = row.next() {
            let cell = cell.trim_ascii();
            if cell.is_empty() {
                if at == 0 || row.peek().is_none() {
                    continue;
                }
                return false;
            }
            let dashes = cell.strip_prefix(b":").unwrap_or(cell);
            let dashes = dashes.strip_suffix(b":").unwrap_or(dashes);
            if dashes.is_empty() || dashes.iter().any(|b| *b != b'-') {
                return false;
            }
            columns += 1;
        }
        let head = trim(self.rest(start));
        if !head.contains('|') || self.is_code(start) || cells(head) != columns || columns == 0 {
            return false;
        }
        if silent {
            return true;
        }
        let old_parent = std::mem::replace(&mut self.parent, Parent::Table);
        let mut missing: i64 = 0;
        let mut next = start + 2;
        while next < end {
            if self.lines[next].columns < self.indent || self.ends_quote(next, end) {
                break;
            }
            let row = trim(self.rest(next));
            if row.is_empty() || self.is_code(next) {
                break;
            }
            let wide =
                i64::try_from(columns).unwrap_or(i64::MAX) - i64::try_from(cells(row)).unwrap_or(i64::MAX);
            missing = missing.saturating_add(wide);
            if missing > MAX_AUTOCOMPLETED_CELLS {
                break;
            }
            next += 1;
        }
        self.parent = old_parent;
        self.line = next;
        true
    }

    pub(super) fn code(&mut self, start: usize, end: usize) -> bool {
        if !self.is_code(start) {
            return false;
        }
        let mut next = start + 1;
        let mut last = next;
        while next < end {
            if self.lines[next].is_empty() {
                next += 1;
            } else if self.is_code(next) {
                next += 1;
                last = next;
            } else {
                break;
            }
        }
        self.line = last;
        true
    }

    pub(super) fn fence(&mut self, start: usize, end: usize, silent: bool) -> bool {
        let line = self.lines[start];
        let at = line.start();
        let marker = self.byte(at);
        if !matches!(marker, b'`' | b'~') || self.is_code(start) || at + 3 > line.end {
            return false;
        }
        let info = self.skip_byte(at, marker);
        let marks = info - at;
        if marks < 3 || (marker == b'`' && self.text.as_bytes()[info..line.end].contains(&b'`')) {
            return false;
        }
        if silent {
            return true;
        }
        let mut next = start;
        let mut closed = false;
        loop {
            next += 1;
            if next >= end {
                break;
            }
            let line = self.lines[next];
            let at = line.start();
            if at < line.end && line.columns < self.indent {
                break;
            }
            if self.byte(at) != marker || self.is_code(next) {
                continue;
            }
            let behind = self.skip_byte(at, marker);
            if behind - at >= marks && self.skip_blanks(behind) >= line.end {
                closed = true;
                break;
            }
        }
        self.line = next + usize::from(closed);
        self.push(Block::Fence { lines: (start, self.line), info: (info, line.end), closed });
        true
    }

    pub(super) fn line_comment(&mut self, start: usize, end: usize, silent: bool) -> bool {
        if self.first(start) != b'%' || self.is_code(start) {
            return false;
        }
        if silent {
            return true;
        }
        let mut next = start + 1;
        while next < end && self.first(next) == b'%' {
            next += 1;
        }
        self.line = next;
        true
    }

    pub(super) fn block_break(&mut self, start: usize, silent: bool) -> bool {
        if self.first(start) != b'+' || self.is_code(start) {
            return false;
        }
        let line = self.lines[start];
        let mut at = line.start();
        let mut marks = 0;
        while at < line.end {
            match self.byte(at) {
                b'+' => marks += 1,
                b' ' | b'\t' => {}
                _ => break,
            }
            at += 1;
        }
        if marks < 3 {
            return false;
        }
        if silent {
            return true;
        }
        self.line = start + 1;
        self.push(Block::Break { lines: (start, start + 1), text: (at, line.end) });
        true
    }

    pub(super) fn target(&mut self, start: usize, silent: bool) -> bool {
        // Python strips more than blanks, so that a target may begin with any white space.
        if !matches!(self.first(start), b'(' | 0x0b | 0x0c | 0x1c..=0x1f | 0x80..) || self.is_code(start) {
            return false;
        }
        let text = python_text::strip(self.rest(start));
        let named = text
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(")="))
            .is_some_and(|name| !name.is_empty());
        if named && !silent {
            self.line = start + 1;
        }
        named
    }

    pub(super) fn rule(&mut self, start: usize, silent: bool) -> bool {
        let marker = self.first(start);
        if !matches!(marker, b'*' | b'-' | b'_') || self.is_code(start) {
            return false;
        }
        let mut marks = 0;
        for byte in self.rest(start).bytes() {
            if byte == marker {
                marks += 1;
            } else if !is_blank(byte) {
                return false;
            }
        }
        if marks >= 3 && !silent {
            self.line = start + 1;
        }
        marks >= 3
    }

    pub(super) fn heading(&mut self, start: usize, silent: bool) -> bool {
        if self.first(start) != b'#' || self.is_code(start) {
            return false;
        }
        let line = self.lines[start];
        let behind = self.skip_byte(line.start(), b'#').min(line.end);
        let found = behind - line.start() <= 6 && (behind >= line.end || is_blank(self.byte(behind)));
        if found && !silent {
            self.line = start + 1;
        }
        found
    }

    pub(super) fn setext_heading(&mut self, start: usize, end: usize) -> bool {
        if self.is_code(start) {
            return false;
        }
        let old_parent = std::mem::replace(&mut self.parent, Parent::Paragraph);
        let mut next = start + 1;
        let mut underlined = false;
        while next < end && !self.lines[next].is_empty() {
            let line = self.lines[next];
            if line.columns - self.indent > 3 {
                next += 1;
                continue;
            }
            if line.columns >= self.indent {
                let at = line.start();
                let marker = self.byte(at);
                if matches!(marker, b'-' | b'=') && self.skip_blanks(self.skip_byte(at, marker)) >= line.end {
                    underlined = true;
                    break;
                }
            }
            if line.columns < 0 {
                next += 1;
                continue;
            }
            if self.ends_paragraph(next, end) {
                break;
            }
            next += 1;
        }
        // markdown-it-py puts the parent back only where it found a heading; what is left over is `paragraph`.
        if !underlined {
            return false;
        }
        self.line = next + 1;
        self.parent = old_parent;
        true
    }

    pub(super) fn paragraph(&mut self, start: usize) -> bool {
        let end = self.line_max;
        let old_parent = std::mem::replace(&mut self.parent, Parent::Paragraph);
        let mut next = start + 1;
        while next < end && !self.lines[next].is_empty() {
            let line = self.lines[next];
            if line.columns - self.indent > 3 || line.columns < 0 {
                next += 1;
                continue;
            }
            if self.ends_paragraph(next, end) {
                break;
            }
            next += 1;
        }
        self.line = next;
        self.parent = old_parent;
        true
    }
}
