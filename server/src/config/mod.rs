//! The configuration: a TOML file, then the environment (`HUNTSHELF__SECTION__KEY`), then flags, each over the one before.
//!
//! A key that nobody knows is refused, wherever it stands: a misspelt setting that is silently ignored is worse than a
//! server that does not start.

pub mod attack;
mod jupyter;
mod repositories;
mod secrets;

pub use attack::{AttackConfig, BundleEntry};
pub use jupyter::JupyterConfig;
pub use repositories::RepositoryEntry;
pub use secrets::{SecretPlace, SecretsConfig};

use catalog::instance::Vocabulary;
use catalog::repository::{self, Repository};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use url::Url;

/// What the variables of the environment that are settings begin with.
const VARIABLES: &str = "HUNTSHELF__";

/// All settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server stands.
    pub server: ServerConfig,
    /// What is on record.
    pub database: DatabaseConfig,
    /// What is mirrored.
    pub repositories: Vec<RepositoryEntry>,
    /// How people sign in.
    pub auth: AuthConfig,
    /// How copies are made.
    pub instances: InstancesConfig,
    /// Where copies are opened.
    pub jupyter: JupyterConfig,
    /// Which releases of ATT&CK there are.
    pub attack: AttackConfig,
    /// Which secrets repositories on record may name.
    pub secrets: SecretsConfig,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// The data folder.
    pub data: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Host names under which the server answers, besides loopback's, the listening address and that of `url`.
    pub hosts: Vec<String>,
    /// Where people reach it, when that is not the listening address: `https://hunts.example.com`.
    pub url: Option<Url>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            hosts: Vec::new(),
            url: None,
        }
    }
}

/// `[database]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://…`; without it `huntshelf.db` in the data folder.
    pub url: Option<String>,
}

/// `[auth]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// The header in which a proxy names who is signed in. Off without it.
    pub trusted_header: Option<String>,
    /// The addresses from which that header is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// `[instances]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstancesConfig {
    /// Which names parameters go by, by what fills them: `vocabulary.tenant = ["TENANT_ID", "SENSOR_ID"]`.
    pub vocabulary: Vocabulary,
}

/// What was said on the command line; it wins over everything else.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--repo`, each; they come after the configured ones.
    pub repositories: Vec<String>,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named by `--config` is not there.
    #[error("{0} cannot be read: there is no such file")]
    NoFile(PathBuf),
    /// A key is unknown, or a value is not what it should be.
    #[error("{place}{key}{reason}")]
    Value {
        /// In which file or variable, with what parts it from the rest.
        place: String,
        /// Which key, likewise.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A repository cannot be used.
    #[error("repository {name}: {reason}")]
    Repository {
        /// Which, by name or by URL.
        name: String,
        /// Why.
        reason: String,
    },
    /// A bundle of ATT&CK cannot be used.
    #[error("attack.bundles: {path}: {reason}", path = path.display())]
    Bundle {
        /// Which file.
        path: PathBuf,
        /// What is wrong with which object, and what to do.
        reason: String,
    },
    /// The release to show is not known.
    #[error(
        "attack.release: ATT&CK {name} is not known; there are {known}. Add its STIX bundle to attack.bundles"
    )]
    Release {
        /// What was named.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// Settings that do not go together.
    #[error("{0}")]
    Contradiction(&'static str),
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        let metadata = error.metadata.as_ref();
        let is_variable = metadata.is_some_and(|metadata| metadata.name.contains("environment"));
        let key = match (error.path.is_empty(), is_variable) {
            (true, _) => String::new(),
            (false, true) => format!("{VARIABLES}{}: ", error.path.join("__").to_uppercase()),
            (false, false) => format!("{}: ", error.path.join(".")),
        };
        let place = match metadata.and_then(|metadata| metadata.source.as_ref()) {
            Some(source) => format!("{source}: "),
            None => String::new(),
        };
        Self::Value { place, key, reason: error.kind.to_string() }
    }
}

impl Config {
    /// Reads the file, the environment and the flags, and checks what they say.
    ///
    /// # Errors
    /// Whatever keeps the server from doing what was meant: see [`ConfigError`].
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = &flags.file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.clone()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Env::prefixed(VARIABLES).split("__"));
        let mut config: Self = figment.extract()?;
        if let Some(data) = &flags.data {
            config.server.data.clone_from(data);
        }
        if let Some(listen) = flags.listen {
            config.server.listen = listen;
        }
        config.repositories.extend(flags.repositories.iter().map(|place| RepositoryEntry::of(place)));
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.mirrored()?;
        self.jupyter.check()?;
        if self.auth.trusted_header.is_some() && self.auth.trusted_proxies.is_empty() {
            return Err(ConfigError::Contradiction(
                "auth.trusted_header is set but auth.trusted_proxies names no address to believe it from: anybody could sign in as anybody",
            ));
        }
        if let Some(url) = &self.server.url
            && !(matches!(url.scheme(), "http" | "https") && url.host().is_some())
        {
            return Err(ConfigError::Contradiction(
                "server.url is not an address that browsers reach: it begins with http:// or https:// and names a host",
            ));
        }
        Ok(())
    }

    /// The repositories to mirror, in order; none when none is configured.
    ///
    /// # Errors
    /// When one cannot be used, or two have the same name.
    pub fn mirrored(&self) -> Result<Vec<Repository>, ConfigError> {
        let mut repositories: Vec<Repository> = Vec::new();
        for entry in &self.repositories {
            let repository = entry.read()?;
            if repositories.iter().any(|other| other.name == repository.name) {
                return Err(ConfigError::Repository {
                    name: repository.name,
                    reason: "two repositories have this name; give one of them another `name`".to_owned(),
                });
            }
            repositories.push(repository);
        }
        let facets = repository::facets(&repositories);
        repository::check_facets(&facets).map_err(|error| ConfigError::Repository {
            name: "fields.facets".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(repositories)
    }

    /// Where people reach the server: `server.url`, else the listening address.
    pub fn reached_at(&self) -> String {
        match &self.server.url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.server.listen),
        }
    }

    /// Whether people reach it over https, so that cookies must not travel otherwise.
    pub fn is_https(&self) -> bool {
        self.server.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// A file or folder in the data folder.
    pub fn in_data(&self, name: &str) -> PathBuf {
        self.server.data.join(Path::new(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("huntshelf.toml");
        std::fs::write(&file, toml).unwrap();
        Config::load(&Flags { file: Some(file), ..Flags::default() })
    }

    #[test]
    fn without_anything_said_it_listens_on_loopback_and_keeps_its_data_beside() {
        let config = read("").unwrap();
        assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.server.data, PathBuf::from("data"));
        assert_eq!(config.reached_at(), "http://127.0.0.1:8080");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let refused = read("[server]\nlisen = '127.0.0.1:1'").unwrap_err().to_string();
        assert!(refused.contains("lisen") && refused.contains("huntshelf.toml"), "{refused}");
        let refused = read("[serve]\nlisten = '127.0.0.1:1'").unwrap_err().to_string();
        assert!(refused.contains("serve"), "{refused}");
    }

    #[test]
    fn a_repository_is_named_after_its_last_path_segment() {
        let config = read(
            "[[repositories]]\nurl = 'https://example.com/hunts/playbook.git'\n[[repositories]]\nurl = '/srv/git/more'\nname = 'own'",
        )
        .unwrap();
        let names: Vec<_> =
            config.mirrored().unwrap().into_iter().map(|repository| repository.name).collect();
        assert_eq!(names, ["playbook", "own"]);
    }

    #[test]
    fn two_repositories_of_one_name_are_refused() {
        let refused =
            read("[[repositories]]\nurl = '/a/hunts'\n[[repositories]]\nurl = '/b/hunts.git'").unwrap_err();
        assert!(refused.to_string().contains("hunts"), "{refused}");
    }

    #[test]
    fn a_repository_by_plain_http_is_refused_by_its_url() {
        let refused = read("[[repositories]]\nurl = 'http://example.com/hunts.git'").unwrap_err().to_string();
        assert!(refused.contains("http://"), "{refused}");
    }

    #[test]
    fn a_facet_is_a_key_of_its_own_and_there_are_few() {
        let with =
            |facets: &str| read(&format!("[[repositories]]\nurl = '/a/b'\nfields = {{ facets = {facets} }}"));
        assert_eq!(with("['status', 'review.state']").unwrap().mirrored().unwrap()[0].fields.facets.len(), 2);
        for refused in ["['sort']", "['Status']", "['']", "['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']"] {
            assert!(with(refused).unwrap_err().to_string().contains("facet"), "{refused}");
        }
    }

    #[test]
    fn a_header_is_believed_only_from_named_proxies() {
        assert!(read("[auth]\ntrusted_header = 'x-user'").is_err());
        assert!(read("[auth]\ntrusted_header = 'x-user'\ntrusted_proxies = ['127.0.0.1']").is_ok());
    }

    #[test]
    fn flags_win_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.toml");
        std::fs::write(&file, "[server]\nlisten = '127.0.0.1:1'\n[[repositories]]\nurl = '/a/b'").unwrap();
        let config = Config::load(&Flags {
            file: Some(file),
            data: Some("elsewhere".into()),
            listen: Some("127.0.0.1:2".parse().unwrap()),
            repositories: vec!["/c/d.git".into()],
        })
        .unwrap();
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(config.server.data, PathBuf::from("elsewhere"));
        let names: Vec<_> =
            config.mirrored().unwrap().into_iter().map(|repository| repository.name).collect();
        assert_eq!(names, ["b", "d"]);
    }
}
