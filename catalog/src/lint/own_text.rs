//! A team's own text rules, looked for in one file.

use super::found::Found;
use super::own::{OwnText, Place};
use crate::notebook::CellKind;

pub(super) fn check(own: &OwnText, found: &mut Found<'_>) {
    let subject = found.subject;
    for place in &own.places {
        match place {
            Place::Prose => in_cells(own, found, |kind| kind == CellKind::Markdown),
            Place::Code => in_cells(own, found, |kind| kind != CellKind::Markdown),
            // What stands in code was looked at already.
            Place::Query if own.places.contains(&Place::Code) => {}
            Place::Query => {
                for query in subject.queries() {
                    let Some(text) = &query.text else { continue };
                    // Where it stands in its cell as it is; else its first line tells where.
                    let start = subject.notebook.cells[query.cell].source.find(text.as_str());
                    for place in own.pattern.regex().find_iter(text) {
                        match start {
                            Some(start) => {
                                found.in_cell(query.cell, start + place.start(), &own.message, &own.help);
                            }
                            None => found.of_query(query, &own.message, &own.help),
                        }
                        if !found.taken {
                            return;
                        }
                    }
                }
            }
        }
    }
}

fn in_cells(own: &OwnText, found: &mut Found<'_>, wanted: impl Fn(CellKind) -> bool) {
    for (index, cell) in found.subject.notebook.cells.iter().enumerate().filter(|(_, cell)| wanted(cell.kind))
    {
        for place in own.pattern.regex().find_iter(&cell.source) {
            found.in_cell(index, place.start(), &own.message, &own.help);
            if !found.taken {
                return;
            }
        }
    }
}
