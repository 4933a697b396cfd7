//! # `orig_nbformat` is no number
//!
//! Delete the key: nothing needs it.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! orig_nbformat: a
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("orig-nbformat-invalid", Group::File, Severity::Error);
