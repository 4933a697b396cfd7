//! Copies in Jupyter: sent to a server or a hub by its contents API, and fetched back. Nothing is run there by us.
//!
//! The API is Jupyter Server's: <https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html>.

mod place;

pub use place::{Names, path};

use crate::config::JupyterConfig;
use catalog::notebook::{Notebook, ipynb};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Response, StatusCode};
use url::Url;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Largest answer that is read, in bytes: an executed notebook with its outputs, as JSON within JSON.
const MAX_ANSWER: u64 = 64 << 20;

/// What stands as it is in a part of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A Jupyter server, as one user reaches it.
#[derive(Clone)]
pub struct Jupyter {
    base: Url,
    token: Arc<str>,
    agent: Agent,
}

/// What became of a copy that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was not there, and is now.
    New,
    /// It was there as it was handed out.
    There,
}

/// Why Jupyter could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JupyterError {
    /// None is configured.
    #[error("No Jupyter server is configured: an administrator sets `jupyter.url`.")]
    None,
    /// Its address or its token cannot be used.
    #[error("The configuration of Jupyter cannot be used: {0}.")]
    Config(String),
    /// It does not answer.
    #[error("Jupyter does not answer: {0}.")]
    Away(String),
    /// It says no.
    #[error("Jupyter refuses {what} of {path}: {said}.")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// Of which file.
        path: String,
        /// Its status, and its reason where it gives one.
        said: String,
    },
    /// The file there is not what was handed out.
    #[error("{0} was changed there since it was handed out.")]
    Changed(String),
    /// The file is not there.
    #[error("{0} is not there.")]
    Gone(String),
}

impl Jupyter {
    /// The server that is configured, for a user.
    ///
    /// # Errors
    /// When none is configured, or its address or token cannot be used.
    pub async fn of(config: &JupyterConfig, user: &str) -> Result<Self, JupyterError> {
        let (Some(url), Some(place)) = (&config.url, config.token()) else { return Err(JupyterError::None) };
        if user.chars().all(|letter| letter == '.') {
            // A part of a path that leads to another one.
            return Err(JupyterError::Config("nobody's own server is called so".to_owned()));
        }
        let user = utf8_percent_encode(user, SEGMENT).to_string();
        let url = url.replace("{user}", &user);
        let base = Url::parse(&format!("{}/", url.trim_end_matches('/')));
        let base = base.map_err(|error| JupyterError::Config(format!("its address: {error}")))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(JupyterError::Config(
                "its address holds a name or a password, and is shown".to_owned(),
            ));
        }
        let token = place.read().await.map_err(JupyterError::Config)?;
        let token =
            String::from_utf8(token).map_err(|_| JupyterError::Config("its token is no text".to_owned()))?;
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // The token goes to nobody else.
            .max_redirects(0)
            .build();
        Ok(Self { base, token: token.into(), agent: agent.into() })
    }

    /// Where a file is opened in JupyterLab.
    pub fn link(&self, path: &str) -> String {
        format!("{}lab/tree/{}", self.base, encoded(path))
    }

    /// Sends a copy. A file that is there is never overwritten, unless it is the copy as it was handed out `before`, untouched.
    ///
    /// # Errors
    /// [`JupyterError::Changed`] where a file is there that is not the copy as it was handed out.
    pub async fn send(&self, path: &str, copy: Vec<u8>, before: Vec<Vec<u8>>) -> Result<Sent, JupyterError> {
        let (jupyter, path) = (self.clone(), path.to_owned());
        blocking(move || jupyter.send_now(&path, &copy, &before)).await
    }

    /// The bytes of a notebook that is there.
    ///
    /// # Errors
    /// [`JupyterError::Gone`] where there is none.
    pub async fn fetch(&self, path: &str) -> Result<Vec<u8>, JupyterError> {
        let (jupyter, path) = (self.clone(), path.to_owned());
        blocking(move || match jupyter.content(&path)? {
            Some(content) => {
                serde_json::to_vec(&content).map_err(|error| JupyterError::Away(error.to_string()))
            }
            None => Err(JupyterError::Gone(path)),
        })
        .await
    }

    /// When a file was last changed, as the server says it; none where it is not there.
    ///
    /// # Errors
    /// When the server does not say it.
    pub async fn changed_at(&self, path: &str) -> Result<Option<String>, JupyterError> {
        let (jupyter, path) = (self.clone(), path.to_owned());
        blocking(move || {
            let answer = jupyter.look(&path)?;
            if answer.status() == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            let said = expect("the reading", &path, answer)?;
            Ok(Some(said["last_modified"].as_str().unwrap_or_default().to_owned()))
        })
        .await
    }

    fn send_now(&self, path: &str, copy: &[u8], before: &[Vec<u8>]) -> Result<Sent, JupyterError> {
        let handed_out: Value =
            serde_json::from_slice(copy).map_err(|error| JupyterError::Config(error.to_string()))?;
        // First, so that nothing lies between looking for the file and writing it.
        for (at, _) in path.match_indices('/') {
            self.make_folder(&path[..at])?;
        }
        if let Some(there) = self.content(path)? {
            let there = serde_json::to_vec(&there).unwrap_or_default();
            if is_same(copy, &there) {
                return Ok(Sent::There);
            }
            if !before.iter().any(|before| is_same(before, &there)) {
                return Err(JupyterError::Changed(path.to_owned()));
            }
        }
        let body = json!({"type": "notebook", "format": "json", "content": handed_out});
        let answer = self.put(path, &body)?;
        expect("the writing", path, answer)?;
        Ok(Sent::New)
    }

    /// The notebook at a path, or nothing where none is.
    fn content(&self, path: &str) -> Result<Option<Value>, JupyterError> {
        let address = format!("{}?type=notebook&content=1", self.address(path));
        let request = self.agent.get(&address).header("Authorization", format!("token {}", self.token));
        let answer = request.call().map_err(away)?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let mut said = expect("the reading", path, answer)?;
        Ok(Some(said["content"].take()))
    }

    /// What is said of a path, without its content.
    fn look(&self, path: &str) -> Result<Response<ureq::Body>, JupyterError> {
        let address = format!("{}?content=0", self.address(path));
        let request = self.agent.get(&address).header("Authorization", format!("token {}", self.token));
        request.call().map_err(away)
    }

    fn make_folder(&self, path: &str) -> Result<(), JupyterError> {
        let answer = self.look(path)?;
        if answer.status() == StatusCode::NOT_FOUND {
            let answer = self.put(path, &json!({"type": "directory"}))?;
            expect("the making", path, answer)?;
        }
        Ok(())
    }

    fn put(&self, path: &str, body: &Value) -> Result<Response<ureq::Body>, JupyterError> {
        let request =
            self.agent.put(&self.address(path)).header("Authorization", format!("token {}", self.token));
        request.content_type("application/json").send(body.to_string()).map_err(away)
    }

    fn address(&self, path: &str) -> String {
        format!("{}api/contents/{}", self.base, encoded(path))
    }
}

/// The JSON of an answer that is none of refusal.
fn expect(what: &'static str, path: &str, mut answer: Response<ureq::Body>) -> Result<Value, JupyterError> {
    let status = answer.status();
    let text = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(away)?;
    let said: Option<Value> = serde_json::from_slice(&text).ok();
    match said {
        Some(said) if status.is_success() => Ok(said),
        said => {
            let reason = said.as_ref().and_then(|said| said["message"].as_str()).unwrap_or_default();
            let reason: String = reason.chars().take(200).collect();
            let said = format!("{status} {reason}").trim().to_owned();
            Err(JupyterError::Refused { what, path: path.to_owned(), said })
        }
    }
}

/// Whether a notebook on a server is one that is known: Jupyter notes beside each cell whether it is trusted.
pub fn is_same(known: &[u8], there: &[u8]) -> bool {
    let plain = |mut notebook: Notebook| {
        for cell in &mut notebook.cells {
            cell.metadata.shift_remove("trusted");
        }
        (notebook.cells, notebook.metadata)
    };
    plain(ipynb::read(known)) == plain(ipynb::read(there))
}

fn encoded(path: &str) -> String {
    path.split('/').map(|part| utf8_percent_encode(part, SEGMENT).to_string()).collect::<Vec<_>>().join("/")
}

fn away(error: impl std::fmt::Display) -> JupyterError {
    JupyterError::Away(error.to_string())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JupyterError> + Send + 'static,
) -> Result<T, JupyterError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(away(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COPY: &str = r#"{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [],
        "source": ["x = 1"]}], "metadata": {"huntshelf": {}}, "nbformat": 4, "nbformat_minor": 5}"#;

    #[test]
    fn what_jupyter_notes_is_no_change_and_what_a_hunter_writes_is() {
        let same = |there: &Value| is_same(COPY.as_bytes(), there.to_string().as_bytes());
        let mut there: Value = serde_json::from_str(COPY).unwrap();
        there["cells"][0]["metadata"]["trusted"] = true.into();
        assert!(same(&there));
        there["cells"][0]["source"] = "x = 2".into();
        assert!(!same(&there));
        there["cells"][0]["source"] = "x = 1".into();
        there["cells"][0]["execution_count"] = 1.into();
        assert!(!same(&there));
    }

    #[tokio::test]
    async fn no_user_and_no_address_lead_elsewhere_or_tell_a_password() {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        std::fs::write(&token, "t").unwrap();
        let of = async |url: &str, user: &str| {
            let config = JupyterConfig {
                url: Some(url.to_owned()),
                token_file: Some(token.clone()),
                ..JupyterConfig::default()
            };
            Jupyter::of(&config, user).await.map(|jupyter| jupyter.link("a.ipynb")).map_err(|e| e.to_string())
        };
        let hub = "https://hub.example.com/user/{user}/";
        assert_eq!(
            of(hub, "a/../b").await.unwrap(),
            "https://hub.example.com/user/a%2F..%2Fb/lab/tree/a.ipynb"
        );
        for (url, user) in
            [(hub, ".."), (hub, "."), (hub, ""), ("https://ana:secret@hub.example.com/", "ana")]
        {
            let refused = of(url, user).await.unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn a_path_goes_into_an_address_part_by_part() {
        assert_eq!(encoded("hunts/a b/é?#.ipynb"), "hunts/a%20b/%C3%A9%3F%23.ipynb");
    }
}
