//! # Jupyter will delete the tags of cells
//!
//! A `cell_metadata_filter` that does not keep `tags` loses `parameters` and `remove_cell` at the next save: the copy then
//! queries no tenant, and internal guidance reaches the customer.
//!
//! ~~~bad 4
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   cell_metadata_filter: -all
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting: {title: A hunt, id: a-hunt, description: It hunts., attack_technique_ids: [T1059.001], data_sources: [process], tags: [one]}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("tags-not-kept", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let jupytext = subject.notebook.metadata.get("jupytext").and_then(Value::as_object);
    let filter = jupytext.and_then(|jupytext| jupytext.get("cell_metadata_filter")).and_then(Value::as_str);
    let Some(filter) = filter else { return };
    let parts = || filter.split(',').map(str::trim);
    let kept = parts().any(|part| matches!(part, "tags" | "all"));
    let dropped = parts().any(|part| part == "-tags") || parts().any(|part| part == "-all") && !kept;
    // Naming others keeps these alone.
    let others = parts().any(|part| !part.starts_with('-') && !part.is_empty());
    if dropped || others && !kept {
        found.at_key(
            "jupytext.cell_metadata_filter",
            format!(
                "`cell_metadata_filter: {filter}` does not keep `tags`: the next save in Jupyter deletes them"
            ),
            "take the line away, or add `tags` to what is kept",
        );
    }
}
