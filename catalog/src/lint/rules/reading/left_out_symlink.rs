//! # A symbolic link is left out
//!
//! None is followed, so that none leads out of the repository. Put the file itself here.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("left-out-symlink", Group::Catalog, Severity::Warning);
