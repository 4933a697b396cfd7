//! A file beside a notebook that describes it: where it is and what its keys mean.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest name of a file.
const MAX_NAME: usize = 200;

/// A YAML file in a notebook's folder, for notebooks that have no `hunting` block of their own. By default that of the
/// Threat Hunter Playbook (<https://github.com/OTRF/ThreatHunter-Playbook>): `metadata.yaml` with `hypothesis`,
/// `collaborators`, `creation_date`, `modification_date`, `platform` and `attack_mappings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sidecar {
    /// The file's name; empty where none is read.
    pub file: String,
    /// Keys of `hunting`, and what the file calls them. A key that is not named here means what it means in `hunting`.
    pub fields: BTreeMap<String, String>,
    /// Its list of ATT&CK mappings, each a mapping with `technique`, `sub_technique` and `tactics`.
    pub mappings: String,
}

impl Default for Sidecar {
    fn default() -> Self {
        let named = [
            ("description", "hypothesis"),
            ("authors", "collaborators"),
            ("created", "creation_date"),
            ("modified", "modification_date"),
            ("platforms", "platform"),
        ];
        Self {
            file: "metadata.yaml".to_owned(),
            fields: named.iter().map(|(key, theirs)| ((*key).to_owned(), (*theirs).to_owned())).collect(),
            mappings: "attack_mappings".to_owned(),
        }
    }
}

impl Sidecar {
    /// Whether the file's name can be one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn check(&self) -> Result<(), String> {
        if self.file.contains(['/', '\\', '\0']) || self.file.len() > MAX_NAME {
            return Err(format!(
                "sidecar.file is the name of a file in the notebook's folder, without slashes, of at most {MAX_NAME} bytes"
            ));
        }
        Ok(())
    }

    /// The sidecar of the notebook at `path`, whether it is there or not; none where none is read.
    pub fn of(&self, path: &str) -> Option<String> {
        if self.file.is_empty() {
            return None;
        }
        Some(match path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{}", self.file),
            None => self.file.clone(),
        })
    }

    /// Whether the file at `path` is a sidecar.
    pub fn is(&self, path: &str) -> bool {
        !self.file.is_empty() && path.rsplit('/').next() == Some(self.file.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sidecar_stands_in_the_folder_of_its_notebook() {
        let sidecar = Sidecar::default();
        assert_eq!(sidecar.of("hunts/a/notebook.md").as_deref(), Some("hunts/a/metadata.yaml"));
        assert_eq!(sidecar.of("notebook.md").as_deref(), Some("metadata.yaml"));
        assert!(sidecar.is("hunts/metadata.yaml") && !sidecar.is("hunts/a-metadata.yaml"));
        let none = Sidecar { file: String::new(), ..Sidecar::default() };
        assert!(none.of("a.md").is_none() && !none.is(""));
    }

    #[test]
    fn a_name_leads_to_no_other_folder() {
        assert!(Sidecar { file: "../metadata.yaml".into(), ..Sidecar::default() }.check().is_err());
        assert!(Sidecar::default().check().is_ok());
    }
}
