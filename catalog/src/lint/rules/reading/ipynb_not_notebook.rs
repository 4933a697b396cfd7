//! # JSON that is no notebook
//!
//! The file ends in `.ipynb` and holds something else.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("ipynb-not-notebook", Group::File, Severity::Error);
