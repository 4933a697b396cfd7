//! # A key is a mapping here and none below `jupyter`
//!
//! Delete one of the two.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("metadata-conflict", Group::File, Severity::Error);
