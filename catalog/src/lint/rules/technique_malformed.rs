//! # It is no technique id
//!
//! An id is `T1059` or `T1059.001`; `t1059/001`, `attack.t1059.001` and the address of ATT&CK's page are read as
//! well.
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
//!   attack_technique_ids: [powershell]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("technique-malformed", Group::Metadata, Severity::Warning);
