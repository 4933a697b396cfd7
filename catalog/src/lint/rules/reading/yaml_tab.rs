//! # A tab in YAML
//!
//! `PyYAML` takes a tab for blanks in no place. Write blanks.

#![allow(clippy::tabs_in_doc_comments, reason = "the example is about one")]

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-tab", Group::File, Severity::Error);
