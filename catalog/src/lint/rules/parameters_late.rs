//! # A parameter is used above its defaults
//!
//! The cell runs before the defaults and before what a copy fills in: it stops there, or uses what an earlier run left.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! print(LIMIT)
//! ```
//!
//! ```{code-cell} ipython3
//! :tags: [parameters]
//!
//! LIMIT: int = 10
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("parameters-late", Group::Tags, Severity::Error, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(defaults) = subject.notebook.cells.iter().position(|cell| cell.has_tag("parameters")) else {
        return;
    };
    let names = subject.parameters();
    let bound_before =
        |name: &str| subject.code().iter().any(|code| code.cell < defaults && code.binds.contains(name));
    for code in subject.code().iter().filter(|code| code.cell < defaults) {
        for (name, at) in &code.loads {
            if names.iter().any(|parameter| parameter.name == *name) && !bound_before(name) {
                found.in_cell(
                    code.cell,
                    *at,
                    format!("`{name}` is used above the cell that gives it a default"),
                    "move the cell tagged `parameters` up",
                );
            }
        }
    }
}
