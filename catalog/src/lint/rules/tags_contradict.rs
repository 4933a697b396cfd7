//! # Tags that contradict each other
//!
//! `analyst_input` marks what a hunter writes for the customer; with `remove_cell` the customer never sees it. A cell of
//! prose has neither an input nor an output to remove.
//!
//! ~~~bad 3
//! # A hunt
//!
//! +++ {"tags": ["analyst_input", "remove_cell"]}
//!
//! **To be written:** what was found.
//!
//! +++
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("tags-contradict", Group::Tags, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        if cell.has_tag("analyst_input") && cell.has_tag("remove_cell") {
            found.of_tag(
                index,
                "analyst_input",
                "a hunter is to write here (`analyst_input`), and the customer never sees it (`remove_cell`)",
                "take one of the two tags away",
            );
        }
        let of_code = ["remove_input", "remove_output"].into_iter().find(|tag| cell.has_tag(tag));
        if let Some(tag) = of_code.filter(|_| cell.kind == CellKind::Markdown) {
            found.of_tag(
                index,
                tag,
                format!("`{tag}` removes nothing from prose"),
                "write `remove_cell` where the customer is not to see it, or take the tag away",
            );
        }
    }
}
