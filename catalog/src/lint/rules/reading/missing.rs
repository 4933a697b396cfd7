//! # The file's content is not in the mirror
//!
//! Git names the file, and its content cannot be read: the mirror or the repository is damaged. Run `git fsck` on the repository;
//! delete the mirror's folder to have it cloned anew.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("missing", Group::File, Severity::Error);
