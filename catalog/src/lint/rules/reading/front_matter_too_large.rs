//! # The front matter is larger than what is read
//!
//! Move what is no metadata into cells.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("front-matter-too-large", Group::File, Severity::Error);
