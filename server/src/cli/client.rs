//! A client of a server's API, for commands that work through one.

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest answer that is read, in bytes.
const LONGEST: u64 = 512 << 20;

#[derive(Debug, Args)]
pub(super) struct ServerArgs {
    /// The server's address, `https://…`
    #[arg(long, value_name = "URL")]
    server: String,
    /// A file that holds the token; `-` is standard input
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The variable of the environment that holds the token
    #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
    token_env: Option<String>,
}

/// Speaks to one server.
pub(super) struct Client {
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl ServerArgs {
    /// A client of this server.
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        Client::of(&self.server, self.token_file.as_deref(), self.token_env.as_deref())
    }
}

impl Client {
    /// A client of a server, with a token from a file or from a variable of the environment.
    pub(super) fn of(
        server: &str,
        token_file: Option<&Path>,
        token_env: Option<&str>,
    ) -> anyhow::Result<Self> {
        let base = server.trim_end_matches('/').to_owned();
        if !base.starts_with("https://") && !base.starts_with("http://") {
            bail!("{server} is no server: write https://…");
        }
        let token = match (token_file, token_env) {
            (Some(path), _) if path.as_os_str() == "-" => {
                let mut text = String::new();
                std::io::stdin().lock().read_to_string(&mut text).context("standard input cannot be read")?;
                text
            }
            (Some(path), _) => {
                std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?
            }
            (None, Some(name)) => {
                std::env::var(name).with_context(|| format!("the variable {name} holds no token"))?
            }
            (None, None) => {
                bail!(
                    "there is no token: say where it is with --token-file or --token-env; `huntshelf admin token create` makes one"
                )
            }
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(5)));
        Ok(Self { agent: config.build().new_agent(), base, token: token.trim().to_owned() })
    }

    /// POST, and what comes back: the status and the body.
    pub(super) fn post(&self, path: &str, kind: &str, body: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
        let mut answer = self
            .agent
            .post(format!("{}/api/v1{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", kind)
            .send(body)
            .with_context(|| format!("{} does not answer", self.base))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
        Ok((status, body.with_context(|| format!("{} broke off", self.base))?))
    }

    /// POST with JSON; what comes back, problems included.
    pub(super) fn post_json(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let (status, body) = self.post(path, "application/json", body.to_string().as_bytes())?;
        Ok((status, told(status, &body)?))
    }
}

/// An answer as JSON. What the server refuses as a whole is an error with its reason and what to do.
pub(super) fn told(status: u16, body: &[u8]) -> anyhow::Result<Value> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        bail!("the answer ({status}) is none of Huntshelf's: is the address right?");
    };
    let is_problem = !(200..300).contains(&status) && value.get("refused").is_none();
    if is_problem {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        bail!("{} {}", text("detail"), text("remedy"));
    }
    Ok(value)
}
