//! # A filter of metadata cannot be read
//!
//! It is a text such as `hunting,-tags`, or a mapping of `additional` and `excluded`.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! jupytext: {root_level_metadata_filter: [a]}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("metadata-filter-invalid", Group::File, Severity::Error);
