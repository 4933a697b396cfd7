//! Addresses of inner networks in the text of a procedure: they are somebody's. In results they are what was found, and
//! in what a hunter writes of them, too.

use super::passages::{Origin, Passage};
use super::{Found, Said};
use crate::notebook::{CellKind, Notebook};
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A private address, whole; a network (`10.0.0.0/8`) is none of anybody's.
static PRIVATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})\b(?:/\d{1,2})?|\b[Ff][Dd][0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{0,4}){3,7}|\b[Ff][Ee]80(?::[0-9A-Fa-f]{0,4}){3,7}",
    )
    .ok()
});

/// A link into an inner network, or to a page that only those read who work there.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:https?|ftp|smb)://(?:localhost|127\.0\.0\.1|\[::1\]|(?:[a-z0-9-]+\.)+(?:internal|intranet|corp|local|lan|home\.arpa)|(?:[a-z0-9-]+\.)*(?:internal|intranet|corp)(?:\.[a-z0-9-]+){2,}|[a-z][a-z0-9-]*)(?:[:/?#\s)\]>\x22']|$)|\bhttps?://[a-z0-9-]+\.(?:atlassian\.net/(?:browse|wiki|jira)|slack\.com/archives)/|(?:^|[\s(])\\\\[a-z0-9-]+\\[a-z0-9$_-]+").ok()
});

/// Headings below which a hunter writes what was found.
const RESULTS: [&str; 16] = [
    "finding",
    "result",
    "observation",
    "summary",
    "conclusion",
    "recommendation",
    "outcome",
    "timeline",
    "evidence",
    "affected",
    "impact",
    "detail",
    "incident",
    "appendix",
    "remediation",
    "indicator",
];

/// Which cells are the procedure's own.
pub(super) struct Procedure<'a> {
    /// The texts of the procedure, where it is known.
    texts: Option<HashSet<&'a str>>,
    /// For each cell, whether a heading above says that it tells results.
    results: Vec<bool>,
    /// Whether a kernel ran the notebook: then a hunter may have written anywhere.
    ran: bool,
}

impl<'a> Procedure<'a> {
    pub(super) fn new(notebook: &'a Notebook, procedure: Option<&'a Notebook>) -> Self {
        let prose = |cell: &&'a crate::notebook::Cell| cell.kind == CellKind::Markdown;
        let texts =
            procedure.map(|own| own.cells.iter().filter(prose).map(|cell| cell.source.trim()).collect());
        let mut below = false;
        let results = notebook.cells.iter().map(|cell| {
            if cell.kind == CellKind::Markdown {
                for line in cell.source.lines().filter(|line| line.starts_with('#')) {
                    let line = line.to_lowercase();
                    below = RESULTS.iter().any(|word| line.contains(word));
                }
            }
            below
        });
        let results = results.collect();
        let ran =
            notebook.cells.iter().any(|cell| !cell.outputs.is_empty() || cell.execution_count.is_some());
        Self { texts, results, ran }
    }

    fn holds(&self, passage: &Passage, notebook: &Notebook) -> bool {
        if passage.origin != Origin::Prose || passage.hunters {
            return false;
        }
        match &self.texts {
            Some(texts) => texts.contains(notebook.cells[passage.cell].source.trim()),
            None => !(self.ran && self.results[passage.cell]),
        }
    }
}

pub(super) fn check(passage: &Passage, procedure: &Procedure<'_>, found: &mut Found<'_>) {
    if !procedure.holds(passage, found.notebook) {
        return;
    }
    for view in &passage.views {
        for hit in PRIVATE.iter().flat_map(|private| private.find_iter(view)) {
            // `10.0.0.1.2` is a version, and `10.0.0.0` the name of a network.
            let next = &view.as_bytes()[hit.end()..];
            let goes_on = next.first() == Some(&b'.') && next.get(1).is_some_and(u8::is_ascii_digit);
            if !goes_on
                && !hit.as_str().contains('/')
                && !hit.as_str().ends_with(".0")
                && !hit.as_str().ends_with(".255")
            {
                found.of_passage(
                    passage,
                    view,
                    hit.start(),
                    Said {
                        code: "private-address",
                        message: "the procedure's text holds an address of an inner network",
                        help: "say what the host is instead, or write the network (10.0.0.0/8)",
                    },
                );
            }
        }
        for hit in LINK.iter().flat_map(|link| link.find_iter(view)) {
            // What stands before an `@` is no host.
            let behind = view[hit.start()..].split_once("//").map_or("", |(_, behind)| behind);
            if behind
                .split(|c: char| c == '/' || c.is_whitespace())
                .next()
                .is_some_and(|host| host.contains('@'))
            {
                continue;
            }
            found.of_passage(
                passage,
                view,
                hit.start(),
                Said {
                    code: "inner-link",
                    message: "this leads into a network that the customer cannot reach",
                    help: "take the link out, or lead to a page that is public",
                },
            );
        }
    }
}
