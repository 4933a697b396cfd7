//! # A name that is not UTF-8
//!
//! Nothing can address the file. Give it a name in UTF-8.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule =
    Rule::told("left-out-name-not-utf8", Group::Catalog, Severity::Warning);
