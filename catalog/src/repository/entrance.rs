//! How a repository is entered: with what, past which host keys, and whether it may stand on a private network.
//!
//! Only the places of secrets stand here. What is in them is read when a fetch begins, so that a rotated file counts.

use super::HostKey;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Longest name of a user or of a variable.
const MAX_NAME: usize = 200;
/// Most host keys of one repository.
const MAX_HOST_KEYS: usize = 50;

/// How a repository is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entrance {
    /// Where the token for https is.
    pub token: Option<TokenPlace>,
    /// The user that the token is sent with; what forges take where nothing is said.
    pub token_user: Option<String>,
    /// The private key for ssh, without a passphrase; the agent and the usual files of this user where none is named.
    pub ssh_key_file: Option<PathBuf>,
    /// The list of known hosts for ssh, as OpenSSH keeps it; this user's where neither it nor `host_keys` is given.
    pub known_hosts_file: Option<PathBuf>,
    /// Keys of the ssh host; another one is not spoken to.
    pub host_keys: Vec<HostKey>,
    /// Whether its host may have an address of a private network.
    pub allow_private: bool,
    /// Whether branches of ours may be pushed to it.
    pub push: bool,
}

/// Where a token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenPlace {
    /// In a file; blanks around it do not count.
    File(PathBuf),
    /// In a variable of the server's environment.
    Environment(String),
}

impl Entrance {
    /// Whether it can be used for a repository at such a place.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self, location: &super::Location) -> Result<(), String> {
        let scheme = location.scheme();
        if self.token.is_some() && scheme != "https" && scheme != "http" {
            return Err("a token is sent over https:// only; of ssh, name ssh_key_file".to_owned());
        }
        if self.token.is_none() && self.token_user.is_some() {
            return Err("token_user stands without token_file or token_env".to_owned());
        }
        if let Some(TokenPlace::Environment(name)) = &self.token
            && (name.is_empty() || name.len() > MAX_NAME || name.contains(['=', '\0']))
        {
            return Err("token_env is the name of a variable of the environment".to_owned());
        }
        let plain = |user: &String| {
            !user.is_empty() && user.len() <= MAX_NAME && user.chars().all(|c| !c.is_control() && c != ':')
        };
        if self.token_user.as_ref().is_some_and(|user| !plain(user)) {
            return Err(format!("token_user is 1 to {MAX_NAME} characters without a colon"));
        }
        let for_ssh =
            self.ssh_key_file.is_some() || self.known_hosts_file.is_some() || !self.host_keys.is_empty();
        if for_ssh && scheme != "ssh" {
            return Err(
                "ssh_key_file, known_hosts_file and host_keys are for ssh:// and user@host:path".to_owned()
            );
        }
        if self.host_keys.len() > MAX_HOST_KEYS {
            return Err(format!("host_keys names more than {MAX_HOST_KEYS} keys"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Location;

    #[test]
    fn what_is_for_one_way_in_is_refused_for_another() {
        let at = |place: &str| Location::parse(place).unwrap();
        let token = Entrance { token: Some(TokenPlace::Environment("T".into())), ..Entrance::default() };
        assert_eq!(token.check(&at("https://example.com/a.git")), Ok(()));
        assert!(token.check(&at("git@example.com:a.git")).unwrap_err().contains("https"));
        assert!(token.check(&at("/srv/a.git")).is_err());
        let key = Entrance { ssh_key_file: Some("/k".into()), ..Entrance::default() };
        assert_eq!(key.check(&at("git@example.com:a.git")), Ok(()));
        assert_eq!(key.check(&at("ssh://git@example.com/a.git")), Ok(()));
        assert!(key.check(&at("https://example.com/a.git")).is_err());
        let user = Entrance { token_user: Some("a".into()), ..Entrance::default() };
        assert!(user.check(&at("https://example.com/a.git")).is_err());
        for bad in ["", "a:b", "a\nb"] {
            let user = Entrance { token_user: Some(bad.into()), ..token.clone() };
            assert!(user.check(&at("https://example.com/a.git")).is_err(), "{bad:?}");
        }
    }
}
