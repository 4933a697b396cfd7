//! # The front matter is not closed
//!
//! The file begins with `---`, and no such line follows: the metadata is read as prose.
//!
//! ~~~bad 1
//! ---
//! a: 1
//!
//! `x`
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("front-matter-unclosed", Group::File, Severity::Error);
