//! # A number that JSON cannot hold
//!
//! Infinity, what is no number, and integers of more than 64 bits are kept as text. Put it in quotes.
//!
//! ~~~bad 2
//! ---
//! a: .nan
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-number", Group::File, Severity::Warning);
