//! # A query without a limit
//!
//! At a large tenant it comes back with more than a notebook can hold, or is cut by the service without a word. Say how many
//! rows are wanted, or count them. Queries of Taegis are looked at, where a team asks for it: a limit that cuts what was found
//! is a risk of its own.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant $TENANT_ID --assign hits
//! FROM process EARLIEST=-7d
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::query::{QueryKind, QueryLanguage};

pub(super) const RULE: Rule =
    Rule::new("query-without-limit", Group::Code, Severity::Info, check).on_demand();

/// What bounds the rows that come back, or counts them.
const BOUNDS: [&str; 7] = ["head", "tail", "limit", "aggregate", "cardinality", "count", "max_rows"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for query in subject.queries() {
        let Some(text) = query.text.as_ref().filter(|_| query.language == Some(QueryLanguage::Cql)) else {
            continue;
        };
        let cell = &subject.notebook.cells[query.cell];
        let line = cell.source.lines().next().unwrap_or_default();
        let said = |text: &str| {
            text.to_lowercase()
                .split(|char: char| !char.is_alphanumeric() && char != '_')
                .any(|word| BOUNDS.contains(&word))
        };
        if query.kind == QueryKind::Run && !said(text) && !said(line) {
            found.of_query(query, "the query has no limit", "end it with `| head 1000`, or count its rows");
        }
    }
}
