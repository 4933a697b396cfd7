//! What rules find, and what would mend it.

use super::subject::Subject;
use super::{Diagnostic, Severity};
use crate::instance::cell_magic;
use crate::query::Query;
use std::ops::Range;

/// The most that one rule says of one file.
const MOST: usize = 50;

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, where, and what to do.
    pub diagnostic: Diagnostic,
    /// What would mend it, where that is certain.
    pub fix: Option<Fix>,
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, fix: None }
    }
}

/// A change to a file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Bytes of the text that go.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

/// The text with what would mend it. Of two that touch the same bytes the first counts: lint again for the other.
pub fn mend(text: &str, findings: &[Finding]) -> String {
    let mut fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    fixes.sort_by_key(|fix| (fix.range.start, fix.range.end));
    let mut mended = String::with_capacity(text.len());
    let mut at = 0;
    for fix in fixes {
        let fits = fix.range.start >= at
            && text.is_char_boundary(fix.range.start)
            && text.is_char_boundary(fix.range.end);
        if fits && let Some(kept) = text.get(at..fix.range.start) {
            mended.push_str(kept);
            mended.push_str(&fix.text);
            at = fix.range.end;
        }
    }
    mended.push_str(text.get(at..).unwrap_or_default());
    mended
}

/// Collects what one rule finds in one file.
pub(super) struct Found<'s> {
    code: &'s str,
    severity: Severity,
    pub(super) subject: &'s Subject<'s>,
    pub(super) findings: Vec<Finding>,
    /// Whether the last one was taken up, and so a further one may be.
    pub(super) taken: bool,
}

impl<'s> Found<'s> {
    pub(super) fn new(code: &'s str, severity: Severity, subject: &'s Subject<'s>) -> Self {
        Self { code, severity, subject, findings: Vec::new(), taken: true }
    }

    /// Takes up what is told, unless enough was said: then nothing is looked up for it, and nothing mends it.
    fn say(&mut self, told: impl FnOnce(&Self) -> Diagnostic) {
        self.taken = self.findings.len() < MOST;
        if self.taken {
            let diagnostic = told(self);
            self.findings.push(diagnostic.into());
        }
    }

    /// What is said within is as bad as a team says of this very thing, unless it says how bad the whole rule is.
    pub(super) fn as_bad_as(&mut self, severity: Option<Severity>, say: impl FnOnce(&mut Self)) {
        let usual = self.severity;
        if let Some(severity) = severity.filter(|_| !self.subject.settings.rules.contains_key(self.code)) {
            self.severity = severity;
        }
        say(self);
        self.severity = usual;
    }

    fn diagnostic(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.code, self.severity, message, help)
    }

    /// Of a line of the file, from 1; 0 is the file as a whole.
    pub(super) fn at_line(&mut self, line: u32, message: impl Into<String>, help: impl Into<String>) {
        self.say(|found| found.diagnostic(message, help).at(line, 0));
    }

    /// Of a key of the front matter, by its dotted path.
    pub(super) fn at_key(&mut self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        self.say(|found| found.diagnostic(message, help).at(found.subject.line_of(key), 0));
    }

    /// Of a cell as a whole.
    pub(super) fn of_cell(&mut self, cell: usize, message: impl Into<String>, help: impl Into<String>) {
        let line = self.subject.notebook.cells[cell].lines.0;
        self.say(|found| found.diagnostic(message, help).in_cell(cell).at(line, 0));
    }

    /// Of a tag of a cell; answers its bytes in the file, where they are known.
    pub(super) fn of_tag(
        &mut self,
        cell: usize,
        tag: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<Range<usize>> {
        let mut place = None;
        self.say(|found| {
            place = found.subject.among_options(cell, tag);
            let line = place.as_ref().map_or(found.subject.notebook.cells[cell].lines.0, |(line, _)| *line);
            found.diagnostic(message, help).in_cell(cell).at(line, 0)
        });
        place.map(|(_, range)| range)
    }

    /// Of a query: the magic of its cell, or else the line on which its text begins.
    pub(super) fn of_query(&mut self, query: &Query, message: impl Into<String>, help: impl Into<String>) {
        if query.line == 0 || cell_magic(&self.subject.notebook.cells[query.cell].source).is_some() {
            return self.in_cell(query.cell, 0, message, help);
        }
        self.say(|found| found.diagnostic(message, help).in_cell(query.cell).at(query.line, 0));
    }

    /// Of a byte in a cell's source.
    pub(super) fn in_cell(
        &mut self,
        cell: usize,
        at: usize,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.say(|found| {
            let (line, column) = found.subject.place(cell, at);
            found.diagnostic(message, help).in_cell(cell).at(line, column)
        });
    }

    /// What would mend the last one: bytes of the file that go, and what comes.
    pub(super) fn mended_by(&mut self, range: Range<usize>, text: impl Into<String>) {
        if let Some(last) = self.findings.last_mut().filter(|_| self.taken) {
            last.fix = Some(Fix { range, text: text.into() });
        }
    }
}
