//! The repositories as they were asked for: by the configuration.

use crate::config::{ConfigError, RepositoryEntry, SecretPlace};
use catalog::repository::Repository;
use std::sync::{PoisonError, RwLock};

/// One repository and what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// What was said.
    pub entry: RepositoryEntry,
    /// What that means.
    pub repository: Repository,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub struct Repositories(RwLock<Vec<Known>>);

impl Repositories {
    /// Those of the configuration.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn configured(entries: &[RepositoryEntry]) -> Result<Self, ConfigError> {
        let known = entries.iter().map(|entry| Ok(Known { entry: entry.clone(), repository: entry.read()? }));
        Ok(Self(RwLock::new(known.collect::<Result<_, ConfigError>>()?)))
    }

    /// The one of a name.
    pub fn named(&self, name: &str) -> Option<Known> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|known| known.repository.name == name).cloned()
    }

    /// The one of a name and where the secret of its webhook stands; nothing where it has none.
    pub fn webhook(&self, name: &str) -> Option<(Repository, SecretPlace)> {
        let known = self.named(name)?;
        Some((known.repository, known.entry.webhook_secret()?))
    }
}
