//! What a team says of its reports: the table `[report]` of its file.

use crate::lint::{Diagnostic, Severity};
use serde::Deserialize;

/// The longest template, in bytes.
const MAX_TEMPLATE: usize = 20_000;

/// Most words of a team's own.
const MAX_WORDS: usize = 500;

/// What a team says of its reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// What stands before the report in HTML and PDF, in markdown, with `{customer}`, `{tenant}`, `{window}`, `{analyst}`,
    /// `{revision}`, `{title}` and `{date}`. The usual cover where it is empty.
    pub cover: String,
    /// What stands behind it, likewise.
    pub footer: String,
    /// Words that no customer reads: names of projects, of tools, of people. Case does not count.
    pub words: Vec<String>,
}

/// What is looked at of a team's file.
#[derive(Deserialize)]
struct TeamFile {
    #[serde(default)]
    report: Settings,
}

impl Settings {
    /// Reads the table `[report]` of a team's file; the usual settings where it has none.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let wrong = |line: u32, message: &str| {
            let help = "[report] may hold the texts `cover` and `footer`, and the list `words`";
            Box::new(Diagnostic::new("team-file", Severity::Error, message, help).at(line, 0))
        };
        let settings = toml::from_str::<TeamFile>(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            wrong(u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX), error.message())
        })?;
        let Settings { cover, footer, words } = &settings.report;
        if cover.len() > MAX_TEMPLATE || footer.len() > MAX_TEMPLATE {
            return Err(wrong(0, &format!("`cover` and `footer` may have {MAX_TEMPLATE} bytes each")));
        }
        if words.len() > MAX_WORDS {
            return Err(wrong(0, &format!("there may be {MAX_WORDS} words")));
        }
        Ok(settings.report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teams_table_is_read_and_what_is_wrong_has_its_line() {
        let read = Settings::read(
            "[lint]\ncell-lines = 3\n[report]\nwords = [\"Nightjar\"]\ncover = \"# {title}\"\n",
        );
        assert_eq!(read.map(|settings| settings.words), Ok(vec!["Nightjar".to_owned()]));
        assert_eq!(Settings::read(""), Ok(Settings::default()));
        let wrong = Settings::read("[report]\nworts = []\n").expect_err("there is no such key");
        assert_eq!(wrong.line, 2);
    }
}
