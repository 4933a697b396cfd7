//! # A notebook of another version
//!
//! nbformat 3 and 4 are read. Open the notebook in Jupyter and save it, or run `jupyter nbconvert --to notebook --inplace` on it.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("ipynb-format", Group::File, Severity::Error);
