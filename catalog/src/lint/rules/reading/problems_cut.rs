//! # More problems than are listed
//!
//! Of a file with very many the worst are kept. Mend these, or see them all with `huntshelf lint`.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("problems-cut", Group::File, Severity::Warning);
