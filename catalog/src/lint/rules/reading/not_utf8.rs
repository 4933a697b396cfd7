//! # The file is no UTF-8 text
//!
//! An editor on Windows saved it in code page 1252 or UTF-16. Save it as UTF-8: nothing that reads notebooks reads anything else.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("not-utf8", Group::File, Severity::Error);
