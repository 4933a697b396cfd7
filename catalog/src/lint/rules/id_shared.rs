//! # An id that another file has too
//!
//! An id names one procedure: links, copies and reports lead to whichever file had it first. A file was copied; give the copy an id
//! of its own.

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("id-shared", Group::Catalog, Severity::Error);
