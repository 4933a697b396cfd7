//! # A key of the front matter is no text
//!
//! `yes`, `on`, numbers and dates are no text for YAML 1.1. Put the key in quotes.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! yes: x
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("metadata-key-not-text", Group::File, Severity::Error);
