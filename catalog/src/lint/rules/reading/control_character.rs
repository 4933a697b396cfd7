//! # A control character stands in the file
//!
//! `PyYAML`, and with it jupytext, reads no file that holds it. It came with output that was pasted from a terminal. Delete it, or
//! write it as an escape.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("control-character", Group::File, Severity::Error);
