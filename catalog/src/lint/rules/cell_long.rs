//! # A long cell of code
//!
//! It is hard to read, to compare and to run in parts. A team sets how many lines are too many (`lint.cell-lines`, 120).

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("cell-long", Group::Code, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let most = subject.settings.cell_lines;
    for (index, cell) in subject.cells(CellKind::Code) {
        let lines = cell.source.lines().count();
        if lines > most {
            found.of_cell(
                index,
                format!("the cell has {lines} lines; more than {most} are hard to follow"),
                "part it, or move helpers into a module",
            );
        }
    }
}
