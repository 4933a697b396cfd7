//! # Something in a collection's file cannot be used
//!
//! A collection has a title and procedures.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("collection-file", Group::Catalog, Severity::Warning);
