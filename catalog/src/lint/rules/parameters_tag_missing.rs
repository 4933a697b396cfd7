//! # No cell is tagged `parameters`
//!
//! A copy could not fill in its tenant: what it puts on top is set to nothing again by the cell below, the query
//! runs against no tenant, and an empty result reads like a clean one. `/problems` has a patch for all such files.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! TENANT_ID = None
//! print(TENANT_ID)
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::told("parameters-tag-missing", Group::Tags, Severity::Warning);
