//! # A submodule is left out
//!
//! It is another repository. Mirror that one as one of its own.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("left-out-submodule", Group::Catalog, Severity::Warning);
