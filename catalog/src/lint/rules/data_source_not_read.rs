//! # A data source that no query reads
//!
//! It is named, and all queries read something else: a leftover, or a query is missing. Only where every query is one of
//! Taegis can that be told.
//!
//! ~~~bad 11
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: a-hunt
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process, auth]
//!   tags: [one]
//! ---
//!
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [parameters]
//!
//! TENANT_ID: str = ""
//! ```
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant $TENANT_ID --assign hits
//! FROM process EARLIEST=-7d
//! | head 100
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::procedure::normal_data_source;
use crate::query::{QueryKind, QueryLanguage};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule::new("data-source-not-read", Group::Metadata, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let run = || subject.queries().iter().filter(|query| query.kind == QueryKind::Run);
    let all_known =
        run().all(|query| query.language == Some(QueryLanguage::Cql) && !query.data_sources.is_empty());
    if run().next().is_none() || !all_known {
        return;
    }
    let read: HashSet<String> = subject
        .queries()
        .iter()
        .flat_map(|query| &query.data_sources)
        .map(|one| normal_data_source(one))
        .collect();
    for (place, source) in subject.procedure.data_sources.iter().enumerate() {
        if !read.contains(source) {
            found.at_key(
                &format!("hunting.data_sources[{place}]"),
                format!("no query reads `{source}`"),
                "take it away, or add the query that reads it",
            );
        }
    }
}
