//! # An ipynb file that is no JSON
//!
//! A merge conflict was committed, or the file was cut. Restore it from a version that Jupyter opened.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("ipynb-not-json", Group::File, Severity::Error);
