//! # A tag is no text
//!
//! `1`, `on` and dates are no text for YAML. Put the tag in quotes.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [1]
//!
//! 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("tag-not-text", Group::Tags, Severity::Error);
