//! # A YAML alias
//!
//! Anchors and aliases are refused. Write the value out, or put text that begins with `*` in quotes.
//!
//! ~~~bad 2
//! ---
//! a: *b
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-alias", Group::File, Severity::Error);
