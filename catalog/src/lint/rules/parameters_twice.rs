//! # Two cells are tagged `parameters`
//!
//! What is filled in stands behind the first one. The second runs after it and sets its defaults again: a tenant that it
//! names is overwritten.
//!
//! ~~~bad 10
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [parameters]
//!
//! LIMIT: int = 10
//! ```
//!
//! ```{code-cell} ipython3
//! :tags: [parameters]
//!
//! print(LIMIT)
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("parameters-twice", Group::Tags, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let tagged = subject.notebook.cells.iter().enumerate().filter(|(_, cell)| cell.has_tag("parameters"));
    for (index, _) in tagged.skip(1) {
        found.of_tag(
            index,
            "parameters",
            "another cell before it is tagged `parameters`: what a copy fills in is overwritten here",
            "keep all defaults in one cell",
        );
    }
}
