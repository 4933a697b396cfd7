//! Which cells of a returned copy are not as the procedure has them, and which of them may go back.

use super::{Offered, Part, Standing};
use crate::instance::{INJECTED, PARAMETERS, Pairs, passed, writes};
use crate::notebook::{Cell, CellKind, Notebook, hex};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Keeps a cell from customers.
pub(super) const REMOVE: &str = "remove_cell";
/// Who must fill in a cell that has it: the hunter.
const INPUT: &str = "analyst_input";

/// A cell that differs.
pub(super) struct Candidate {
    /// The cell, as the hunter left it.
    pub(super) offered: Offered,
    /// Why it cannot go back, whatever it says; none where it may.
    pub(super) refused: Option<String>,
}

/// The cells that differ, in the order of the copy, and what is to be said of the others.
pub(super) fn of(
    then: &Notebook,
    now: &Notebook,
    handed: &Notebook,
    returned: &Notebook,
) -> (Vec<Candidate>, Vec<String>) {
    let to_returned = Pairs::of(&handed.cells, &returned.cells);
    let to_then = Pairs::of(&handed.cells, &then.cells);
    let to_now = Pairs::of(&then.cells, &now.cells);
    let passed = passed(returned);
    let mut found = Vec::new();
    let mut released = 0_usize;
    // Behind which cell of the procedure what was added stands.
    let mut neighbour = None;
    for (place, is) in returned.cells.iter().enumerate() {
        let Some(base) = to_returned.older.get(place).copied().flatten() else {
            // What the procedure has taken up is nothing to be offered.
            let taken_up = now.cells.iter().any(|own| own.kind == is.kind && same_text(own, is));
            if !passed.contains(&place) && !taken_up {
                found.extend(added(place, is, neighbour));
            }
            continue;
        };
        let in_then = to_then.newer.get(base).copied().flatten();
        let in_now = in_then.and_then(|at| to_now.newer.get(at).copied().flatten());
        neighbour = in_now.or(neighbour);
        let Some(was) = handed.cells.get(base) else { continue };
        if same_text(was, is) && is.attachments == was.attachments {
            released += usize::from(was.kind != is.kind);
            continue;
        }
        let sides = Sides {
            was,
            is,
            then: in_then.and_then(|at| then.cells.get(at)),
            now: in_now.and_then(|at| now.cells.get(at)),
        };
        found.extend(changed(place, in_now, &sides));
    }
    let gone = to_returned
        .newer
        .iter()
        .zip(&handed.cells)
        .filter(|(newer, cell)| newer.is_none() && !cell.has_tag(INJECTED) && !cell.has_tag(PARAMETERS));
    (found, told(gone.count(), released))
}

fn told(gone: usize, released: usize) -> Vec<String> {
    let cells = |count: usize| if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
    let mut notes = Vec::new();
    if gone > 0 {
        notes.push(format!("{} of the procedure are not in what came back; they stay", cells(gone)));
    }
    if released > 0 {
        notes.push(format!(
            "{} run or are kept from running in the copy; the procedure has them as before",
            cells(released)
        ));
    }
    notes
}

/// A cell on all sides.
struct Sides<'a> {
    /// As it was handed out.
    was: &'a Cell,
    /// As it came back.
    is: &'a Cell,
    /// As the procedure had it.
    then: Option<&'a Cell>,
    /// As the procedure has it.
    now: Option<&'a Cell>,
}

impl Sides<'_> {
    fn any_has(&self, tag: &str) -> bool {
        [Some(self.was), Some(self.is), self.then, self.now]
            .into_iter()
            .flatten()
            .any(|cell| cell.has_tag(tag))
    }

    fn part(&self) -> Part {
        let kinds = [Some(self.was), Some(self.is), self.then, self.now];
        let all = |kind: CellKind| kinds.into_iter().flatten().all(|cell| cell.kind == kind);
        if self.any_has(PARAMETERS) || self.any_has(INJECTED) {
            Part::Parameters
        } else if self.any_has(INPUT) {
            Part::Input
        } else if all(CellKind::Code) {
            if writes(&self.was.source) || writes(&self.is.source) { Part::Held } else { Part::Code }
        } else if all(CellKind::Markdown) {
            let hidden = self.was.has_tag(REMOVE) && self.now.is_none_or(|now| now.has_tag(REMOVE));
            // A tag that the hunter took away makes it the customer's.
            if hidden && self.is.has_tag(REMOVE) { Part::Guidance } else { Part::Report }
        } else {
            Part::Held
        }
    }
}

/// A cell that was handed out, and changed.
fn changed(place: usize, upstream: Option<usize>, sides: &Sides<'_>) -> Option<Candidate> {
    let is = sides.is;
    if sides.now.is_some_and(|now| same_text(now, is) && now.kind == is.kind) && is.attachments.is_none() {
        // The procedure has it so by now.
        return None;
    }
    let part = sides.part();
    let refused = refused(part, false).or_else(|| {
        Some(match (sides.then, sides.now) {
            (None, _) => "it cannot be told which cell of the procedure it was".to_owned(),
            (Some(_), None) => "the procedure has this cell no more".to_owned(),
            (Some(then), Some(now)) if !same_text(then, now) => {
                "the procedure changed this cell too since the copy was made: both sides must be brought together by hand"
                    .to_owned()
            }
            _ if is.source.trim().is_empty() => "it is empty in the copy: no cell is taken away".to_owned(),
            _ if pasted(is) => "it holds a picture or a file, which cannot be looked through".to_owned(),
            _ => return None,
        })
    });
    let before = sides.now.map(|now| now.source.clone());
    Some(candidate(place, upstream, part, is, (false, before), refused))
}

/// A cell that the hunter added.
fn added(place: usize, is: &Cell, neighbour: Option<usize>) -> Option<Candidate> {
    if is.source.trim().is_empty() && is.attachments.is_none() {
        return None;
    }
    let part = if is.has_tag(PARAMETERS) || is.has_tag(INJECTED) {
        Part::Parameters
    } else if is.has_tag(INPUT) {
        Part::Input
    } else {
        match is.kind {
            CellKind::Code if writes(&is.source) => Part::Held,
            CellKind::Code => Part::Code,
            CellKind::Markdown if is.has_tag(REMOVE) => Part::Guidance,
            CellKind::Markdown => Part::Report,
            CellKind::Raw => Part::Held,
        }
    };
    let refused = refused(part, true).or_else(|| {
        pasted(is).then(|| "it holds a picture or a file, which cannot be looked through".to_owned())
    });
    Some(candidate(place, neighbour, part, is, (true, None), refused))
}

/// Why a part never goes back.
fn refused(part: Part, added: bool) -> Option<String> {
    let reason = match part {
        Part::Code | Part::Guidance => return None,
        Part::Report if added => "it is text that a customer reads: what was found stays with the copy",
        Part::Report => "it is text that a customer reads, and what a hunter writes there is what was found",
        Part::Parameters => "parameters go back to their defaults: what was filled in is the tenant's",
        Part::Input => "it is what the hunter was asked to fill in",
        Part::Held if added => "it is raw text, or writes to the service: such cells are written by hand",
        Part::Held => "it is raw, or writes to the service: such a cell stays as the procedure has it",
    };
    Some(reason.to_owned())
}

fn candidate(
    cell: usize,
    upstream: Option<usize>,
    part: Part,
    is: &Cell,
    (added, before): (bool, Option<String>),
    refused: Option<String>,
) -> Candidate {
    let after = is.source.replace("\r\n", "\n").trim_end().to_owned();
    let shown = json!([cell, part.word(), before, after]).to_string();
    let key = hex(Sha256::digest(shown).get(..8).unwrap_or_default());
    let offered = Offered {
        key,
        cell,
        upstream,
        part,
        kind: is.kind,
        added,
        before,
        after,
        replaced: Vec::new(),
        standing: Standing::NotChosen,
    };
    Candidate { offered, refused }
}

/// Whether a cell holds what nobody can look through.
fn pasted(cell: &Cell) -> bool {
    cell.attachments.is_some()
        || ["(attachment:", "data:image/", "data:application/"].iter().any(|scheme| {
            let lower = cell.source.to_lowercase();
            cell.kind == CellKind::Markdown && lower.contains(scheme)
        })
}

/// Whether two cells say the same. Blank space at the end is no text: not every format keeps it.
fn same_text(a: &Cell, b: &Cell) -> bool {
    a.source.trim_end() == b.source.trim_end()
}
