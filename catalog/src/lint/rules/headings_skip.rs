//! # A heading skips a level
//!
//! From `##` straight to `####`: outlines, screen readers and tables of contents show a gap.
//!
//! ~~~bad 3
//! # A hunt
//!
//! ### Too deep
//!
//! Words.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("headings-skip", Group::Structure, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut before = 0;
    for heading in subject.headings() {
        if before > 0 && heading.level > before + 1 {
            found.in_cell(
                heading.cell,
                heading.at,
                format!(
                    "the heading {:?} is of level {}, below one of level {before}",
                    heading.text, heading.level
                ),
                format!("write it with {} #", before + 1),
            );
        }
        before = heading.level;
    }
}
