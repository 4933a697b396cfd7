//! The table `[lint]` of one `huntshelf.toml`, as it is written.

use super::own::{OwnKey, OwnText};
use super::settings::Level;
use super::{Diagnostic, Severity};
use crate::team::FILE_CODE;
use globset::{Glob, GlobBuilder, GlobMatcher};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use toml::Spanned;

/// Most entries of one list or table of `[lint]`.
const MAX_ENTRIES: usize = 1000;

/// Most patterns of paths, keys and text rules of one file.
const MAX_OWN: usize = 100;

/// Levels of rules, by code.
pub(super) type Levels = BTreeMap<String, Spanned<Level>>;

/// What one file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Asked {
    pub(super) rules: Levels,
    pub(super) paths: BTreeMap<PathPattern, Levels>,
    pub(super) sections: Option<Vec<String>>,
    pub(super) kernels: Option<Vec<String>>,
    pub(super) modules: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) cell_tags: Vec<String>,
    pub(super) cell_lines: Option<usize>,
    pub(super) summary_words: Option<usize>,
    pub(super) unreviewed_days: Option<u32>,
    pub(super) keys: BTreeMap<String, OwnKey>,
    pub(super) text: Vec<OwnText>,
}

/// What is looked at of a team's file.
#[derive(Deserialize)]
struct TeamFile {
    #[serde(default)]
    lint: Asked,
}

impl Asked {
    /// Reads the table of a file; nothing is asked for where it has none.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub(super) fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let wrong = |line, message: &str| {
            let help = "see docs/LINTING.md for what may stand in [lint]";
            Box::new(Diagnostic::new(FILE_CODE, Severity::Error, message, help).at(line, 0))
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let asked = toml::from_str::<TeamFile>(text).map(|file| file.lint).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            wrong(line, error.message())
        })?;
        asked.bounded().map_err(|message| wrong(0, &message))?;
        Ok(asked)
    }

    fn bounded(&self) -> Result<(), String> {
        let levels = self.rules.len() + self.paths.values().map(BTreeMap::len).sum::<usize>();
        let lists = [&self.modules, &self.names, &self.cell_tags].map(Vec::len);
        let optional = [&self.sections, &self.kernels].map(|list| list.as_ref().map_or(0, Vec::len));
        let choices = self.keys.values().map(|key| key.choices.len());
        if lists.into_iter().chain(optional).chain(choices).chain([levels]).any(|most| most > MAX_ENTRIES) {
            return Err(format!("a list of [lint] has more than {MAX_ENTRIES} entries"));
        }
        if [self.paths.len(), self.keys.len(), self.text.len()].into_iter().any(|most| most > MAX_OWN) {
            return Err(format!("[lint] has more than {MAX_OWN} paths, keys or texts"));
        }
        let mut codes: Vec<&str> = self.text.iter().map(|own| own.code.as_str()).collect();
        codes.sort_unstable();
        match codes.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("two of [[lint.text]] have the code `{}`", pair[0])),
            None => Ok(()),
        }
    }

    /// The codes to which it gives levels, with where they stand.
    pub(super) fn codes(&self) -> impl Iterator<Item = (&str, usize)> {
        let all = std::iter::once(&self.rules).chain(self.paths.values()).flatten();
        all.map(|(code, level)| (code.as_str(), level.span().start))
    }
}

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, byte: usize) -> u32 {
    let before = text.get(..byte).unwrap_or(text);
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

/// Paths below a file's folder, such as `drafts/**`. The longer of two comes later, and so counts more.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub(super) struct PathPattern {
    glob: Glob,
}

impl PathPattern {
    /// What tells whether a path, from the file's folder, is one of them.
    pub(super) fn matcher(&self) -> GlobMatcher {
        self.glob.compile_matcher()
    }
}

impl Ord for PathPattern {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |pattern: &Self| pattern.glob.glob().len();
        key(self).cmp(&key(other)).then_with(|| self.glob.glob().cmp(other.glob.glob()))
    }
}

impl PartialOrd for PathPattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'de> Deserialize<'de> for PathPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        if written.len() > 300 {
            return Err(D::Error::custom("a pattern of paths has at most 300 bytes"));
        }
        let glob = GlobBuilder::new(&written).literal_separator(true).build();
        let wrong = |error: globset::Error| format!("{written:?} is no pattern of paths: {}", error.kind());
        Ok(Self { glob: glob.map_err(wrong).map_err(D::Error::custom)? })
    }
}
