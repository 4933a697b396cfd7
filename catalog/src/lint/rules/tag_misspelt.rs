//! # A tag that nearly is one that does something
//!
//! Tags are compared exactly. `Remove_Cell`, `remove_cells` or `paramaters` do nothing, without a word: guidance reaches
//! the customer, or a copy is made without its tenant. The right spelling can be put in at once (`--fix`).
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [remove_cells]
//!
//! 1 + 1
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! ```{code-cell} ipython3
//! :tags: [remove_cell, triage, hide-input]
//!
//! 1 + 1
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("tag-misspelt", Group::Tags, Severity::Warning, check);

/// Tags that do something.
pub(super) const KNOWN: [&str; 6] =
    ["remove_cell", "remove_input", "remove_output", "parameters", "injected-parameters", "analyst_input"];
/// Tags that look like them and are none of them.
const OTHERS: [&str; 9] = [
    "remove-cell",
    "remove-input",
    "remove-output",
    "hide-cell",
    "hide-input",
    "hide-output",
    "hide_cell",
    "hide_input",
    "hide_output",
];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        let own = &subject.settings.cell_tags;
        let is_other = |tag: &&str| !KNOWN.contains(tag) && !OTHERS.contains(tag);
        for tag in cell.tags().filter(is_other).filter(|tag| !own.iter().any(|own| own == tag)) {
            let Some(right) = KNOWN.into_iter().find(|known| is_near(tag, known)) else { continue };
            let message = format!("the tag `{tag}` does nothing; `{right}` does");
            if let Some(range) = found.of_tag(index, tag, message, format!("spell it `{right}`")) {
                found.mended_by(range, right);
            }
        }
    }
}

/// Whether a tag is a known one but for case, for what parts its words, or for two letters at most.
fn is_near(tag: &str, known: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '.'], "_");
    let (tag, known) = (plain(tag), plain(known));
    tag == known || distance(&tag, &known, 2) <= 2
}

/// How many letters must be put in, taken away or changed; more than `most` is `most + 1`.
fn distance(one: &str, other: &str, most: usize) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, char) in one.iter().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, against) in other.iter().enumerate() {
            let changed = corner + usize::from(char != against);
            corner = row[place + 1];
            row[place + 1] = changed.min(corner + 1).min(row[place] + 1);
        }
    }
    row[other.len()].min(most + 1)
}
