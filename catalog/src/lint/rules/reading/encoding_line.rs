//! # jupytext takes a line for the encoding of a script
//!
//! The first two lines hold `coding:` or `coding=`, as scripts say in which encoding they are. Write the line otherwise, or move it
//! down.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("encoding-line", Group::File, Severity::Error);
