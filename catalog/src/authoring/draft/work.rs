//! A notebook on its way to a draft.

use super::code::Code;
use super::notes::{NoteKind, Notes};
use super::{Options, Refused};
use crate::notebook::{CellKind, Notebook};
use crate::procedure::service_of;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The most cells of a notebook that a draft is made of.
const MAX_CELLS: usize = 1_000;
/// The most text of all its cells, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// Where a cell goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Above all sections: what is brought in.
    Setup,
    /// Where the hunt is.
    Analysis,
    /// A section by its number among those proposed.
    Section(usize),
    /// Raw, at the very end.
    End,
}

/// A cell on its way.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Its number in the notebook, from 1.
    pub(super) number: usize,
    pub(super) kind: CellKind,
    pub(super) source: String,
    /// What it was, for the lines of notes.
    pub(super) original: String,
    pub(super) place: Place,
    /// What is to be checked behind it.
    pub(super) answers: Vec<Answer>,
    /// Whether it has no answer yet to what it asks.
    pub(super) taegis: bool,
}

impl Piece {
    /// The line, from 1, of the cell as it was on which something first stands.
    pub(super) fn line_of(&self, text: &str) -> Option<usize> {
        let at = self.original.find(text)?;
        Some(self.original[..at].matches('\n').count() + 1)
    }

    /// The line, from 1, of the cell as it was for a place of the cell as it is: of several that say the same, the one of
    /// the same number.
    pub(super) fn line_at(&self, text: &str, place: usize) -> Option<usize> {
        let before = self.source.get(..place)?.matches(text).count();
        let at = self.original.match_indices(text).nth(before).map(|(at, _)| at);
        at.map(|at| self.original[..at].matches('\n').count() + 1).or_else(|| self.line_of(text))
    }

    /// Its Python; none when it is no code, or begins with a cell magic.
    pub(super) fn code(&self) -> Option<Code> {
        (self.kind == CellKind::Code && !self.source.trim_start().starts_with("%%"))
            .then(|| Code::read(&self.source))
            .flatten()
    }

    /// Makes it what its Python is with some changes; false when that would be no Python.
    pub(super) fn becomes(&mut self, changed: Option<String>) -> bool {
        let ok = changed.is_some();
        if let Some(source) = changed {
            self.source = source;
        }
        ok
    }
}

/// What a query's answer is called, and of what its rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) name: String,
    pub(super) of: String,
    /// Whether it is a table of pandas.
    pub(super) table: bool,
}

/// Something that must not be in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) value: String,
    /// The parameter that takes its place.
    pub(super) name: String,
    pub(super) reach: Reach,
}

/// Where a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Where it was told, as a whole text: it is too short, or a word.
    Place,
    /// As a whole word.
    Words,
    /// Everywhere, in other words too.
    Anywhere,
}

/// A parameter of the draft.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) default: String,
    pub(super) kind: &'static str,
    pub(super) help: String,
}

/// All of it.
pub(super) struct Work<'a> {
    pub(super) about: &'a Options<'a>,
    pub(super) service: &'static str,
    pub(super) pieces: Vec<Piece>,
    pub(super) notes: Notes,
    pub(super) known: Vec<Known>,
    /// Hosts, people and addresses of the case: what must not be quoted.
    pub(super) case: BTreeSet<String>,
    /// The notebook's own parameters, and those that take the place of file names.
    pub(super) parameters: BTreeMap<String, Parameter>,
    /// Whether passwords were left out, and are read from the environment.
    pub(super) environment: bool,
}

impl<'a> Work<'a> {
    /// Takes a notebook up.
    pub(super) fn of(notebook: &Notebook, about: &'a Options<'a>) -> Result<Self, Refused> {
        if let Some(wrong) = notebook.blocking() {
            return Err(Refused::Unreadable(wrong.message.clone()));
        }
        let text: usize = notebook.cells.iter().map(|cell| cell.source.len()).sum();
        if notebook.cells.len() > MAX_CELLS || text > MAX_TEXT {
            return Err(Refused::TooLarge {
                cells: notebook.cells.len(),
                most_cells: MAX_CELLS,
                bytes: text,
                most_bytes: MAX_TEXT,
            });
        }
        if !is_python(notebook) {
            return Err(Refused::NotPython);
        }
        let mut work = Self {
            about,
            service: service_of(notebook).unwrap_or("other"),
            pieces: Vec::new(),
            notes: Notes::default(),
            known: Vec::new(),
            case: BTreeSet::new(),
            parameters: BTreeMap::new(),
            environment: false,
        };
        let outputs = notebook.cells.iter().filter(|cell| !cell.outputs.is_empty()).count();
        if outputs > 0 {
            let text = format!("The outputs of {}.", super::notes::count(outputs, "cell", "cells"));
            work.notes.add(NoteKind::LeftOut, text);
        }
        let failed = |cell: &crate::notebook::Cell| {
            cell.outputs
                .iter()
                .any(|output| output.get("output_type").and_then(|kind| kind.as_str()) == Some("error"))
        };
        for (index, cell) in notebook.cells.iter().enumerate() {
            if failed(cell) {
                let text = "it ended with an error when it last ran. Mend it, or take it out.";
                work.notes.of_cell(NoteKind::LookAt, index + 1, text);
            }
            if cell.attachments.is_some() {
                work.notes.of_cell(NoteKind::LeftOut, index + 1, "its pictures.");
            }
            let source = plain(&cell.source);
            work.pieces.push(Piece {
                number: index + 1,
                kind: cell.kind,
                original: source.clone(),
                source,
                place: Place::Analysis,
                answers: Vec::new(),
                taegis: false,
            });
        }
        Ok(work)
    }

    /// A name that nothing has yet.
    pub(super) fn new_name(&self, stem: &str) -> String {
        let taken: HashSet<&str> = self
            .pieces
            .iter()
            .flat_map(|piece| piece.source.split(|c: char| !(c.is_alphanumeric() || c == '_')))
            .chain(
                self.pieces.iter().flat_map(|piece| piece.answers.iter().map(|answer| answer.name.as_str())),
            )
            .chain(self.parameters.keys().map(String::as_str))
            .collect();
        if !taken.contains(stem) {
            return stem.to_owned();
        }
        (2..10_000)
            .map(|number| format!("{stem}_{number}"))
            .find(|name| !taken.contains(name.as_str()))
            .unwrap_or_default()
    }

    /// Whether any cell that runs, or is to, holds a name as a word.
    pub(super) fn uses(&self, name: &str) -> bool {
        let of_code = self.pieces.iter().filter(|piece| piece.kind != CellKind::Markdown);
        of_code.into_iter().any(|piece| has_word(&piece.source, name))
    }

    /// The parameter that holds the tenant's key.
    pub(super) fn tenant_name(&self) -> &'static str {
        let is_workspace = matches!(self.service, "sentinel" | "defender");
        if is_workspace { "WORKSPACE_ID" } else { "TENANT_ID" }
    }
}

/// Whether a text holds a name as a word of its own.
pub(super) fn has_word(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| is_whole(text, at, name.len()))
}

/// Whether what stands at a place is a word of its own.
pub(super) fn is_whole(text: &str, at: usize, len: usize) -> bool {
    let part = |c: char| c == '_' || c.is_alphanumeric();
    let before = text.get(..at).unwrap_or_default();
    !before.ends_with(part) && !text.get(at + len..).unwrap_or_default().starts_with(part)
}

/// Text as MyST can hold it: lines end with line feeds alone, and no control characters.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let char = |c: char| match c {
        '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\u{feff}' => None,
        c if c.is_control() && !matches!(c, '\n' | '\t') => None,
        c => Some(c),
    };
    let text: String = text.chars().filter_map(char).collect();
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

fn is_python(notebook: &Notebook) -> bool {
    let Some(kernel) = notebook.metadata.get("kernelspec") else { return true };
    let said = |key: &str| kernel.get(key).and_then(|value| value.as_str()).map(str::to_lowercase);
    match (said("language"), said("name")) {
        (Some(language), _) => language == "python",
        (None, Some(name)) => name.contains("py"),
        (None, None) => true,
    }
}
