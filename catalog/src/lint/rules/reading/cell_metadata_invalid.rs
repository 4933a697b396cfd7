//! # A cell's metadata is not as nbformat wants it
//!
//! `collapsed` and `scrolled` are true or false, `jupyter` is a mapping, `format` a text.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :collapsed: maybe
//!
//! 1
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("cell-metadata-invalid", Group::File, Severity::Error);
