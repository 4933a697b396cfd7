//! # A deprecated technique
//!
//! ATT&CK took it out without putting another one in its place. Choose the technique that comes closest, or take it away.
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
//!   attack_technique_ids: [T1051]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("technique-deprecated", Group::Metadata, Severity::Warning);
