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
//!
//! ~~~good
//! # A hunt
//!
//! ```{code-cell} ipython3
//! def create_alert_graph(alert):
//!     return [alert]
//!
//! create_alert_graph("one")
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
        let source = &cell.source;
        // Who looks at copies holds a cell rather once too often; here a false alarm is one.
        if writes(source) && writes(&without_what_is_local(source)) {
            found.in_cell(
                index,
                first_that_writes(source),
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
        if writes(&without_what_is_local(line)) {
            return at;
        }
        at += line.len();
    }
    0
}

/// What a name ends with that makes something to look at: `create_alert_graph` writes nothing.
const LOCAL: [&str; 9] =
    ["_graph", "_table", "_df", "_dataframe", "_frame", "_chart", "_plot", "_widget", "_timeline"];

/// A source without the names of functions that are defined, and of those that make something local.
fn without_what_is_local(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    for line in source.split_inclusive('\n') {
        let begin = line.trim_start();
        let defined = begin.strip_prefix("async ").unwrap_or(begin).strip_prefix("def ");
        let line = defined.and_then(|rest| rest.split_once('(')).map_or(line, |(_, rest)| rest);
        let mut rest = line;
        while let Some((name, behind)) = rest.split_once('(') {
            let is_local = LOCAL.iter().any(|end| name.ends_with(end));
            kept.push_str(if is_local {
                name.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_')
            } else {
                name
            });
            kept.push('(');
            rest = behind;
        }
        kept.push_str(rest);
    }
    kept
}
