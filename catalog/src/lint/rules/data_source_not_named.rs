//! # A query reads a data source that the metadata do not name
//!
//! `data_sources` tells for which tenants a procedure can work at all. One that a query reads and that is not listed is
//! missed where somebody filters by it, and a tenant that does not send it gives a false null finding. Only queries of Taegis
//! are looked at: there both go by the same names.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant $TENANT_ID --assign hits
//! FROM auth EARLIEST=-7d
//! | head 100
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::procedure::normal_data_source;
use crate::query::{QueryKind, QueryLanguage};

pub(super) const RULE: Rule = Rule::new("data-source-not-named", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let named = &subject.procedure.data_sources;
    if named.is_empty() {
        return;
    }
    let mut told: Vec<String> = Vec::new();
    for query in subject.queries() {
        if query.kind != QueryKind::Run || query.language != Some(QueryLanguage::Cql) {
            continue;
        }
        for source in query.data_sources.iter().map(|source| normal_data_source(source)) {
            if !named.contains(&source) && !told.contains(&source) {
                found.of_query(
                    query,
                    format!("a query reads `{source}`, and `data_sources` does not name it"),
                    format!("add `{source}` to `data_sources`"),
                );
                told.push(source);
            }
        }
    }
}
