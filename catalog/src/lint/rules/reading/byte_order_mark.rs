//! # A byte order mark hides the front matter
//!
//! Three bytes that some editors write before the text keep jupytext from seeing `---` at its beginning: the metadata becomes
//! prose. Save the file as UTF-8 without a byte order mark.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("byte-order-mark", Group::File, Severity::Warning);
