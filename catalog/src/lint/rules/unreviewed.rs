//! # Nobody has looked at it for long
//!
//! Products, logs and attackers change. A team says after how many days a procedure is to be looked at again
//! (`lint.unreviewed-days`); a review, or a change of the file, counts as a look.

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("unreviewed", Group::Catalog, Severity::Warning);
