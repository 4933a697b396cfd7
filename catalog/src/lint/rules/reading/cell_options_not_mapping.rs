//! # A cell's options are no mapping
//!
//! Write one `key: value` a line.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! ---
//! - a
//! ---
//! 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("cell-options-not-mapping", Group::File, Severity::Error);
