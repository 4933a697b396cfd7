//! # Two paths that Windows and macOS do not tell apart
//!
//! They differ by case or by how letters are composed: only one of both can be checked out there. Rename one.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("names-alike", Group::Catalog, Severity::Warning);
