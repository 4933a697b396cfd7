//! # YAML with too many values
//!
//! It holds more values, or deeper ones, than metadata has any use for. Move what is no metadata out of it.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("yaml-too-large", Group::File, Severity::Error);
