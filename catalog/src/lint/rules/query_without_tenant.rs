//! # A query that names no tenant
//!
//! `%taegis` without `--tenant` queries whatever tenant the hunter's configuration happens to name.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --assign hits
//! FROM process EARLIEST=-7d
//! | head 100
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::query::QueryKind;

pub(super) const RULE: Rule = Rule::new("query-without-tenant", Group::Code, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for query in subject.queries() {
        if query.kind == QueryKind::Run && query.tenant == Some(false) {
            found.of_query(
                query,
                "the query names no tenant: it runs against whatever the hunter's configuration names",
                "write `--tenant $TENANT_ID` behind `%taegis …`",
            );
        }
    }
}
