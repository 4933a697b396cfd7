//! # What follows `+++` is no mapping
//!
//! It is a cell's metadata as JSON: `+++ {"tags": ["remove_cell"]}`.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 3
//! # A hunt
//!
//! +++ [1]
//!
//! Words.
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("block-break-not-mapping", Group::File, Severity::Error);
