//! Fetching and pushing in a process of its own, with limits, killed when it takes too long.
//!
//! libgit2 reads what a remote sends without time-outs or bounds on memory that could be set safely, and a remote may
//! stall, lie or attack. So the program starts itself again with a hidden subcommand that does nothing but [`run`]:
//! it reads one request, a line of JSON, from its standard input, limits itself, updates the mirror, and tells progress
//! and outcome as lines of JSON. [`Supervisor`] is the other side.

mod home;
mod pushing;
mod supervisor;

pub use supervisor::Supervisor;

use super::offered::{NotPushed, push};
use super::remote::Visit;
use super::update::{Limits, Progress, Updated, update_within};
use super::vetted::{Resolver, SystemResolver};
use super::{Access, CommitId, MirrorError, prepare};
use crate::repository::{Entrance, FieldMapping, Location, RefPattern, Repository, Sidecar};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Bytes of a request, and of a line that the child may write.
const LINE: u64 = 64 * 1024;
/// Between two lines about progress.
const PAUSE: Duration = Duration::from_millis(100);

/// What the child is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    url: String,
    branch: Option<String>,
    #[serde(default)]
    tag: Option<String>,
    #[serde(default)]
    proposals: Vec<RefPattern>,
    directory: PathBuf,
    access: Access,
    limits: Limits,
    /// Bytes of memory of its own that the child may use.
    memory: u64,
    /// What is pushed from the folder, in place of fetching into it.
    #[serde(default)]
    push: Option<Push>,
}

/// A commit, and the reference that is made of it at the remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Push {
    commit: CommitId,
    reference: String,
}

/// One line from the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Progress(Progress),
    Done(Updated),
    Failed(String),
    Pushed,
    NotPushed(NotPushed),
}

/// What the hidden subcommand does: reads one request from standard input, fetches or pushes, tells on standard output how it
/// went. It ends when standard input is closed, since then nobody waits for it any more.
pub fn run() -> ExitCode {
    run_with(&SystemResolver)
}

/// [`run`], with names looked up otherwise than by the system.
pub fn run_with(resolver: &dyn Resolver) -> ExitCode {
    let outcome = match read_request() {
        Ok(request) => {
            watch_for_the_end();
            limit(&request).and_then(|()| match &request.push {
                None => fetch(&request, resolver).map(Message::Done),
                Some(what) => Ok(send(&request, what, resolver)),
            })
        }
        Err(reason) => Err(reason),
    };
    let (message, code) = match outcome {
        Ok(message @ Message::NotPushed(_)) => (message, ExitCode::FAILURE),
        Ok(message) => (message, ExitCode::SUCCESS),
        Err(reason) => (Message::Failed(reason), ExitCode::FAILURE),
    };
    if tell(&message) { code } else { ExitCode::FAILURE }
}

fn read_request() -> Result<Request, String> {
    let mut line = String::new();
    // Not through a buffer that would be shared: nothing follows but the end.
    io::stdin().lock().take(LINE).read_line(&mut line).map_err(|error| format!("no request: {error}"))?;
    serde_json::from_str(&line).map_err(|error| format!("the request cannot be read: {error}"))
}

/// Ends this process when whoever started it is gone, killed ones included: the system closes the pipe.
fn watch_for_the_end() {
    std::thread::spawn(|| {
        let mut byte = [0];
        while matches!(io::stdin().read(&mut byte), Ok(1..)) {}
        std::process::exit(3);
    });
}

fn limit(request: &Request) -> Result<(), String> {
    let limits = [
        // Memory of its own; mapped packs do not count, nor what the program's allocator reserved when it started.
        (Resource::Data, request.memory.saturating_add(reserved())),
        // One pack, with what it takes to complete it.
        (Resource::Fsize, request.limits.bytes.saturating_mul(2)),
        // What a remote sent could be in a core file, and credentials.
        (Resource::Core, 0),
    ];
    for (resource, bytes) in limits {
        let ceiling = getrlimit(resource).maximum.unwrap_or(u64::MAX).min(bytes);
        setrlimit(resource, Rlimit { current: Some(ceiling), maximum: Some(ceiling) })
            .map_err(|error| format!("the limit on {resource:?} cannot be set: {error}"))?;
    }
    Ok(())
}

/// Bytes that this process has reserved as memory of its own, used or not: an allocator may begin with a gigabyte.
fn reserved() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or_default().saturating_mul(1024)
}

fn fetch(request: &Request, resolver: &dyn Resolver) -> Result<Updated, String> {
    prepare();
    let repository = Repository {
        name: String::new(),
        location: Location::Remote(request.url.clone()),
        branch: request.branch.clone(),
        tag: request.tag.clone(),
        proposals: request.proposals.clone(),
        // What it says is in `access` already.
        entrance: Entrance::default(),
        globs: Vec::new(),
        ignore: Vec::new(),
        interval: Duration::ZERO,
        forge: None,
        fields: FieldMapping::default(),
        sidecar: Sidecar::default(),
    };
    let mut progress = told_now_and_then();
    update_within(&repository, &request.directory, &request.access, request.limits, resolver, &mut progress)
        .map_err(|error: MirrorError| error.to_string())
}

fn send(request: &Request, what: &Push, resolver: &dyn Resolver) -> Message {
    prepare();
    let visit = Visit { url: &request.url, access: &request.access, limits: request.limits, resolver };
    match push(&request.directory, &visit, what.commit, &what.reference, &mut told_now_and_then()) {
        Ok(()) => Message::Pushed,
        Err(trouble) => Message::NotPushed(trouble),
    }
}

/// Tells how far it is, but not more often than anybody wants to know.
fn told_now_and_then() -> impl FnMut(Progress) -> bool {
    let mut told = Instant::now();
    move |progress| {
        let due = told.elapsed() >= PAUSE;
        if due {
            told = Instant::now();
        }
        !due || tell(&Message::Progress(progress))
    }
}

/// Writes one line; false when nobody reads it.
fn tell(message: &Message) -> bool {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, message).is_ok()
        && out.write_all(b"\n").and_then(|()| out.flush()).is_ok()
}
