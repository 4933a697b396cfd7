//! A report on paper: chromium prints the HTML, where there is one.
//!
//! It is handed a file that needs nothing else and whose policy lets nothing run, is told to reach no network, has a profile and
//! a home of its own that go with it, and is ended with all that it started when it takes too long.

use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long it may take.
const DEADLINE: Duration = Duration::from_mins(1);

/// The largest file that is taken from it, in bytes.
const LARGEST: u64 = 256 << 20;

/// What it is called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What it is told besides the files.
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
];

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// Nothing here can print.
    #[error(
        "there is no chromium here to print a PDF with: install chromium, or take the HTML and print it from a browser"
    )]
    NoChromium,
    /// It took too long.
    #[error("chromium did not print the report within {} seconds: take the HTML and print it from a browser", DEADLINE.as_secs())]
    TooLong,
    /// It ended without a file.
    #[error("chromium printed nothing: {0}")]
    Nothing(String),
    /// The system failed.
    #[error("a PDF cannot be printed: {0}")]
    Io(#[from] io::Error),
}

/// The chromium of this machine, found where programs are looked for.
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    NAMES.iter().find_map(|name| {
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    })
}

/// Prints a file of HTML that needs nothing else.
///
/// # Errors
/// When there is no chromium, or it prints nothing.
pub fn print(html: &str) -> Result<Vec<u8>, PdfError> {
    let program = chromium().ok_or(PdfError::NoChromium)?;
    let scratch = Scratch::make()?;
    let (page, out) = (scratch.0.join("report.html"), scratch.0.join("report.pdf"));
    fs::write(&page, html)?;
    let child = command(&program, &scratch.0, &page, &out).spawn()?;
    let complaint = ended(child)?;
    let mut bytes = Vec::new();
    match fs::File::open(&out) {
        Ok(file) => file.take(LARGEST).read_to_end(&mut bytes)?,
        Err(_) => return Err(PdfError::Nothing(complaint)),
    };
    if bytes.starts_with(b"%PDF-") { Ok(bytes) } else { Err(PdfError::Nothing(complaint)) }
}

fn command(program: &Path, home: &Path, page: &Path, out: &Path) -> Command {
    let joined = |option: &str, path: &Path| {
        let mut argument = OsString::from(option);
        argument.push(path);
        argument
    };
    let mut command = Command::new(program);
    command
        .args(ARGUMENTS)
        .arg(joined("--user-data-dir=", &home.join("profile")))
        .arg(joined("--print-to-pdf=", out));
    // Its sandbox cannot be had by root.
    if geteuid().is_root() {
        command.arg("--no-sandbox");
    }
    command.arg(joined("file://", page)).env_clear().env("HOME", home).current_dir(home).process_group(0);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Waits for it to end; what it complained of, in a line.
fn ended(mut child: Child) -> Result<String, PdfError> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (sender, receiver) = channel();
    let mut stderr = child.stderr.take();
    // Its end closes what it complains to.
    let listener = std::thread::spawn(move || {
        let mut complaint = Vec::new();
        if let Some(stderr) = stderr.as_mut() {
            let _ = stderr.take(64 * 1024).read_to_end(&mut complaint);
            let _ = io::copy(stderr, &mut io::sink());
        }
        let _ = sender.send(String::from_utf8_lossy(&complaint).into_owned());
    });
    let told = receiver.recv_timeout(DEADLINE);
    if let Some(group) = group {
        // What it left behind goes too; mostly there is nothing any more.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
    let _ = listener.join();
    match told {
        Ok(complaint) => {
            Ok(complaint.lines().last().unwrap_or("it says nothing").chars().take(300).collect())
        }
        Err(RecvTimeoutError::Timeout) => Err(PdfError::TooLong),
        Err(RecvTimeoutError::Disconnected) => Ok(String::new()),
    }
}

/// A folder that only we can look into, and that goes with its end.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> io::Result<Self> {
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        let name = u128::from_ne_bytes(name);
        let folder = std::env::temp_dir().join(format!("huntshelf-report-{name:032x}"));
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_printed_where_there_is_a_chromium() {
        match print("<!doctype html><title>x</title><p>Hunt</p>") {
            Ok(bytes) => assert!(bytes.starts_with(b"%PDF-")),
            Err(error) => {
                assert!(matches!(error, PdfError::NoChromium), "{error}");
                assert!(chromium().is_none());
            }
        }
    }
}
