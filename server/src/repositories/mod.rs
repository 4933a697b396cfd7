//! The repositories as they were asked for: by the configuration, and on record.
//!
//! What the configuration says cannot be changed while the server runs. What was added on the page stands in the database
//! ([`on_record`]): changing it writes there, and [`App::follow_record`] makes library and jobs follow, in this server at
//! once and in the others that share the database within seconds.

mod on_record;
#[cfg(test)]
mod tests;

pub use on_record::check;

use crate::app::App;
use crate::config::{Config, ConfigError, RepositoryEntry, SecretPlace};
use catalog::repository::Repository;
use std::sync::{PoisonError, RwLock};
use tokio::sync::Mutex;

/// Who asked for a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The configuration, or a flag.
    Configured,
    /// Somebody, on the page or through the API.
    OnRecord,
}

/// One repository and what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Who asked for it.
    pub origin: Origin,
    /// What was said; of one on record, without the folder of secrets before the names of files.
    pub entry: RepositoryEntry,
    /// What that means.
    pub repository: Repository,
    /// Where the secret of its webhook stands.
    webhook: Option<SecretPlace>,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub struct Repositories {
    known: RwLock<Vec<Known>>,
    /// Held while the library follows the record.
    following: Mutex<()>,
}

impl Repositories {
    /// Those of the configuration, and those on record: what cannot be used any more of these is left out.
    ///
    /// # Errors
    /// When one of the configuration cannot be used.
    pub fn of(config: &Config, on_record: Vec<RepositoryEntry>) -> Result<Self, ConfigError> {
        let mut known = Vec::new();
        for entry in &config.repositories {
            known.push(Known {
                origin: Origin::Configured,
                repository: entry.read()?,
                webhook: entry.webhook_secret(),
                entry: entry.clone(),
            });
        }
        for entry in on_record {
            match on_record::known(entry, config) {
                Ok(one) if known.iter().any(|other| other.repository.name == one.repository.name) => {
                    let name = &one.repository.name;
                    tracing::warn!(%name, "a repository on record has the name of a configured one, and is left out");
                }
                Ok(one) => known.push(one),
                Err(error) => {
                    tracing::warn!(%error, "a repository on record cannot be used, and is left out");
                }
            }
        }
        Ok(Self { known: RwLock::new(known), following: Mutex::default() })
    }

    /// All of them as they are now.
    pub fn all(&self) -> Vec<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one of a name.
    pub fn named(&self, name: &str) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|known| known.repository.name == name).cloned()
    }

    /// The one of a name and where the secret of its webhook stands; nothing where it has none.
    pub fn webhook(&self, name: &str) -> Option<(Repository, SecretPlace)> {
        let known = self.named(name)?;
        Some((known.repository, known.webhook?))
    }

    fn put(&self, one: Known) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match known.iter_mut().find(|other| other.repository.name == one.repository.name) {
            Some(other) => *other = one,
            None => known.push(one),
        }
    }

    fn take(&self, name: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|one| one.repository.name != name);
    }
}
