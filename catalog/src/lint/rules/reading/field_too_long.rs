//! # A field is longer than what is kept
//!
//! A description is a sentence or two; the long text belongs into a cell.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("field-too-long", Group::Metadata, Severity::Warning);
