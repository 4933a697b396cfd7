//! # A waiver has expired
//!
//! Its last day is over (`until`): what it was for is told again. Mend that, or look at it again and give it another day.
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
//!       - {rule: section-empty, reason: until the analysis is done, until: "2025-12-31"}
//! ---
//!
//! # A hunt
//!
//! ## Nothing
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("waiver-expired", Group::Metadata, Severity::Warning);
