//! A running `huntshelf`.

use crate::{Client, eventually, program, run_in};
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

/// What a server is started with.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Repositories, as `--repo` takes them; none for the starter catalog.
    pub repositories: Vec<OsString>,
    /// A configuration file's text.
    pub config: Option<String>,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
}

impl Settings {
    /// Serving one repository.
    pub fn of(repository: impl AsRef<Path>) -> Self {
        Self { repositories: vec![repository.as_ref().into()], ..Self::default() }
    }
}

/// A running `huntshelf` with a data folder and a port of its own; it ends when this is dropped, or with the tests.
pub struct Server {
    child: Mutex<Option<Child>>,
    settings: Settings,
    folder: Folder,
    port: u16,
    token: String,
}

/// Where a server has its data folder, its configuration and its log.
enum Folder {
    /// Removed after the server, which writes into it, has ended.
    Temporary(tempfile::TempDir),
    Kept(PathBuf),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}

impl Server {
    /// Starts one on a new data folder and waits until it is ready.
    pub fn start(settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder for a server");
        Self::prepare_in(Folder::Temporary(folder), settings).started()
    }

    /// Starts one whose data stays in `folder`.
    pub fn start_in(folder: PathBuf, settings: Settings) -> Self {
        Self::prepare(folder, settings).started()
    }

    fn started(self) -> Self {
        self.launch();
        self.wait_until_ready();
        self
    }

    /// Makes the data folder and a token for it, and starts nothing yet.
    pub fn prepare(folder: PathBuf, settings: Settings) -> Self {
        Self::prepare_in(Folder::Kept(folder), settings)
    }

    fn prepare_in(folder: Folder, settings: Settings) -> Self {
        let data = folder.path().join("data");
        let arguments = [
            OsString::from("admin"),
            "token".into(),
            "create".into(),
            "--data".into(),
            data.into(),
            "--name".into(),
            "Test Admin".into(),
            "--role".into(),
            "admin".into(),
        ];
        // As the server will run: the environment may name its database.
        let token = run_in(arguments, &settings.environment);
        let token = token.trim_end_matches('\n').to_owned();
        assert!(!token.is_empty() && !token.contains(char::is_whitespace), "the token alone: {token:?}");
        Self { child: Mutex::new(None), settings, folder, port: free_port(), token }
    }

    /// Starts the process, without waiting for it to be ready.
    pub fn launch(&self) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("a log can be written");
        // The keeper's thread lives as long as the tests do: when it ends, however it ends, so does the server.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program()).arg("serve");
        command.arg("--data").arg(self.data()).arg("--listen").arg(format!("127.0.0.1:{}", self.port));
        for repository in &self.settings.repositories {
            command.arg("--repo").arg(repository);
        }
        if let Some(config) = &self.settings.config {
            let file = self.folder.path().join("huntshelf.toml");
            std::fs::write(&file, config).expect("a configuration can be written");
            command.arg("--config").arg(file);
        }
        command.envs(self.settings.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        command.current_dir(self.folder.path());
        *self.child.lock().expect("no test panics while it holds this") = Some(keeper_spawns(command));
    }

    /// Waits until `/readyz` says so.
    pub fn wait_until_ready(&self) {
        let client = self.nobody();
        eventually(
            &format!("huntshelf is ready\n{}", self.log_file().display()),
            Duration::from_mins(1),
            || {
                self.assert_running();
                client.try_send("GET", "/readyz", None).ok().filter(|answer| answer.status == 200)
            },
        );
    }

    fn assert_running(&self) {
        let mut child = self.child.lock().expect("no test panics while it holds this");
        let ended = child.as_mut().and_then(|child| child.try_wait().ok().flatten());
        if let Some(status) = ended {
            drop(child);
            panic!("huntshelf ended ({status}):\n{}", self.log());
        }
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().expect("no test panics while it holds this").take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.lock().expect("no test panics while it holds this").as_ref().expect("it runs").id()
    }

    /// A client that is signed in as an admin.
    pub fn client(&self) -> Client {
        self.nobody().signed_in(&self.token)
    }

    /// A client that is not signed in.
    pub fn nobody(&self) -> Client {
        Client::new(self.base())
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The admin's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail = log.len().saturating_sub(4000);
            let tail = (tail..log.len()).find(|at| log.is_char_boundary(*at)).unwrap_or(log.len());
            eprintln!("--- the server's log, its end\n{}", &log[tail..]);
        }
        self.kill();
    }
}

type Order = (Command, Sender<Child>);

/// A thread that starts the servers: the system ends a process with the *thread* that started it, and the threads of
/// tests end early.
static KEEPER: LazyLock<Mutex<Sender<Order>>> = LazyLock::new(|| {
    let (orders, taken) = channel::<Order>();
    std::thread::spawn(move || {
        for (mut command, answer) in taken {
            let child = command.spawn().expect("setpriv and huntshelf start");
            let _ = answer.send(child);
        }
    });
    Mutex::new(orders)
});

fn keeper_spawns(command: Command) -> Child {
    let (answer, child) = channel();
    KEEPER.lock().expect("the keeper is whole").send((command, answer)).expect("the keeper lives");
    child.recv().expect("the keeper starts it")
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it has an address").port()
}
