//! With what a remote is entered: keys, tokens, known hosts, and the way out of this network.

use crate::repository::{HostKey, Location, Repository, TokenPlace};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use url::Url;

/// Longest token, and the longest file with one.
const MAX_TOKEN: usize = 8 * 1024;

/// Something that is shown to nobody: not in messages, logs or dumps. It is written out only into the request to the
/// process that fetches, over a pipe.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// With what https is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password or token.
    pub token: Secret,
    /// Where the token was found, for messages.
    pub place: String,
}

/// With what a remote is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Whether the agent that `SSH_AUTH_SOCK` names is asked.
    pub agent: bool,
    /// Private key files without a passphrase, tried in order.
    pub keys: Vec<PathBuf>,
    /// Lists of the hosts that are known, with their keys, as OpenSSH keeps them.
    pub known_hosts: Vec<PathBuf>,
    /// Further keys of the host. A host that shows none of these and none of `known_hosts` is not spoken to.
    pub host_keys: Vec<HostKey>,
    /// User and token for https.
    pub login: Option<Login>,
    /// Whether the host may have an address of a private network.
    pub allow_private: bool,
    /// The proxy through which https goes, as `https_proxy` has it; it may hold a password.
    pub proxy: Option<Secret>,
    /// Hosts that are reached without it, as `no_proxy` has it.
    pub no_proxy: String,
    /// A home folder that belongs to the fetching process alone, where host keys are written for libgit2 to choose by.
    pub home: Option<PathBuf>,
}

impl Access {
    /// The agent and the usual key files of the user that this process runs as, and the proxy of its environment.
    pub fn of_this_user() -> Self {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let keys = ["id_ed25519", "id_ecdsa", "id_rsa"].map(|name| home.join(".ssh").join(name));
        let known = [home.join(".ssh/known_hosts"), PathBuf::from("/etc/ssh/ssh_known_hosts")];
        let there = |files: &[PathBuf]| files.iter().filter(|file| file.is_file()).cloned().collect();
        let variable = |names: [&str; 2]| {
            names.iter().find_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty())
        };
        Self {
            agent: std::env::var_os("SSH_AUTH_SOCK").is_some(),
            keys: there(&keys),
            known_hosts: there(&known),
            proxy: variable(["https_proxy", "HTTPS_PROXY"]).map(Secret),
            no_proxy: variable(["no_proxy", "NO_PROXY"]).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What a repository's own configuration makes of it. Secrets are read now; `variable` tells those of the
    /// environment.
    ///
    /// # Errors
    /// A sentence that says which secret cannot be read.
    pub fn for_repository(
        &self,
        repository: &Repository,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let entrance = &repository.entrance;
        entrance.check(&repository.location)?;
        let mut access = self.clone();
        access.allow_private |= entrance.allow_private;
        if let Some(place) = &entrance.token {
            let user =
                entrance.token_user.clone().unwrap_or_else(|| usual_user(&repository.location).to_owned());
            let (place, token) = token(place, variable)?;
            access.login = Some(Login { user, token, place });
        }
        if let Some(file) = &entrance.ssh_key_file {
            std::fs::File::open(file)
                .map_err(|error| format!("ssh_key_file {} cannot be read: {error}", file.display()))?;
            access.agent = false;
            access.keys = vec![file.clone()];
        }
        if entrance.known_hosts_file.is_some() || !entrance.host_keys.is_empty() {
            access.known_hosts = entrance.known_hosts_file.iter().cloned().collect();
            access.host_keys.clone_from(&entrance.host_keys);
        }
        Ok(access)
    }

    /// A text without the secrets in it.
    pub(super) fn scrub(&self, text: &str, url: &str) -> String {
        let text = match &self.login {
            Some(login) => text.replace(login.token.reveal(), "…"),
            None => text.to_owned(),
        };
        let Ok(url) = Url::parse(url) else { return text };
        // The user of an http URL may be a token as well.
        let user = Some(url.username()).filter(|user| !user.is_empty() && url.scheme() != "ssh");
        let secrets = [url.password(), user];
        secrets.into_iter().flatten().fold(text, |text, secret| text.replace(secret, "…"))
    }
}

/// The user that forges take a token from: GitHub asks for none in particular but documents this one, as GitLab, Gitea
/// and Forgejo take any; Bitbucket takes its own alone.
fn usual_user(location: &Location) -> &'static str {
    if location.display().contains("://bitbucket.org/") { "x-token-auth" } else { "x-access-token" }
}

/// Where a token was found, and the token.
fn token(place: &TokenPlace, variable: &dyn Fn(&str) -> Option<String>) -> Result<(String, Secret), String> {
    let (place, text) = match place {
        TokenPlace::File(path) => {
            let place = format!("token_file {}", path.display());
            let size =
                std::fs::metadata(path).map_err(|error| format!("{place} cannot be read: {error}"))?.len();
            if size > MAX_TOKEN as u64 {
                return Err(format!("{place} is no token: it has {size} bytes"));
            }
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
            (place, text)
        }
        TokenPlace::Environment(name) => {
            let place = format!("token_env {name}");
            let text = variable(name).ok_or_else(|| format!("{place}: there is no such variable"))?;
            (place, text)
        }
    };
    let token = text.trim();
    if token.is_empty() || token.len() > MAX_TOKEN || token.chars().any(char::is_control) {
        return Err(format!("{place} holds no token: one line is meant"));
    }
    Ok((place, Secret(token.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Entrance;

    fn with(entrance: Entrance) -> Repository {
        Repository { entrance, ..Repository::parse("https://example.com/hunts.git").unwrap() }
    }

    #[test]
    fn a_token_is_read_when_a_fetch_begins_and_shown_to_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let repository =
            with(Entrance { token: Some(TokenPlace::File(file.clone())), ..Entrance::default() });
        let read = || Access::default().for_repository(&repository, &|_| None);
        assert!(read().unwrap_err().contains("cannot be read"));
        std::fs::write(&file, "first-secret\n").unwrap();
        let access = read().unwrap();
        assert_eq!(access.login.as_ref().unwrap().token.reveal(), "first-secret");
        assert_eq!(access.login.as_ref().unwrap().user, "x-access-token");
        assert!(!format!("{access:?} {repository:?}").contains("first-secret"));
        assert_eq!(access.scrub("no first-secret here", "https://example.com/a"), "no … here");
        std::fs::write(&file, "second-secret").unwrap();
        assert_eq!(read().unwrap().login.unwrap().token.reveal(), "second-secret");
        for bad in ["", " \n", "two\nlines"] {
            std::fs::write(&file, bad).unwrap();
            assert!(read().unwrap_err().contains("holds no token"), "{bad:?}");
        }
        std::fs::write(&file, "x".repeat(MAX_TOKEN + 1)).unwrap();
        assert!(read().unwrap_err().contains("is no token"));
    }

    #[test]
    fn a_token_of_the_environment_is_named_where_it_is_missing() {
        let token = Some(TokenPlace::Environment("HUNTS_TOKEN".to_owned()));
        let repository =
            with(Entrance { token, token_user: Some("oauth2".to_owned()), ..Entrance::default() });
        let refused = Access::default().for_repository(&repository, &|_| None).unwrap_err();
        assert_eq!(refused, "token_env HUNTS_TOKEN: there is no such variable");
        let access = Access::default()
            .for_repository(&repository, &|name| (name == "HUNTS_TOKEN").then(|| "s3cret".to_owned()))
            .unwrap();
        assert_eq!(access.login.unwrap().user, "oauth2");
    }

    #[test]
    fn own_host_keys_and_key_file_stand_in_the_place_of_the_users() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let base = Access {
            agent: true,
            keys: vec!["/a".into()],
            known_hosts: vec!["/b".into()],
            ..Access::default()
        };
        let entrance = Entrance { ssh_key_file: Some(key.clone()), ..Entrance::default() };
        let repository = Repository { entrance, ..Repository::parse("git@example.com:hunts.git").unwrap() };
        assert!(base.for_repository(&repository, &|_| None).unwrap_err().contains("ssh_key_file"));
        std::fs::write(&key, "").unwrap();
        let access = base.for_repository(&repository, &|_| None).unwrap();
        assert_eq!((access.agent, access.keys, access.known_hosts.len()), (false, vec![key], 1));
        let print = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU".parse().unwrap();
        let entrance = Entrance { host_keys: vec![print], ..Entrance::default() };
        let repository = Repository { entrance, ..repository };
        let access = base.for_repository(&repository, &|_| None).unwrap();
        assert_eq!((access.known_hosts.len(), access.host_keys.len()), (0, 1));
    }
}
