//! What a draft says about itself. A note never quotes what stood in the notebook: what is taken out for good reason must not
//! come back in the reason.

use serde::Serialize;
use std::fmt::Write as _;

/// The most notes of one draft.
const MOST: usize = 120;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// It is guessed, and perhaps wrong.
    Suggested,
    /// It is not as it was.
    Changed,
    /// It was not taken over.
    LeftOut,
    /// Somebody has to look.
    LookAt,
}

impl NoteKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Suggested, Self::Changed, Self::LeftOut, Self::LookAt];

    /// What stands above notes of this kind.
    pub fn label(self) -> &'static str {
        match self {
            Self::Suggested => "Suggested, and perhaps wrong",
            Self::Changed => "Changed, so that copies for other tenants and windows run",
            Self::LeftOut => "Left out",
            Self::LookAt => "To be looked at",
        }
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suggested => "suggested",
            Self::Changed => "changed",
            Self::LeftOut => "left out",
            Self::LookAt => "to be looked at",
        }
    }
}

/// One thing that a draft says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// The cell of the notebook as it was, from 1; none where it is about all of it.
    pub cell: Option<usize>,
    /// The line of that cell, from 1.
    pub line: Option<usize>,
    /// What, as one sentence or two.
    pub text: String,
}

/// The notes while a draft is made.
#[derive(Debug, Default)]
pub(super) struct Notes {
    all: Vec<Note>,
    more: usize,
}

impl Notes {
    /// Of the notebook as a whole.
    pub(super) fn add(&mut self, kind: NoteKind, text: impl Into<String>) {
        self.push(Note { kind, cell: None, line: None, text: text.into() });
    }

    /// Of a cell, by its number in the notebook from 1.
    pub(super) fn of_cell(&mut self, kind: NoteKind, cell: usize, text: impl Into<String>) {
        self.push(Note { kind, cell: (cell > 0).then_some(cell), line: None, text: text.into() });
    }

    /// One that was told elsewhere.
    pub(super) fn take(&mut self, note: Note) {
        self.push(note);
    }

    fn push(&mut self, note: Note) {
        if self.all.contains(&note) {
            return;
        }
        if self.all.len() < MOST { self.all.push(note) } else { self.more += 1 }
    }

    /// All of them by kind, in the order in which they were told.
    pub(super) fn finish(mut self) -> Vec<Note> {
        if self.more > 0 {
            let text = format!("There are {} more notes like these: read the cells themselves.", self.more);
            self.all.push(Note { kind: NoteKind::LookAt, cell: None, line: None, text });
        }
        self.all.sort_by_key(|note| note.kind);
        self.all
    }
}

/// `1 cell`, `3 cells`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// `once`, `3 times`.
pub(super) fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

/// The first cell of a draft: its notes, as a list to work through.
pub(super) fn guidance(notes: &[Note]) -> String {
    let mut text = String::from(
        "**Draft, made of an exploratory notebook.** Look through this list, mend what is wrong, and take this cell and the \
         tag `draft` away when you are done. Cells and lines are counted as they stood in that notebook, from 1.",
    );
    for kind in NoteKind::ALL {
        let mut own = notes.iter().filter(|note| note.kind == kind).peekable();
        if own.peek().is_none() {
            continue;
        }
        let _ = write!(text, "\n\n**{}:**\n", kind.label());
        for note in own {
            let _ = write!(text, "\n* {}", note.shown());
        }
    }
    text
}

impl Note {
    /// It as a sentence, with its place before it.
    pub fn shown(&self) -> String {
        match (self.cell, self.line) {
            (Some(cell), Some(line)) => format!("Cell {cell}, line {line}: {}", self.text),
            (Some(cell), None) => format!("Cell {cell}: {}", self.text),
            (None, _) => {
                let mut chars = self.text.chars();
                let first = chars.next().map(|first| first.to_uppercase().to_string());
                first.unwrap_or_default() + chars.as_str()
            }
        }
    }
}
