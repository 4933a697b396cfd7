//! # A customer's name in a procedure
//!
//! A procedure is for every customer. A team lists names and keys that no file may hold (`lint.names`); they are looked for
//! as whole words, and with their case, in the cells and in the values of `hunting`.
//!
//! ~~~team
//! [lint]
//! names = ["Fabrikam", "145483"]
//! ~~~
//!
//! ~~~bad 3
//! # A hunt
//!
//! First seen at Fabrikam.
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! The fabrikamite, 1145483 of it.
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("name-in-file", Group::Safety, Severity::Error, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let help = "take it out; a copy fills in whom it is for";
    let message = |name: &str| format!("{name:?} is among the names that no procedure may hold");
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        for (at, name) in subject.settings.names.in_text(&cell.source) {
            found.in_cell(index, at, message(name), help);
        }
    }
    for (key, value) in subject.notebook.hunting().into_iter().flatten() {
        let written = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for (_, name) in subject.settings.names.in_text(&written) {
            found.at_key(&format!("hunting.{key}"), message(name), help);
        }
    }
}
