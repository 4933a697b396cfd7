//! The front matter of a new procedure.

use super::Beginning;
use crate::attack::TechniqueId;
use serde_json::Value;
use std::fmt::Write as _;

/// The front matter, with its two lines of dashes. Values are written as JSON, which is YAML of the same meaning.
pub(super) fn front_matter(beginning: &Beginning) -> String {
    let kernel = Value::from(beginning.kernel.as_str());
    let shown =
        if beginning.kernel == "python3" { Value::from("Python 3 (ipykernel)") } else { kernel.clone() };
    let ids: Vec<&str> = beginning.techniques.iter().map(TechniqueId::as_str).collect();
    let mut text = format!(
        "---\n\
         jupytext:\n\
         \x20 notebook_metadata_filter: hunting\n\
         \x20 text_representation:\n\
         \x20   extension: .md\n\
         \x20   format_name: myst\n\
         \x20   format_version: 0.13\n\
         kernelspec:\n\
         \x20 display_name: {shown}\n\
         \x20 language: python\n\
         \x20 name: {kernel}\n\
         hunting:\n\
         \x20 title: {}\n\
         \x20 id: {}\n\
         \x20 description: {}\n\
         \x20 attack_technique_ids: [{}]\n\
         \x20 data_sources: {}\n\
         \x20 tags: {}\n",
        Value::from(beginning.title.as_str()),
        Value::from(beginning.id.as_str()),
        Value::from(beginning.description.as_str()),
        ids.join(", "),
        list(&beginning.data_sources),
        list(&beginning.tags),
    );
    if let Some(service) = beginning.service.in_metadata() {
        text.push_str("  service: ");
        text.push_str(service);
        text.push('\n');
    }
    for (key, value) in &beginning.keys {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {key}: {value}");
    }
    text.push_str("---\n\n");
    text
}

fn list(entries: &[String]) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| Value::from(entry.as_str()).to_string()).collect();
    format!("[{}]", entries.join(", "))
}
