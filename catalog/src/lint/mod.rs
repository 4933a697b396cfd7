//! What is wrong with a file, where, and how to mend it: [`Diagnostic`], and the [rules] that find more than reading tells.
//!
//! A rule is one file in `rules/`; [`lint`] runs them all on one procedure, as a team's [`Settings`] have them. The settings
//! of a whole tree are [`TeamSettings`]; what was found once and is not to be told again is a [`Baseline`].

mod among;
mod around;
mod asked;
mod baseline;
mod code;
mod found;
mod names;
mod own;
mod own_text;
mod rule;
mod rules;
mod run;
mod schema;
mod settings;
mod subject;
mod told;
mod tree;
mod waivers;

pub use among::{Among, lint_among};
pub use around::{Around, Files};
pub use baseline::{Baseline, MAX_BASELINE, Mended};
pub use found::{Finding, Fix, mend};
pub use names::Names;
pub use own::{KeyKind, OwnKey, OwnText, Pattern, Place};
pub use rule::{Example, Group, Rule};
pub use run::{lint, lint_in, rule, rules};
pub use schema::schema;
pub use settings::{Level, Settings};
pub use tree::{MAX_TEAM_FILES, TeamSettings};
pub use waivers::waives;

use serde::{Deserialize, Serialize};

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what the author meant.
    Warning,
    /// Wrong: Jupyter, the service or the reader will stumble.
    Error,
}

impl Severity {
    /// From the mildest to the worst.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding about one file: what, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// A lower-case word with hyphens that names the rule. Never reused for another meaning.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it keeps the file from [`Standing::Good`](crate::procedure::Standing::Good).
    pub blocking: bool,
    /// The cell it is about, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    /// Line in the file, counted from 1; 0 when it is about the file as a whole.
    pub line: u32,
    /// Column in characters, counted from 1; 0 when it is about the line as a whole.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Diagnostic {
    /// A diagnostic about the whole file; refine it with [`at`](Self::at), [`in_cell`](Self::in_cell) and
    /// [`blocking`](Self::blocking).
    pub fn new(code: &str, severity: Severity, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            blocking: false,
            cell: None,
            line: 0,
            column: 0,
            message: message.into(),
            help: help.into(),
        }
    }

    /// The same diagnostic at a line and column (both from 1).
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.line = line;
        self.column = column;
        self
    }

    /// The same diagnostic about one cell (from 0).
    #[must_use]
    pub fn in_cell(mut self, cell: usize) -> Self {
        self.cell = Some(cell);
        self
    }

    /// The same diagnostic, keeping the file from being good.
    #[must_use]
    pub fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }
}
