//! # YAML reads something else than was written
//!
//! Jupyter's YAML is of version 1.1: `0123` is the number 83, `12:30:45` is 45045, `yes`, `no`, `on` and `off` are true
//! and false. Put such a value in quotes.
//!
//! ~~~bad 14
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
//!   tags:
//!     - one
//!   ready: yes
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("value-read-otherwise", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(hunting) = subject.notebook.metadata.get("hunting").and_then(Value::as_object) else { return };
    for (key, value) in hunting {
        let line = subject.notebook.line_of(&format!("hunting.{key}"));
        let Some((range, text)) = subject.line(line).filter(|_| line > 0) else { continue };
        let Some(rest) = text.trim_start().strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix(':'))
        else {
            continue;
        };
        let written = rest.split(" #").next().unwrap_or_default().trim();
        if !reads_otherwise(written, value) {
            continue;
        }
        found.at_line(
            line,
            format!("`{key}: {written}` is read as {value}"),
            format!("put it in quotes: `{key}: \"{written}\"`"),
        );
        if let Some(at) = text.find(written) {
            found.mended_by(range.start + at..range.start + at + written.len(), format!("\"{written}\""));
        }
    }
}

fn reads_otherwise(written: &str, value: &Value) -> bool {
    match value {
        Value::Bool(_) => !written.eq_ignore_ascii_case("true") && !written.eq_ignore_ascii_case("false"),
        Value::Number(_) => {
            let digits = written.trim_start_matches(['+', '-']);
            digits.contains(':')
                || digits.contains('_')
                || digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.")
        }
        _ => false,
    }
}
