//! # The tenant is assigned again
//!
//! A cell below the defaults sets the tenant's name anew: a copy fills in its tenant, and this cell replaces it. The queries
//! then run against another tenant, or none, and the result reads like a clean one. No copy is made of such a procedure.
//!
//! ~~~bad 10
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [parameters]
//!
//! TENANT_ID: str = ""
//! ```
//!
//! ```{code-cell} ipython3
//! TENANT_ID = "4711"
//! print(TENANT_ID)
//! ```
//! ~~~

use crate::instance::{Vocabulary, assigned};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("tenant-assigned-again", Group::Code, Severity::Error, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(defaults) = subject.notebook.cells.iter().position(|cell| cell.has_tag("parameters")) else {
        return;
    };
    let vocabulary = Vocabulary::default();
    let declared = subject.parameters();
    let names: Vec<String> = (vocabulary.tenant_names())
        .filter(|name| declared.iter().any(|parameter| parameter.name == **name))
        .cloned()
        .collect();
    for (index, cell) in subject.cells(CellKind::Code).filter(|(index, _)| *index > defaults) {
        if cell.has_tag("injected-parameters") {
            continue;
        }
        for name in assigned(&cell.source, &names) {
            found.in_cell(
                index,
                line_that_names(&cell.source, &name),
                format!("`{name}` is assigned again: a copy would not query its tenant"),
                "assign it in the cell tagged `parameters` only",
            );
        }
    }
}

/// The byte of the first line that begins with a name, or else of the first that holds it.
fn line_that_names(source: &str, name: &str) -> usize {
    let mut at = 0;
    let mut holds = None;
    for line in source.split_inclusive('\n') {
        if line.trim_start().starts_with(name) {
            return at;
        }
        if line.contains(name) {
            holds = holds.or(Some(at));
        }
        at += line.len();
    }
    holds.unwrap_or(0)
}
