//! # It does not say what it hunts
//!
//! A notebook without a `hunting` block is on no shelf: it is not found by technique, has no id that stays when the file
//! moves, and cannot be told from a scratch pad. Write the block into the front matter, with a title and an id at least.
//!
//! ~~~bad 1
//! ---
//! jupytext:
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! ---
//!
//! # A hunt
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("hunting-missing", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    if subject.notebook.hunting().is_none() && !subject.notebook.has_hunting() && !subject.is_hidden() {
        found.at_line(
            1,
            "the front matter has no `hunting` block",
            "write `hunting:` and below it, indented, `title:` and `id:`",
        );
    }
}
