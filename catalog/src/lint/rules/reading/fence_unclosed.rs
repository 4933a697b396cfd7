//! # A cell that is not closed
//!
//! All that follows is in this cell: down to the end of the file, or to where the next cell is closed, which begins in it.
//!
//! ~~~bad 3
//! # A hunt
//!
//! ```{code-cell} ipython3
//! print(1)
//! ~~~
//!
//! ~~~bad 3
//! # A hunt
//!
//! ```{code-cell} ipython3
//! hits = [1]
//!
//! Words.
//!
//! ```{code-cell} ipython3
//! print(hits)
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(in crate::lint) const RULE: Rule = Rule::new("fence-unclosed", Group::File, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let is_told = |cell: usize| {
        subject.procedure.diagnostics.iter().any(|one| one.code == RULE.code && one.cell == Some(cell))
    };
    // What is Python all the same may write down a notebook in a text.
    let is_python = |cell: usize| subject.code().iter().any(|code| code.cell == cell && code.wrong.is_none());
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        if cell.kind != CellKind::Markdown && swallows(&cell.source) && !is_told(index) && !is_python(index) {
            found.of_cell(
                index,
                "this cell is not closed before the next one, which is in it",
                "close it with as many backticks as it was opened with, on a line of their own",
            );
        }
    }
}

/// Whether another cell begins in the source of a cell.
pub(in crate::lint) fn swallows(source: &str) -> bool {
    source.lines().any(|line| {
        let rest = line.trim_start_matches(['`', '~']);
        line.len() >= rest.len() + 3 && (rest.starts_with("{code-cell}") || rest.starts_with("{raw-cell}"))
    })
}
