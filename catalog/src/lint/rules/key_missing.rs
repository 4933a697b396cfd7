//! # A key that the team asks for is missing
//!
//! A team lists the keys that `hunting` has in each of its procedures (`[lint.keys.NAME]` with `required = true`).
//!
//! ~~~team
//! [lint.keys.owner]
//! type = "text"
//! required = true
//! pattern = "^[a-z]+$"
//!
//! [lint.keys.maturity]
//! choices = ["draft", "tried", "trusted"]
//! ~~~
//!
//! ~~~bad 6
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
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~
//!
//! ~~~good
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
//!   data_sources: [process]
//!   tags: [one]
//!   owner: maren
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("key-missing", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(hunting) = subject.notebook.hunting() else { return };
    for (key, own) in subject.settings.keys.iter().filter(|(_, own)| own.required) {
        let is_blank =
            |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if hunting.get(key).is_some_and(|value| !is_blank(value)) {
            continue;
        }
        let message = own.message.clone().unwrap_or_else(|| format!("`hunting` has no {key}"));
        let help = own.help.clone().unwrap_or_else(|| match own.kind {
            _ if !own.choices.is_empty() => format!("write `{key}:` and one of {}", own.choices.join(", ")),
            Some(kind) => format!("write `{key}:` and {}", kind.label()),
            None => format!("write `{key}:` and what it is"),
        });
        found.as_bad_as(own.severity, |found| found.at_key("hunting", message, help));
    }
}
