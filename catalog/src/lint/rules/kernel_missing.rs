//! # It names no kernel
//!
//! Without a `kernelspec` Jupyter asks which kernel is meant, and papermill and `jupyter execute` stop.
//!
//! ~~~bad 1
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! hunting: {title: A hunt, id: a-hunt, description: It hunts., attack_technique_ids: [T1059.001], data_sources: [process], tags: [one]}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("kernel-missing", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !subject.notebook.metadata.contains_key("kernelspec") && !subject.is_hidden() {
        found.at_line(
            1,
            "the front matter names no kernel",
            "write `kernelspec: {name: python3, display_name: Python 3, language: python}`",
        );
    }
}
