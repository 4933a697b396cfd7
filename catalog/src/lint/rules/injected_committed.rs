//! # A copy's parameters were committed
//!
//! A cell tagged `injected-parameters` is what papermill or a copy filled in for one tenant. In a procedure it tells everybody
//! who that was, and it runs for everyone who opens the file itself.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [injected-parameters]
//!
//! LIMIT = 10
//! print(LIMIT)
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("injected-committed", Group::Tags, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    // A copy is no procedure.
    if subject.notebook.metadata.contains_key("huntshelf") {
        return;
    }
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        if cell.has_tag("injected-parameters") {
            found.of_tag(
                index,
                "injected-parameters",
                "the cell holds what was filled in for one tenant",
                "take the cell out of the procedure",
            );
        }
    }
}
