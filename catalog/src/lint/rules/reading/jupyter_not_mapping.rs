//! # `jupyter` is no mapping
//!
//! Put the notebook's metadata below it, or delete the key.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! jupyter: 1
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("jupyter-not-mapping", Group::File, Severity::Error);
