//! # More cells than are shown
//!
//! The rest of them is left out. Split the notebook in two.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("too-many-cells", Group::File, Severity::Error);
