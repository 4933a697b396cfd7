//! # A customer's name in a procedure
//!
//! A procedure is for every customer. A team lists names and keys that no file may hold (`lint.names`); they are looked for
//! as whole words, and with their case.

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("name-in-file", Group::Safety, Severity::Error, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for name in subject.settings.names.iter().filter(|name| !name.trim().is_empty()) {
        for (index, cell) in subject.notebook.cells.iter().enumerate() {
            if let Some(at) = whole(&cell.source, name) {
                found.in_cell(
                    index,
                    at,
                    format!("{name:?} is among the names that no procedure may hold"),
                    "take it out; a copy fills in whom it is for",
                );
            }
        }
    }
}

/// The byte at which a name stands as a word of its own.
fn whole(text: &str, name: &str) -> Option<usize> {
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        !text[..*at].ends_with(char::is_alphanumeric) && !text[*at + name.len()..].starts_with(char::is_alphanumeric)
    })
}
