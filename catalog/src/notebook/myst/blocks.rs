//! Where the top-level blocks of a markdown text begin and end, by the rules of markdown-it-py as jupytext sets it up:
//! `CommonMark`, tables, front matter, and `MyST`'s comments, targets and block breaks.
//!
//! Only what decides where a cell stands is kept: the front matter, the top-level fences and the block breaks. Lists and
//! quotes are walked because they decide whether a fence is at the top level. The rules carry the names they have
//! in markdown-it, so that the two can be read side by side.

mod html;
mod leaf;
mod reference;

/// How deep lists and quotes are followed; markdown-it-py's `maxNesting` for `CommonMark`.
const MAX_NESTING: u32 = 20;

/// One line. Offsets are bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    /// Where it begins (lists and quotes move this behind their markers).
    begin: usize,
    /// Where it ends, its line feed excluded.
    end: usize,
    /// How many bytes of blank it begins with.
    shift: usize,
    /// How many columns of blank it begins with, tabs expanded.
    columns: i32,
    /// Columns that a quote's marker took, for the expansion of tabs behind it.
    taken: i32,
}

impl Line {
    fn start(&self) -> usize {
        self.begin + self.shift
    }

    fn is_empty(&self) -> bool {
        self.start() >= self.end
    }
}

/// What stands around a line: decides whether a list may interrupt a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parent {
    Root,
    Paragraph,
    Reference,
    Quote,
    List,
    Table,
}

/// What was found at the top level. Lines are counted from 0, the second one excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// Front matter, its rules included.
    FrontMatter { lines: (usize, usize) },
    /// A fence, and where its info string stands.
    Fence { lines: (usize, usize), info: (usize, usize), closed: bool },
    /// A block break, and where the text behind its marks stands.
    Break { lines: (usize, usize), text: (usize, usize) },
}

/// A text cut into lines and blocks.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    text: &'a str,
    lines: Vec<Line>,
    found: Vec<Block>,
    /// The columns that a line needs to belong to the list item being walked.
    indent: i32,
    /// The same of the list around it; negative outside of lists.
    list_indent: i32,
    line: usize,
    line_max: usize,
    parent: Parent,
    level: u32,
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

impl<'a> Blocks<'a> {
    /// Cuts `text`, which must end with a line feed and hold no carriage return.
    pub(super) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = Vec::with_capacity(bytes.len() / 24 + 2);
        let mut begin = 0;
        while begin < bytes.len() {
            let end = bytes[begin..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| begin + at);
            let mut shift = 0;
            let mut columns = 0;
            for byte in &bytes[begin..end] {
                match byte {
                    b' ' => columns += 1,
                    b'\t' => columns += 4 - columns % 4,
                    _ => break,
                }
                shift += 1;
            }
            lines.push(Line { begin, end, shift, columns, taken: 0 });
            begin = end + 1;
        }
        let line_max = lines.len();
        // One more, so that looking at the next line needs no check.
        lines.push(Line { begin: bytes.len(), end: bytes.len(), ..Line::default() });
        let mut blocks = Self {
            text,
            lines,
            found: Vec::new(),
            indent: 0,
            list_indent: -1,
            line: 0,
            line_max,
            parent: Parent::Root,
            level: 0,
        };
        blocks.tokenize(0, line_max);
        blocks
    }

    /// What stands at the top level, in order.
    pub(super) fn found(&self) -> &[Block] {
        &self.found
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.line_max
    }

    /// The bytes from the first line to the last one (excluded), line feeds included.
    pub(super) fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let last = self.lines.len() - 1;
        let begin = self.lines[from.min(last)].begin;
        (begin, self.lines[to.min(last)].begin.max(begin))
    }

    /// The content of the fence on `lines`: what stands between its marks, less their own indent.
    pub(super) fn content(&self, lines: (usize, usize), closed: bool) -> std::borrow::Cow<'a, str> {
        let (from, to) = (lines.0 + 1, lines.1 - usize::from(closed));
        let indent = self.lines[lines.0].columns;
        if indent == 0 {
            let (begin, end) = self.span(from, to.max(from));
            return self.text[begin..end].into();
        }
        let mut out = String::new();
        for line in &self.lines[from..to.max(from)] {
            let mut first = line.begin;
            let mut columns = 0;
            while columns < indent && first < line.end && is_blank(self.byte(first)) {
                columns += if self.byte(first) == b'\t' { 4 - columns % 4 } else { 1 };
                first += 1;
            }
            for _ in indent..columns {
                out.push(' ');
            }
            out.push_str(&self.text[first..line.end]);
            out.push('\n');
        }
        out.into()
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The first byte of a line behind its blanks; a line feed when it is empty.
    fn first(&self, line: usize) -> u8 {
        self.byte(self.lines[line].start())
    }

    fn rest(&self, line: usize) -> &'a str {
        let line = &self.lines[line];
        self.text.get(line.start()..line.end).unwrap_or("")
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while is_blank(self.byte(at)) {
            at += 1;
        }
        at
    }

    fn skip_byte(&self, mut at: usize, byte: u8) -> usize {
        while self.byte(at) == byte {
            at += 1;
        }
        at
    }

    fn is_code(&self, line: usize) -> bool {
        self.lines[line].columns - self.indent >= 4
    }

    fn push(&mut self, block: Block) {
        if self.level == 0 {
            self.found.push(block);
        }
    }

    fn tokenize(&mut self, from: usize, end: usize) {
        let mut line = from;
        while line < end {
            while line < self.line_max && self.lines[line].is_empty() {
                line += 1;
            }
            self.line = line;
            if line >= end || self.lines[line].columns < self.indent {
                break;
            }
            if self.level >= MAX_NESTING {
                self.line = end;
                break;
            }
            self.block(line, end);
            line = self.line;
            if line < end && self.lines[line].is_empty() {
                line += 1;
                self.line = line;
            }
        }
    }

    /// Tries the rules in markdown-it's order. `self.line` moves behind the block.
    fn block(&mut self, line: usize, end: usize) {
        let _ = self.front_matter(line, end, false)
            || self.table(line, end, false)
            || self.code(line, end)
            || self.fence(line, end, false)
            || self.line_comment(line, end, false)
            || self.quote(line, end, false)
            || self.block_break(line, false)
            || self.target(line, false)
            || self.rule(line, false)
            || self.list(line, end, false)
            || self.reference(line)
            || self.html(line, end, false)
            || self.heading(line, false)
            || self.setext_heading(line, end)
            || self.paragraph(line);
    }

    /// Whether a block begins here that ends a paragraph or a reference.
    fn ends_paragraph(&mut self, line: usize, end: usize) -> bool {
        self.table(line, end, true) || self.ends_quote(line, end)
    }

    /// Whether a block begins here that ends a quote, or a table.
    fn ends_quote(&mut self, line: usize, end: usize) -> bool {
        match self.first(line) {
            // Letters begin none of these blocks, and most lines begin with one.
            b'a'..=b'z' | b'A'..=b'Z' => false,
            _ => {
                self.front_matter(line, end, true)
                    || self.fence(line, end, true)
                    || self.line_comment(line, end, true)
                    || self.quote(line, end, true)
                    || self.block_break(line, true)
                    || self.target(line, true)
                    || self.rule(line, true)
                    || self.list(line, end, true)
                    || self.html(line, end, true)
                    || self.heading(line, true)
            }
        }
    }

    /// Whether a block begins here that ends a list.
    fn ends_list(&mut self, line: usize, end: usize) -> bool {
        self.front_matter(line, end, true)
            || self.fence(line, end, true)
            || self.line_comment(line, end, true)
            || self.quote(line, end, true)
            || self.block_break(line, true)
            || self.target(line, true)
            || self.rule(line, true)
    }

    /// Behind the `>` at `at`: moves the line's begin and counts its blanks. Whether the line is empty behind it.
    fn enter_quote(&mut self, line: usize, marker: usize) -> bool {
        let old = self.lines[line];
        let mut at = marker + 1;
        let mut initial = old.columns + 1;
        let mut adjust = 0;
        let mut spaced = 0;
        match self.byte(at) {
            b' ' => {
                at += 1;
                initial += 1;
                spaced = 1;
            }
            b'\t' => {
                spaced = 1;
                if (old.taken + initial) % 4 == 3 {
                    at += 1;
                    initial += 1;
                } else {
                    adjust = 1;
                }
            }
            _ => {}
        }
        let begin = at;
        let mut offset = initial;
        while at < old.end && is_blank(self.byte(at)) {
            offset +=
                if self.byte(at) == b'\t' { 4 - (offset + old.taken + adjust).rem_euclid(4) } else { 1 };
            at += 1;
        }
        self.lines[line] = Line {
            begin,
            end: old.end,
            shift: at - begin,
            columns: offset - initial,
            taken: old.columns + 1 + spaced,
        };
        at >= old.end
    }

    fn quote(&mut self, start: usize, end: usize, silent: bool) -> bool {
        if self.first(start) != b'>' || self.is_code(start) {
            return false;
        }
        if silent {
            return true;
        }
        let old_line_max = self.line_max;
        let old_parent = self.parent;
        let mut saved = vec![self.lines[start]];
        let mut last_empty = self.enter_quote(start, self.lines[start].start());
        self.parent = Parent::Quote;
        let mut next = start + 1;
        while next < end {
            let line = self.lines[next];
            if line.is_empty() {
                break;
            }
            if self.byte(line.start()) == b'>' && line.columns >= self.indent {
                saved.push(line);
                last_empty = self.enter_quote(next, line.start());
                next += 1;
                continue;
            }
            if last_empty {
                break;
            }
            if self.ends_quote(next, end) {
                self.line_max = next;
                if self.indent != 0 {
                    saved.push(line);
                    self.lines[next].columns -= self.indent;
                }
                break;
            }
            saved.push(line);
            // A line that goes on with the quote's paragraph without a marker.
            self.lines[next].columns = -1;
            next += 1;
        }
        let old_indent = std::mem::replace(&mut self.indent, 0);
        self.level += 1;
        self.tokenize(start, next);
        self.level -= 1;
        self.line_max = old_line_max;
        self.parent = old_parent;
        for (at, line) in saved.into_iter().enumerate() {
            self.lines[start + at] = line;
        }
        self.indent = old_indent;
        true
    }

    /// Behind a bullet.
    fn bullet(&self, line: usize) -> Option<usize> {
        let line = &self.lines[line];
        let at = line.start();
        matches!(self.byte(at), b'*' | b'-' | b'+')
            .then_some(at + 1)
            .filter(|next| *next >= line.end || is_blank(self.byte(*next)))
    }

    /// Behind a number and its point or parenthesis.
    fn number(&self, line: usize) -> Option<usize> {
        let line = &self.lines[line];
        let start = line.start();
        if start + 1 >= line.end || !self.byte(start).is_ascii_digit() {
            return None;
        }
        let mut at = start + 1;
        loop {
            if at >= line.end {
                return None;
            }
            let byte = self.byte(at);
            at += 1;
            match byte {
                b'0'..=b'9' if at - start < 10 => {}
                b')' | b'.' => break,
                _ => return None,
            }
        }
        (at >= line.end || is_blank(self.byte(at))).then_some(at)
    }

    fn list(&mut self, from: usize, end: usize, silent: bool) -> bool {
        let mut start = from;
        let line = self.lines[start];
        if self.is_code(start)
            || (self.list_indent >= 0 && line.columns - self.list_indent >= 4 && line.columns < self.indent)
        {
            return false;
        }
        let ends_paragraph = silent && self.parent == Parent::Paragraph && line.columns >= self.indent;
        let numbered = self.number(start);
        let ordered = numbered.is_some();
        let Some(mut behind) = numbered.or_else(|| self.bullet(start)) else { return false };
        if ends_paragraph {
            let number = &self.text[line.start()..behind - 1];
            if (ordered && number.trim_start_matches('0') != "1") || self.skip_blanks(behind) >= line.end {
                return false;
            }
        }
        if silent {
            return true;
        }
        let marker = self.byte(behind - 1);
        self.level += 1;
        let old_parent = std::mem::replace(&mut self.parent, Parent::List);
        let mut next = start;
        while next < end {
            let line = self.lines[next];
            let initial = line.columns + i32::try_from(behind - line.start()).unwrap_or(i32::MAX / 2);
            let mut offset = initial;
            let mut content = behind;
            while content < line.end && is_blank(self.byte(content)) {
                offset +=
                    if self.byte(content) == b'\t' { 4 - (offset + line.taken).rem_euclid(4) } else { 1 };
                content += 1;
            }
            let blanks = if content >= line.end { 1 } else { offset - initial };
            let indent = initial + if blanks > 4 { 1 } else { blanks };
            self.level += 1;
            let old_list_indent = std::mem::replace(&mut self.list_indent, self.indent);
            self.indent = indent;
            self.lines[start].shift = content - line.begin;
            self.lines[start].columns = offset;
            if content >= line.end && self.lines[start + 1].is_empty() {
                self.line = (self.line + 2).min(end);
            } else {
                self.tokenize(start, end);
            }
            self.indent = self.list_indent;
            self.list_indent = old_list_indent;
            self.lines[start].shift = line.shift;
            self.lines[start].columns = line.columns;
            self.level -= 1;
            next = self.line;
            start = next;
            if next >= end || self.lines[next].columns < self.indent || self.is_code(next) {
                break;
            }
            if self.ends_list(next, end) {
                break;
            }
            let again = if ordered { self.number(next) } else { self.bullet(next) };
            match again {
                Some(at) if self.byte(at - 1) == marker => behind = at,
                _ => break,
            }
        }
        self.level -= 1;
        self.line = next;
        self.parent = old_parent;
        true
    }
}
