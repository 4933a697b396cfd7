//! # A path that is too deep
//!
//! It lies deeper than 128 folders, or has more than 4,096 bytes. Move it up.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("left-out-too-deep", Group::Catalog, Severity::Warning);
