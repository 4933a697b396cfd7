//! A repository at a URL: its branch found and fetched by libgit2.
//!
//! Meant to run in a process of its own ([`super::child`]): libgit2 has no time-outs that can be set safely.

use super::pool::open_bare;
use super::update::{BRANCH, Limits, Progress, choose_branch};
use super::{CommitId, MirrorError};
use crate::repository::Location;
use git2::{
    AutotagOption, CertificateCheckStatus, Cred, CredentialType, Direction, ErrorClass, ErrorCode,
    FetchOptions, ProxyOptions, RemoteCallbacks, RemoteRedirect,
};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use url::Url;

/// How often credentials are tried before a remote that keeps asking is given up.
const ATTEMPTS: usize = 8;

/// With what a remote is entered over ssh.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whether the agent that `SSH_AUTH_SOCK` names is asked.
    pub agent: bool,
    /// Private key files without a passphrase, tried in order.
    pub keys: Vec<PathBuf>,
    /// Lists of the hosts that are known, with their keys; no other is spoken to. A fetch in this process, not in a
    /// child, goes by `~/.ssh/known_hosts` alone.
    pub known_hosts: Vec<PathBuf>,
}

impl Access {
    /// The agent and the usual key files of the user that this process runs as.
    pub fn of_this_user() -> Self {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let keys = ["id_ed25519", "id_ecdsa", "id_rsa"].map(|name| home.join(".ssh").join(name));
        let known = [home.join(".ssh/known_hosts"), PathBuf::from("/etc/ssh/ssh_known_hosts")];
        let there = |files: &[PathBuf]| files.iter().filter(|file| file.is_file()).cloned().collect();
        Self {
            agent: std::env::var_os("SSH_AUTH_SOCK").is_some(),
            keys: there(&keys),
            known_hosts: there(&known),
        }
    }
}

/// Refuses what is no URL that repositories are mirrored from. It was read from configuration already; the child, which
/// is told a URL by whoever starts it, makes sure.
pub(super) fn check_url(url: &str) -> Result<(), MirrorError> {
    match Location::parse(url)? {
        Location::Remote(_) => Ok(()),
        Location::Path(path) => Err(MirrorError::Location {
            location: path.display().to_string(),
            reason: "it is a folder, not a URL".to_owned(),
        }),
    }
}

/// Fetches the branch into the bare repository `target` and tells it with its tip.
pub(super) fn bring(
    target: &Path,
    url: &str,
    branch: Option<&str>,
    access: &Access,
    limits: Limits,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Option<(String, CommitId)>, MirrorError> {
    check_url(url)?;
    let location = Location::Remote(url.to_owned()).display();
    let watch = RefCell::new(Watch { progress, limits, state: Progress::default(), stopped: None });
    let explain = |error: git2::Error| match watch.borrow().stopped {
        Some(Stopped::ByCaller) => MirrorError::Stopped,
        Some(Stopped::TooMuch) => {
            let (mebibytes, objects) = (limits.bytes >> 20, limits.objects);
            let reason = format!("it sent more than the limit of {mebibytes} MiB or {objects} objects");
            MirrorError::Remote { location: location.clone(), reason }
        }
        None => MirrorError::Remote { location: location.clone(), reason: explain(&error, url) },
    };
    let repository = open_bare(target)?;
    let mut remote = repository.remote_anonymous(url).map_err(&explain)?;
    let callbacks = callbacks(access, &watch);
    let mut connection =
        remote.connect_auth(Direction::Fetch, Some(callbacks), Some(proxy())).map_err(&explain)?;
    let mut head = None;
    let mut branches = BTreeMap::new();
    for advertised in connection.list().map_err(&explain)? {
        // git2 panics over a name that is not UTF-8, which any branch of the remote may have; no such branch is meant.
        let Ok(name) = catch_unwind(AssertUnwindSafe(|| advertised.name())) else { continue };
        if name == "HEAD" {
            let target = catch_unwind(AssertUnwindSafe(|| advertised.symref_target())).ok().flatten();
            head = target.and_then(|name| name.strip_prefix("refs/heads/")).map(str::to_owned);
        } else if let Some(name) = name.strip_prefix("refs/heads/") {
            branches.insert(name.to_owned(), CommitId(advertised.oid()));
        }
    }
    let Some((branch, tip)) = choose_branch(&location, branch, head.as_deref(), &branches)? else {
        return Ok(None);
    };
    if repository.find_commit(tip.0).is_err() {
        let mut options = FetchOptions::new();
        options
            .remote_callbacks(self::callbacks(access, &watch))
            .proxy_options(proxy())
            .download_tags(AutotagOption::None)
            .follow_redirects(RemoteRedirect::None)
            .update_fetchhead(false);
        let refspec = format!("+refs/heads/{branch}:{BRANCH}");
        connection.remote().download(&[refspec], Some(&mut options)).map_err(&explain)?;
    }
    Ok(Some((branch, tip)))
}

#[derive(Clone, Copy)]
enum Stopped {
    ByCaller,
    TooMuch,
}

struct Watch<'a> {
    progress: &'a mut dyn FnMut(Progress) -> bool,
    limits: Limits,
    state: Progress,
    stopped: Option<Stopped>,
}

impl Watch<'_> {
    fn go_on(&mut self) -> bool {
        if self.state.received_bytes > self.limits.bytes
            || self.state.received_objects.max(self.state.total_objects) > self.limits.objects
        {
            self.stopped = Some(Stopped::TooMuch);
        } else if !(self.progress)(self.state.clone()) {
            self.stopped = Some(Stopped::ByCaller);
        }
        self.stopped.is_none()
    }
}

fn callbacks<'a>(access: &'a Access, watch: &'a RefCell<Watch<'_>>) -> RemoteCallbacks<'a> {
    let mut callbacks = RemoteCallbacks::new();
    callbacks.transfer_progress(|counts| {
        let mut watch = watch.borrow_mut();
        watch.state.received_objects = counts.received_objects() as u64;
        watch.state.total_objects = counts.total_objects() as u64;
        watch.state.indexed_objects = (counts.indexed_objects() + counts.indexed_deltas()) as u64;
        watch.state.received_bytes = counts.received_bytes() as u64;
        watch.go_on()
    });
    callbacks.sideband_progress(|_| {
        let mut watch = watch.borrow_mut();
        watch.state.messages += 1;
        watch.go_on()
    });
    // libgit2's own verdict counts: the system's certificates for TLS, known_hosts for ssh.
    callbacks.certificate_check(|_, _| Ok(CertificateCheckStatus::CertificatePassthrough));
    let mut attempts = 0;
    let mut agent = access.agent;
    let mut keys = access.keys.iter();
    callbacks.credentials(move |_, user, allowed| {
        attempts += 1;
        if attempts > ATTEMPTS {
            return Err(git2::Error::from_str("it keeps asking for credentials"));
        }
        let user = user.unwrap_or("git");
        if allowed.contains(CredentialType::USERNAME) {
            return Cred::username(user);
        }
        if allowed.contains(CredentialType::SSH_KEY) {
            if std::mem::take(&mut agent) {
                return Cred::ssh_key_from_agent(user);
            }
            if let Some(key) = keys.next() {
                return Cred::ssh_key(user, None, key, None);
            }
            return Err(git2::Error::from_str(
                "it accepts none of the keys that we have, from the agent and from files",
            ));
        }
        Err(git2::Error::from_str("it asks for a user and a password or token, and none is configured"))
    });
    callbacks
}

fn proxy() -> ProxyOptions<'static> {
    let mut options = ProxyOptions::new();
    options.auto();
    options
}

/// What libgit2 said, in words that say what to do, and without what was secret in the URL.
fn explain(error: &git2::Error, url: &str) -> String {
    let said = error.message().trim();
    let said = without_secrets(said, url);
    match (error.class(), error.code()) {
        (ErrorClass::Ssh, ErrorCode::Certificate) => {
            format!(
                "the host's key is not the one in known_hosts, or there is none; check it and add it ({said})"
            )
        }
        (ErrorClass::Ssl, _) | (_, ErrorCode::Certificate) => format!(
            "its certificate cannot be trusted ({said}); SSL_CERT_FILE names a bundle with the authority to trust"
        ),
        (_, ErrorCode::Auth) => format!("it did not let us in ({said})"),
        _ if said.contains("cannot redirect") => {
            format!("it sends us to another host ({said}); name that address if it is the right one")
        }
        _ if said.contains("status code: 404") => {
            format!("there is no such repository, or it asks for credentials to be seen ({said})")
        }
        _ => said,
    }
}

/// The text without the user (who may be a token) and password of an http URL.
fn without_secrets(text: &str, url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return text.to_owned() };
    let user = Some(url.username()).filter(|user| !user.is_empty() && url.scheme() != "ssh");
    let secrets = [url.password(), user];
    secrets.into_iter().flatten().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
}
