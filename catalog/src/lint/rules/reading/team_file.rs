//! # Something in `huntshelf.toml` cannot be used
//!
//! The rest of the file is used. A text stands in quotation marks, a list in brackets; keys that nobody knows are misspelt.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("team-file", Group::Catalog, Severity::Warning);
