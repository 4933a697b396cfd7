//! # A field is no text
//!
//! A number, a truth or a list stands where a text is expected. Put it in quotes.
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
//!   description: 2026
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("field-not-text", Group::Metadata, Severity::Warning);
