//! Secrets that are named and never written down in settings: the file or the variable of the environment that holds one.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Longest secret that is read, in bytes.
const MAX_SECRET: u64 = 4_096;

/// `[secrets]`: what repositories that are added on the page may name. Without it they may name none: whoever may add a
/// repository could otherwise send any file or variable of this machine to a host of theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsConfig {
    /// The folder below which files may be named.
    pub folder: Option<PathBuf>,
    /// The variables of the environment that may be named; one that ends in `*` stands for all that begin so.
    pub variables: Vec<String>,
}

impl SecretsConfig {
    /// Whether a variable may be named.
    pub fn may_name(&self, variable: &str) -> bool {
        self.variables.iter().any(|allowed| match allowed.strip_suffix('*') {
            Some(beginning) => variable.starts_with(beginning),
            None => variable == allowed,
        })
    }
}

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In a file.
    File(PathBuf),
    /// In a variable of the environment.
    Environment(String),
}

impl SecretPlace {
    /// What stands there now, without line ends after it: what was exchanged counts at once.
    ///
    /// # Errors
    /// A sentence that names the place and says what is wrong with it.
    pub async fn read(&self) -> Result<Vec<u8>, String> {
        let mut secret = match self {
            Self::File(path) => {
                use tokio::io::AsyncReadExt as _;
                let failed = |error| format!("the secret in {} cannot be read: {error}", path.display());
                let file = tokio::fs::File::open(path).await.map_err(failed)?;
                let mut secret = Vec::new();
                file.take(MAX_SECRET + 1).read_to_end(&mut secret).await.map_err(failed)?;
                secret
            }
            Self::Environment(name) => std::env::var(name)
                .map_err(|_| format!("the secret in the variable {name} is not there"))?
                .into_bytes(),
        };
        while secret.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            secret.pop();
        }
        match secret.len() as u64 {
            0 => Err(format!("the secret in {self} is empty")),
            1..=MAX_SECRET => Ok(secret),
            _ => Err(format!("the secret in {self} is longer than {MAX_SECRET} bytes")),
        }
    }
}

impl std::fmt::Display for SecretPlace {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(out, "the file {}", path.display()),
            Self::Environment(name) => write!(out, "the variable {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_is_read_as_it_stands_now_and_never_an_empty_or_endless_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let place = SecretPlace::File(file.clone());
        assert!(place.read().await.unwrap_err().contains("secret"));
        for (text, read) in [("one\n", Some("one")), (" two \r\n", Some(" two ")), ("\n", None), ("", None)] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(place.read().await.ok().as_deref(), read.map(str::as_bytes), "{text:?}");
        }
        std::fs::write(&file, "x".repeat(4_097)).unwrap();
        assert!(place.read().await.unwrap_err().contains("4096"));
        assert!(SecretPlace::Environment("HUNTSHELF_NO_SUCH".to_owned()).read().await.is_err());
    }
}
