//! `[jupyter]`: where copies are opened.

use super::repositories::duration;
use super::{ConfigError, SecretPlace};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// The Jupyter server or hub of the deployment. Without an address copies are downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JupyterConfig {
    /// Where it is: `https://jupyter.example.com/`; of a hub with the user's own server,
    /// `https://hub.example.com/user/{user}/`.
    pub url: Option<String>,
    /// The file that holds its token.
    pub token_file: Option<PathBuf>,
    /// The variable of the environment that holds its token.
    pub token_env: Option<String>,
    /// The folder there that a copy goes to, of `{customer}`, `{tenant}`, `{procedure}`, `{user}` and `{date}` (when the copy
    /// was made, `2026-11-30`).
    pub folder: String,
    /// How often copies that were sent there and are still open are brought back: `15m`. Only when somebody asks, without it.
    pub pull_every: Option<String>,
}

impl Default for JupyterConfig {
    fn default() -> Self {
        let folder = "hunts/{tenant}".to_owned();
        Self { url: None, token_file: None, token_env: None, folder, pull_every: None }
    }
}

impl JupyterConfig {
    /// Where its token stands.
    pub fn token(&self) -> Option<SecretPlace> {
        let file = self.token_file.clone().map(SecretPlace::File);
        file.or_else(|| self.token_env.clone().map(SecretPlace::Environment))
    }

    /// How often copies are brought back by themselves, where they are.
    ///
    /// # Errors
    /// When it is no stretch of time.
    pub fn pulled_every(&self) -> Result<Option<Duration>, ConfigError> {
        let wrong = "jupyter.pull_every is no stretch of time: 30s, 15m, 1h, 1d; at least 10s";
        let every = self.pull_every.as_deref().filter(|_| self.url.is_some());
        every.map(|text| duration(text).map_err(|_| ConfigError::Contradiction(wrong))).transpose()
    }

    /// Says what does not go together.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.pulled_every()?;
        let Some(url) = &self.url else {
            if self.pull_every.is_some() {
                return Err(ConfigError::Contradiction(
                    "jupyter.pull_every is set, and jupyter.url does not say where copies are brought back from",
                ));
            }
            return Ok(());
        };
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(ConfigError::Contradiction(
                "jupyter.url is not an address of a Jupyter server: it begins with http:// or https://",
            ));
        }
        if self.token_file.is_some() && self.token_env.is_some() {
            return Err(ConfigError::Contradiction(
                "jupyter.token_file and jupyter.token_env both name a token: leave one of them out",
            ));
        }
        if self.token().is_none() {
            return Err(ConfigError::Contradiction(
                "jupyter.url is set, and neither jupyter.token_file nor jupyter.token_env says where its token is",
            ));
        }
        Ok(())
    }
}
