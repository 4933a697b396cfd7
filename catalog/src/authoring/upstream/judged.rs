//! What lint says of a procedure before and after: a proposal brings no new errors.

use crate::instance::{Hold, Refusal, Request, Vocabulary, blob_id, try_out};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Metadata, myst};

/// Most errors that a refusal names.
const NAMED: usize = 3;

/// What lint says of a procedure before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Of the procedure as it is.
    pub before: Vec<Diagnostic>,
    /// Of the proposal.
    pub after: Vec<Diagnostic>,
    /// The errors of the proposal that the procedure does not have.
    pub new_errors: Vec<Diagnostic>,
}

impl Judged {
    pub(super) fn of(lint: &dyn Fn(&str) -> Vec<Diagnostic>, now: &[u8], text: &str) -> Self {
        let before = lint(&String::from_utf8_lossy(now));
        if now == text.as_bytes() {
            return Self { after: before.clone(), before, new_errors: Vec::new() };
        }
        let after = lint(text);
        // The same error in another line is the same one.
        let mut known: Vec<(&str, &str)> = before
            .iter()
            .filter(|one| is_error(one))
            .map(|one| (one.code.as_str(), one.message.as_str()))
            .collect();
        let mut new_errors = Vec::new();
        for one in after.iter().filter(|one| is_error(one)) {
            let this = (one.code.as_str(), one.message.as_str());
            match known.iter().position(|own| *own == this) {
                Some(at) => {
                    known.swap_remove(at);
                }
                None => new_errors.push(one.clone()),
            }
        }
        Self { before, after, new_errors }
    }

    /// Why it must not be proposed; none where it brings no new error.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        if self.new_errors.is_empty() {
            return None;
        }
        let said: Vec<String> = self
            .new_errors
            .iter()
            .take(NAMED)
            .map(|one| format!("{} in line {} ({})", one.code, one.line, one.message))
            .collect();
        Some(Refusal::new(
            "lint-errors",
            format!("the procedure would have errors that it does not have: {}", said.join("; ")),
            "Leave out the cell that brings them, or mend it and bring the notebook back anew.",
        ))
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.blocking || diagnostic.severity == Severity::Error
}

/// Why no copy could be made of a text, where one can be made of the procedure: a hunt that could run against no tenant, or in
/// which a parameter is read no more.
pub(super) fn uncopyable(now: &[u8], text: &str) -> Option<Refusal> {
    if now == text.as_bytes() {
        return None;
    }
    let refused = |bytes: &[u8]| {
        let notebook = myst::read(bytes);
        let request = Request {
            notebook: &notebook,
            procedure: None,
            repo: None,
            path: None,
            commit: None,
            blob: &blob_id(bytes),
            tenant: None,
            window: None,
            parameters: &Metadata::new(),
            hold: Hold::Writes,
            vocabulary: &Vocabulary::default(),
            attack: None,
        };
        try_out(&request).err()
    };
    if refused(now).is_some() {
        return None;
    }
    let refusal = refused(text.as_bytes())?;
    Some(Refusal { reason: format!("no copy could be made of it any more: {}", refusal.reason), ..refusal })
}
