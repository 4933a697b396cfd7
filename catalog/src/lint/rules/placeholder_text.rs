//! # A template's text was left
//!
//! `Replace this text` is what the template says, and the customer would read it. So are a line that begins with `TODO`, `TBD` or
//! `FIXME`, and lorem ipsum, in text that is no guidance.
//!
//! ~~~bad 3
//! # A hunt
//!
//! *Replace this text with a summary.*
//! ~~~
//!
//! ~~~bad 5
//! # A hunt
//!
//! ## Findings
//!
//! TODO: write this.
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! The malware keeps a TODO list:
//!
//! ```
//! TODO: persist
//! ```
//! ~~~

use super::headings::{closes, opens};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("placeholder-text", Group::Structure, Severity::Info, check);

/// What a line begins with that is still to be written.
const BEGINNINGS: [&str; 3] = ["TODO", "TBD", "FIXME"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    // Guidance may say what is to be done, and so may what the hunter is to fill in.
    let read = |tag: &str| tag == "remove_cell" || tag == "analyst_input";
    for (index, cell) in subject.cells(CellKind::Markdown).filter(|(_, cell)| !cell.tags().any(read)) {
        let (mut at, mut fence) = (0, None);
        for line in cell.source.split_inclusive('\n') {
            if let Some(open) = fence {
                if closes(line, open) {
                    fence = None;
                }
            } else if let Some(open) = opens(line) {
                fence = Some(open);
            } else if is_left(line) {
                found.in_cell(
                    index,
                    at,
                    "a placeholder was left in the text",
                    "write what belongs here, or tag the cell `analyst_input` where the hunter is to write it",
                );
            }
            at += line.len();
        }
    }
}

/// Whether a line is a template's, or says that it is still to be written.
fn is_left(line: &str) -> bool {
    let text = line.trim_start_matches(|c: char| c.is_whitespace() || "*_->#+[]<".contains(c));
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let begins = |word: &str| text.strip_prefix(word).is_some_and(|rest| !goes_on(rest));
    BEGINNINGS.into_iter().any(begins) || line.contains("orem ipsum")
}
