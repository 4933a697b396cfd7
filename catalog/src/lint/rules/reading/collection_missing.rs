//! # A collection names a procedure that is not there
//!
//! Check the id, or take the line away.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("collection-missing", Group::Catalog, Severity::Warning);
