//! Starts the child, watches it, ends it.

use super::home::Home;
use super::{LINE, Message, Request};
use crate::mirror::remote::check_url;
use crate::mirror::update::{Limits, Progress, Updated, update};
use crate::mirror::{Access, CommitId, MirrorError, Offer, OfferError, Offered};
use crate::repository::{Location, Repository};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// All that a child may write to its standard output.
const OUTPUT: u64 = 16 << 20;
/// What is kept of its standard error.
const COMPLAINT: u64 = 4096;
/// How long a child may take to end by itself once it has said how it went.
const GRACE: Duration = Duration::from_secs(1);
/// What the child gets of our environment: where certificates lie. The proxy, which may hold a password, goes with the
/// request.
const ENVIRONMENT: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Fetches remotes, and pushes to them, in child processes.
///
/// A child has its own process group, an environment of almost nothing, and a home folder made for it in which it lists
/// the keys of the ssh host: no git configuration of anybody's. Secrets reach it over a pipe. It is killed when it exceeds the deadline, when
/// it receives less than `least_bytes` within a `stretch` and gets nothing else done either, or when it talks too much;
/// and it ends by itself when we do.
#[derive(Debug, Clone)]
pub struct Supervisor {
    /// The program to start: our own.
    pub executable: PathBuf,
    /// What makes it call [`super::run`].
    pub arguments: Vec<OsString>,
    /// How long one update may take.
    pub deadline: Duration,
    /// The stretch of time within which something must arrive.
    pub stretch: Duration,
    /// How many bytes must arrive within a stretch.
    pub least_bytes: u64,
    /// Bytes of memory that a child may use.
    pub memory: u64,
    /// How much a remote may send.
    pub limits: Limits,
    /// With what remotes are entered whose configuration says nothing else.
    pub access: Access,
}

impl Supervisor {
    /// With half an hour for an update, 64 KiB a minute at least, 1 GiB of memory, and this user's ssh keys.
    pub fn new(executable: PathBuf, arguments: Vec<OsString>) -> Self {
        Self {
            executable,
            arguments,
            deadline: Duration::from_mins(30),
            stretch: Duration::from_mins(1),
            least_bytes: 64 << 10,
            memory: 1 << 30,
            limits: Limits::default(),
            access: Access::of_this_user(),
        }
    }

    /// Brings the mirror in `directory` up to `repository`: a remote in a child process, a folder on this machine in
    /// this one.
    ///
    /// # Errors
    /// A sentence that says what went wrong. The mirror is then as it was.
    pub fn fetch(&self, repository: &Repository, directory: &Path) -> Result<Updated, String> {
        self.fetch_with(repository, directory, &mut |_| true)
    }

    /// [`Self::fetch`], telling `progress` how far it is; answering `false` ends it.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub fn fetch_with(
        &self,
        repository: &Repository,
        directory: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Updated, String> {
        let Location::Remote(url) = &repository.location else {
            return update(repository, directory, progress).map_err(|error| error.to_string());
        };
        let access = self.entered(repository, url)?;
        let directory = std::path::absolute(directory)
            .map_err(|error| format!("{} is no usable folder: {error}", directory.display()))?;
        let home = Home::make(&directory)?;
        let request = Request {
            url: url.clone(),
            branch: repository.branch.clone(),
            tag: repository.tag.clone(),
            proposals: repository.proposals.clone(),
            directory,
            access,
            limits: self.limits,
            memory: self.memory,
            push: None,
        };
        let garbled = || format!("{}: {}", repository.location.display(), Garbled::SAID);
        match self.ask(request, home.folder(), &repository.location, progress)? {
            Message::Done(updated) => Ok(updated),
            _ => Err(garbled()),
        }
    }

    /// With what a remote is entered, its secrets read.
    pub(super) fn entered(&self, repository: &Repository, url: &str) -> Result<Access, String> {
        check_url(url).map_err(|error| error.to_string())?;
        self.access
            .for_repository(repository, &|name| std::env::var(name).ok())
            .map_err(|reason| format!("{}: {reason}", repository.location.display()))
    }

    /// Has a child do what is asked, at home in a folder of its own, and tells its last word, which is no failure.
    pub(super) fn ask(
        &self,
        mut request: Request,
        home: &Path,
        location: &Location,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Message, String> {
        request.access.home = Some(home.to_owned());
        let mut running = self.start(&request, home)?;
        let outcome = self.watch(&mut running, progress);
        let complaint = running.end();
        outcome.map_err(|trouble| trouble.sentence(self, &location.display(), &complaint))
    }

    fn start(&self, request: &Request, home: &Path) -> Result<Running, String> {
        let failed = |error: &dyn std::fmt::Display| {
            format!("the process that fetches ({}) cannot be started: {error}", self.executable.display())
        };
        let mut command = Command::new(&self.executable);
        command.args(&self.arguments).env_clear().env("HOME", home).process_group(0);
        let is_ssh = !request.url.starts_with("http");
        let agent = (request.access.agent && is_ssh).then_some("SSH_AUTH_SOCK");
        for name in ENVIRONMENT.into_iter().chain(agent) {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        let stdout = child.stdout.take().ok_or_else(|| failed(&"it has no output"))?;
        let mut stderr = child.stderr.take().ok_or_else(|| failed(&"it has no output"))?;
        let (sender, messages) = sync_channel(16);
        let reader = std::thread::spawn(move || read_messages(stdout, &sender));
        let listener = std::thread::spawn(move || {
            let mut complaint = Vec::new();
            // What cannot be read is not worth a word beside what went wrong.
            let _ = stderr.by_ref().take(COMPLAINT).read_to_end(&mut complaint);
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            String::from_utf8_lossy(&complaint).trim().to_owned()
        });
        let mut running = Running { child, messages, reader, listener, reaped: false };
        let mut line = serde_json::to_vec(request).map_err(|error| failed(&error))?;
        line.push(b'\n');
        // It stays open: the child ends when it closes. A child that died already is noticed by its silence.
        if let Some(stdin) = running.child.stdin.as_mut() {
            let _ = stdin.write_all(&line);
        }
        Ok(running)
    }

    fn watch(
        &self,
        running: &mut Running,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Message, Trouble> {
        let end = Instant::now() + self.deadline;
        let mut stretch_end = Instant::now() + self.stretch;
        let mut at_start = Progress::default();
        let mut now = Progress::default();
        loop {
            let wait = end.min(stretch_end).saturating_duration_since(Instant::now());
            match running.messages.recv_timeout(wait) {
                Ok(Ok(Message::Failed(reason))) => return Err(Trouble::Said(reason)),
                Ok(Ok(Message::Progress(told))) => {
                    if !progress(told.clone()) {
                        return Err(Trouble::Said(MirrorError::Stopped.to_string()));
                    }
                    now = told;
                }
                Ok(Ok(last)) => return Ok(last),
                Ok(Err(Garbled)) => return Err(Trouble::Garbled),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Trouble::Died(running.exit())),
            }
            if Instant::now() >= end {
                return Err(Trouble::TooLate);
            }
            if Instant::now() >= stretch_end {
                if !self.moved(&at_start, &now) {
                    return Err(Trouble::TooSlow);
                }
                at_start = now.clone();
                stretch_end = Instant::now() + self.stretch;
            }
        }
    }

    /// Whether enough happened within a stretch: bytes came in, or deltas were resolved, or the remote, before it sends
    /// anything, says that it is working.
    fn moved(&self, before: &Progress, now: &Progress) -> bool {
        now.received_bytes.saturating_sub(before.received_bytes) >= self.least_bytes
            || (now.received_objects == now.total_objects && now.indexed_objects > before.indexed_objects)
            || (now.received_objects == 0 && now.messages > before.messages)
    }
}

/// Why there is no outcome.
enum Trouble {
    Said(String),
    Died(Option<std::process::ExitStatus>),
    Garbled,
    TooLate,
    TooSlow,
}

impl Trouble {
    fn sentence(self, supervisor: &Supervisor, location: &str, complaint: &str) -> String {
        let because = if complaint.is_empty() { String::new() } else { format!(" ({complaint})") };
        match self {
            Self::Said(reason) => reason,
            Self::TooLate => {
                format!("{location}: given up after {} seconds", supervisor.deadline.as_secs_f32())
            }
            Self::TooSlow => format!(
                "{location}: given up, since fewer than {} bytes came within {} seconds",
                supervisor.least_bytes,
                supervisor.stretch.as_secs_f32()
            ),
            Self::Garbled => format!("{location}: {}{because}", Garbled::SAID),
            Self::Died(status) => {
                let how = match status.map(|status| (status.code(), status.signal())) {
                    Some((_, Some(6 | 9 | 11))) => format!(
                        "was ended by the system; perhaps it needed more than its {} MiB of memory",
                        supervisor.memory >> 20
                    ),
                    Some((_, Some(25))) => "received more than it may write".to_owned(),
                    Some((_, Some(signal))) => format!("was ended by signal {signal}"),
                    Some((Some(code), _)) => format!("ended with code {code}"),
                    _ => "ended".to_owned(),
                };
                format!("{location}: the process that fetches {how}, without a word{because}")
            }
        }
    }
}

/// A line that is no message, or too long, or one too many.
struct Garbled;

impl Garbled {
    const SAID: &str = "the process that fetches said what cannot be understood";
}

fn read_messages(stdout: ChildStdout, sender: &SyncSender<Result<Message, Garbled>>) {
    let mut reader = BufReader::new(stdout.take(OUTPUT));
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let message = serde_json::from_slice(&line).map_err(|_| Garbled);
        let garbled = message.is_err();
        if sender.send(message).is_err() || garbled {
            return;
        }
    }
}

struct Running {
    child: Child,
    messages: Receiver<Result<Message, Garbled>>,
    reader: JoinHandle<()>,
    listener: JoinHandle<String>,
    /// Whether it has ended and its number was given back.
    reaped: bool,
}

impl Running {
    /// How the child ended, if it does so within the grace.
    fn exit(&mut self) -> Option<std::process::ExitStatus> {
        let end = Instant::now() + GRACE;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                self.reaped = true;
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// Ends the child and whatever it started, and tells what it complained about. Once it has said how it went there
    /// is nothing left for it to do.
    fn end(mut self) -> String {
        drop(self.child.stdin.take());
        // Once it is reaped, its number may be somebody else's.
        if !self.reaped
            && let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
        {
            // Fails when it has just ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        // A reader that waits for us to take its next message is let go first.
        drop(self.messages);
        let _ = self.reader.join();
        self.listener.join().unwrap_or_default()
    }
}

#[cfg(feature = "index")]
impl crate::library::Fetch for Supervisor {
    fn fetch(
        &self,
        repository: &Repository,
        mirror: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), String> {
        self.fetch_with(repository, mirror, progress).map(drop)
    }

    fn offer(
        &self,
        repository: &Repository,
        mirror: &Path,
        base: CommitId,
        offer: &Offer,
    ) -> Result<Offered, OfferError> {
        Self::offer(self, repository, mirror, base, offer)
    }
}
