//! # A cached result that nothing keeps
//!
//! `--cache` keeps a result in the notebook so that running it again does not ask again; it does so under the name that
//! `--assign` gives. Without a name nothing is found again.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant $TENANT_ID --cache
//! FROM process EARLIEST=-7d
//! | head 100
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("cache-without-assign", Group::Code, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.cells(CellKind::Code) {
        let mut at = 0;
        for line in cell.source.split_inclusive('\n') {
            let words: Vec<&str> = line.split_whitespace().collect();
            let has = |wanted: &str| words.iter().any(|word| word.split('=').next() == Some(wanted));
            if line.trim_start().starts_with('%') && has("--cache") && !has("--assign") && !has("--append") {
                found.in_cell(
                    index,
                    at,
                    "`--cache` keeps a result under the name that `--assign` gives, and there is none",
                    "write `--assign NAME` too",
                );
            }
            at += line.len();
        }
    }
}
