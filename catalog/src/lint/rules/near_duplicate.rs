//! # Nearly the same as another procedure
//!
//! What is mended in one stays wrong in the other. Make one of both, or let the second one say what is different in its description.

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("near-duplicate", Group::Catalog, Severity::Info);
