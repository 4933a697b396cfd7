//! # A waiver that waives nothing
//!
//! What it was for is mended, or was never there. A waiver that stays hides the next one.
//!
//! ~~~bad 15
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
//!   lint:
//!     ignore:
//!       - {rule: cell-long, reason: one table of constants}
//!       - {rule: section-empty, reason: it is filled in by hand}
//! ---
//!
//! # A hunt
//!
//! ## Nothing
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("waiver-unused", Group::Metadata, Severity::Info);
