//! # A template's words were left in the metadata
//!
//! `TODO`, `TBD`, `changeme`, `Lorem ipsum` or `Replace this text` in a title, an id or a description name nothing, and every
//! copy of the template would have them.
//!
//! ~~~bad 9
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: a-hunt
//!   description: TODO
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("placeholder-metadata", Group::Metadata, Severity::Warning, check);

/// What a whole value is when it was left.
const WHOLE: [&str; 9] =
    ["todo", "tbd", "fixme", "xxx", "changeme", "change me", "title", "description", "placeholder"];
/// What such a value begins with.
const BEGINNINGS: [&str; 3] = ["replace this", "lorem ipsum", "insert your"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for key in ["title", "id", "description"] {
        let Some(text) =
            subject.notebook.hunting().and_then(|hunting| hunting.get(key)).and_then(Value::as_str)
        else {
            continue;
        };
        let plain = text.trim().trim_matches(['*', '_', '<', '>', '[', ']', '.', '…']).trim().to_lowercase();
        if WHOLE.contains(&plain.as_str()) || BEGINNINGS.iter().any(|begin| plain.starts_with(begin)) {
            found.at_key(
                &format!("hunting.{key}"),
                format!("the {key} is a template's placeholder"),
                format!("write the {key}"),
            );
        }
    }
}
