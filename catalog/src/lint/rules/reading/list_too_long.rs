//! # A list with more entries than are kept
//!
//! Nobody reads a thousand tags. Shorten it.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("list-too-long", Group::Metadata, Severity::Warning);
