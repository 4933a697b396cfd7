//! Cells in the order in which they can run; and what writes, kept until somebody wants it.

use super::code::{Code, Statement};
use super::edits::Edits;
use super::notes::NoteKind;
use super::work::{Piece, Place, Work, plain};
use crate::instance::{cell_magic, writes};
use crate::notebook::CellKind;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What a cell gives and what it needs.
#[derive(Debug, Default)]
struct Names {
    binds: HashSet<String>,
    loads: HashSet<String>,
}

impl Names {
    fn of(piece: &Piece) -> Self {
        let mut names = Self::default();
        if let Some(code) = piece.code() {
            for statement in &code.statements {
                names
                    .loads
                    .extend(statement.loads.iter().filter(|name| !names.binds.contains(*name)).cloned());
                names.binds.extend(statement.binds.iter().cloned());
            }
        }
        names.binds.extend(piece.answers.iter().map(|answer| answer.name.clone()));
        names
    }
}

/// Moves cells that use a name before the cell that gives it behind that cell, where nothing between them minds.
pub(super) fn order(work: &mut Work<'_>) {
    let names: Vec<Names> = work.pieces.iter().map(Names::of).collect();
    let given_somewhere: HashSet<&String> = names.iter().flat_map(|own| &own.binds).collect();
    let mut placed: Vec<usize> = Vec::new();
    let mut given: HashSet<&str> = HashSet::new();
    let mut waiting: Vec<usize> = Vec::new();
    let mut moved: Vec<(usize, usize)> = Vec::new();
    for at in 0..work.pieces.len() {
        let ready = |at: usize, given: &HashSet<&str>| {
            let needs = |name: &&String| {
                given_somewhere.contains(*name)
                    && !given.contains(name.as_str())
                    && !names[at].binds.contains(*name)
            };
            !names[at].loads.iter().any(|name| needs(&name))
        };
        if !ready(at, &given) && is_movable(&names, at) {
            waiting.push(at);
            continue;
        }
        placed.push(at);
        given.extend(names[at].binds.iter().map(String::as_str));
        // What waited for this cell follows it, in its own order.
        while let Some(place) = waiting.iter().position(|waits| ready(*waits, &given)) {
            let next = waiting.remove(place);
            placed.push(next);
            moved.push((next, at));
            given.extend(names[next].binds.iter().map(String::as_str));
        }
    }
    // What never became ready stays where it was.
    for at in waiting {
        let place = placed.iter().position(|other| *other > at).unwrap_or(placed.len());
        placed.insert(place, at);
        if let Some(piece) = work.pieces.get(at) {
            work.notes.of_cell(
                NoteKind::LookAt,
                piece.number,
                "it uses a name before the cell that gives it, and could not be moved.",
            );
        }
    }
    for (cell, behind) in moved {
        if let (Some(cell), Some(behind)) = (work.pieces.get(cell), work.pieces.get(behind)) {
            let text = format!("it stands behind cell {} now, which defines what it uses.", behind.number);
            work.notes.of_cell(NoteKind::Changed, cell.number, text);
        }
    }
    let mut pieces: Vec<Option<Piece>> = work.pieces.drain(..).map(Some).collect();
    work.pieces = placed.into_iter().filter_map(|at| pieces.get_mut(at).and_then(Option::take)).collect();
}

/// Whether a cell can be moved down: no later cell gives anew what it reads from above, or what it gives itself.
fn is_movable(names: &[Names], at: usize) -> bool {
    let own = &names[at];
    let above: HashSet<&String> = names[..at].iter().flat_map(|other| &other.binds).collect();
    let minds = |other: &Names| {
        other
            .binds
            .iter()
            .any(|name| own.binds.contains(name) || own.loads.contains(name) && above.contains(name))
    };
    !names[at + 1..].iter().any(minds)
}

static SENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:requests|httpx|session|client)\.(?:post|put|patch|delete)\(|\bsmtplib\.|\.send_?(?:message|mail)\(|\bchat_postMessage\(|\burlopen\(.*data=").ok()
});

/// Cells, or lines of cells, that write to the service or send something out go to the end, raw.
pub(super) fn hold(work: &mut Work<'_>) {
    let mut ends: Vec<Piece> = Vec::new();
    let mut told: Vec<(usize, &'static str)> = Vec::new();
    let loads: Vec<(usize, HashSet<String>)> =
        work.pieces.iter().map(|piece| (piece.number, Names::of(piece).loads)).collect();
    for piece in work.pieces.iter_mut().filter(|piece| piece.kind == CellKind::Code) {
        let does = |text: &str| writes(text) || SENDS.as_ref().is_some_and(|sends| sends.is_match(text));
        if !does(&piece.source) {
            continue;
        }
        told.push((
            piece.number,
            "it writes to the service, or sends something out: that is a raw cell at the end now.",
        ));
        let code = piece.code();
        let elsewhere =
            |name: &String| loads.iter().any(|(number, own)| *number != piece.number && own.contains(name));
        let (kept, held) = match &code {
            Some(code) => parted(&piece.source, code, &does, &elsewhere),
            None => (String::new(), piece.source.clone()),
        };
        let held = if held.is_empty() { std::mem::take(&mut piece.source) } else { held };
        piece.source = kept;
        ends.push(Piece {
            kind: CellKind::Raw,
            source: held,
            place: Place::End,
            answers: Vec::new(),
            ..piece.clone()
        });
    }
    work.pieces.retain(|piece| !piece.source.trim().is_empty());
    work.pieces.append(&mut ends);
    for (cell, text) in told {
        work.notes.of_cell(NoteKind::Changed, cell, text);
    }
}

/// The statements that stay, and those that write, with what only these need.
fn parted(
    source: &str,
    code: &Code,
    does: &dyn Fn(&str) -> bool,
    elsewhere: &dyn Fn(&String) -> bool,
) -> (String, String) {
    let written = |statement: &Statement| source.get(statement.at.clone()).unwrap_or_default();
    let mut held: Vec<bool> = code.statements.iter().map(|statement| does(written(statement))).collect();
    for at in (0..code.statements.len()).rev() {
        let own = &code.statements[at];
        let others = |wanted: bool| {
            code.statements.iter().zip(&held).filter(move |(_, held)| **held == wanted).map(|(one, _)| one)
        };
        let needed = |wanted: bool| {
            others(wanted)
                .any(|other| other.at != own.at && own.binds.iter().any(|name| other.loads.contains(name)))
        };
        let alone = (own.imports || own.assigns.is_some())
            && needed(true)
            && !needed(false)
            && !own.binds.iter().any(elsewhere);
        if let Some(held) = held.get_mut(at).filter(|_| alone) {
            *held = true;
        }
    }
    let mut edits = Edits::default();
    for (statement, _) in code.statements.iter().zip(&held).filter(|(_, held)| **held) {
        edits.put(statement.at.clone(), "");
    }
    let lines: Vec<&str> =
        code.statements.iter().zip(&held).filter(|(_, held)| **held).map(|(one, _)| written(one)).collect();
    let kept = plain(&edits.apply(source));
    // A comment alone says nothing any more.
    let says = kept.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    (if says { kept } else { String::new() }, lines.join("\n"))
}

/// Cells that are no Python, and would stop the notebook, are raw.
pub(super) fn unreadable(work: &mut Work<'_>) {
    let mut told = Vec::new();
    for piece in work.pieces.iter_mut().filter(|piece| piece.kind == CellKind::Code) {
        let wrong = match cell_magic(&piece.source) {
            Some(("capture", _, body)) => Code::read(body).is_none(),
            Some(_) => false,
            None => Code::read(&piece.source).is_none(),
        };
        if wrong {
            piece.kind = CellKind::Raw;
            piece.answers.clear();
            told.push(piece.number);
        }
    }
    for cell in told {
        work.notes.of_cell(NoteKind::LookAt, cell, "it is no Python, or too long to be read, and would stop the notebook: it is a raw cell now. Mend it, or take it out.");
    }
}
