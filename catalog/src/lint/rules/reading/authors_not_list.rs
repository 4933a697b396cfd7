//! # The notebook's `authors` are no list
//!
//! Write `authors: [{name: …}]`.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! authors: Ada
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("authors-not-list", Group::File, Severity::Error);
