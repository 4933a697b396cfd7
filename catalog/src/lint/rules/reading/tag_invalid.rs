//! # A tag is empty or holds a comma
//!
//! Write each tag as an item of its own.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: ['a,b']
//!
//! 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("tag-invalid", Group::Tags, Severity::Error);
