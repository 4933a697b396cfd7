//! # A tag that removes nothing
//!
//! MyST and Jupyter Book write `remove-cell`; the report is made with nbconvert, which compares `remove_cell`
//! exactly. With a hyphen, internal guidance reaches the customer.
//!
//! ~~~bad 3
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [remove-cell]
//!
//! 1 + 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("tag-hyphenated", Group::Tags, Severity::Warning);
