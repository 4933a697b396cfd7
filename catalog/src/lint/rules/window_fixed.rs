//! # A query that looks at a fixed date
//!
//! Whatever window a copy is given, it looks at the days that its author wrote down, finds nothing new, and reads like a clean
//! result.
//!
//! ~~~bad 5
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant $TENANT_ID --assign hits
//! FROM process EARLIEST='2023-05-04T12:00:00Z'
//! | head 100
//! ```
//! ~~~

use crate::instance::fixed_windows;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("window-fixed", Group::Code, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (cell, words) in fixed_windows(subject.queries()) {
        let at = subject.notebook.cells[cell].source.find(&words).unwrap_or(0);
        found.in_cell(
            cell,
            at,
            format!("the query looks at a fixed date: `{words}`"),
            "put a parameter in its place, and let the copy's window fill it in",
        );
    }
}
