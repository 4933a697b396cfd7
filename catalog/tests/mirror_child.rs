//! Remotes fetched in a child process, from a real git server on loopback, and from servers with no manners.
//!
//! The children are this program itself, so it has a `main` of its own.

#![cfg(feature = "mirror")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::format_collect)] // Tests all the way down.

#[macro_use]
mod mirror_fixture;

use catalog::mirror::child::{Supervisor, run, run_with};
use catalog::mirror::{Content, Limits, Mirror, Progress, Resolver, Updated};
use catalog::repository::{Entrance, Location, Repository, TokenPlace};
use mirror_fixture::http::{Manners, Server};
use mirror_fixture::program::list_or_run;
use mirror_fixture::ssh::Sshd;
use mirror_fixture::{Origin, repository, walk};
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::IpAddr;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("child") => return run(),
        Some("child-that-looks-up-elsewhere") => return run_with(&Elsewhere::default()),
        Some("child-that-tells-what-it-is-started-with") => {
            let arguments = std::fs::read("/proc/self/cmdline").unwrap();
            let environment = std::fs::read("/proc/self/environ").unwrap();
            let told = String::from_utf8_lossy(&[arguments, environment].concat()).replace('\0', " ");
            println!("{}", serde_json::json!({ "failed": told }));
        }
        Some("child-that-babbles") => println!("hello"),
        Some("child-that-floods") => loop {
            print!("{}", "x".repeat(4096));
        },
        Some("child-that-dies") => {
            eprintln!("something broke");
            std::process::abort();
        }
        Some("child-that-tells-its-environment") => {
            let names: Vec<_> = std::env::vars().map(|(name, _)| name).collect();
            println!("{}", serde_json::json!({ "failed": names.join(" ") }));
        }
        Some("child-with-a-child") => {
            let mut grandchild = Command::new("sleep").arg("600").spawn().unwrap();
            println!("{}", serde_json::json!({ "failed": grandchild.id().to_string() }));
            grandchild.wait().unwrap();
        }
        Some("child-that-gets-on") => {
            for bytes in 1..=9 {
                println!("{}", serde_json::json!({ "progress": { "received_bytes": bytes } }));
            }
            std::thread::park();
        }
        Some("child-that-hangs") => std::thread::park(),
        argument => return list_or_run(TESTS, argument),
    }
    ExitCode::SUCCESS
}

tests! {
    a_remote_is_cloned_and_then_fetched
    a_forced_push_and_a_new_branch_are_followed
    an_empty_remote_has_no_tip
    a_deleted_branch_leaves_the_last_state
    a_branch_whose_name_is_not_utf8_is_in_nobodys_way
    progress_is_told_and_may_stop_the_fetch
    a_remote_that_is_not_there_is_told_in_a_sentence
    a_remote_that_asks_for_credentials_is_told_in_a_sentence
    what_is_secret_in_a_url_is_not_told
    only_safe_urls_are_fetched_from
    a_redirect_to_another_host_is_refused_and_not_followed
    a_silent_remote_is_given_up
    a_home_left_by_a_killed_server_is_removed
    a_stalling_remote_is_given_up_and_leaves_nothing
    a_remote_that_hangs_up_leaves_the_last_state
    a_spoilt_pack_leaves_the_last_state
    a_lying_remote_leaves_the_last_state
    a_remote_that_sends_too_much_is_cut_off
    a_child_within_little_memory_fails_with_a_sentence
    a_child_that_babbles_floods_or_dies_is_told_in_a_sentence
    a_child_past_its_deadline_is_killed
    a_child_gets_nearly_nothing_of_our_environment
    a_child_is_killed_with_all_that_it_started
    a_child_ends_when_nobody_waits_for_it
    a_child_killed_at_any_moment_leaves_a_whole_mirror_or_none
    a_request_that_cannot_be_read_is_told
    a_folder_needs_no_child
    a_certificate_must_be_of_a_known_authority
    a_remote_over_ssh_is_entered_with_a_key_and_only_at_a_known_host
    a_tag_is_mirrored_in_place_of_a_branch
    a_token_lets_us_in_and_is_told_to_nobody_else
    a_host_that_resolves_to_a_private_network_is_refused
    a_host_is_dialled_where_it_was_vetted
}

/// Names that are nobody's (RFC 6761), with other addresses each time that they are asked for.
#[derive(Default)]
struct Elsewhere(AtomicUsize);

impl Resolver for Elsewhere {
    fn resolve(&self, host: &str, _: u16) -> std::io::Result<Vec<IpAddr>> {
        let asked = self.0.fetch_add(1, Ordering::SeqCst);
        match (host, asked) {
            ("private.test", _) => Ok(vec![IpAddr::from([10, 0, 0, 1]), IpAddr::from([169, 254, 169, 254])]),
            ("forge.test", 0) => Ok(vec![IpAddr::from([127, 0, 0, 1])]),
            // Later it is somewhere else, where nobody answers.
            ("forge.test", _) => Ok(vec![IpAddr::from([127, 0, 0, 77])]),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        }
    }
}

/// An origin behind a server, and a supervisor with little patience.
struct Scene {
    origin: Origin,
    server: Server,
    supervisor: Supervisor,
}

impl Scene {
    fn new(manners: Manners) -> Self {
        let origin = Origin::new();
        let server = Server::start(origin.folder.path(), manners);
        Self { origin, server, supervisor: supervisor("child") }
    }

    /// With enough in it that half a pack is worth something.
    fn filled(manners: Manners) -> Self {
        let scene = Self::new(manners);
        for file in 0..50 {
            let text: String =
                (0..200).map(|line| format!("{file} {line} {}\n", line * 7919 * file)).collect();
            scene.origin.write(&format!("{file}.md"), text);
        }
        scene.origin.commit("many");
        scene
    }

    fn repository(&self) -> Repository {
        repository(Location::Remote(self.server.url("origin/.git")))
    }

    fn fetch(&self) -> Result<Updated, String> {
        self.supervisor.fetch(&self.repository(), &self.origin.mirror_path())
    }

    fn mirror(&self) -> Mirror {
        self.origin.open().expect("there is a mirror")
    }

    /// What lies beside the mirror, apart from the lock.
    fn leftovers(&self) -> Vec<OsString> {
        let folder = std::fs::read_dir(self.origin.folder.path().join("mirrors"));
        let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
        names.filter(|name| name != "playbook.git" && name != "playbook.git.lock").collect()
    }
}

fn supervisor(mode: &str) -> Supervisor {
    let mut supervisor = Supervisor::new(std::env::current_exe().unwrap(), vec![mode.into()]);
    supervisor.deadline = Duration::from_mins(1);
    supervisor
}

fn a_remote_is_cloned_and_then_fetched() {
    let scene = Scene::filled(Manners::Honest);
    let first = scene.origin.tip();
    let updated = scene.fetch().unwrap();
    assert_eq!((updated.branch.as_deref(), updated.before, updated.tip), (Some("main"), None, Some(first)));
    assert!(updated.cloned);
    let mirror = scene.mirror();
    assert_eq!(walk(&mirror, None, first)[0].changes.len(), 50);
    scene.origin.write("new.md", "new");
    let second = scene.origin.commit("new");
    let updated = scene.fetch().unwrap();
    assert_eq!((updated.before, updated.tip, updated.cloned), (Some(first), Some(second), false));
    assert_eq!(walk(&mirror, Some(first), second).len(), 1);
    let again = scene.fetch().unwrap();
    assert_eq!((again.before, again.tip), (Some(second), Some(second)));
    assert_eq!(scene.leftovers(), Vec::<OsString>::new());
}

fn a_forced_push_and_a_new_branch_are_followed() {
    let scene = Scene::filled(Manners::Honest);
    let base = scene.origin.tip();
    scene.origin.write("a.md", "a");
    let old = scene.origin.commit("old");
    scene.fetch().unwrap();
    scene.origin.git(["reset", "--quiet", "--hard", &base.to_string()]);
    scene.origin.write("a.md", "b");
    let new = scene.origin.commit("new");
    assert_eq!(scene.fetch().unwrap().tip, Some(new));
    assert!(!scene.mirror().is_ancestor(old, new).unwrap());
    scene.origin.git(["checkout", "--quiet", "-b", "release/1"]);
    scene.origin.write("a.md", "c");
    let release = scene.origin.commit("release");
    let mut repository = scene.repository();
    repository.branch = Some("release/1".to_owned());
    let updated = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap();
    assert_eq!((updated.branch.as_deref(), updated.tip), (Some("release/1"), Some(release)));
}

fn an_empty_remote_has_no_tip() {
    let scene = Scene::new(Manners::Honest);
    let updated = scene.fetch().unwrap();
    assert_eq!((updated.branch, updated.tip), (None, None));
    scene.origin.write("a.md", "a");
    let tip = scene.origin.commit("first");
    assert_eq!(scene.fetch().unwrap().tip, Some(tip));
}

fn a_deleted_branch_leaves_the_last_state() {
    let scene = Scene::filled(Manners::Honest);
    let tip = scene.origin.tip();
    let mut repository = scene.repository();
    repository.branch = Some("main".to_owned());
    scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap();
    scene.origin.git(["branch", "--quiet", "-m", "main", "trunk"]);
    let error = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap_err();
    assert!(error.ends_with("has no branch `main` (it has: trunk); what was mirrored last stays"), "{error}");
    assert_eq!(scene.mirror().tip().unwrap(), Some(tip));
}

fn a_branch_whose_name_is_not_utf8_is_in_nobodys_way() {
    let scene = Scene::filled(Manners::Honest);
    let name = OsString::from_vec(b"refs/heads/caf\xe9".to_vec());
    scene.origin.git([OsString::from("update-ref"), name, OsString::from("HEAD")]);
    assert_eq!(scene.fetch().unwrap().tip, Some(scene.origin.tip()));
    assert_eq!(scene.origin.try_update().unwrap().tip, Some(scene.origin.tip()), "nor in a folder");
}

fn progress_is_told_and_may_stop_the_fetch() {
    let mut scene = Scene::new(Manners::Honest);
    scene.supervisor = supervisor("child-that-gets-on");
    let mut told = Vec::new();
    let mut progress = |progress: Progress| {
        told.push(progress.received_bytes);
        told.len() < 3
    };
    let outcome =
        scene.supervisor.fetch_with(&scene.repository(), &scene.origin.mirror_path(), &mut progress);
    assert_eq!(outcome.unwrap_err(), "stopped");
    assert_eq!(told, [1, 2, 3]);
}

fn a_remote_that_is_not_there_is_told_in_a_sentence() {
    let scene = Scene::new(Manners::Honest);
    let fetch = |url: String| {
        scene.supervisor.fetch(&repository(Location::Remote(url)), &scene.origin.mirror_path()).unwrap_err()
    };
    let error = fetch(scene.server.url("nothing.git"));
    assert!(error.contains("there is no such repository, or it asks for credentials"), "{error}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = fetch(format!("http://127.0.0.1:{closed}/x.git"));
    assert!(error.contains("127.0.0.1") && error.to_lowercase().contains("connect"), "{error}");
    assert!(scene.origin.open().is_none());
    assert_eq!(scene.leftovers(), Vec::<OsString>::new());
}

fn a_remote_that_asks_for_credentials_is_told_in_a_sentence() {
    let scene = Scene::new(Manners::Guarding);
    let error = scene.fetch().unwrap_err();
    assert!(error.contains("asks for a user and a password or token"), "{error}");
}

fn what_is_secret_in_a_url_is_not_told() {
    let scene = Scene::new(Manners::Guarding);
    let url = scene.server.url("origin/.git").replace("http://", "http://ada:hunter2@");
    let repository = repository(Location::Remote(url));
    let error = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap_err();
    assert!(!error.contains("hunter2") && !error.contains("ada"), "{error}");
    scene.server.behave(Manners::Honest);
    scene.origin.write("a.md", "a");
    scene.origin.commit("one");
    scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap();
    let kept = Command::new("grep").args(["-r", "hunter2"]).arg(scene.origin.mirror_path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&kept.stdout), "", "nor kept");
}

fn only_safe_urls_are_fetched_from() {
    let scene = Scene::new(Manners::Honest);
    for (url, reason) in [
        ("http://example.org/x.git", "mirrored from https://"),
        ("http://127.0.0.1.example.org/x.git", "mirrored from https://"),
        ("git://127.0.0.1/x.git", "mirrored from https://"),
        ("ext::sh -c 'touch /tmp/x'", "mirrored from https://"),
        ("file:///etc", "is a folder, not a URL"),
        ("ftp://127.0.0.1/x.git", "mirrored from https://"),
        ("-oProxyCommand=x:y", "no usable URL"),
        ("nothing", "is a folder, not a URL"),
        ("https://", "no usable URL"),
    ] {
        let repository = repository(Location::Remote(url.to_owned()));
        let error = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap_err();
        assert!(error.contains(reason), "{url}: {error}");
    }
    assert!(!scene.origin.folder.path().join("mirrors").exists());
}

fn a_redirect_to_another_host_is_refused_and_not_followed() {
    let elsewhere = Scene::filled(Manners::Honest);
    let target = format!("http://localhost:{}", elsewhere.server.port());
    let scene = Scene::new(Manners::Redirecting(target));
    let error = scene.fetch().unwrap_err();
    assert!(error.contains("it sends us to another host"), "{error}");
    assert_eq!(elsewhere.server.requests(), 0);
}

fn a_silent_remote_is_given_up() {
    let mut scene = Scene::new(Manners::Silent);
    scene.supervisor.stretch = Duration::from_millis(300);
    let start = Instant::now();
    let error = scene.fetch().unwrap_err();
    assert!(error.ends_with("given up, since fewer than 65536 bytes came within 0.3 seconds"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

fn a_home_left_by_a_killed_server_is_removed() {
    let scene = Scene::filled(Manners::Honest);
    let mirrors = scene.origin.folder.path().join("mirrors");
    // No process has so high a number.
    std::fs::create_dir_all(mirrors.join("playbook.git.home-999999999/.ssh")).unwrap();
    scene.fetch().unwrap();
    assert_eq!(scene.leftovers(), Vec::<OsString>::new());
}

fn a_stalling_remote_is_given_up_and_leaves_nothing() {
    let mut scene = Scene::filled(Manners::Stalling);
    scene.supervisor.stretch = Duration::from_millis(500);
    let error = scene.fetch().unwrap_err();
    assert!(error.contains("given up"), "{error}");
    assert!(scene.origin.open().is_none(), "opening clears what the killed child left");
    assert_eq!(scene.leftovers(), Vec::<OsString>::new());
    scene.server.behave(Manners::Honest);
    scene.supervisor.stretch = Duration::from_mins(1);
    assert_eq!(scene.fetch().unwrap().tip, Some(scene.origin.tip()));
}

fn leaves_the_last_state(manners: &Manners) -> String {
    let scene = Scene::new(Manners::Honest);
    scene.origin.write("a.md", "a");
    let first = scene.origin.commit("one");
    scene.fetch().unwrap();
    for file in 0..50 {
        let text: String =
            (0..200).map(|line| format!("{file} {line} {}\n", line * 104_729 * file)).collect();
        scene.origin.write(&format!("{file}.md"), text);
    }
    let second = scene.origin.commit("two");
    scene.server.behave(manners.clone());
    let error = scene.fetch().unwrap_err();
    assert_eq!(scene.mirror().tip().unwrap(), Some(first));
    assert_eq!(walk(&scene.mirror(), None, first).len(), 1);
    scene.server.behave(Manners::Honest);
    assert_eq!(scene.fetch().unwrap().tip, Some(second));
    assert_eq!(walk(&scene.mirror(), Some(first), second)[0].changes.len(), 50);
    error
}

fn a_remote_that_hangs_up_leaves_the_last_state() {
    let error = leaves_the_last_state(&Manners::Cutting);
    assert!(error.starts_with("http://127.0.0.1:"), "{error}");
}

fn a_spoilt_pack_leaves_the_last_state() {
    let error = leaves_the_last_state(&Manners::Spoiling);
    assert!(error.starts_with("http://127.0.0.1:"), "{error}");
}

fn a_lying_remote_leaves_the_last_state() {
    let error = leaves_the_last_state(&Manners::Lying);
    assert!(error.contains("1234567890123456789012345678901234567890 is missing"), "{error}");
}

fn a_remote_that_sends_too_much_is_cut_off() {
    let mut scene = Scene::filled(Manners::Honest);
    scene.supervisor.limits = Limits { bytes: 20_000, objects: 1_000_000 };
    let error = scene.fetch().unwrap_err();
    assert!(error.contains("more than the limit") || error.contains("may write"), "{error}");
    scene.supervisor.limits = Limits { bytes: 1 << 30, objects: 10 };
    let error = scene.fetch().unwrap_err();
    assert!(error.contains("more than the limit of 1024 MiB or 10 objects"), "{error}");
    assert!(scene.origin.open().is_none());
}

fn a_child_within_little_memory_fails_with_a_sentence() {
    let mut scene = Scene::filled(Manners::Honest);
    scene.supervisor.memory = 1 << 20;
    let error = scene.fetch().unwrap_err();
    assert!(error.contains("memory") || error.contains("signal") || error.contains("ended"), "{error}");
}

fn a_child_that_babbles_floods_or_dies_is_told_in_a_sentence() {
    let mut scene = Scene::new(Manners::Honest);
    for (mode, reason) in [
        ("child-that-babbles", "said what cannot be understood"),
        ("child-that-floods", "said what cannot be understood"),
        (
            "child-that-dies",
            "was ended by the system; perhaps it needed more than its 1024 MiB of memory, without a word (something broke)",
        ),
    ] {
        scene.supervisor = supervisor(mode);
        let error = scene.fetch().unwrap_err();
        assert!(error.contains(reason), "{mode}: {error}");
    }
    scene.supervisor.executable = PathBuf::from("/nonexistent/huntshelf");
    let error = scene.fetch().unwrap_err();
    assert!(
        error.starts_with("the process that fetches (/nonexistent/huntshelf) cannot be started"),
        "{error}"
    );
}

fn a_child_past_its_deadline_is_killed() {
    let mut scene = Scene::new(Manners::Honest);
    scene.supervisor = supervisor("child-that-hangs");
    scene.supervisor.deadline = Duration::from_millis(200);
    let error = scene.fetch().unwrap_err();
    assert!(error.ends_with("given up after 0.2 seconds"), "{error}");
}

fn a_child_gets_nearly_nothing_of_our_environment() {
    let mut scene = Scene::new(Manners::Honest);
    scene.supervisor = supervisor("child-that-tells-its-environment");
    let told = scene.fetch().unwrap_err();
    let allowed = ["HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"];
    assert!(told.split(' ').all(|name| allowed.contains(&name)), "{told}");
}

fn a_child_is_killed_with_all_that_it_started() {
    let mut scene = Scene::new(Manners::Honest);
    scene.supervisor = supervisor("child-with-a-child");
    let grandchild = scene.fetch().unwrap_err();
    let stat = std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
    // Gone, or dead and not yet noticed by whoever adopted it.
    assert!(stat.is_empty() || stat.contains(") Z ") || stat.contains(") X "), "{stat}");
}

/// A child on its own, asked to fetch, without a supervisor.
fn start_child(url: &str, directory: &Path, certificates: Option<&Path>) -> Child {
    start("child", &request(url, directory, false), certificates)
}

fn request(url: &str, directory: &Path, allow_private: bool) -> serde_json::Value {
    serde_json::json!({
        "url": url,
        "branch": null,
        "directory": directory,
        "access": {"agent": false, "keys": [], "known_hosts": [], "allow_private": allow_private},
        "limits": {"bytes": 1_000_000_000, "objects": 1_000_000},
        "memory": 1_u64 << 30,
    })
}

fn start(mode: &str, request: &serde_json::Value, certificates: Option<&Path>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if let Some(certificates) = certificates {
        command.env("SSL_CERT_FILE", certificates);
    }
    let mut child = command.arg(mode).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{request}").unwrap();
    child
}

fn a_child_ends_when_nobody_waits_for_it() {
    let scene = Scene::new(Manners::Silent);
    let mut child = start_child(&scene.server.url("origin/.git"), &scene.origin.mirror_path(), None);
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

fn a_child_killed_at_any_moment_leaves_a_whole_mirror_or_none() {
    let scene = Scene::filled(Manners::Honest);
    let url = scene.server.url("origin/.git");
    let (mut killed, mut was_there) = (0, false);
    for moment in 0..40 {
        if moment % 4 == 0 {
            scene.origin.write(&format!("{}.md", moment % 3), format!("{moment} ").repeat(5000));
            scene.origin.commit("more");
        }
        let mut child = start_child(&url, &scene.origin.mirror_path(), None);
        // The moments are what this is about: from before the request is read to after the end.
        std::thread::sleep(Duration::from_millis(moment * 3));
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        let mirror = scene.origin.open();
        assert!(mirror.is_some() || !was_there, "what is there stays");
        was_there = mirror.is_some();
        if let Some(mirror) = mirror {
            let tip = mirror.tip().unwrap().expect("a mirror in its place has its branch");
            let commits = walk(&mirror, None, tip);
            let files = mirror.files(tip, &mirror_fixture::every).unwrap().files;
            assert!(!commits.is_empty() && files.len() == 50);
            let whole = |blob| matches!(mirror.blob(blob, 1 << 20).unwrap(), Content::Bytes(_));
            assert!(files.iter().all(|(_, blob)| whole(*blob)));
        }
    }
    assert!(killed > 0, "some were killed before they ended");
    assert_eq!(scene.fetch().unwrap().tip, Some(scene.origin.tip()));
    assert_eq!(scene.leftovers(), Vec::<OsString>::new());
}

fn a_request_that_cannot_be_read_is_told() {
    for request in ["", "{}\n", "no json\n"] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("child")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.starts_with("{\"failed\":\"the request cannot be read: "), "{told}");
    }
}

fn a_folder_needs_no_child() {
    let mut scene = Scene::filled(Manners::Honest);
    scene.supervisor.executable = PathBuf::from("/nonexistent/huntshelf");
    let updated = scene.supervisor.fetch(&scene.origin.repository(), &scene.origin.mirror_path()).unwrap();
    assert_eq!(updated.tip, Some(scene.origin.tip()));
}

/// A way in over TLS to another port of this machine.
const TERMINATOR: &str = r"
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
def pump(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    for s in (a, b):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
while True:
    raw, _ = listener.accept()
    try: inner = context.wrap_socket(raw, server_side=True)
    except OSError: continue
    outer = socket.create_connection(('127.0.0.1', int(sys.argv[2])))
    for a, b in ((inner, outer), (outer, inner)): threading.Thread(target=pump, args=(a, b), daemon=True).start()
";

/// A way in over TLS to a server, for localhost and forge.test. None where there is nothing to make one with.
struct Tls {
    port: u16,
    /// The certificate, without its key.
    public: PathBuf,
    _terminator: Ended,
}

/// A process that ends with the test, however that ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Tls {
    fn before(scene: &Scene) -> Option<Self> {
        let folder = scene.origin.folder.path();
        let (certificate, public) = (folder.join("certificate.pem"), folder.join("public.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=DNS:localhost,DNS:forge.test,IP:127.0.0.1", "-keyout"])
            .arg(&certificate)
            .arg("-out")
            .arg(&public)
            .output();
        if !made.is_ok_and(|made| made.status.success()) {
            println!("skipped: openssl is not there to make a certificate");
            return None;
        }
        let bytes = std::fs::read(&public).unwrap();
        std::fs::OpenOptions::new().append(true).open(&certificate).unwrap().write_all(&bytes).unwrap();
        let terminator = Command::new("python3")
            .args(["-c", TERMINATOR])
            .arg(&certificate)
            .arg(scene.server.port().to_string())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut terminator) = terminator else {
            println!("skipped: python3 is not there to speak TLS");
            return None;
        };
        let mut port = String::new();
        BufReader::new(terminator.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Some(Self { port: port.trim().parse().unwrap(), public, _terminator: Ended(terminator) })
    }
}

fn a_certificate_must_be_of_a_known_authority() {
    let scene = Scene::filled(Manners::Honest);
    let Some(tls) = Tls::before(&scene) else { return };
    let url = format!("https://localhost:{}/origin/.git", tls.port);
    let unknown =
        scene.supervisor.fetch(&repository(Location::Remote(url.clone())), &scene.origin.mirror_path());
    // What we pass on to children is our own environment, which a test does not change: so without a supervisor.
    let child = start_child(&url, &scene.origin.mirror_path(), Some(&tls.public));
    let told = what_it_tells(child);
    let error = unknown.unwrap_err();
    assert!(error.contains("its certificate cannot be trusted"), "{error}");
    assert!(told.contains("\"done\""), "{told}");
    assert_eq!(scene.mirror().tip().unwrap(), Some(scene.origin.tip()));
}

fn what_it_tells(mut child: Child) -> String {
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    child.wait().unwrap();
    told
}

fn a_tag_is_mirrored_in_place_of_a_branch() {
    let scene = Scene::filled(Manners::Honest);
    let released = scene.origin.tip();
    scene.origin.git(["tag", "plain"]);
    scene.origin.git(["tag", "--annotate", "--message", "a release", "v1"]);
    scene.origin.git(["tag", "tree", "HEAD^{tree}"]);
    scene.origin.write("new.md", "new");
    scene.origin.commit("after the release");
    for remote in [true, false] {
        let place = if remote { scene.repository() } else { scene.origin.repository() };
        for tag in ["v1", "plain"] {
            let repository = Repository { tag: Some(tag.to_owned()), ..place.clone() };
            let updated = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap();
            assert_eq!((updated.branch.as_deref(), updated.tip), (Some(tag), Some(released)));
        }
        for tag in ["v2", "main", "tree"] {
            let repository = Repository { tag: Some(tag.to_owned()), ..place.clone() };
            let error = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap_err();
            assert!(
                error.contains(&format!("has no tag `{tag}` of a commit; what was mirrored last stays")),
                "{error}"
            );
            assert_eq!(scene.mirror().tip().unwrap(), Some(released));
        }
        std::fs::remove_dir_all(scene.origin.mirror_path()).unwrap();
    }
}

fn a_token_lets_us_in_and_is_told_to_nobody_else() {
    const SECRET: &str = "glpat-t0ps3cret";
    let mut scene = Scene::filled(Manners::Honest);
    // `x-access-token:glpat-t0ps3cret`
    scene.server.behave(Manners::Asking("Basic eC1hY2Nlc3MtdG9rZW46Z2xwYXQtdDBwczNjcmV0".to_owned()));
    let file = scene.origin.folder.path().join("token");
    std::fs::write(&file, "an old one").unwrap();
    let entrance = Entrance { token: Some(TokenPlace::File(file.clone())), ..Entrance::default() };
    let repository = Repository { entrance, ..scene.repository() };
    let mirror = scene.origin.mirror_path();
    let refused = scene.supervisor.fetch(&repository, &mirror).unwrap_err();
    assert!(
        refused.contains("it does not accept the token of token_file ") && !refused.contains("an old one"),
        "{refused}"
    );
    // A rotated file counts at the next fetch.
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    assert_eq!(scene.supervisor.fetch(&repository, &mirror).unwrap().tip, Some(scene.origin.tip()));
    let kept = Command::new("grep").args(["-r", SECRET]).arg(mirror.parent().unwrap()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&kept.stdout), "", "nothing keeps it");
    scene.supervisor.arguments = vec!["child-that-tells-what-it-is-started-with".into()];
    let told = scene.supervisor.fetch(&repository, &mirror).unwrap_err();
    assert!(told.contains("child-that-tells") && told.contains("HOME="), "{told}");
    assert!(!told.contains(SECRET), "{told}");
    let dumped = format!("{repository:?} {:?}", scene.supervisor);
    assert!(!dumped.contains(SECRET), "{dumped}");
    scene.server.behave(Manners::Guarding);
    scene.supervisor.arguments = vec!["child".into()];
    let refused = scene.supervisor.fetch(&repository, &mirror).unwrap_err();
    assert!(!refused.contains(SECRET), "{refused}");
}

fn a_host_that_resolves_to_a_private_network_is_refused() {
    let mut scene = Scene::new(Manners::Honest);
    scene.supervisor.arguments = vec!["child-that-looks-up-elsewhere".into()];
    for url in
        ["https://private.test/hunts.git", "git@private.test:hunts.git", "ssh://private.test/hunts.git"]
    {
        let repository = repository(Location::Remote(url.to_owned()));
        let error = scene.supervisor.fetch(&repository, &scene.origin.mirror_path()).unwrap_err();
        let reason = "private.test has no address of the public internet (10.0.0.1, a private network; 169.254.169.254, \
                      the local link); set allow_private = true for this repository if that is meant";
        assert!(error.ends_with(reason), "{error}");
    }
    let unknown = repository(Location::Remote("https://unknown.test/hunts.git".to_owned()));
    let error = scene.supervisor.fetch(&unknown, &scene.origin.mirror_path()).unwrap_err();
    assert!(error.contains("the name unknown.test cannot be resolved"), "{error}");
    let resolves = repository(Location::Remote("https://forge.test/hunts.git".to_owned()));
    let error = scene.supervisor.fetch(&resolves, &scene.origin.mirror_path()).unwrap_err();
    assert!(error.contains("127.0.0.1, this machine"), "{error}");
}

fn a_host_is_dialled_where_it_was_vetted() {
    let scene = Scene::filled(Manners::Honest);
    let Some(tls) = Tls::before(&scene) else { return };
    // Nobody but the given resolver knows this name, and only its first answer leads anywhere.
    let url = format!("https://forge.test:{}/origin/.git", tls.port);
    let request = |allow| request(&url, &scene.origin.mirror_path(), allow);
    let start = |allow| start("child-that-looks-up-elsewhere", &request(allow), Some(&tls.public));
    let refused = what_it_tells(start(false));
    assert!(refused.contains("127.0.0.1, this machine") && refused.contains("allow_private"), "{refused}");
    let told = what_it_tells(start(true));
    assert!(told.contains("\"done\""), "{told}");
    assert_eq!(scene.mirror().tip().unwrap(), Some(scene.origin.tip()));
    scene.server.behave(Manners::Redirecting(format!("https://localhost:{}", tls.port)));
    let before = scene.server.requests();
    let told = what_it_tells(start(true));
    assert!(told.contains("it sends us to another host"), "{told}");
    assert_eq!(scene.server.requests(), before + 1, "and nobody went there");
}

fn a_remote_over_ssh_is_entered_with_a_key_and_only_at_a_known_host() {
    let mut scene = Scene::filled(Manners::Honest);
    let folder = scene.origin.folder.path().to_owned();
    let Some(server) = Sshd::start(&folder) else { return };
    let port = server.port();
    let over_ssh = repository(Location::Remote(server.url(&scene.origin.path().join(".git"))));
    let hosts = folder.join("known_hosts");
    let knowing = |key: &str| {
        let public = std::fs::read_to_string(folder.join(key)).unwrap();
        std::fs::write(&hosts, format!("[127.0.0.1]:{port} {public}")).unwrap();
    };
    scene.supervisor.access.agent = false;
    scene.supervisor.access.keys = vec![folder.join("user")];
    scene.supervisor.access.known_hosts = Vec::new();
    let mirror = scene.origin.mirror_path();
    let unknown_host = scene.supervisor.fetch(&over_ssh, &mirror);
    scene.supervisor.access.known_hosts = vec![hosts.clone()];
    knowing("stranger.pub");
    let another_host = scene.supervisor.fetch(&over_ssh, &mirror);
    knowing("host.pub");
    let known_host = scene.supervisor.fetch(&over_ssh, &mirror);
    // Pinned in the repository's own configuration, by key or fingerprint, whatever the user's list says.
    let print = |key: &str| server.print(key);
    let whole = |key: &str| std::fs::read_to_string(folder.join(key)).unwrap();
    let pinned = |pin: String| {
        let host_keys = vec![pin.parse().unwrap()];
        let entrance = Entrance { host_keys, ssh_key_file: Some(folder.join("user")), ..Entrance::default() };
        let repository = Repository { entrance, ..over_ssh.clone() };
        scene.supervisor.fetch(&repository, &mirror)
    };
    let by_pin = [pinned(print("host.pub")), pinned(whole("host.pub"))];
    let by_wrong_pin = [pinned(print("stranger.pub")), pinned(whole("stranger.pub"))];
    for tip in by_pin {
        assert_eq!(tip.unwrap().tip, Some(scene.origin.tip()));
    }
    for refused in by_wrong_pin {
        let error = refused.unwrap_err();
        assert!(error.contains(&format!("it shows ssh-ed25519 {}", print("host.pub"))), "{error}");
    }
    scene.supervisor.access.keys = vec![folder.join("stranger")];
    scene.origin.write("new.md", "new");
    scene.origin.commit("new");
    let stranger = scene.supervisor.fetch(&over_ssh, &mirror);
    for refused in [unknown_host, another_host] {
        let error = refused.unwrap_err();
        assert!(error.contains("the host's key is not the one in known_hosts, or there is none"), "{error}");
    }
    assert_eq!(known_host.unwrap().tip, Some(scene.origin.id("HEAD~")));
    let error = stranger.unwrap_err();
    assert!(error.contains("it accepts none of the keys"), "{error}");
}
