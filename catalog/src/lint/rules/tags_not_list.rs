//! # Tags that are no list
//!
//! jupytext cannot open a notebook with `:tags: one`. Write `:tags: [one]`.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: one
//!
//! 1 + 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("tags-not-list", Group::Tags, Severity::Error);
