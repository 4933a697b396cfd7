//! # A tactic that ATT&CK has no more
//!
//! It was split or renamed. Name what took its place.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("tactic-retired", Group::Metadata, Severity::Info);
