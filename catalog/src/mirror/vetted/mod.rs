//! Addresses of a remote, looked up once a fetch, vetted, and the only ones that are dialled.
//!
//! A URL that somebody configured may name a host that resolves to this machine, to a private network or to a cloud's
//! metadata, today or only at the next look-up. So a fetch resolves the host once, leaves out what is no address of the
//! public internet, and dials what is left: over https through a [`Relay`] of ours, over ssh by its address.

mod relay;
mod table;
mod upstream;

pub use table::refused;

pub(super) use relay::Relay;
pub(super) use upstream::{Upstream, Way};

use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// How long one address may take to answer.
const DIAL: Duration = Duration::from_secs(10);
/// Bytes of the head of a request or answer.
const MAX_HEAD: usize = 64 * 1024;
/// Addresses of one host that are tried.
const MAX_ADDRESSES: usize = 16;

/// Looks up names.
pub trait Resolver: Send + Sync {
    /// The addresses of a host.
    ///
    /// # Errors
    /// When it has none, or nobody can tell.
    fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<IpAddr>>;
}

/// The system's own resolver. It may take its time: there is a deadline around the process that fetches.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<IpAddr>> {
        Ok((host, port).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// A host with the addresses at which it may be dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vetted {
    pub(super) host: String,
    pub(super) port: u16,
    /// In the order in which they were told; never empty.
    pub(super) addresses: Vec<IpAddr>,
}

impl Vetted {
    /// Looks a host up and vets its addresses. What was written as this very machine stays that.
    pub(super) fn look_up(
        host: &str,
        port: u16,
        allow_private: bool,
        resolver: &dyn Resolver,
    ) -> Result<Self, String> {
        let vetted = |addresses| Self { host: host.to_owned(), port, addresses };
        let literal = host.parse::<IpAddr>().ok();
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(vetted(vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]));
        }
        if let Some(address) = literal.filter(IpAddr::is_loopback) {
            return Ok(vetted(vec![address]));
        }
        let mut found = match literal {
            Some(address) => vec![address],
            None => resolver
                .resolve(host, port)
                .map_err(|error| format!("the name {host} cannot be resolved ({error})"))?,
        };
        found.dedup();
        let all = found.clone();
        found.retain(|address| allow_private || refused(*address).is_none());
        found.truncate(MAX_ADDRESSES);
        if found.is_empty() {
            let listed: Vec<_> = all
                .iter()
                .take(4)
                .map(|address| format!("{address}, {}", refused(*address).unwrap_or("public")))
                .collect();
            let listed = if listed.is_empty() { "no address".to_owned() } else { listed.join("; ") };
            return Err(format!(
                "{host} has no address of the public internet ({listed}); set allow_private = true for this repository if that is meant"
            ));
        }
        Ok(vetted(found))
    }

    /// Connects to the first of its addresses that answers.
    pub(super) fn dial(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in &self.addresses {
            match TcpStream::connect_timeout(&SocketAddr::new(*address, self.port), DIAL) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The first of its addresses that answers; the only one is not asked.
    pub(super) fn address(&self) -> io::Result<IpAddr> {
        match self.addresses.as_slice() {
            [only] => Ok(*only),
            _ => Ok(self.dial()?.peer_addr()?.ip()),
        }
    }
}

/// Everything up to the empty line, and not a byte further.
fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_HEAD || stream.read(&mut byte)? == 0 {
            return Err(io::Error::other("a head has no end"));
        }
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Says what it was told to, one answer after the other, the last one for ever.
    struct Told(Vec<Vec<&'static str>>, AtomicUsize);

    impl Resolver for Told {
        fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<IpAddr>> {
            let asked = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
            Ok(self.0[asked].iter().map(|text| text.parse().unwrap()).collect())
        }
    }

    fn told(answers: &[&[&'static str]]) -> Told {
        Told(answers.iter().map(|answer| answer.to_vec()).collect(), AtomicUsize::new(0))
    }

    fn look_up(host: &str, allow: bool, resolver: &Told) -> Result<Vec<String>, String> {
        let vetted = Vetted::look_up(host, 443, allow, resolver)?;
        Ok(vetted.addresses.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_host_that_resolves_to_this_machine_or_a_private_network_is_refused() {
        for address in
            ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
        {
            let refused = look_up("forge.example.com", false, &told(&[&[address]])).unwrap_err();
            assert!(refused.contains("allow_private = true") && refused.contains(address), "{refused}");
            assert_eq!(look_up("forge.example.com", true, &told(&[&[address]])).unwrap(), [address]);
        }
        assert!(look_up("forge.example.com", false, &told(&[&[]])).unwrap_err().contains("no address"));
    }

    #[test]
    fn of_several_addresses_only_public_ones_are_left() {
        let resolver = told(&[&["10.0.0.8", "140.82.121.3", "::1", "2606:50c0:8000::153"]]);
        let left = look_up("forge.example.com", false, &resolver).unwrap();
        assert_eq!(left, ["140.82.121.3", "2606:50c0:8000::153"]);
    }

    #[test]
    fn what_is_written_as_this_machine_stays_that_and_is_not_looked_up() {
        let resolver = told(&[&["140.82.121.3"]]);
        assert_eq!(look_up("127.0.0.2", false, &resolver).unwrap(), ["127.0.0.2"]);
        assert_eq!(look_up("::1", false, &resolver).unwrap(), ["::1"]);
        assert_eq!(look_up("localhost", false, &resolver).unwrap(), ["127.0.0.1", "::1"]);
        assert_eq!(resolver.1.load(Ordering::SeqCst), 0);
        assert!(look_up("192.168.1.5", false, &resolver).is_err(), "a private network has to be allowed");
        assert_eq!(look_up("192.168.1.5", true, &resolver).unwrap(), ["192.168.1.5"]);
        assert_eq!(resolver.1.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_head_ends_with_its_empty_line_and_has_an_end() {
        let mut stream = b"GET / HTTP/1.1\r\n\r\nbody".as_slice();
        assert_eq!(read_head(&mut stream).unwrap(), "GET / HTTP/1.1\r\n\r\n");
        assert_eq!(stream, b"body");
        assert!(read_head(&mut b"GET / HTTP".as_slice()).is_err());
        assert!(read_head(&mut io::repeat(b'x')).is_err());
    }

    #[test]
    fn a_name_that_resolves_otherwise_later_is_dialled_where_it_was_vetted() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let resolver = told(&[&["127.0.0.1"], &["127.0.0.9"]]);
        let vetted = Vetted::look_up("forge.example.com", port, true, &resolver).unwrap();
        for _ in 0..3 {
            assert_eq!(vetted.dial().unwrap().peer_addr().unwrap().ip().to_string(), "127.0.0.1");
        }
        assert_eq!(resolver.1.load(Ordering::SeqCst), 1);
    }
}
