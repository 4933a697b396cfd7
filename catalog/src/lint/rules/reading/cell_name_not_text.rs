//! # A cell's `name` is no line of text
//!
//! Write a name in one line, in quotes, or delete the key.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :name: 2026-01-01
//!
//! 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("cell-name-not-text", Group::File, Severity::Error);
