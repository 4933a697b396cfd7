//! # A template's text was left
//!
//! `Replace this text` is what the template says, and the customer would read it.
//!
//! ~~~bad 3
//! # A hunt
//!
//! *Replace this text with a summary.*
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("placeholder-text", Group::Structure, Severity::Info);
