//! Link reference definitions: they begin like a paragraph, and may end in the middle of one.

use super::leaf::trim;
use super::{Blocks, Parent, is_blank};

impl Blocks<'_> {
    /// `[label]: destination "title"`
    pub(super) fn reference(&mut self, start: usize) -> bool {
        if self.first(start) != b'[' || self.is_code(start) {
            return false;
        }
        let mut reader = Reader::new(self, start);
        let Some(label_end) = reader.label() else { return false };
        let mut at = reader.blanks(label_end + 2);
        let Some(destination_end) = destination(&reader.text, at) else { return false };
        if !valid_link(&reader.text[at..destination_end]) {
            return false;
        }
        let (rolled_back, rolled_next) = (destination_end, reader.next);
        at = reader.blanks(destination_end);
        let title = reader.title(at).filter(|_| at > destination_end);
        let (mut at, mut next, titled) = match title {
            Some((behind, empty)) => (behind, reader.next, !empty),
            None => (rolled_back, rolled_next, false),
        };
        let bytes = reader.text.as_bytes();
        let skip = |mut at: usize| {
            while at < bytes.len() && is_blank(bytes[at]) {
                at += 1;
            }
            at
        };
        at = skip(at);
        if titled && bytes.get(at).is_some_and(|b| *b != b'\n') {
            next = rolled_next;
            at = skip(rolled_back);
        }
        if bytes.get(at).is_some_and(|b| *b != b'\n') || trim(&reader.text[1..label_end]).is_empty() {
            return false;
        }
        self.line = next;
        true
    }
}

/// Reads a reference, taking in one line more whenever it comes to the end of what it has.
struct Reader<'b, 'a> {
    blocks: &'b mut Blocks<'a>,
    text: String,
    next: usize,
}

impl<'b, 'a> Reader<'b, 'a> {
    fn new(blocks: &'b mut Blocks<'a>, start: usize) -> Self {
        let line = blocks.lines[start];
        let text = blocks.text[line.start()..(line.end + 1).min(blocks.text.len())].to_owned();
        Self { blocks, text, next: start + 1 }
    }

    fn more(&mut self) -> bool {
        let end = self.blocks.line_max;
        if self.next >= end || self.blocks.lines[self.next].is_empty() {
            return false;
        }
        let line = self.blocks.lines[self.next];
        if !self.blocks.is_code(self.next) && line.columns >= 0 {
            let old = std::mem::replace(&mut self.blocks.parent, Parent::Reference);
            let ends = self.blocks.ends_paragraph(self.next, end);
            self.blocks.parent = old;
            if ends {
                return false;
            }
        }
        self.text.push_str(&self.blocks.text[line.start()..(line.end + 1).min(self.blocks.text.len())]);
        self.next += 1;
        true
    }

    /// Where the label's bracket stands; a colon stands behind it.
    fn label(&mut self) -> Option<usize> {
        let mut at = 1;
        while at < self.text.len() {
            match self.text.as_bytes()[at] {
                b'[' => return None,
                b']' => return (self.text.as_bytes().get(at + 1) == Some(&b':')).then_some(at),
                b'\n' => {
                    self.more();
                }
                b'\\' => {
                    at += 1;
                    if self.text.as_bytes().get(at) == Some(&b'\n') {
                        self.more();
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn blanks(&mut self, mut at: usize) -> usize {
        while let Some(byte) = self.text.as_bytes().get(at) {
            match byte {
                b'\n' => {
                    self.more();
                }
                b' ' | b'\t' => {}
                _ => break,
            }
            at += 1;
        }
        at
    }

    /// Behind the title at `at`, and whether the title is empty.
    fn title(&mut self, at: usize) -> Option<(usize, bool)> {
        let close = match self.text.as_bytes().get(at)? {
            b'"' => b'"',
            b'\'' => b'\'',
            b'(' => b')',
            _ => return None,
        };
        let mut end = at + 1;
        loop {
            while end < self.text.len() {
                match self.text.as_bytes()[end] {
                    byte if byte == close => return Some((end + 1, end == at + 1)),
                    b'(' if close == b')' => return None,
                    b'\\' if end + 1 < self.text.len() => end += 1,
                    _ => {}
                }
                end += 1;
            }
            if !self.more() {
                return None;
            }
        }
    }
}

/// Behind the link destination at `at`.
fn destination(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = at;
    if bytes.get(at) == Some(&b'<') {
        end += 1;
        while end < bytes.len() {
            match bytes[end] {
                b'\n' | b'<' => return None,
                b'>' => return Some(end + 1),
                b'\\' if end + 1 < bytes.len() => end += 1,
                _ => {}
            }
            end += 1;
        }
        return None;
    }
    let mut depth = 0;
    while end < bytes.len() {
        match bytes[end] {
            0..=b' ' | 0x7f => break,
            b'\\' if end + 1 < bytes.len() => {
                if bytes[end + 1] == b' ' {
                    break;
                }
                end += 1;
            }
            b'(' => {
                depth += 1;
                if depth > 32 {
                    return None;
                }
            }
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            _ => {}
        }
        end += 1;
    }
    // An escape may have carried us behind the end, or into a character.
    let end = end.min(bytes.len());
    (end > at && depth == 0 && text.is_char_boundary(end)).then_some(end)
}

/// markdown-it's `validateLink`.
fn valid_link(destination: &str) -> bool {
    let link = trim(destination.trim_start_matches('<')).to_ascii_lowercase();
    let image = ["gif;", "png;", "jpeg;", "webp;"];
    match link.split_once(':') {
        Some(("vbscript" | "javascript" | "file", _)) => false,
        Some(("data", rest)) => {
            rest.strip_prefix("image/").is_some_and(|kind| image.iter().any(|image| kind.starts_with(image)))
        }
        _ => true,
    }
}
