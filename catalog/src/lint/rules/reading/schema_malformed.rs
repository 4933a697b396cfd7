//! # What is declared of a parameter cannot be used
//!
//! `hunting.parameters` says of each its type, choices, pattern, minimum, maximum, help, and whether it is required.
//!
//! ~~~bad 13
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
//!   parameters: {DAYS: {type: integer, minimum: many}}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("schema-malformed", Group::Metadata, Severity::Warning);
