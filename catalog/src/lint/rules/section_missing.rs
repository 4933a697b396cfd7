//! # A section is missing
//!
//! A team may list the headings that each of its procedures has (`lint.sections`). They are compared without regard to case.
//!
//! ~~~team
//! [lint]
//! sections = ["Findings", "Recommendations"]
//! ~~~
//!
//! ~~~bad 0
//! # A hunt
//!
//! ## Findings
//!
//! Words.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("section-missing", Group::Structure, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for wanted in &subject.settings.sections {
        if !subject.headings().any(|heading| heading.is(wanted)) {
            found.at_line(
                0,
                format!("there is no section {wanted:?}"),
                format!("write `## {wanted}` and what belongs there"),
            );
        }
    }
}
