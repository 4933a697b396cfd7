//! # `language_info` is not as nbformat wants it
//!
//! It has a `name`, and its fields are texts. Jupyter writes the block anew where it is deleted.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! language_info: {version: 3}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("language-info-invalid", Group::File, Severity::Error);
