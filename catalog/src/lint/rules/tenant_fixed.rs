//! # A tenant is written down
//!
//! `--tenant 145483` queries that tenant, whomever the copy is for. No copy is made of such a procedure.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant 145483 --assign hits
//! FROM process EARLIEST=-7d
//! | head 100
//! ```
//! ~~~

use crate::instance::fixed_tenant;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("tenant-fixed", Group::Code, Severity::Error, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some((cell, tenant)) = fixed_tenant(subject.notebook, "") {
        let at = subject.notebook.cells[cell].source.find(&tenant).unwrap_or(0);
        found.in_cell(
            cell,
            at,
            format!("the tenant `{tenant}` is written down: it is queried whomever a copy is for"),
            "write `--tenant $TENANT_ID`, with the name that the cell tagged `parameters` declares",
        );
    }
}
