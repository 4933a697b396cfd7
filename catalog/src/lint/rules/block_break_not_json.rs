//! # What stands behind `+++` is no JSON
//!
//! jupytext cannot open the notebook. Write the cell's metadata as a JSON object, or nothing.
//!
//! ~~~bad 3
//! # A hunt
//!
//! +++ {tags: [remove_cell]}
//!
//! Words.
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("block-break-not-json", Group::Structure, Severity::Error);
