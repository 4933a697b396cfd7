//! # `jupytext` is no mapping
//!
//! Write what jupytext is to know below it, one `key: value` a line.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! jupytext: myst
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("jupytext-not-mapping", Group::File, Severity::Error);
