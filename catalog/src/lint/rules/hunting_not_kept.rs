//! # Jupyter will delete the `hunting` block
//!
//! jupytext keeps only the metadata that it is told to keep. Without `notebook_metadata_filter: hunting` the block is
//! gone after the next save or `jupytext --sync`, and nobody says so. The line can be added at once (`--fix`).
//!
//! ~~~bad 2
//! ---
//! jupytext:
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

pub(super) const RULE: Rule = Rule::new("hunting-not-kept", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let metadata = &subject.notebook.metadata;
    // Of ipynb nothing is filtered away.
    if subject.text().is_none() || !metadata.contains_key("hunting") {
        return;
    }
    let jupytext = metadata.get("jupytext").and_then(Value::as_object);
    let filter = jupytext.and_then(|jupytext| jupytext.get("notebook_metadata_filter"));
    match filter.and_then(Value::as_str) {
        Some(filter) if keeps(filter) => {}
        Some(filter) => found.at_key(
            "jupytext.notebook_metadata_filter",
            format!("`notebook_metadata_filter: {filter}` does not keep `hunting`: the next save in Jupyter deletes it"),
            "write `notebook_metadata_filter: hunting`, or add `hunting` to what stands there",
        ),
        None if filter.is_some() => {}
        None => {
            let line = subject.notebook.line_of("jupytext");
            found.at_line(
                line,
                "no `notebook_metadata_filter` keeps `hunting`: the next save in Jupyter deletes it",
                "write `notebook_metadata_filter: hunting` below `jupytext:`",
            );
            if let Some((range, text)) = subject.line(line)
                && text.trim_end() == "jupytext:"
            {
                let is_crlf = subject.text().is_some_and(|all| all[range.end..].starts_with("\r\n"));
                let end = if is_crlf { "\r\n" } else { "\n" };
                found.mended_by(range.end..range.end, format!("{end}  notebook_metadata_filter: hunting"));
            }
        }
    }
}

/// Whether a filter as jupytext writes it keeps `hunting`.
fn keeps(filter: &str) -> bool {
    let mut parts = filter.split(',').map(str::trim);
    let taken = |part: &str| matches!(part, "hunting" | "all");
    let dropped = parts.clone().any(|part| part == "-hunting");
    parts.any(taken) && !dropped
}
