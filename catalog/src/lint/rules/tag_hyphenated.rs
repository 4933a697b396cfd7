//! # A tag that removes nothing
//!
//! MyST and Jupyter Book write `remove-cell`; the report is made with nbconvert, which compares `remove_cell`
//! exactly. With a hyphen, internal guidance reaches the customer. The right spelling can be put in at once (`--fix`).
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [remove-cell]
//!
//! 1 + 1
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [remove_cell, hide-input]
//!
//! 1 + 1
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::report::mistaken;

pub(super) const RULE: Rule = Rule::new("tag-hyphenated", Group::Tags, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        for (wrong, right) in mistaken(cell) {
            let message = format!("the tag `{wrong}` removes nothing from a report made with nbconvert");
            if let Some(range) = found.of_tag(index, wrong, message, format!("spell it `{right}`")) {
                found.mended_by(range, right);
            }
        }
    }
}
