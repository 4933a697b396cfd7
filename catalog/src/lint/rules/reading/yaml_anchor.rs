//! # A YAML anchor
//!
//! Anchors and aliases let a few lines grow to gigabytes; they are refused. Write the value out wherever it is needed.
//!
//! ~~~bad 2
//! ---
//! a: &b c
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-anchor", Group::File, Severity::Error);
