//! Headings and the sections below them, as several rules look at them.

use crate::notebook::{CellKind, Notebook};

/// A heading written with `#`.
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
    /// Words of prose.
    pub(in crate::lint) words: usize,
    /// Whether a cell of code or a raw one stands there.
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
    let mut sections: Vec<Section> = Vec::new();
    for (cell, one) in notebook.cells.iter().enumerate() {
        if one.kind != CellKind::Markdown {
            if let Some(section) = sections.last_mut() {
                section.code = true;
            }
            continue;
        }
        let (mut at, mut fence) = (0, None);
        for piece in one.source.split_inclusive('\n') {
            let line = piece.trim_end_matches(['\n', '\r']);
            if let Some(open) = fence {
                if closes(line, open) {
                    fence = None;
                }
            } else if let Some(open) = opens(line) {
                fence = Some(open);
                if let Some(section) = sections.last_mut() {
                    section.words += 1;
                }
            } else if let Some((level, text)) = heading(line) {
                if let Some(before) = sections.last_mut() {
                    before.parts = level > before.heading.level;
                }
                let heading = Heading { cell, at, level, text: text.to_owned() };
                sections.push(Section { heading, words: 0, code: false, parts: false });
            } else if let Some(section) = sections.last_mut() {
                section.words += line.split_whitespace().count();
            }
            at += piece.len();
        }
    }
    sections
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

fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches(' ');
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &text[level..];
    let is = (1..=6).contains(&level)
        && line.len() - text.len() < 4
        && (rest.is_empty() || rest.starts_with([' ', '\t']));
    is.then(|| (level, rest.trim().trim_end_matches('#').trim_end()))
}
