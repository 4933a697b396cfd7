//! A git server over http on loopback, honest (`git http-backend`) or not.

#[path = "sizes.rs"]
pub(crate) mod sizes;

use super::git_command;
use sizes::Lie;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How the server treats who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manners {
    /// As git does.
    Honest,
    /// Takes the connection and never says a word.
    Silent,
    /// Sends the first half of a pack, and then nothing, for ever.
    Stalling,
    /// Sends the first half of a pack and hangs up.
    Cutting,
    /// Spoils a byte in the middle of the pack.
    Spoiling,
    /// Sends everybody elsewhere.
    Redirecting(String),
    /// Lets nobody in.
    Guarding,
    /// Lets those in who send this as their authorization.
    Asking(String),
    /// Announces a commit that it does not have, and sends others for it.
    Lying,
    /// Sends packs that lie about sizes.
    Missizing(Lie),
}

pub(crate) struct Server {
    port: u16,
    manners: Arc<Mutex<Manners>>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Serves the repositories in `root` until the test program ends.
    pub(crate) fn start(root: &Path, manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            manners: Arc::new(Mutex::new(manners)),
            requests: Arc::default(),
        };
        let (root, manners, requests) = (root.to_owned(), server.manners.clone(), server.requests.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                requests.fetch_add(1, Ordering::SeqCst);
                let (root, manners) = (root.clone(), manners.lock().unwrap().clone());
                std::thread::spawn(move || answer(&stream, &root, &manners));
            }
        });
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn behave(&self, manners: Manners) {
        *self.manners.lock().unwrap() = manners;
    }
}

struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(reader: &mut BufReader<&TcpStream>) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request =
            Self { method, path: path.to_owned(), query: query.to_owned(), headers, body: Vec::new() };
        if request.header("transfer-encoding") == "chunked" {
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).ok()?;
                let size = u64::from_str_radix(line.trim(), 16).ok()?;
                reader.by_ref().take(size).read_to_end(&mut request.body).ok()?;
                reader.read_line(&mut line).ok()?;
                if size == 0 {
                    break;
                }
            }
        } else {
            let size = request.header("content-length").parse().unwrap_or(0);
            reader.by_ref().take(size).read_to_end(&mut request.body).ok()?;
        }
        Some(request)
    }

    fn is_let_in(&self, manners: &Manners) -> bool {
        matches!(manners, Manners::Asking(authorization) if self.header("authorization") == authorization)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }
}

fn answer(stream: &TcpStream, root: &Path, manners: &Manners) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    if *manners == Manners::Silent {
        return wait_for_the_end(&mut reader);
    }
    let request = Request::read(&mut reader)?;
    match manners {
        Manners::Redirecting(to) => {
            let head = format!("HTTP/1.1 301 Moved\r\nLocation: {to}{}?{}\r\n", request.path, request.query);
            return write!(writer, "{head}Content-Length: 0\r\nConnection: close\r\n\r\n").ok();
        }
        Manners::Guarding | Manners::Asking(_) if !request.is_let_in(manners) => {
            let head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\n";
            return write!(writer, "{head}Content-Length: 0\r\nConnection: close\r\n\r\n").ok();
        }
        _ => {}
    }
    let mut request = request;
    let (truth, lie) = (tip(root), "1234567890123456789012345678901234567890");
    if *manners == Manners::Lying {
        request.body = String::from_utf8_lossy(&request.body).replace(lie, &truth).into_bytes();
    }
    let (status, kind, mut body) = backend(&request, root)?;
    if *manners == Manners::Lying && request.method == "GET" {
        body = String::from_utf8_lossy(&body).replace(&truth, lie).into_bytes();
    }
    let has_pack = request.method == "POST" && body.len() > 1000;
    if let Manners::Missizing(lie) = manners
        && has_pack
    {
        body = sizes::lie(&body, *lie);
    }
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n");
    write!(writer, "{head}Content-Length: {}\r\n\r\n", body.len()).ok()?;
    if has_pack {
        let half = body.len() / 2;
        match manners {
            Manners::Stalling => {
                writer.write_all(&body[..half]).ok()?;
                return wait_for_the_end(&mut reader);
            }
            Manners::Cutting => {
                writer.write_all(&body[..half]).ok()?;
                return stream.shutdown(Shutdown::Both).ok();
            }
            Manners::Spoiling => body[half] ^= 0x55,
            _ => {}
        }
    }
    writer.write_all(&body).ok()
}

/// Until the other side hangs up.
fn wait_for_the_end(reader: &mut BufReader<&TcpStream>) -> Option<()> {
    std::io::copy(reader, &mut std::io::sink()).ok().map(|_| ())
}

/// The commit that `origin` in `root` is at.
fn tip(root: &Path) -> String {
    let output = git_command(root).current_dir(root.join("origin")).args(["rev-parse", "HEAD"]).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// What `git http-backend` answers: status, content type, body.
fn backend(request: &Request, root: &Path) -> Option<(String, String, Vec<u8>)> {
    let home = PathBuf::from("/nonexistent");
    let mut child = git_command(&home)
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("REMOTE_ADDR", "127.0.0.1")
        .arg("http-backend")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(&request.body).ok()?;
    let output = child.wait_with_output().ok()?.stdout;
    let end = output.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let of = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    let status = of("Status:").unwrap_or_else(|| "200 OK".to_owned());
    Some((status, of("Content-Type:").unwrap_or_default(), output[end + 4..].to_vec()))
}
