//! Ways to a vetted host: straight, or through the proxy that the operator's environment names.

use super::{DIAL, Vetted, read_head};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use std::io::{self, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use url::Url;

/// The way out that the operator's environment names.
#[derive(Clone)]
pub(in crate::mirror) struct Upstream {
    host: String,
    port: u16,
    /// What it is told about who we are; a secret.
    authorization: Option<String>,
}

impl Upstream {
    /// Reads what `https_proxy` says.
    pub(in crate::mirror) fn read(text: &str) -> Result<Self, String> {
        let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&url).map_err(|_| "https_proxy cannot be read as a URL".to_owned())?;
        if url.scheme() != "http" {
            return Err(format!(
                "https_proxy is a {}:// one; only http:// ones are gone through",
                url.scheme()
            ));
        }
        let host = url.host_str().ok_or("https_proxy names no host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let authorization = (!url.username().is_empty()).then(|| {
            let pair = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default()));
            format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair))
        });
        Ok(Self { host, port: url.port_or_known_default().unwrap_or(80), authorization })
    }

    /// Whether `no_proxy` says that a host is reached without it.
    pub(in crate::mirror) fn is_left_out(no_proxy: &str, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        no_proxy.split([',', ' ']).map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
            let entry = entry.trim_start_matches("*.").trim_start_matches('.');
            let within = |host: &str| host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'));
            entry == "*" || !entry.is_empty() && (host == entry || within(&host))
        })
    }

    /// A way through it to an authority such as `192.0.2.1:443`.
    fn connect(&self, authority: &str) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, DIAL) {
                Ok(mut stream) => {
                    let authorization = self.authorization.as_deref().unwrap_or_default();
                    write!(
                        stream,
                        "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n"
                    )?;
                    stream.set_read_timeout(Some(DIAL))?;
                    let head = read_head(&mut stream)?;
                    let status = head.split(' ').nth(1).unwrap_or_default();
                    if status == "200" {
                        return Ok(stream);
                    }
                    return Err(io::Error::other(format!(
                        "the proxy {} answers {:?}",
                        self.host,
                        head.lines().next().unwrap_or_default()
                    )));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Where a [`super::Relay`] leads to.
pub(in crate::mirror) enum Way {
    /// To these addresses.
    Direct(Vetted),
    /// Through the operator's own proxy, to these addresses, or where nothing was to be vetted, by the name alone.
    Through(Upstream, String, u16, Option<Vetted>),
}

impl Way {
    /// Connects to the first address that answers.
    pub(super) fn open(&self) -> io::Result<TcpStream> {
        match self {
            Self::Direct(vetted) => vetted.dial(),
            Self::Through(upstream, host, port, None) => upstream.connect(&authority(host, *port)),
            Self::Through(upstream, _, port, Some(vetted)) => {
                let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
                for address in &vetted.addresses {
                    match upstream.connect(&authority(&address.to_string(), *port)) {
                        Ok(stream) => return Ok(stream),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    /// The host's name.
    pub(super) fn host(&self) -> &str {
        match self {
            Self::Direct(vetted) => &vetted.host,
            Self::Through(_, host, ..) => host,
        }
    }

    /// `https://example.com`, with the port where it is not the usual one.
    pub(super) fn origin(&self) -> String {
        let port = match self {
            Self::Direct(vetted) => vetted.port,
            Self::Through(_, _, port, _) => *port,
        };
        let authority = authority(self.host(), port);
        format!("https://{}", authority.strip_suffix(":443").unwrap_or(&authority))
    }
}

fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::net::{IpAddr, TcpListener};

    /// A proxy that tells the head of the one request that it gets, and lets it through or not.
    fn proxy(answer: &'static str) -> (u16, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let head = read_head(&mut stream).unwrap();
            write!(stream, "{answer}\r\n\r\nhello").unwrap();
            head
        });
        (port, asked)
    }

    fn through(port: u16, vetted: Option<Vetted>) -> Way {
        let upstream = Upstream::read(&format!("http://me:p%40ss@127.0.0.1:{port}")).unwrap();
        Way::Through(upstream, "forge.example.com".to_owned(), 443, vetted)
    }

    #[test]
    fn the_proxy_of_the_environment_is_asked_for_the_vetted_address() {
        let vetted = Vetted {
            host: "forge.example.com".to_owned(),
            port: 443,
            addresses: vec![IpAddr::from([140, 82, 121, 3])],
        };
        for (vetted, asked_for) in [(Some(vetted), "140.82.121.3:443"), (None, "forge.example.com:443")] {
            let (port, asked) = proxy("HTTP/1.1 200 OK");
            let mut said = String::new();
            through(port, vetted).open().unwrap().read_to_string(&mut said).unwrap();
            assert_eq!(said, "hello", "not a byte of what follows is lost");
            let head = asked.join().unwrap();
            assert!(head.starts_with(&format!("CONNECT {asked_for} HTTP/1.1\r\n")), "{head}");
            assert!(head.contains("Proxy-Authorization: Basic bWU6cEBzcw==\r\n"), "{head}");
        }
        let (port, _asked) = proxy("HTTP/1.1 403 Forbidden");
        let refused = through(port, None).open().unwrap_err().to_string();
        assert_eq!(refused, "the proxy 127.0.0.1 answers \"HTTP/1.1 403 Forbidden\"");
    }

    #[test]
    fn no_proxy_names_hosts_and_domains() {
        let out = Upstream::is_left_out;
        assert!(out("git.example.com", "git.example.com") && out("example.com, x", "git.example.com"));
        assert!(out(".example.com", "git.example.com") && out("*", "a.b") && out("*.b", "a.b"));
        assert!(!out("example.com", "badexample.com") && !out("", "a.b") && !out(",", "a.b"));
        assert!(Upstream::read("socks5://h:1").is_err() && Upstream::read("h:3128").is_ok());
    }
}
