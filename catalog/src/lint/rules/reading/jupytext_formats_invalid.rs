//! # jupytext does not know the formats
//!
//! `formats` names what a notebook is paired with: `ipynb,md:myst`.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 2
//! ---
//! jupytext: {formats: 'ipynb,mdx'}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("jupytext-formats-invalid", Group::File, Severity::Error);
