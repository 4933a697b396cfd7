//! # No heading of the first level
//!
//! The report begins with it, outlines and lists show it. Write `# ` and the title above the first section.
//!
//! ~~~bad 0
//! ## Findings
//!
//! Words.
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! Words.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("heading-missing", Group::Structure, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let has_prose = subject.notebook.cells.iter().any(|cell| cell.kind == CellKind::Markdown);
    if has_prose && !subject.headings().any(|heading| heading.level == 1) {
        found.at_line(
            0,
            "no heading of the first level stands in the prose",
            "write `# ` and the title above it",
        );
    }
}
