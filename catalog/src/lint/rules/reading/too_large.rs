//! # The file is larger than what is read
//!
//! A procedure holds words and queries. What makes it large is data or outputs: they belong beside the notebook, or nowhere.
//! Text is read up to 4 MB.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("too-large", Group::File, Severity::Error);
