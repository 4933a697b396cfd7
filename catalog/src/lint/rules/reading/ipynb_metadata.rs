//! # The notebook's metadata is no mapping
//!
//! Replace it by `{}`, or restore the file.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("ipynb-metadata", Group::File, Severity::Error);
