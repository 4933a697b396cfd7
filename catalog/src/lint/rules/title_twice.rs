//! # More than one title
//!
//! A notebook has one heading of the first level: its title. Others make a report of several documents.
//!
//! ~~~bad 5
//! # A hunt
//!
//! Words.
//!
//! # Another one
//!
//! Words.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("title-twice", Group::Structure, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for heading in subject.headings().filter(|heading| heading.level == 1).skip(1) {
        found.in_cell(
            heading.cell,
            heading.at,
            format!("{:?} is another title", heading.text),
            "write it with ##, as a section",
        );
    }
}
