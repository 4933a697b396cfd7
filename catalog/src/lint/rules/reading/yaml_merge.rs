//! # A YAML merge key
//!
//! `<<` is refused, as aliases are. Write the keys out.
//!
//! ~~~bad 4
//! ---
//! a: {b: 1}
//! c:
//!   <<: {d: 1}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-merge", Group::File, Severity::Error);
