//! # Code cells of different languages
//!
//! jupytext keeps the word behind the first `{code-cell}` for all of them.
//!
//! ~~~bad 7
//! # A hunt
//!
//! ```{code-cell} ipython3
//! print(1)
//! ```
//!
//! ```{code-cell} bash
//! ls
//! ```
//! ~~~

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("mixed-languages", Group::File, Severity::Warning);
