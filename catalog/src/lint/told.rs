//! What reading a file told, put where it stands.
//!
//! Who reads a cell knows where the cell begins, and who asks for a field knows where the block begins. Here the text is
//! known, too: a tag is on a line of its own, and so is a field that is there and says nothing.

use super::Diagnostic;
use super::subject::Subject;

/// What is told of an option of a cell, with the option.
const OF_OPTIONS: [(&str, &str); 5] = [
    ("tags-not-list", "tags"),
    ("tag-not-text", "tags"),
    ("tag-invalid", "tags"),
    ("tag-twice", "tags"),
    ("cell-name-not-text", "name"),
];

/// What is told of a field that is missing, with the field.
const OF_FIELDS: [(&str, &str); 6] = [
    ("title-missing", "title"),
    ("id-missing", "id"),
    ("description-missing", "description"),
    ("techniques-missing", "attack_technique_ids"),
    ("data-sources-missing", "data_sources"),
    ("tags-missing", "tags"),
];

/// What was told, at its line; none where it follows from something else that is told.
pub(super) fn placed(mut diagnostic: Diagnostic, subject: &Subject<'_>) -> Option<Diagnostic> {
    let option = diagnostic.cell.zip(option_of(&diagnostic));
    if let Some((line, _)) = option.and_then(|(cell, option)| subject.among_options(cell, option)) {
        diagnostic = diagnostic.at(line, 0);
    } else if let Some((_, field)) = OF_FIELDS.iter().find(|(code, _)| *code == diagnostic.code) {
        let line = subject.notebook.line_of(&format!("hunting.{field}"));
        // One that is empty is told of as that.
        if line > 0
            && subject.procedure.diagnostics.iter().any(|one| one.code == "yaml-null" && one.line == line)
        {
            return None;
        }
        if line > 0 {
            diagnostic = diagnostic.at(line, 0);
        }
    }
    Some(diagnostic)
}

/// The option of a cell that something is told of: known by the code, or named in the message.
fn option_of(diagnostic: &Diagnostic) -> Option<&str> {
    let known = OF_OPTIONS.iter().find(|(code, _)| *code == diagnostic.code).map(|(_, option)| *option);
    let named =
        || diagnostic.message.split('`').nth(1).filter(|_| diagnostic.code == "cell-metadata-invalid");
    known.or_else(named)
}
