//! # A cell that Jupyter would not open
//!
//! It has no kind, or no text. Delete it, or write it anew in Jupyter.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("ipynb-cell", Group::File, Severity::Error);
