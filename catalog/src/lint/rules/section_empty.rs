//! # A section with nothing in it
//!
//! A heading, and then the next one: the customer reads that something was to be there. Guidance that is removed from what the
//! customer reads does not count.
//!
//! ~~~bad 5
//! # A hunt
//!
//! Words.
//!
//! ## Findings
//!
//! ## Next steps
//!
//! Words.
//! ~~~
//!
//! ~~~bad 5
//! # A hunt
//!
//! Words.
//!
//! ## Findings
//!
//! +++ {"tags": ["remove_cell"]}
//!
//! Write them down as you go.
//!
//! +++
//!
//! ## Next steps
//!
//! Words.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("section-empty", Group::Structure, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for section in subject.sections().iter().filter(|section| section.is_empty()) {
        found.in_cell(
            section.heading.cell,
            section.heading.at,
            format!("nothing stands below the heading {:?}", section.heading.text),
            "write the section, or take the heading away",
        );
    }
}
