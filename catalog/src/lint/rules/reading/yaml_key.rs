//! # A list or a mapping stands where a key should be
//!
//! Use text as the key; put it in quotes if it begins with a bracket.
//!
//! ~~~bad 2
//! ---
//! [1, 2]: x
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-key", Group::File, Severity::Error);
