//! # A waiver without a reason
//!
//! Who reads it next year cannot tell whether it is still right. Until it says why, it waives nothing.
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
//!       - rule: section-empty
//! ---
//!
//! # A hunt
//!
//! ## Nothing
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("waiver-without-reason", Group::Metadata, Severity::Warning);
