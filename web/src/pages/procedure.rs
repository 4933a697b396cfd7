//! `/procedures/{id}` and `/procedures/{id}/at/{commit}`: one procedure, read.

use crate::Frame;
use crate::view::{Commit, Diagnostic, Field, ProcedureHead, Tactic, Technique, When};

/// Why a file is broken, and what is shown in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// The commit since which its newest revisions cannot be used.
    pub since: Commit,
    /// That commit's author.
    pub by: String,
    /// When it was committed.
    pub at: When,
    /// What is wrong, in a sentence.
    pub reason: String,
    /// The last good revision, which the page shows; none when there never was one.
    pub last_good: Option<Commit>,
}

/// A past revision is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The commit looked at.
    pub commit: Commit,
    /// When it was committed, if that is known.
    pub when: Option<When>,
    /// How many revisions are newer, if that is known.
    pub newer: Option<usize>,
}

/// A heading of the notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Its anchor within the page, without `#`.
    pub anchor: String,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellKind {
    /// Prose.
    #[default]
    Markdown,
    /// Something for the kernel.
    Code,
    /// Text that Jupyter passes on untouched.
    Raw,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its place, from 0; its anchor is `#cell-` and this.
    pub index: usize,
    /// What it holds.
    pub kind: CellKind,
    /// Rendered and sanitized by the server: prose as HTML; code and raw text as highlighted spans, escaped, without
    /// the `pre`, which the page puts around.
    pub html: String,
    /// What the code is, to be shown: `Python`, `Taegis`, `KQL`, …; empty when unknown.
    pub language: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its first line in the file, from 1.
    pub line: u32,
    /// That line at the forge.
    pub forge: Option<String>,
}

/// A parameter of the notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, a Python identifier.
    pub name: String,
    /// Its type as far as it is known (`str`, `int`, …).
    pub kind: String,
    /// Its default, as Python writes it.
    pub default: String,
    /// What it is for.
    pub help: String,
}

/// Where the forge shows the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgeLinks {
    /// The file at this commit.
    pub file: Option<String>,
    /// Editing it on the branch.
    pub edit: Option<String>,
    /// A new issue.
    pub issue: Option<String>,
}

/// The page of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureView {
    /// Its name and standing.
    pub head: ProcedureHead,
    /// Its path at the shown revision.
    pub path: String,
    /// The commit of the shown revision.
    pub commit: Commit,
    /// When that revision was made.
    pub updated: When,
    /// By whom.
    pub updated_by: String,
    /// Set when an older revision was asked for.
    pub past: Option<Past>,
    /// Set when the newest revision cannot be used.
    pub broken: Option<Broken>,
    /// For a duplicate: the path of the older file that holds its id.
    pub taken_by: Option<String>,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
    /// `hunting.description`.
    pub description: String,
    /// What it is mapped to.
    pub techniques: Vec<Technique>,
    /// In matrix order.
    pub tactics: Vec<Tactic>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// ATT&CK platforms.
    pub platforms: Vec<String>,
    /// Which service its queries are for.
    pub service: Option<String>,
    /// Its kernel's display name.
    pub kernel: Option<String>,
    /// Every other key of `hunting`.
    pub further: Vec<Field>,
    /// What a copy fills in.
    pub parameters: Vec<Parameter>,
    /// Its headings.
    pub outline: Vec<Heading>,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// What lint finds in this revision.
    pub diagnostics: Vec<Diagnostic>,
    /// Why no copy can be made of it; none when one can.
    pub not_copyable: Option<String>,
    /// Where the forge shows it.
    pub forge: ForgeLinks,
}

/// The page.
pub fn page(frame: &Frame, view: ProcedureView) -> String {
    let title = view.head.title;
    frame.render(&title, ())
}
