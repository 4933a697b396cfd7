//! # The front matter names another format
//!
//! `format_name` says what jupytext reads the file as, whatever stands in it.
//!
//! ~~~bad 3
//! ---
//! jupytext:
//!   text_representation: {format_name: markdown}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("format-not-myst", Group::File, Severity::Warning);
