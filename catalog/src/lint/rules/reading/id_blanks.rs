//! # The id has blanks around it
//!
//! They do not count, and confuse who compares ids. Take them away.
//!
//! ~~~bad 8
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: " a-hunt"
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("id-blanks", Group::Metadata, Severity::Warning);
