//! # A name that no file can have
//!
//! No file can be checked out by it. Give it another name.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule =
    Rule::told("left-out-name-unusable", Group::Catalog, Severity::Warning);
