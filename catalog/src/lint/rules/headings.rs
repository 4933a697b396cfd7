//! Headings and the sections below them, as several rules look at them.

use crate::notebook::{CellKind, Notebook};

/// A heading, written with `#` or underlined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lint) struct Heading {
    pub(in crate::lint) cell: usize,
    /// The byte in its cell at which its line begins.
    pub(in crate::lint) at: usize,
    pub(in crate::lint) level: usize,
    pub(in crate::lint) text: String,
}

impl Heading {
    /// Whether it says this, without regard to case and to marks of emphasis.
    pub(in crate::lint) fn is(&self, text: &str) -> bool {
        let plain = |text: &str| text.trim().trim_matches(['*', '_', ':']).trim().to_lowercase();
        plain(&self.text) == plain(text)
    }
}

/// A heading with what stands below it, down to the next one.
#[derive(Debug)]
pub(in crate::lint) struct Section {
    pub(in crate::lint) heading: Heading,
    /// Words of prose; below a heading that a customer reads, only those that a customer reads.
    pub(in crate::lint) words: usize,
    /// Whether a cell of code stands there, or a raw one that no tag removes.
    code: bool,
    /// Whether a deeper heading follows at once.
    parts: bool,
}

impl Section {
    pub(in crate::lint) fn is_empty(&self) -> bool {
        self.words == 0 && !self.code && !self.parts
    }
}

/// The sections, in order; what stands before the first heading is left out.
pub(in crate::lint) fn sections(notebook: &Notebook) -> Vec<Section> {
    let mut sections = Sections { notebook, found: Vec::new() };
    for (cell, one) in notebook.cells.iter().enumerate() {
        match one.kind {
            CellKind::Markdown => sections.prose(cell, &one.source),
            CellKind::Code => {
                if let Some(section) = sections.found.last_mut() {
                    section.code = true;
                }
            }
            CellKind::Raw => {
                if let Some(section) = sections.of(cell) {
                    section.code = true;
                }
            }
        }
    }
    sections.found
}

/// The sections that were found so far.
struct Sections<'n> {
    notebook: &'n Notebook,
    found: Vec<Section>,
}

impl Sections<'_> {
    /// The section that a cell counts in: none for guidance below a heading that a customer reads.
    fn of(&mut self, cell: usize) -> Option<&mut Section> {
        // Where the hunter is to write, something will stand.
        let is_guidance = |cell: usize| {
            let cell = &self.notebook.cells[cell];
            cell.has_tag("remove_cell") && !cell.has_tag("analyst_input")
        };
        let last = self.found.last_mut()?;
        (!is_guidance(cell) || is_guidance(last.heading.cell)).then_some(last)
    }

    fn prose(&mut self, cell: usize, source: &str) {
        let (mut end, mut fence, mut above) = (0, None, "");
        let mut lines = source.split_inclusive('\n').peekable();
        while let Some(piece) = lines.next() {
            let line = piece.trim_end_matches(['\n', '\r']);
            let (at, begins) = (end, above.trim().is_empty() && is_plain(line));
            end += piece.len();
            above = line;
            if let Some(open) = fence {
                if closes(line, open) {
                    fence = None;
                }
            } else if let Some(open) = opens(line) {
                fence = Some(open);
                self.words(cell, 1);
            } else if let Some((level, text)) = heading(line) {
                self.begin(Heading { cell, at, level, text: text.to_owned() });
            } else if let Some(level) = lines.peek().filter(|_| begins).and_then(|next| underlined(next)) {
                self.begin(Heading { cell, at, level, text: line.trim().to_owned() });
                end += lines.next().map_or(0, str::len);
            } else {
                self.words(cell, line.split_whitespace().count());
            }
        }
    }

    fn words(&mut self, cell: usize, count: usize) {
        if let Some(section) = self.of(cell) {
            section.words += count;
        }
    }

    fn begin(&mut self, heading: Heading) {
        if let Some(before) = self.found.last_mut() {
            before.parts = heading.level > before.heading.level;
        }
        self.found.push(Section { heading, words: 0, code: false, parts: false });
    }
}

/// The character and the length of a fence that opens.
pub(in crate::lint) fn opens(line: &str) -> Option<(char, usize)> {
    let text = line.trim_start_matches(' ');
    let mark =
        text.chars().next().filter(|mark| matches!(mark, '`' | '~' | ':') && line.len() - text.len() < 4)?;
    let length = text.chars().take_while(|char| *char == mark).count();
    // Between colons stands prose.
    (length >= 3 && mark != ':').then_some((mark, length))
}

pub(in crate::lint) fn closes(line: &str, (mark, length): (char, usize)) -> bool {
    let text = line.trim();
    text.len() >= length && text.chars().all(|char| char == mark)
}

/// Whether a line may be the first of a paragraph: no list, quote, table, directive or comment.
fn is_plain(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '*' | '_' | '`' | '"'))
        && !line.starts_with("* ")
        && !line.contains('|')
}

/// The level of the heading above a line of marks; three or more, for fewer are slips of the pen.
fn underlined(line: &str) -> Option<usize> {
    let marks = line.trim_end();
    match marks.as_bytes().first()? {
        b'=' if marks.len() >= 3 && marks.bytes().all(|byte| byte == b'=') => Some(1),
        b'-' if marks.len() >= 3 && marks.bytes().all(|byte| byte == b'-') => Some(2),
        _ => None,
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches(' ');
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &text[level..];
    let is = (1..=6).contains(&level)
        && line.len() - text.len() < 4
        && (rest.is_empty() || rest.starts_with([' ', '\t']));
    is.then(|| (level, rest.trim().trim_end_matches('#').trim_end()))
}
