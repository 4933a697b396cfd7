//! # A tag stands twice
//!
//! Delete one of the two.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [a, a]
//!
//! 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("tag-twice", Group::Tags, Severity::Error);
