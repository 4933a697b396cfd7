//! # More is left out than is listed
//!
//! What is named above is the beginning. Look at the tree of the repository.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("left-out-more", Group::Catalog, Severity::Warning);
