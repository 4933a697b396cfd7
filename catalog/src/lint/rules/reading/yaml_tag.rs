//! # A YAML tag
//!
//! `!!str` and its like can make anything of a value; repositories are not trusted that far. Write the value without it.
//!
//! ~~~bad 2
//! ---
//! a: !!str b
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-tag", Group::File, Severity::Error);
