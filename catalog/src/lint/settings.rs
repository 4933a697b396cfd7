//! What a team asks of its procedures.

use super::{Diagnostic, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How a rule is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It is not looked at.
    Off,
    /// Worth knowing.
    Info,
    /// Probably not what the author meant.
    Warning,
    /// Wrong.
    Error,
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// What a team asks of its procedures: the table `[lint]` of its file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How rules are taken, by code.
    pub rules: BTreeMap<String, Level>,
    /// Headings that every procedure has, in this order; none are asked for where it is empty.
    pub sections: Vec<String>,
    /// Names of kernels that may be asked for; any where it is empty.
    pub kernels: Vec<String>,
    /// Python packages that the hunting kernel has besides the standard library; any where it is empty.
    pub modules: Vec<String>,
    /// Words that no procedure may hold: names of customers, keys of tenants.
    pub names: Vec<String>,
    /// The most lines of a code cell.
    pub cell_lines: usize,
    /// The most words of a section whose heading names the executive summary.
    pub summary_words: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: BTreeMap::new(),
            sections: Vec::new(),
            kernels: Vec::new(),
            modules: Vec::new(),
            names: Vec::new(),
            cell_lines: 120,
            summary_words: 250,
        }
    }
}

/// What is looked at of a team's file.
#[derive(Deserialize)]
struct TeamFile {
    #[serde(default)]
    lint: Settings,
}

impl Settings {
    /// Reads the table `[lint]` of a team's file; the usual settings where it has none.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        toml::from_str::<TeamFile>(text).map(|file| file.lint).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
            let help = "see the rules' pages for what may stand in [lint]";
            Box::new(Diagnostic::new("team-file", Severity::Error, error.message(), help).at(line, 0))
        })
    }

    /// How bad what a code says is, as the team takes it; none where it is not to be said.
    pub fn severity(&self, code: &str, usual: Severity) -> Option<Severity> {
        match self.rules.get(code) {
            Some(level) => level.severity(),
            None => Some(usual),
        }
    }
}
