//! # `text_representation` is no mapping
//!
//! Write `text_representation: {extension: .md, format_name: myst}`.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! jupytext: {text_representation: 1}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule =
    Rule::told("text-representation-not-mapping", Group::File, Severity::Error);
