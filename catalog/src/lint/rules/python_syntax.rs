//! # It is no Python
//!
//! The cell stops with a `SyntaxError`, and nothing below it runs. Magics and shell lines of IPython count as Python; cells of
//! other magics are not looked at.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! if True print("no colon")
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %load_ext autotime
//! files = !ls
//! ```
//! ~~~

use super::reading::fence_unclosed::swallows;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("python-syntax", Group::Code, Severity::Error, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !subject.is_python() {
        return;
    }
    for code in subject.code() {
        // Of a cell that nobody closed that is told.
        let is_closed = !swallows(&subject.notebook.cells[code.cell].source);
        if let Some((at, why)) = code.wrong.as_ref().filter(|_| is_closed) {
            found.in_cell(
                code.cell,
                *at,
                format!("this is no Python: {why}"),
                "mend it, or the notebook stops here",
            );
        }
    }
}
