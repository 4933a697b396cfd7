//! # The id is read as a number
//!
//! YAML reads `0123` as 83 and `1.0e+3` as 1000. In quotes it stays what it is.
//!
//! ~~~bad 8
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: 4711
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("id-not-text", Group::Metadata, Severity::Warning);
