//! What a team asks for, folder by folder: the `huntshelf.toml` of a tree, taken together.

use super::asked::{Asked, line_of};
use super::settings::Settings;
use super::{Diagnostic, Severity, rule};
use crate::team::{FILE_CODE, MAX_FILE, TEAM_FILE};
use globset::GlobMatcher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// Most files of one tree that are read.
pub const MAX_TEAM_FILES: usize = 500;

/// The settings of a tree. A file applies to its folder and all below it; the nearer one adds to the farther one and overrides
/// it.
#[derive(Debug, Default)]
pub struct TeamSettings {
    /// By folder, without a slash at its end; the root is the empty text.
    files: BTreeMap<String, File>,
    problems: Vec<(String, Diagnostic)>,
    made: Mutex<HashMap<Vec<Part>, Arc<Settings>>>,
}

impl PartialEq for TeamSettings {
    fn eq(&self, other: &Self) -> bool {
        self.asked().eq(other.asked())
    }
}

impl Eq for TeamSettings {}

impl Hash for TeamSettings {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.asked().for_each(|asked| asked.hash(state));
    }
}

#[derive(Debug)]
struct File {
    asked: Asked,
    paths: Vec<GlobMatcher>,
}

/// What settings are made of: a file's folder, and which of its patterns hold.
type Part = (String, Vec<usize>);

impl TeamSettings {
    /// Takes files by their paths in the tree; only those that are called `huntshelf.toml` count. One that cannot be used is a
    /// [problem](Self::problems), and asks for nothing.
    pub fn new<P: AsRef<str>, T: AsRef<str>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut team = Self::default();
        let mut texts: BTreeMap<String, T> = BTreeMap::new();
        for (path, text) in files {
            let (folder, name) = path.as_ref().rsplit_once('/').unwrap_or(("", path.as_ref()));
            if name == TEAM_FILE {
                texts.insert(folder.to_owned(), text);
            }
        }
        let mut levels = Vec::new();
        for (count, (folder, text)) in texts.into_iter().enumerate() {
            let (path, text) = (path_of(&folder), text.as_ref());
            if count >= MAX_TEAM_FILES || text.len() > MAX_FILE {
                let message = if count >= MAX_TEAM_FILES {
                    format!("there are more than {MAX_TEAM_FILES} files {TEAM_FILE}: this one is not used")
                } else {
                    format!("the file has more than {MAX_FILE} bytes: it is not used")
                };
                let help = "write what many folders share into one file above them";
                team.problems.push((path, Diagnostic::new(FILE_CODE, Severity::Error, message, help)));
                continue;
            }
            match Asked::read(text) {
                Ok(asked) => {
                    let codes = asked.codes().filter(|(code, _)| rule(code).is_none());
                    levels.extend(codes.map(|(code, at)| (path.clone(), code.to_owned(), line_of(text, at))));
                    let paths = asked.paths.keys().map(super::asked::PathPattern::matcher).collect();
                    team.files.insert(folder, File { asked, paths });
                }
                Err(wrong) => team.problems.push((path, *wrong)),
            }
        }
        team.unknown(levels);
        team
    }

    /// Says of levels of rules that neither we nor the team have.
    fn unknown(&mut self, levels: Vec<(String, String, u32)>) {
        let own: HashSet<&str> =
            self.files.values().flat_map(|file| &file.asked.text).map(|own| own.code.as_str()).collect();
        for (path, code, line) in levels {
            if !own.contains(code.as_str()) {
                let message = format!("there is no rule `{code}`: its level is not used");
                let help = "check the spelling; `huntshelf lint --explain` lists the rules";
                let said = Diagnostic::new(FILE_CODE, Severity::Warning, message, help).at(line, 0);
                self.problems.push((path, said));
            }
        }
    }

    /// What is wrong with the files, by their paths.
    pub fn problems(&self) -> &[(String, Diagnostic)] {
        &self.problems
    }

    /// Whether no file asks for anything.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The settings for a file of the tree, by its path. The same ones are made once.
    pub fn for_path(&self, path: &str) -> Arc<Settings> {
        let parts = self.parts(path);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(settings) = made.get(&parts) {
            return Arc::clone(settings);
        }
        let mut settings = Settings::default();
        for (folder, holding) in &parts {
            let Some(file) = self.files.get(folder) else { continue };
            settings.take(&file.asked);
            for (place, levels) in file.asked.paths.values().enumerate() {
                if holding.contains(&place) {
                    settings.take_levels(levels);
                }
            }
        }
        let settings = Arc::new(settings);
        made.insert(parts, Arc::clone(&settings));
        settings
    }

    /// The files above a path, the farthest first.
    fn parts(&self, path: &str) -> Vec<Part> {
        let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
        let folders = std::iter::once("").chain(slashes);
        let part = |folder: &str| -> Option<Part> {
            let file = self.files.get(folder)?;
            let below = path.strip_prefix(folder)?.trim_start_matches('/');
            let holding = file.paths.iter().enumerate().filter(|(_, pattern)| pattern.is_match(below));
            Some((folder.to_owned(), holding.map(|(place, _)| place).collect()))
        };
        folders.filter_map(part).collect()
    }

    /// Tells trees apart that ask for something else.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        self.hash(&mut hash);
        hash.finish()
    }

    /// What each folder asks for.
    fn asked(&self) -> impl Iterator<Item = (&String, &Asked)> {
        self.files.iter().map(|(folder, file)| (folder, &file.asked))
    }
}

fn path_of(folder: &str) -> String {
    if folder.is_empty() { TEAM_FILE.to_owned() } else { format!("{folder}/{TEAM_FILE}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Level;

    fn team(files: &[(&str, &str)]) -> TeamSettings {
        TeamSettings::new(files.iter().copied())
    }

    #[test]
    fn the_nearer_file_adds_to_the_farther_one_and_overrides_it() {
        let team = team(&[
            (
                "huntshelf.toml",
                "[lint]\nsections = [\"A\"]\nnames = [\"Contoso\"]\ncell-lines = 10\n[lint.rules]\nsection-empty = \"off\"\nlink-broken = \"error\"",
            ),
            (
                "hunts/huntshelf.toml",
                "[lint]\nsections = [\"B\"]\nnames = [\"Fabrikam\"]\n[lint.rules]\nsection-empty = \"error\"",
            ),
            ("other/huntshelf.toml", "[lint]\nsections = []"),
            ("hunts/readme.md", "[lint]\nnonsense"),
        ]);
        assert_eq!(team.problems(), []);
        let near = team.for_path("hunts/deep/a.md");
        assert_eq!(near.sections, ["B"]);
        assert_eq!(near.names.all(), ["Contoso", "Fabrikam"]);
        assert_eq!((near.cell_lines, near.rules["section-empty"]), (10, Level::Error));
        assert_eq!(near.rules["link-broken"], Level::Error);
        assert_eq!(team.for_path("a.md").rules["section-empty"], Level::Off);
        assert!(team.for_path("other/a.md").sections.is_empty());
        // A folder whose name only begins like that.
        assert_eq!(team.for_path("hunts-old/a.md"), team.for_path("a.md"));
        assert!(Arc::ptr_eq(&near, &team.for_path("hunts/b.md")));
    }

    #[test]
    fn paths_are_those_below_the_file_and_the_longer_pattern_counts_more() {
        let text = "[lint.rules]\ntitle-twice = \"error\"\n[lint.paths.\"drafts/**\"]\ntitle-twice = \"off\"\n\
                    [lint.paths.\"drafts/final/**\"]\ntitle-twice = \"info\"\n[lint.paths.\"*.ipynb\"]\ntitle-twice = \"warning\"";
        let team = team(&[("hunts/huntshelf.toml", text)]);
        let level = |path: &str| team.for_path(path).rules.get("title-twice").copied();
        assert_eq!(level("hunts/a.md"), Some(Level::Error));
        assert_eq!(level("hunts/drafts/a.md"), Some(Level::Off));
        assert_eq!(level("hunts/drafts/final/a.md"), Some(Level::Info));
        assert_eq!(level("hunts/a.ipynb"), Some(Level::Warning));
        assert_eq!(level("hunts/deep/a.ipynb"), Some(Level::Error));
        assert_eq!(level("drafts/a.md"), None);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_line_and_the_rest_is_used() {
        let own = "[[lint.text]]\ncode = \"no-jira\"\npattern = \"JIRA\"\nmessage = \"m\"\n";
        let team = team(&[
            ("huntshelf.toml", own),
            ("a/huntshelf.toml", "[lint.rules]\nno-jira = \"off\"\nno-such-rule = \"off\""),
            ("b/huntshelf.toml", "[lint]\n[[lint.text]]\ncode = \"x\"\npattern = \"(\"\nmessage = \"m\""),
            (
                "c/huntshelf.toml",
                "[lint]\n[[lint.text]]\ncode = \"secret-in-file\"\npattern = \"a\"\nmessage = \"m\"",
            ),
            ("d/huntshelf.toml", "[lint]\nsectoins = []"),
            ("e/huntshelf.toml", "[lint.paths.\"a[\"]\ntitle-twice = \"off\""),
            ("f/huntshelf.toml", "[[lint.text]]\ncode = \"x\"\npattern = \"a*\"\nmessage = \"m\""),
        ]);
        let told: Vec<_> = team.problems().iter().map(|(path, one)| (path.as_str(), one.line)).collect();
        let files = [("b", 4), ("c", 3), ("d", 2), ("e", 1), ("f", 3), ("a", 3)];
        assert_eq!(
            told,
            files
                .map(|(folder, line)| (format!("{folder}/huntshelf.toml"), line))
                .iter()
                .map(|(path, line)| (path.as_str(), *line))
                .collect::<Vec<_>>()
        );
        assert_eq!(team.for_path("b/x.md").texts.len(), 1);
        assert_eq!(team.for_path("a/x.md").rules["no-jira"], Level::Off);
    }

    #[test]
    fn a_fingerprint_changes_with_what_is_asked_for_and_with_nothing_else() {
        let one = team(&[("huntshelf.toml", "[lint]\ncell-lines = 5\n")]);
        let same = team(&[("huntshelf.toml", "# A remark.\n[lint]\ncell-lines = 5"), ("a.md", "")]);
        let other = team(&[("huntshelf.toml", "[lint]\ncell-lines = 6")]);
        assert_eq!(one.fingerprint(), same.fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
