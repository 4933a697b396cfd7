//! # A technique is named twice
//!
//! Once is enough; the second one may have been meant to be another.
//!
//! ~~~bad 10
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: a-hunt
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001, t1059.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::attack::TechniqueId;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("technique-repeated", Group::Metadata, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let hunting = subject.notebook.hunting();
    let ids = hunting.and_then(|hunting| hunting.get("attack_technique_ids")).and_then(Value::as_array);
    let mut known: Vec<TechniqueId> = Vec::new();
    for (place, written) in ids.into_iter().flatten().enumerate() {
        let Some(id) = written.as_str().and_then(|text| text.parse::<TechniqueId>().ok()) else { continue };
        if known.contains(&id) {
            found.at_key(
                &format!("hunting.attack_technique_ids[{place}]"),
                format!("{} is named twice", id.as_str()),
                "take one away, or write the technique that was meant",
            );
        } else {
            known.push(id);
        }
    }
}
