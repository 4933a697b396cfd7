//! What a team asks of its procedures.

use super::asked::{Asked, Levels};
use super::names::Names;
use super::own::{OwnKey, OwnText};
use super::{Diagnostic, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How a rule is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
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

/// What a team asks of one procedure: the tables `[lint]` of the files above it, taken together. Those of a whole tree are
/// [`TeamSettings`](super::TeamSettings).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    pub names: Names,
    /// Tags of cells that a team uses for itself.
    pub cell_tags: Vec<String>,
    /// The most lines of a code cell.
    pub cell_lines: usize,
    /// The most words of a section whose heading names the executive summary.
    pub summary_words: usize,
    /// After how many days a procedure is to be looked at again; never where it is none.
    pub unreviewed_days: Option<u32>,
    /// What is asked of keys of `hunting`, by name.
    pub keys: BTreeMap<String, OwnKey>,
    /// Texts that are looked for.
    pub texts: Vec<OwnText>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: BTreeMap::new(),
            sections: Vec::new(),
            kernels: Vec::new(),
            modules: Vec::new(),
            names: Names::default(),
            cell_tags: Vec::new(),
            cell_lines: 120,
            summary_words: 250,
            unreviewed_days: None,
            keys: BTreeMap::new(),
            texts: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads the table `[lint]` of a team's file; the usual settings where it has none. What it says of some paths only is left
    /// out: see [`TeamSettings`](super::TeamSettings).
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let mut settings = Self::default();
        settings.take(&Asked::read(text)?);
        Ok(settings)
    }

    /// Takes in what a nearer file asks for: levels, keys and texts override those of the same name; modules, names and tags
    /// add to those that there are; the rest is replaced where it is given.
    pub(super) fn take(&mut self, asked: &Asked) {
        self.take_levels(&asked.rules);
        for (own, given) in [(&mut self.sections, &asked.sections), (&mut self.kernels, &asked.kernels)] {
            if let Some(given) = given {
                own.clone_from(given);
            }
        }
        for (own, more) in [(&mut self.modules, &asked.modules), (&mut self.cell_tags, &asked.cell_tags)] {
            for one in more {
                if !own.contains(one) {
                    own.push(one.clone());
                }
            }
        }
        self.names.add(asked.names.iter().cloned());
        self.cell_lines = asked.cell_lines.unwrap_or(self.cell_lines);
        self.summary_words = asked.summary_words.unwrap_or(self.summary_words);
        self.unreviewed_days = asked.unreviewed_days.or(self.unreviewed_days);
        self.keys.extend(asked.keys.iter().map(|(key, own)| (key.clone(), own.clone())));
        for own in &asked.text {
            match self.texts.iter_mut().find(|known| known.code == own.code) {
                Some(known) => known.clone_from(own),
                None => self.texts.push(own.clone()),
            }
        }
    }

    pub(super) fn take_levels(&mut self, levels: &Levels) {
        self.rules.extend(levels.iter().map(|(code, level)| (code.clone(), *level.get_ref())));
    }

    /// How bad what a code says is, as the team takes it; none where it is not to be said.
    pub fn severity(&self, code: &str, usual: Severity) -> Option<Severity> {
        match self.rules.get(code) {
            Some(level) => level.severity(),
            None => Some(usual),
        }
    }

    /// The team's own rule with a code.
    pub fn own(&self, code: &str) -> Option<&OwnText> {
        self.texts.iter().find(|own| own.code == code)
    }
}
