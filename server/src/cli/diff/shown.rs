//! What text and comments show alike: which cells, under which names, with which of their lines.

use catalog::diff::{CellDiff, CellSide, CellStatus, LeftOut, Line, NotebookDiff};
use catalog::notebook::CellKind;

/// So many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// A piece of a cell's lines.
pub(super) enum Excerpt<'a> {
    Line(&'a Line),
    /// So many lines that are the same on both sides.
    Same(usize),
}

/// The changed lines of a cell with their surroundings; of one that is on one side only, all.
pub(super) fn excerpts(cell: &CellDiff) -> Vec<Excerpt<'_>> {
    if cell.old.is_none() || cell.new.is_none() {
        return cell.lines.iter().map(Excerpt::Line).collect();
    }
    let mut near = vec![false; cell.lines.len()];
    for (at, line) in cell.lines.iter().enumerate() {
        if line.sign != ' ' {
            let end = (at + CONTEXT + 1).min(near.len());
            near[at.saturating_sub(CONTEXT)..end].fill(true);
        }
    }
    let (mut shown, mut same) = (Vec::new(), 0);
    for (line, near) in cell.lines.iter().zip(near) {
        if near {
            if same > 0 {
                shown.push(Excerpt::Same(std::mem::take(&mut same)));
            }
            shown.push(Excerpt::Line(line));
        } else {
            same += 1;
        }
    }
    if same > 0 && !shown.is_empty() {
        shown.push(Excerpt::Same(same));
    }
    shown
}

/// Whether there is anything to show of a cell.
pub(super) fn differs(cell: &CellDiff) -> bool {
    cell.status != CellStatus::Same || cell.moved
}

/// `Cell 4, code: changed, moved from 6`.
pub(super) fn heading(cell: &CellDiff) -> String {
    let Some(side) = cell.new.as_ref().or(cell.old.as_ref()) else { return String::new() };
    let mut words = vec![match cell.status {
        CellStatus::Same => String::new(),
        CellStatus::Changed => "changed".to_owned(),
        CellStatus::Added => "added".to_owned(),
        CellStatus::Removed => "removed".to_owned(),
    }];
    if let (Some(old), Some(new)) = (&cell.old, &cell.new) {
        if old.kind != new.kind {
            words.push(format!("was {}", kind(old)));
        }
        if cell.moved {
            words.push(format!("moved from {}", old.index + 1));
        } else if old.index != new.index {
            words.push(format!("was {}", old.index + 1));
        }
    }
    words.retain(|word| !word.is_empty());
    format!("Cell {}, {}: {}", side.index + 1, kind(side), words.join(", "))
}

fn kind(side: &CellSide) -> &'static str {
    match (side.kind, side.customer) {
        (CellKind::Markdown, true) => "customer text",
        (CellKind::Markdown, false) => "guidance",
        (CellKind::Code, _) if side.query => "query",
        (CellKind::Code, _) => "code",
        (CellKind::Raw, _) => "raw",
    }
}

/// What changed of a cell besides its text, one thing a line.
pub(super) fn besides(cell: &CellDiff) -> Vec<String> {
    let mut notes = Vec::new();
    if !cell.tags_lost.is_empty() {
        notes.push(format!("tags lost: {}", cell.tags_lost.join(", ")));
    }
    if !cell.tags_gained.is_empty() {
        notes.push(format!("tags gained: {}", cell.tags_gained.join(", ")));
    }
    if let (Some(old), Some(new)) = (&cell.old, &cell.new) {
        notes.extend(cell.metadata.iter().map(|field| field.text.clone()));
        if cell.outputs_changed {
            notes.push(match (old.outputs, new.outputs) {
                (was, is) if was == is => format!("outputs: {is}, other ones"),
                (was, is) => format!("outputs: {was} before, {is} now"),
            });
        }
    } else if let Some(side) = cell.new.as_ref().or(cell.old.as_ref())
        && !side.tags.is_empty()
    {
        notes.push(format!("tags: {}", side.tags.join(", ")));
    }
    notes
}

/// `2 changed, 1 added, 57 the same`.
pub(super) fn counts(diff: &NotebookDiff) -> String {
    let moved = diff.cells.iter().filter(|cell| cell.moved).count();
    let stayed = diff.cells.iter().filter(|cell| cell.status == CellStatus::Same && !cell.moved).count();
    let counts = [
        (diff.count(CellStatus::Changed), "changed"),
        (diff.count(CellStatus::Added), "added"),
        (diff.count(CellStatus::Removed), "removed"),
        (moved, "moved"),
        (stayed, "the same"),
    ];
    let told: Vec<String> =
        counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

/// `3 cells, 40 lines`: what the comparison itself left out; none when it is whole.
pub(super) fn left_out(left_out: &LeftOut) -> Option<String> {
    let LeftOut { fields, cells, lines, changes, shortened } = *left_out;
    let counts = [
        (cells, "cells"),
        (lines, "lines"),
        (changes, "sentences"),
        (fields, "fields and tags"),
        (shortened, "ends of long lines"),
    ];
    let told: Vec<String> =
        counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// The whole of a line.
pub(super) fn whole(line: &Line) -> String {
    line.pieces.iter().map(|(_, piece)| piece.as_str()).collect()
}

/// A text in which nothing acts on a terminal or turns the direction of reading: such signs are shown as pictures. Tabs
/// stay.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| match u32::from(c) {
        0x09 => c,
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        0x80..=0x9f | 0x061c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2066..=0x2069 => '\u{fffd}',
        _ => c,
    };
    text.chars().map(shown).collect()
}
