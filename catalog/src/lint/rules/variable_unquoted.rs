//! # A variable that a blank breaks
//!
//! `%taegis` puts the values of `$NAME` into its line and then splits it as a shell does: `--title $INVESTIGATION_TITLE` takes the
//! first word, and the others become options of their own. Put free text in quotes.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{raw-cell}
//! %taegis investigations create --title $INVESTIGATION_TITLE --tenant $TENANT_ID
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! ```{raw-cell}
//! %taegis investigations create --title "$INVESTIGATION_TITLE" --tenant $TENANT_ID
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("variable-unquoted", Group::Code, Severity::Warning, check);

/// Options whose values are free text.
const FREE: [&str; 6] = ["--title", "--name", "--description", "--comment", "--summary", "--reason"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        if cell.kind == CellKind::Markdown || !cell.source.contains("%taegis") {
            continue;
        }
        let mut at = 0;
        for line in cell.source.split_inclusive('\n') {
            if line.trim_start().trim_start_matches('%').starts_with("taegis")
                && line.trim_start().starts_with('%')
            {
                for (place, option, variable) in unquoted(line) {
                    found.in_cell(
                        index,
                        at + place,
                        format!("`{option} {variable}` takes the first word of its value only"),
                        format!("write `{option} \"{variable}\"`"),
                    );
                }
            }
            at += line.len();
        }
    }
}

/// Variables without quotes behind options that take free text: their bytes in the line, the option, and the variable.
fn unquoted(line: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let mut option = None;
    let mut rest = line;
    while let Some(word) = rest.split_whitespace().next() {
        let start = line.len() - rest.trim_start().len();
        rest = &line[start + word.len()..];
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (Some(name), value),
            _ => (option, word),
        };
        if let Some(name) = name.filter(|name| FREE.contains(name) && value.starts_with('$')) {
            found.push((start + word.len() - value.len(), name, value));
        }
        option = word.starts_with("--").then_some(word);
    }
    found
}
