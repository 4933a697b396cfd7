//! `[[repositories]]`: what is mirrored, from where.

use super::{ConfigError, SecretPlace};
use catalog::repository::{FieldMapping, Forge, Repository, Sidecar};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// One repository as it is configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryEntry {
    /// Its name; the last segment of its URL, without `.git`, where none is given.
    #[serde(default)]
    pub name: Option<String>,
    /// A path, `file://`, `https://` or `ssh://`, or `user@host:path`.
    pub url: String,
    /// The branch; the remote's `HEAD` where none is given.
    #[serde(default)]
    pub branch: Option<String>,
    /// Files that count; every markdown and ipynb file where none are given.
    #[serde(default)]
    pub globs: Option<Vec<String>>,
    /// Files that do not, although they match `globs`.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// How often to fetch: `30s`, `5m`, `1h`; every five minutes where nothing is said.
    #[serde(default)]
    pub interval: Option<String>,
    /// URL templates of its forge; guessed from the URL where none are given.
    #[serde(default)]
    pub forge: Option<Forge>,
    /// Which further keys of `hunting` hold what.
    #[serde(default)]
    pub fields: FieldMapping,
    /// The file beside a notebook that describes it, and what its keys mean; that of the Threat Hunter Playbook where
    /// nothing is said.
    #[serde(default)]
    pub sidecar: Sidecar,
    /// The file with the secret that its webhook's deliveries are signed with.
    #[serde(default)]
    pub webhook_secret_file: Option<PathBuf>,
    /// The variable of the environment with it.
    #[serde(default)]
    pub webhook_secret_env: Option<String>,
}

impl RepositoryEntry {
    /// The one at a URL or path, with everything else as it is by default.
    pub fn of(place: &str) -> Self {
        Self {
            name: None,
            url: place.to_owned(),
            branch: None,
            globs: None,
            ignore: Vec::new(),
            interval: None,
            forge: None,
            fields: FieldMapping::default(),
            sidecar: Sidecar::default(),
            webhook_secret_file: None,
            webhook_secret_env: None,
        }
    }

    /// Where the secret of its webhook stands; without one it has no webhook.
    pub fn webhook_secret(&self) -> Option<SecretPlace> {
        let file = self.webhook_secret_file.clone().map(SecretPlace::File);
        file.or_else(|| self.webhook_secret_env.clone().map(SecretPlace::Environment))
    }

    /// What it says, checked.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn read(&self) -> Result<Repository, ConfigError> {
        let refuse = |reason: String| ConfigError::Repository {
            name: self.name.clone().unwrap_or_else(|| without_credentials(&self.url)),
            reason,
        };
        let mut repository = match &self.name {
            Some(name) => Repository::named(name, &self.url),
            None => Repository::parse(&self.url),
        }
        .map_err(|error| refuse(error.to_string()))?;
        if self.webhook_secret_file.is_some() && self.webhook_secret_env.is_some() {
            return Err(refuse(
                "webhook_secret_file and webhook_secret_env stand together; one of them holds the secret"
                    .to_owned(),
            ));
        }
        repository.branch.clone_from(&self.branch);
        if let Some(globs) = &self.globs {
            repository.globs.clone_from(globs);
        }
        if repository.globs.is_empty() {
            return Err(refuse("globs is empty, so that no file counts".to_owned()));
        }
        repository.ignore.clone_from(&self.ignore);
        repository.compile_globs().map_err(|error| refuse(error.to_string()))?;
        if let Some(interval) = &self.interval {
            repository.interval = duration(interval).map_err(refuse)?;
        }
        if let Some(forge) = &self.forge {
            repository.forge = Some(forge.clone());
        }
        repository.fields.clone_from(&self.fields);
        self.sidecar.check().map_err(refuse)?;
        repository.sidecar.clone_from(&self.sidecar);
        Ok(repository)
    }
}

/// A URL for messages, readable or not: what stands before an `@` may be a password.
fn without_credentials(url: &str) -> String {
    let shown = match url.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            let credentials = host.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[credentials..])
        }
        None => url.to_owned(),
    };
    shown.chars().take(200).collect()
}

fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("interval {text:?} is no stretch of time: 30s, 5m, 1h, 1d; at least 10s");
    let split = text.len() - text.chars().last().map_or(0, char::len_utf8);
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(refused()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    match seconds {
        Some(seconds @ 10..=31_536_000) => Ok(Duration::from_secs(seconds)),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_mirrored_is_named_without_its_password() {
        let refused = RepositoryEntry::of("ftp://me:secret@example.com/a").read().unwrap_err().to_string();
        assert!(refused.contains("ftp://example.com/a") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn intervals_are_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h"), Ok(Duration::from_hours(1)));
        for bad in ["", "5", "m", "1s", "5 m", "-5m", "5µ", "99999999999999999999d"] {
            assert!(duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_password_never_stands_in_a_message() {
        let entry =
            RepositoryEntry { name: Some("a b".into()), ..RepositoryEntry::of("https://u:hunter2@h/a.git") };
        assert!(!entry.read().unwrap_err().to_string().contains("hunter2"));
        let entry = RepositoryEntry::of("http://u:hunter2@h/a.git");
        assert!(!entry.read().unwrap_err().to_string().contains("hunter2"));
    }
}
