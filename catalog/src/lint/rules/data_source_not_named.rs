//! # A query reads a data source that the metadata do not name
//!
//! `data_sources` tells for which tenants a procedure can work at all. One that a query reads and that is not listed is
//! missed where somebody filters by it, and a tenant that does not send it gives a false null finding. Only queries of Taegis
//! are looked at: there both go by the same names.
//!
//! ~~~bad 5
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
use crate::query::{Query, QueryKind, QueryLanguage};

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
        for written in &query.data_sources {
            let source = normal_data_source(written);
            if !named.contains(&source) && !told.contains(&source) {
                let message = format!("a query reads `{source}`, and `data_sources` does not name it");
                let help = format!("add `{source}` to `data_sources`");
                match written_at(&subject.notebook.cells[query.cell].source, query, written) {
                    Some(at) => found.in_cell(query.cell, at, message, help),
                    None => found.of_query(query, message, help),
                }
                told.push(source);
            }
        }
    }
}

/// The byte of a cell at which its query names a data source; none where the text is made elsewhere.
fn written_at(cell: &str, query: &Query, source: &str) -> Option<usize> {
    let text = query.text.as_deref()?;
    let start = cell.find(text)?;
    let part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let is_whole = |at: &usize| {
        !text[..*at].ends_with(part_of_name) && !text[at + source.len()..].starts_with(part_of_name)
    };
    text.match_indices(source).map(|(at, _)| at).find(is_whole).map(|at| start + at)
}
