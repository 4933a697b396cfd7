//! # jupytext's version is no text
//!
//! `1.16` is a number for YAML. Put it in quotes, or delete the line.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 4
//! ---
//! jupytext:
//!   text_representation:
//!     jupytext_version: 1.16
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("jupytext-version-not-text", Group::File, Severity::Error);
