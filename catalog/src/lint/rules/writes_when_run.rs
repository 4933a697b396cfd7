//! # A cell that writes to the service when the notebook runs
//!
//! Creating an investigation or a case is for a person to decide. In the published templates such cells are raw: running a
//! copy writes nothing until a hunter makes code of them. Copies for several tenants hold them in any case.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %taegis investigations create --title "Found" --tenant $TENANT_ID
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! ```{raw-cell}
//! %taegis investigations create --title "Found" --tenant $TENANT_ID
//! ```
//! ~~~

use crate::instance::writes;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("writes-when-run", Group::Code, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.cells(CellKind::Code) {
        if writes(&cell.source) {
            found.in_cell(
                index,
                first_that_writes(&cell.source),
                "the cell writes to the service as soon as the notebook runs",
                "make it a raw cell (`{raw-cell}`), which a hunter turns into code when it is time",
            );
        }
    }
}

/// The byte of the first line that writes by itself; the cell's beginning where that cannot be told.
fn first_that_writes(source: &str) -> usize {
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        if writes(line) {
            return at;
        }
        at += line.len();
    }
    0
}
