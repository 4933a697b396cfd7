//! # A parameter that no cell reads
//!
//! A hunter fills it in, and nothing changes: the copy looks at what its author wrote down. In a `%%taegis` cell a name is read
//! on the first line only, unless `-t` makes the body a template.
//!
//! ~~~bad 6
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [parameters]
//!
//! LIMIT: int = 10
//! ```
//! ~~~

use crate::instance::Reads;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("parameter-unread", Group::Code, Severity::Warning, check);

/// What a copy fills in for the magics, which read it themselves.
const READ_BY_MAGICS: [&str; 1] = ["TAEGIS_MAGIC_NOTEBOOK_FILENAME"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let parameters = subject.parameters();
    let Some(defaults) = subject.notebook.cells.iter().position(|cell| cell.has_tag("parameters")) else {
        return;
    };
    let read = Reads::of(subject.notebook);
    for parameter in parameters {
        let name = parameter.name.as_str();
        if read.has(name) || READ_BY_MAGICS.contains(&name) {
            continue;
        }
        let at = place_of(&subject.notebook.cells[defaults].source, name);
        found.in_cell(
            defaults,
            at,
            format!("no cell reads the parameter `{name}`: whoever fills it in changes nothing"),
            "use it, or take it away",
        );
    }
}

/// The byte of the line that assigns a name.
fn place_of(source: &str, name: &str) -> usize {
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let rest = line.trim_start().strip_prefix(name);
        if rest.is_some_and(|rest| rest.trim_start().starts_with(['=', ':'])) {
            return at;
        }
        at += line.len();
    }
    0
}
