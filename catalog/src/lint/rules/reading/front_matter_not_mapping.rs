//! # The front matter is no mapping
//!
//! It is empty, a list or a text. Write one `key: value` a line, or delete the block.
//!
//! jupytext, and with it Jupyter, opens no file in which it stands.
//!
//! ~~~bad 1
//! ---
//! - a
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("front-matter-not-mapping", Group::File, Severity::Error);
