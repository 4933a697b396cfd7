//! # Outputs were committed
//!
//! What a query found at one customer is then in the repository, for everybody who reads it.

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("outputs-committed", Group::Code, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut with = subject.notebook.cells.iter().enumerate().filter(|(_, cell)| !cell.outputs.is_empty());
    if let Some((first, _)) = with.next() {
        let count = 1 + with.count();
        found.of_cell(
            first,
            format!("outputs were committed, of {count} cells"),
            "keep the procedure as MyST, which has none, or clear the outputs before the commit",
        );
    }
}
