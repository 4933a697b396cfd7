//! An exploratory notebook becomes the draft of a procedure that a hunter would keep.
//!
//! Who explores writes a tenant, a window and a folder down where they are needed, runs cells in the order in which they come to
//! mind, and keeps what was found beside how to find it. A draft asks the tenant and the window of its copy, says behind each
//! query how much it looked at, keeps guidance for hunters and the sections for customers, and holds nothing of the case. What
//! was done to it stands in [notes](Note), which are also its first cell. Nothing is run, and all is bounded.

mod answers;
mod assemble;
mod bounds;
mod case;
mod code;
mod edits;
mod filled_in;
mod magics;
mod notes;
mod order;
mod paths;
mod secrets;
mod sections;
mod suggest;
mod sweep;
mod taegis;
mod tenants;
mod tidy;
mod window;
mod work;

pub use notes::{Note, NoteKind};

use crate::attack::Release;
use crate::notebook::{CellKind, Notebook, myst};
use assemble::{assemble, holdable, kernel, same};
use sections::Outline;
use sweep::Sweep;
use work::Work;

/// What is known besides the notebook.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The name of its file, from which a title is made where nothing else says one.
    pub file_name: Option<&'a str>,
    /// The sections that the team asks for; none proposes the usual ones.
    pub sections: &'a [String],
    /// Names of customers and keys of tenants that no procedure may hold.
    pub names: &'a [String],
    /// The release of ATT&CK from which techniques are suggested.
    pub release: &'static Release,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { file_name: None, sections: &[], names: &[], release: Release::current() }
    }
}

/// The draft of a procedure.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The procedure, as read from its own text.
    pub notebook: Notebook,
    /// What was suggested, changed, left out, and is to be looked at.
    pub notes: Vec<Note>,
    /// What to call its file: `{id}.md`.
    pub file_name: String,
}

impl Draft {
    /// Its text, as MyST.
    pub fn source(&self) -> String {
        myst::write(&self.notebook)
    }
}

/// Why no draft was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read as a notebook.
    #[error("the notebook cannot be read: {0}. Open it in Jupyter and save it")]
    Unreadable(String),
    /// It is too large.
    #[error(
        "the notebook has {cells} cells and {bytes} bytes of text; at most {most_cells} and {most_bytes} become a draft. Part it"
    )]
    TooLarge {
        /// How many cells it has.
        cells: usize,
        /// How many it may have.
        most_cells: usize,
        /// How many bytes of text.
        bytes: usize,
        /// How many it may have.
        most_bytes: usize,
    },
    /// Its kernel speaks another language.
    #[error(
        "the notebook's kernel is none of Python, and only Python is understood. Convert it without a draft"
    )]
    NotPython,
    /// It holds no code and no prose.
    #[error("the notebook holds nothing but blanks: there is nothing to make a draft of")]
    Empty,
    /// What was made of it is read otherwise than it was written.
    #[error("the notebook cannot be written as MyST. Take odd fences and unclosed HTML out of its prose")]
    Unwritable,
}

/// Makes a draft of a notebook.
///
/// # Errors
/// When the notebook cannot be read, is too large, or of another language than Python.
pub fn draft(notebook: &Notebook, about: &Options<'_>) -> Result<Draft, Refused> {
    let mut work = Work::of(notebook, about)?;
    if work.pieces.iter().all(|piece| piece.source.trim().is_empty()) {
        return Err(Refused::Empty);
    }
    tidy::tidy(notebook, &mut work);
    magics::as_calls(&mut work);
    secrets::secrets(&mut work);
    tenants::find(&mut work);
    let window = window::Window::of(&work.pieces);
    taegis::taegis(&mut work);
    filled_in::replace(&mut work);
    // What a copy was given once told its tenant, and is done with.
    let injected = |number: usize| {
        notebook.cells.get(number - 1).is_some_and(|cell| cell.has_tag("injected-parameters"))
    };
    work.pieces.retain(|piece| !injected(piece.number) && !piece.source.trim().is_empty());
    filled_in::connections(&mut work);
    paths::paths(&mut work);
    window::replace(&mut work, &window);
    order::hold(&mut work);
    answers::name(&mut work);
    order::order(&mut work);
    order::unreadable(&mut work);
    filled_in::renamed(&mut work);
    let suggested = suggest::suggest(notebook, &mut work);
    let outline = Outline::of(about.sections);
    sections::part(&mut work, &outline);
    case::look(&mut work);
    let in_words = dates(&mut work);
    told(&mut work, &window, in_words, &outline);
    finish(notebook, work, suggested, &outline, &window)
}

/// Takes the days of the case out of words.
fn dates(work: &mut Work<'_>) -> usize {
    let mut number = 0;
    for piece in &mut work.pieces {
        let by = if piece.kind == CellKind::Markdown { "that day" } else { "date" };
        number += window::without_dates(&mut piece.source, by);
    }
    number
}

fn told(work: &mut Work<'_>, window: &window::Window, in_words: usize, outline: &Outline) {
    if ["EARLIEST", "taegis_window", "window_from", "window_to", "kql_from", "spl_from", "sql_from"]
        .iter()
        .any(|name| work.uses(name))
    {
        window::told(window, work, in_words);
    } else {
        let text = "Nothing in the notebook reads a window: a copy looks at whatever its queries find.";
        work.notes.add(NoteKind::LookAt, text);
    }
    if work.pieces.iter().any(|piece| !piece.answers.is_empty()) {
        let text = "Behind each query stands a cell that says whether it was answered, and by how many rows: no rows and no answer read the same otherwise.";
        work.notes.add(NoteKind::Changed, text);
    } else {
        let text =
            "No query was found whose answer can be counted: write in the draft how much it looked at.";
        work.notes.add(NoteKind::LookAt, text);
    }
    let others: Vec<String> = outline
        .names
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != outline.analysis)
        .map(|(_, name)| format!("“{name}”"))
        .collect();
    if !others.is_empty() {
        let text = format!("The sections {}: write them, or take them away.", others.join(", "));
        work.notes.add(NoteKind::Suggested, text);
    }
}

/// Puts it together, looks over all of it once more, and reads it back.
fn finish(
    notebook: &Notebook,
    mut work: Work<'_>,
    mut suggested: suggest::Suggested,
    outline: &Outline,
    window: &window::Window,
) -> Result<Draft, Refused> {
    let sweep = Sweep::of(&work);
    let mut notes = std::mem::take(&mut work.notes).finish();
    for note in &mut notes {
        note.text = sweep.prose(&note.text);
    }
    for piece in &mut work.pieces {
        sweep.piece(piece);
    }
    sweep.suggested(&mut suggested);
    let outline = Outline {
        names: outline.names.iter().map(|name| sweep.prose(name)).collect(),
        analysis: outline.analysis,
    };
    // The notes stand in the draft, and are looked over with it.
    let _ = holdable(assemble(&work, &outline, &suggested, window, &notes), &mut notes);
    let cells = holdable(assemble(&work, &outline, &suggested, window, &notes), &mut notes);
    let kernel = kernel(notebook, |text| sweep.prose(text) == text);
    let metadata = suggested.metadata(kernel.as_ref(), work.service);
    let made = Notebook { metadata, cells, ..Notebook::default() };
    let text = myst::write(&made);
    let read = myst::read(text.as_bytes());
    if read.blocking().is_some() || !same(&made.cells, &read.cells) {
        return Err(Refused::Unwritable);
    }
    Ok(Draft { notebook: read, notes, file_name: format!("{}.md", suggested.id) })
}
