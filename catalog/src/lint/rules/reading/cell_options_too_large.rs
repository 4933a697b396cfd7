//! # A cell's options are larger than what is read
//!
//! Keep data out of them.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("cell-options-too-large", Group::File, Severity::Error);
