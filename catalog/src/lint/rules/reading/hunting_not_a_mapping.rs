//! # `hunting` is no mapping
//!
//! Write `hunting:` and below it, indented, one `key: value` a line.
//!
//! ~~~bad 6
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting: yes please
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("hunting-not-a-mapping", Group::Metadata, Severity::Error);
