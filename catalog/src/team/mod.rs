//! What a team keeps in its own repository: `huntshelf.toml` (synonyms, actors, the ATT&CK release that its files are
//! held to) and `collections/*.toml` (procedures worth reading in an order).
//!
//! Such files are outside text like any other: every size is bounded, and what cannot be used is a problem with its line
//! and a remedy, never a failure. [`file`] and [`collection`] read one file each; a [`Lexicon`] is what all repositories
//! say together, and what a search understands words by.

mod collection;
mod file;
mod lexicon;
mod table;

pub use collection::{Collection, Member};
pub use file::{OwnActor, Synonyms};
pub use lexicon::{Lexicon, Shelved};

use crate::attack::{Release, Releases};
use crate::lint::{Diagnostic, Severity, TeamSettings};
use crate::report;
use std::sync::Arc;

/// The path of a team's file.
pub const TEAM_FILE: &str = "huntshelf.toml";
/// The folder of the collections.
pub const COLLECTIONS: &str = "collections";
/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 256 * 1024;
/// Most collections of a repository.
pub const MAX_COLLECTIONS: usize = 200;
/// Most procedures of a collection.
pub const MAX_MEMBERS: usize = 500;
/// Most lines of synonyms of a repository, and most words and phrases of one.
pub const MAX_SYNONYMS: usize = 500;
/// Most words and phrases that mean the same.
pub const MAX_ALIKE: usize = 16;
/// Most actors of a repository.
pub const MAX_ACTORS: usize = 200;
/// Most techniques of an actor.
pub const MAX_TECHNIQUES: usize = 300;
/// Most other names of an actor.
pub const MAX_ALIASES: usize = 50;
/// Longest name, word or title, in characters.
pub const MAX_NAME: usize = 200;
/// Longest text of several lines, in characters.
pub const MAX_PROSE: usize = 4000;
/// Most problems that are said of one file.
pub const MAX_PROBLEMS: usize = 50;

/// The code of what is wrong with `huntshelf.toml`.
pub const FILE_CODE: &str = "team-file";
/// The code of what is wrong with a collection's file.
pub const COLLECTION_CODE: &str = "collection-file";
/// The code of a procedure that a collection names and that is not there.
pub const MISSING_CODE: &str = "collection-missing";

/// What one repository's files say, as one commit left them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Team {
    /// The ATT&CK release that its files are held to, as [`Releases::find`] knows it; none where it follows the server's.
    pub attack_release: Option<String>,
    /// Words that mean the same.
    pub synonyms: Vec<Synonyms>,
    /// Actors of its own.
    pub actors: Vec<OwnActor>,
    /// What it asks of its procedures.
    pub lint: Arc<TeamSettings>,
    /// Its collections, by name.
    pub collections: Vec<Collection>,
    /// What it says of its reports.
    pub report: report::Settings,
    /// What is wrong with these files.
    pub problems: Vec<Wrong>,
}

/// What is wrong with one of a team's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The file.
    pub path: String,
    /// What, where, and what to do.
    pub diagnostic: Diagnostic,
}

impl std::hash::Hash for Wrong {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (&self.path, &self.diagnostic.message, self.diagnostic.line).hash(state);
    }
}

impl Team {
    /// Takes in `huntshelf.toml`, which names releases of ATT&CK and what is in them. What cannot be used of it is a problem.
    pub fn read_file(&mut self, bytes: &[u8], releases: &Releases) {
        let mut problems = Problems::of(TEAM_FILE, FILE_CODE);
        file::read(self, bytes, releases, &mut problems);
        self.say(problems);
    }

    /// Takes in what the files called [`TEAM_FILE`] ask of procedures, those of deeper folders included, by path.
    pub fn ask(&mut self, files: Vec<(&String, String)>) {
        let deeper = |path: &str| path != TEAM_FILE;
        if !files.iter().any(|(path, _)| deeper(path)) {
            return;
        }
        let lint = TeamSettings::new(files);
        for (path, diagnostic) in lint.problems().iter().filter(|(path, _)| deeper(path)) {
            self.problems.push(Wrong { path: path.clone(), diagnostic: diagnostic.clone() });
        }
        self.lint = Arc::new(lint);
    }

    /// Takes in a collection's file, at its path. One without a usable name, title or procedures gives nothing but
    /// problems.
    pub fn read_collection(&mut self, path: &str, bytes: &[u8]) {
        let mut problems = Problems::of(path, COLLECTION_CODE);
        if let Some(collection) = collection::read(path, bytes, &mut problems) {
            self.collections.push(collection);
        }
        self.say(problems);
    }

    /// Says of a file that it cannot be read at all.
    pub fn cannot_read(&mut self, path: &str, message: impl Into<String>, help: &str) {
        let code = if path == TEAM_FILE { FILE_CODE } else { COLLECTION_CODE };
        let mut problems = Problems::of(path, code);
        problems.say(0, Severity::Error, message, help);
        self.say(problems);
    }

    fn say(&mut self, mut problems: Problems) {
        problems.found.sort_by_key(|wrong| wrong.diagnostic.line);
        self.problems.append(&mut problems.found);
    }

    /// The release that the repository's files are held to, where it names one that is known.
    pub fn release(&self, releases: &Releases) -> Option<&'static Release> {
        self.attack_release.as_deref().and_then(|name| releases.find(name))
    }
}

/// What is wrong with one file, as far as it was read.
struct Problems {
    path: String,
    code: &'static str,
    found: Vec<Wrong>,
}

impl Problems {
    fn of(path: &str, code: &'static str) -> Self {
        Self { path: path.to_owned(), code, found: Vec::new() }
    }

    fn say(&mut self, line: u32, severity: Severity, message: impl Into<String>, help: impl Into<String>) {
        if self.found.len() < MAX_PROBLEMS {
            let diagnostic = Diagnostic::new(self.code, severity, message, help).at(line, 0);
            self.found.push(Wrong { path: self.path.clone(), diagnostic });
        }
    }
}

/// What a name is in addresses: lower-case words with hyphens, at most 80 characters.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase).take(MAX_NAME) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.chars().count() >= 80 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
