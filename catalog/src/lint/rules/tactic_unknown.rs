//! # ATT&CK has no such tactic
//!
//! Write a tactic's id, short name or name: `TA0006`, `credential-access`, `Credential Access`.
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
//!   attack_tactic_ids: [stealing]
//!   attack_technique_ids: [T1059.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("tactic-unknown", Group::Metadata, Severity::Warning);
