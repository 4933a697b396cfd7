//! # A number that few programs read
//!
//! NaN, infinity and very large numbers are no JSON, though Python writes them. It is kept as text; put it in quotes.
//!
//! ~~~bad 3
//! # A hunt
//!
//! +++ {"a": NaN}
//!
//! Words.
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("json-number", Group::File, Severity::Warning);
