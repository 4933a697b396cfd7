//! # A second YAML document
//!
//! There is one. Remove the `---`, or what follows it.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-documents", Group::File, Severity::Error);
