//! # A character ends a line for jupytext only
//!
//! A form feed, U+2028 or another rare character ends a line for Python and not for markdown: cells after it begin and end
//! elsewhere than they seem to. It came with pasted text; put a plain line break or a blank in its place.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("unusual-line-break", Group::File, Severity::Warning);
