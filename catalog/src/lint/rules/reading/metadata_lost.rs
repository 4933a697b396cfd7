//! # The `hunting` metadata was lost
//!
//! It was there in an earlier revision. jupytext deletes what it is not told to keep: restore the block from the last good
//! revision, and write `notebook_metadata_filter: hunting` below `jupytext:`.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("metadata-lost", Group::Catalog, Severity::Error);
