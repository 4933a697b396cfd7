//! # A cell that is not closed
//!
//! All that follows, down to the end of the file, is in this cell.
//!
//! ~~~bad 3
//! # A hunt
//!
//! ```{code-cell} ipython3
//! print(1)
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("fence-unclosed", Group::File, Severity::Warning);
