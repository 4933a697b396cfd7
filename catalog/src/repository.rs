//! What a repository is: where it is mirrored from, what of it counts, and where its forge stands.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Where a repository is mirrored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder on this machine (also `file://`).
    Path(PathBuf),
    /// `https://…` or `ssh://…` (and `user@host:path`).
    Remote(String),
}

/// A git repository that is mirrored, with its branch, globs and field mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its name, `[A-Za-z0-9._-]{1,64}`: in URLs, in the index, and the name of the mirror's folder.
    pub name: String,
    /// Where it is mirrored from.
    pub location: Location,
    /// The branch; the remote's `HEAD` when none is named.
    pub branch: Option<String>,
    /// Files that count; `**/*.md` by default.
    pub globs: Vec<String>,
    /// Files that do not, although they match `globs`.
    pub ignore: Vec<String>,
    /// How often to fetch.
    pub interval: Duration,
    /// Where commits, files and lines are shown at the forge.
    pub forge: Option<Forge>,
    /// Further keys of `hunting` that hold tactics.
    pub fields: FieldMapping,
}

/// Which keys of the `hunting` block hold what, beyond the six recommended ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FieldMapping {
    /// Keys that name tactics.
    pub tactics: Vec<String>,
    /// Keys that name techniques.
    pub techniques: Vec<String>,
    /// Keys that name authors.
    pub authors: Vec<String>,
    /// Keys that name platforms.
    pub platforms: Vec<String>,
}

impl Default for FieldMapping {
    fn default() -> Self {
        let list = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        Self {
            tactics: list(&["attack_tactic_ids", "attack_tactics", "tactics"]),
            techniques: list(&["attack_technique_ids"]),
            authors: list(&["authors", "author"]),
            platforms: list(&["platforms", "platform"]),
        }
    }
}

/// URL templates of the forge that hosts a repository. `{commit}`, `{path}`, `{line}` and `{branch}` are filled in,
/// percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forge {
    /// One commit.
    pub commit: String,
    /// One file at a commit.
    pub file: String,
    /// One line of a file at a commit.
    pub line: String,
    /// Editing a file on the branch.
    pub edit: String,
    /// A new issue.
    pub issue: String,
}
