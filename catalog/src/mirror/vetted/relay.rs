//! A relay on loopback that knows one way: over TLS to the vetted addresses of one host and port.
//!
//! libgit2 looks names up by itself, each time that it connects. So it speaks plain HTTP with this relay, in its own
//! process, and the relay speaks TLS with the host, whose certificate it checks against the host's name by the system's
//! authorities. Whatever the host says or a redirect names, there is no other way through.
//!
//! Why not as a proxy for CONNECT, which libgit2 could be given: up to 1.9 it frees the connection to the proxy before
//! it ends TLS over it, when the certificate is not trusted (`http_client_connect` in `httpclient.c`).

use super::{Way, read_head};
use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVerifyMode};
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Connections at one time; libgit2 has one or two.
const MAX_CONNECTIONS: usize = 16;
/// Bytes of a line that tells the size of a chunk.
const MAX_LINE: u64 = 1024;
/// How long a host may be silent: longer than whoever supervises the process waits.
const SILENCE: Duration = Duration::from_mins(10);
/// Bytes of a thread's stack.
const STACK: usize = 256 * 1024;

/// The relay; it ends when dropped.
pub(in crate::mirror) struct Relay {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    way: Way,
    /// Where libgit2 thinks that it is: `http://127.0.0.1:12345`.
    here: String,
    tls: SslConnector,
    stop: AtomicBool,
    running: AtomicUsize,
    trouble: Mutex<Option<String>>,
}

impl Relay {
    /// Listens on a port of loopback that the system chooses.
    pub(in crate::mirror) fn start(way: Way) -> io::Result<Self> {
        let mut tls = SslConnector::builder(SslMethod::tls_client())?;
        tls.set_verify(SslVerifyMode::PEER);
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            way,
            here: format!("http://127.0.0.1:{port}"),
            tls: tls.build(),
            stop: AtomicBool::new(false),
            running: AtomicUsize::new(0),
            trouble: Mutex::default(),
        });
        let thread = {
            let shared = Arc::clone(&shared);
            let listening = move || listen(&listener, &shared);
            std::thread::Builder::new().name("relay".to_owned()).stack_size(STACK).spawn(listening)?
        };
        Ok(Self { port, shared, thread: Some(thread) })
    }

    /// Where it listens, as the beginning of a URL.
    pub(in crate::mirror) fn here(&self) -> &str {
        &self.shared.here
    }

    /// The host that it leads to, likewise.
    pub(in crate::mirror) fn origin(&self) -> String {
        self.shared.way.origin()
    }

    /// Why the last connection could not be made, if one could not.
    pub(in crate::mirror) fn trouble(&self) -> Option<String> {
        self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the listener up.
        let woken = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().flatten() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        if shared.running.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
            shared.running.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let here = Arc::clone(shared);
        let started = std::thread::Builder::new().stack_size(STACK).spawn(move || {
            serve(stream, &here);
            here.running.fetch_sub(1, Ordering::SeqCst);
        });
        if started.is_err() {
            shared.running.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// One request and its answer; each has a connection of its own.
fn serve(mut client: TcpStream, shared: &Shared) {
    let Ok(head) = read_head(&mut client) else { return };
    let host = match connect(shared) {
        Ok(host) => host,
        Err(trouble) => {
            *shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
            // What it is about, `trouble` tells; nobody may be listening any more.
            let _ = client
                .write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
    };
    // How either side ends is for libgit2 to judge.
    let _ = exchange(&mut client, &head, host, shared);
    let _ = client.shutdown(Shutdown::Both);
}

fn connect(shared: &Shared) -> Result<SslStream<TcpStream>, String> {
    let origin = shared.way.origin();
    let host = shared.way.host();
    let stream = shared.way.open().map_err(|error| format!("{origin} cannot be connected to ({error})"))?;
    stream.set_read_timeout(Some(SILENCE)).map_err(|error| error.to_string())?;
    shared.tls.connect(host, stream).map_err(|error| {
        let verdict = match &error {
            openssl::ssl::HandshakeError::Failure(broken) => broken.ssl().verify_result(),
            _ => openssl::x509::X509VerifyResult::OK,
        };
        if verdict == openssl::x509::X509VerifyResult::OK {
            format!("no TLS with {origin} ({error})")
        } else {
            format!(
                "its certificate cannot be trusted ({}); SSL_CERT_FILE names a bundle with the authority to trust",
                verdict.error_string()
            )
        }
    })
}

fn exchange(
    client: &mut TcpStream,
    head: &str,
    mut host: SslStream<TcpStream>,
    shared: &Shared,
) -> io::Result<()> {
    let authority = shared.way.origin().split_off("https://".len());
    let request = rewritten(head, |name, _| match name {
        "host" => Some(authority.clone()),
        "connection" => Some("close".to_owned()),
        _ => None,
    });
    host.write_all(request.as_bytes())?;
    client.set_read_timeout(Some(SILENCE))?;
    forward_body(head, client, &mut host)?;
    host.flush()?;
    let head = read_head(&mut host)?;
    let origin = shared.way.origin();
    let answer = rewritten(&head, |name, value| match name {
        "connection" => Some("close".to_owned()),
        // Within the host, a renamed repository is followed.
        "location" => {
            let path = value.strip_prefix(origin.as_str()).filter(|path| path.starts_with('/'))?;
            Some(format!("{}{path}", shared.here))
        }
        _ => None,
    });
    client.write_all(answer.as_bytes())?;
    io::copy(&mut host, client)?;
    Ok(())
}

/// A head with other values for some of its fields, of which `connection` is always there.
fn rewritten(head: &str, change: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut lines = head.trim_end().lines();
    let mut text = format!("{}\r\n", lines.next().unwrap_or_default());
    let mut has_connection = false;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let plain = name.trim().to_ascii_lowercase();
        has_connection |= plain == "connection";
        match change(&plain, value.trim()) {
            Some(value) => text.extend([name, ": ", &value, "\r\n"]),
            None => text.extend([name, ":", value, "\r\n"]),
        }
    }
    if !has_connection {
        text.push_str("Connection: close\r\n");
    }
    text + "\r\n"
}

/// Carries a request's body over: of a told length, in chunks, or none.
fn forward_body(head: &str, from: &mut TcpStream, to: &mut impl Write) -> io::Result<()> {
    let field = |wanted: &str| {
        head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    };
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    if field("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        let mut from = BufReader::new(from);
        loop {
            let mut line = String::new();
            from.by_ref().take(MAX_LINE).read_line(&mut line)?;
            let size = line.trim().split(';').next().and_then(|size| u64::from_str_radix(size, 16).ok());
            let size = size.ok_or_else(odd)?;
            to.write_all(line.as_bytes())?;
            // The line's end after the chunk counts as a part of it.
            if io::copy(&mut from.by_ref().take(size.saturating_add(2)), to)? < size {
                return Err(odd());
            }
            if size == 0 {
                return Ok(());
            }
        }
    }
    let size = field("content-length").map_or(Some(0), |value| value.parse::<u64>().ok()).ok_or_else(odd)?;
    io::copy(&mut from.take(size), to).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mirror::vetted::Vetted;
    use std::net::IpAddr;

    #[test]
    fn a_heads_fields_are_changed_and_the_connection_ends() {
        let head = "GET /a.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: 127.0.0.1:5\r\nAccept: */*\r\n\r\n";
        let told = rewritten(head, |name, _| (name == "host").then(|| "example.com".to_owned()));
        assert_eq!(
            told,
            "GET /a.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
    }

    #[test]
    fn bodies_are_carried_over_as_far_as_they_reach() {
        for (fields, body, carried) in [
            ("", "more", ""),
            ("Content-Length: 3\r\n", "abcd", "abc"),
            ("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\nmore", "3\r\nabc\r\n0\r\n\r\n"),
            (
                "Transfer-Encoding: chunked\r\n",
                "A;x=y\r\n0123456789\r\n0\r\n\r\n",
                "A;x=y\r\n0123456789\r\n0\r\n\r\n",
            ),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            client.write_all(body.as_bytes()).unwrap();
            let mut server = listener.accept().unwrap().0;
            let mut to = Vec::new();
            forward_body(&format!("POST / HTTP/1.1\r\n{fields}\r\n"), &mut server, &mut to).unwrap();
            assert_eq!(String::from_utf8(to).unwrap(), carried);
        }
    }

    #[test]
    fn a_host_without_tls_is_not_spoken_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nplain");
        });
        let vetted =
            Vetted { host: "forge.test".to_owned(), port, addresses: vec![IpAddr::from([127, 0, 0, 1])] };
        let relay = Relay::start(Way::Direct(vetted)).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", relay.port)).unwrap();
        write!(stream, "GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
        let trouble = relay.trouble().unwrap();
        assert!(trouble.contains(&format!("no TLS with https://forge.test:{port}")), "{trouble}");
    }
}
