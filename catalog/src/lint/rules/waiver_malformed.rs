//! # A waiver that cannot be read
//!
//! `hunting.lint.ignore` lists rules that are not told of this notebook, each with a reason and perhaps a last day. One that names
//! no rule, a rule that there is not, or a day that is none waives nothing.
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
//!       - {rule: section-emty, reason: it is filled in by hand}
//!       - {rule: section-empty, reason: it is filled in by hand}
//! ---
//!
//! # A hunt
//!
//! ## Nothing
//! ~~~
//!
//! ~~~good
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
//!     ignore: {section-empty: it is filled in by hand}
//! ---
//!
//! # A hunt
//!
//! ## Nothing
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("waiver-malformed", Group::Metadata, Severity::Warning);
