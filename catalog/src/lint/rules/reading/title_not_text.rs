//! # The notebook's `title` is no text
//!
//! Put it in quotes.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! title: 2026
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("title-not-text", Group::File, Severity::Error);
