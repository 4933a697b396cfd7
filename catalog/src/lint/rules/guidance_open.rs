//! # Guidance runs on into the customer's text
//!
//! `+++ {"tags": ["remove_cell"]}` lasts until the next `+++` or the next cell. Where the closing `+++` was forgotten, what was
//! meant for the customer is removed with the guidance, headings and all. Seen where a removed cell of prose holds a
//! heading below other words.
//!
//! ~~~bad 7
//! # A hunt
//!
//! +++ {"tags": ["remove_cell"]}
//!
//! Run this twice.
//!
//! ## Findings
//!
//! We looked at every logon.
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! +++ {"tags": ["remove_cell"]}
//!
//! Run this twice.
//!
//! +++
//!
//! ## Findings
//!
//! We looked at every logon.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("guidance-open", Group::Structure, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for heading in subject.headings() {
        let cell = &subject.notebook.cells[heading.cell];
        let above = cell.source.get(..heading.at).unwrap_or_default();
        // A cell that begins with a heading is a section of guidance, with its own parts.
        let begins = cell.source.trim_start().starts_with('#');
        if cell.has_tag("remove_cell") && heading.level <= 2 && !above.trim().is_empty() && !begins {
            found.in_cell(
                heading.cell,
                heading.at,
                format!("the section {:?} is removed with the guidance above it", heading.text),
                "write `+++` on a line of its own above the heading, where the customer is to see it",
            );
        }
    }
}
