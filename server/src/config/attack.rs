//! `[attack]`: the releases of ATT&CK that are known besides the built-in ones, and the one that is shown.

use super::ConfigError;
use catalog::attack::{Release, Releases, read_bundle};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// `[attack]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttackConfig {
    /// The release that the catalog shows: `19.2`, `enterprise 18.1`. Without it the newest enterprise release that is
    /// built in: a bundle is looked at first (`/attack/upgrade`), and shown when it is named here.
    pub release: Option<String>,
    /// STIX 2.1 bundles as MITRE publishes them, `enterprise-attack-19.2.json`.
    pub bundles: Vec<BundleEntry>,
}

/// A bundle: its path, or its path and the version that it does not say itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BundleEntry {
    /// `"enterprise-attack-19.2.json"`
    Path(PathBuf),
    /// `{ path = "enterprise-attack.json", version = "9.0" }`
    Versioned {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: String,
    },
}

impl BundleEntry {
    fn read(&self) -> Result<Release, ConfigError> {
        match self {
            Self::Path(path) => read(path, None),
            Self::Versioned { path, version } => read(path, Some(version)),
        }
    }
}

/// Reads a bundle from a file.
///
/// # Errors
/// When it cannot be read; the message names the file, the object in it, and what to do.
pub fn read(path: &Path, version: Option<&str>) -> Result<Release, ConfigError> {
    let refuse = |reason: String| ConfigError::Bundle { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    read_bundle(file, version).map_err(|error| refuse(error.to_string()))
}

impl AttackConfig {
    /// The releases that are known, with the one that is shown. Reads the bundles: some seconds for large ones.
    ///
    /// # Errors
    /// When a bundle cannot be read, or the release to show is not known.
    pub fn releases(&self) -> Result<Releases, ConfigError> {
        let releases = Releases::with(self.bundles.iter().map(BundleEntry::read).collect::<Result<_, _>>()?);
        match &self.release {
            None => Ok(releases),
            Some(name) => releases
                .showing(name)
                .ok_or_else(|| ConfigError::Release { name: name.clone(), known: releases.names() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Flags};

    fn config(toml: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("huntshelf.toml");
        std::fs::write(&file, toml).unwrap();
        Config::load(&Flags { file: Some(file), ..Flags::default() }).unwrap()
    }

    #[test]
    fn the_shown_release_is_named_or_the_newest_that_is_built_in() {
        assert_eq!(config("").attack.releases().unwrap().shown().version(), "19.2");
        let named = config("[attack]\nrelease = 'enterprise 18.1'").attack.releases().unwrap();
        assert_eq!(named.shown().version(), "18.1");
        let refused = config("[attack]\nrelease = '17.0'").attack.releases().unwrap_err().to_string();
        assert!(refused.contains("17.0") && refused.contains("enterprise-attack 19.2"), "{refused}");
    }

    #[test]
    fn a_bundle_that_cannot_be_read_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("b.json");
        std::fs::write(&bundle, "{\"objects\": [{\"type\": 1}]}").unwrap();
        let named =
            format!("[attack]\nbundles = ['none.json', {{path = '{0}', version = '1.0'}}]", bundle.display());
        let bundles = config(&named).attack.bundles;
        assert!(bundles[0].read().unwrap_err().to_string().contains("none.json"));
        let refused = bundles[1].read().unwrap_err().to_string();
        assert!(refused.contains("b.json") && refused.contains("object 1"), "{refused}");
    }
}
