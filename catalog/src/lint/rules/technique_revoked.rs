//! # ATT&CK has replaced the technique
//!
//! The release that the repository is held to knows the id only as revoked. `huntshelf attack remap` prints a
//! patch.
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
//!   attack_technique_ids: [T1562.001]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("technique-revoked", Group::Metadata, Severity::Warning);
