//! # The front matter does not stand between three dashes
//!
//! It begins and ends with a line that holds `---` and nothing else.
//!
//! ~~~bad 1
//! ----
//! a: 1
//! ----
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("front-matter-rules", Group::File, Severity::Error);
