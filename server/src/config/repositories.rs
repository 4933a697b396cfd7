//! `[[repositories]]`: what is mirrored, from where.

use super::{ConfigError, SecretPlace};
use catalog::repository::{
    Entrance, FieldMapping, Forge, HostKey, MAX_PATTERNS, RefPattern, Repository, Sidecar, TokenPlace,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use utoipa::ToSchema;

/// One repository as it is configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// The tag, in place of a branch.
    #[serde(default)]
    pub tag: Option<String>,
    /// The file with the token for https; read again at every fetch.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub token_file: Option<PathBuf>,
    /// The variable of the environment with it.
    #[serde(default)]
    pub token_env: Option<String>,
    /// The user that the token is sent with; `x-access-token` where none is given.
    #[serde(default)]
    pub token_user: Option<String>,
    /// The private key for ssh, without a passphrase; this user's keys and agent where none is given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub ssh_key_file: Option<PathBuf>,
    /// The list of known ssh hosts; this user's where neither it nor `host_keys` is given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub known_hosts_file: Option<PathBuf>,
    /// Keys of the ssh host: `SHA256:…` or `ssh-ed25519 AAAA…`.
    #[serde(default)]
    pub host_keys: Vec<String>,
    /// Whether its host may have an address of a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// Whether what people write here may be pushed to it, as branches `huntshelf/…`; not where nothing is said.
    #[serde(default)]
    pub push: bool,
    /// Patterns of references that are proposals: `refs/pull/*/head`.
    #[serde(default)]
    pub proposals: Vec<String>,
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
    #[schema(value_type = Option<Object>)]
    pub forge: Option<Forge>,
    /// Which further keys of `hunting` hold what.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: FieldMapping,
    /// The file beside a notebook that describes it, and what its keys mean; that of the Threat Hunter Playbook where
    /// nothing is said.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub sidecar: Sidecar,
    /// The file with the secret that its webhook's deliveries are signed with.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
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
            tag: None,
            token_file: None,
            token_env: None,
            token_user: None,
            ssh_key_file: None,
            known_hosts_file: None,
            host_keys: Vec::new(),
            allow_private: false,
            push: false,
            proposals: Vec::new(),
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
        if self.branch.is_some() && self.tag.is_some() {
            return Err(refuse("branch and tag stand together; one of them is mirrored".to_owned()));
        }
        repository.branch.clone_from(&self.branch);
        repository.tag.clone_from(&self.tag);
        repository.entrance = self.entrance().map_err(refuse)?;
        repository.entrance.check(&repository.location).map_err(refuse)?;
        repository.proposals = self.patterns().map_err(refuse)?;
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

    fn entrance(&self) -> Result<Entrance, String> {
        let token = match (&self.token_file, &self.token_env) {
            (Some(_), Some(_)) => {
                return Err("token_file and token_env stand together; one of them holds the token".to_owned());
            }
            (Some(file), None) => Some(TokenPlace::File(file.clone())),
            (None, Some(name)) => Some(TokenPlace::Environment(name.clone())),
            (None, None) => None,
        };
        let host_keys =
            self.host_keys.iter().map(|key| key.parse::<HostKey>().map_err(|error| error.to_string()));
        Ok(Entrance {
            token,
            token_user: self.token_user.clone(),
            ssh_key_file: self.ssh_key_file.clone(),
            known_hosts_file: self.known_hosts_file.clone(),
            host_keys: host_keys.collect::<Result<_, _>>()?,
            allow_private: self.allow_private,
            push: self.push,
        })
    }

    fn patterns(&self) -> Result<Vec<RefPattern>, String> {
        if self.proposals.len() > MAX_PATTERNS {
            return Err(format!("proposals names more than {MAX_PATTERNS} patterns"));
        }
        self.proposals
            .iter()
            .map(|text| text.parse::<RefPattern>().map_err(|error| error.to_string()))
            .collect()
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

/// A number and a unit: `30s`, `5m`, `1h`, `1d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
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
    fn how_a_repository_is_entered_is_read_and_checked() {
        let entry = RepositoryEntry {
            tag: Some("v1".into()),
            token_env: Some("HUNTS_TOKEN".into()),
            allow_private: true,
            proposals: vec!["refs/pull/*/head".into()],
            ..RepositoryEntry::of("https://example.com/a.git")
        };
        let read = entry.read().unwrap();
        assert_eq!((read.tag.as_deref(), read.branch, read.proposals.len()), (Some("v1"), None, 1));
        assert_eq!(read.entrance.token, Some(TokenPlace::Environment("HUNTS_TOKEN".into())));
        assert!(read.entrance.allow_private);
        let of = RepositoryEntry::of;
        for (refused, why) in [
            (RepositoryEntry { branch: Some("main".into()), ..entry.clone() }, "branch and tag"),
            (RepositoryEntry { token_file: Some("/t".into()), ..entry.clone() }, "token_file and token_env"),
            (RepositoryEntry { proposals: vec!["main".into()], ..of("/a/b") }, "no pattern of references"),
            (RepositoryEntry { proposals: vec!["refs/a/*".into(); 21], ..of("/a/b") }, "more than 20"),
            (RepositoryEntry { host_keys: vec!["x".into()], ..of("git@h:a") }, "no key of a host"),
            (RepositoryEntry { token_env: Some("T".into()), ..of("git@h:a") }, "over https:// only"),
        ] {
            let told = refused.read().unwrap_err().to_string();
            assert!(told.contains(why), "{told}");
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
