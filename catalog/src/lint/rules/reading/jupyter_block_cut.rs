//! # The `jupyter` block ends too early for jupytext
//!
//! It reads the block down to the first line that begins without a blank, a comment too. Indent every line of it.
//!
//! ~~~bad 1
//! ---
//! jupyter:
//! # a comment
//!   a: 1
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("jupyter-block-cut", Group::File, Severity::Error);
