//! # A technique of another domain
//!
//! It is of ATT&CK's mobile or ICS matrix, and the catalog shows the enterprise one. It is found by its id; name a technique of
//! the shown domain too, if one fits.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("technique-foreign", Group::Metadata, Severity::Warning);
