//! # An id that an older file has
//!
//! An id names one procedure. The file that had it first keeps it; this one is addressed by its path until it has an id of its
//! own. It was copied: give the copy another id.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("id-duplicate", Group::Catalog, Severity::Error);
