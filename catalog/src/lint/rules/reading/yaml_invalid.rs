//! # YAML that cannot be read
//!
//! A value that holds `: ` or ` #`, or begins with one of ``%@`{}[]&*!|>``, stands in quotes. Below a wrong line nothing is known.
//!
//! ~~~bad 2
//! ---
//! a: b: c
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-invalid", Group::File, Severity::Error);
