//! # Something of a cell is left out
//!
//! A field or an output is not as nbformat has it. Run the cell anew in Jupyter, and save the notebook.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("ipynb-cell-field", Group::File, Severity::Warning);
