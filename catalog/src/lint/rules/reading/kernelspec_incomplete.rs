//! # The kernelspec lacks a name
//!
//! It has a `name` and a `display_name`, both texts.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! kernelspec: {name: python3}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("kernelspec-incomplete", Group::File, Severity::Error);
