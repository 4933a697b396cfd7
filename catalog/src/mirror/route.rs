//! The way to a remote: its vetted addresses, the relay to them, the keys that its host may show.

use super::access::Access;
use super::known_hosts::{Known, MAX_LIST};
use super::vetted::{Relay, Resolver, Upstream, Vetted, Way};
use crate::repository::HostKey;
use git2::{CertificateCheckStatus, ErrorClass, ErrorCode};
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use url::{Host, Url};

/// The way to a remote, for the length of one fetch.
pub(super) struct Route {
    url: String,
    relay: Option<Relay>,
    known: Known,
    /// Why the host was not spoken to; libgit2 keeps no word of it.
    refused: Mutex<Option<String>>,
}

impl Route {
    /// Looks the host of a URL up, once, and finds the way to it.
    pub(super) fn find(url: &str, access: &Access, resolver: &dyn Resolver) -> Result<Self, String> {
        let private = access.allow_private;
        let Some((scheme, _)) = url.split_once("://") else {
            let (user, host, path) = scp(url).ok_or("it is no URL")?;
            let vetted = Vetted::look_up(host, 22, private, resolver)?;
            let known = known(access, host, 22)?;
            let host = in_url(vetted.address().map_err(|error| unreachable(&vetted, &error))?);
            let url = format!("{user}{host}:{path}");
            return Self::by_ssh(url, access, known, &vetted);
        };
        let parsed = Url::parse(url).map_err(|error| format!("it is no URL: {error}"))?;
        let host = match parsed.host() {
            // Where the scheme is not one of the web's, this stays as it was written.
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err("it has no host".to_owned()),
        };
        match scheme.to_ascii_lowercase().as_str() {
            "https" => Self::by_https(&parsed, &host, access, resolver),
            // Taken for this very machine only, by a name that is not looked up.
            "http" => Ok(Self::to(url.to_owned(), None, Known::default())),
            _ => {
                let port = parsed.port().unwrap_or(22);
                let vetted = Vetted::look_up(&host, port, private, resolver)?;
                let known = known(access, &host, port)?;
                let address = vetted.address().map_err(|error| unreachable(&vetted, &error))?;
                let mut parsed = parsed;
                parsed.set_host(Some(&in_url(address))).map_err(|error| format!("it is no URL: {error}"))?;
                Self::by_ssh(parsed.into(), access, known, &vetted)
            }
        }
    }

    fn to(url: String, relay: Option<Relay>, known: Known) -> Self {
        Self { url, relay, known, refused: Mutex::default() }
    }

    fn by_https(url: &Url, host: &str, access: &Access, resolver: &dyn Resolver) -> Result<Self, String> {
        let port = url.port_or_known_default().unwrap_or(443);
        let look_up = || Vetted::look_up(host, port, access.allow_private, resolver);
        let upstream = match &access.proxy {
            Some(proxy) if !Upstream::is_left_out(&access.no_proxy, host) && !is_here(host) => {
                Some(Upstream::read(proxy.reveal())?)
            }
            _ => None,
        };
        let way = match upstream {
            None => Way::Direct(look_up()?),
            // Behind a proxy, names of the internet often cannot be resolved, and with private addresses allowed there
            // is nothing to vet.
            Some(upstream) if access.allow_private => Way::Through(upstream, host.to_owned(), port, None),
            Some(upstream) => Way::Through(upstream, host.to_owned(), port, Some(look_up()?)),
        };
        let relay = Relay::start(way).map_err(|error| format!("no relay can be started: {error}"))?;
        let user = match (url.username(), url.password()) {
            ("", None) => String::new(),
            (user, None) => format!("{user}@"),
            (user, Some(password)) => format!("{user}:{password}@"),
        };
        let here = relay.here().replacen("://", &format!("://{user}"), 1);
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        Ok(Self::to(format!("{here}{path}"), Some(relay), Known::default()))
    }

    fn by_ssh(url: String, access: &Access, known: Known, vetted: &Vetted) -> Result<Self, String> {
        if let Some(home) = &access.home {
            // libssh2 asks for the kinds of key that its list has for a host, and else for the kind that it likes best.
            let mut list = String::new();
            for address in &vetted.addresses {
                for key in known.keys.iter().filter(|key| key.kind().is_some()) {
                    // Writing to a string cannot fail.
                    let _ = writeln!(list, "[{address}]:{} {key}", vetted.port);
                }
            }
            let folder = home.join(".ssh");
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(folder.join("known_hosts"), list))
                .map_err(|error| format!("{} cannot be written: {error}", folder.display()))?;
        }
        Ok(Self::to(url, None, known))
    }

    /// The URL for libgit2: that of the relay for https, with an address in place of the name for ssh.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What went wrong, in the terms of who knows nothing of a relay: why the way was closed, where it was, else what
    /// was said.
    pub(super) fn explain(&self, said: String) -> String {
        if let Some(refused) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return refused;
        }
        match &self.relay {
            Some(relay) => relay.trouble().unwrap_or_else(|| said.replace(relay.here(), &relay.origin())),
            None => said,
        }
    }

    /// Lets an ssh host in whose key is one of the known ones.
    pub(super) fn check_host_key(&self, shown: &[u8]) -> Result<CertificateCheckStatus, git2::Error> {
        match verdict(&self.known, shown) {
            None => Ok(CertificateCheckStatus::CertificateOk),
            Some(refused) => {
                let error = git2::Error::new(ErrorCode::Certificate, ErrorClass::Ssh, &refused);
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
                Err(error)
            }
        }
    }
}

/// Whether a host is written as this very machine.
fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn unreachable(vetted: &Vetted, error: &std::io::Error) -> String {
    format!("{}:{} cannot be connected to ({error})", vetted.host, vetted.port)
}

fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// `user@host:path` as `user@`, host and path.
fn scp(url: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = match url.split_once('@') {
        Some((user, rest)) if !user.contains(':') => (&url[..=user.len()], rest),
        _ => ("", url),
    };
    match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").map(|(host, path)| (user, host, path)),
        None => rest.split_once(':').map(|(host, path)| (user, host, path)),
    }
}

/// The keys that a host may show: those that are configured, and those of the lists.
fn known(access: &Access, host: &str, port: u16) -> Result<Known, String> {
    let mut known = Known { keys: access.host_keys.clone(), revoked: Vec::new() };
    for path in &access.known_hosts {
        let list = read_list(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        known.learn(&list, host, port);
    }
    Ok(known)
}

fn read_list(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_LIST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Why a host that shows such a key is not spoken to; none where its key is one of the known ones.
fn verdict(known: &Known, shown: &[u8]) -> Option<String> {
    let revoked = known.revoked.iter().any(|key| key.is(shown));
    if !revoked && known.keys.iter().any(|key| key.is(shown)) {
        return None;
    }
    let key = HostKey::Whole(shown.to_vec());
    let (kind, print) = (key.kind().unwrap_or("unknown"), key.fingerprint());
    let why = if revoked {
        "the host's key is a revoked one"
    } else {
        "the host's key is not the one in known_hosts, or there is none"
    };
    Some(format!("{why}; it shows {kind} {print}. Check that, and add it to known_hosts or host_keys"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One(&'static str);

    impl Resolver for One {
        fn resolve(&self, _: &str, _: u16) -> std::io::Result<Vec<IpAddr>> {
            Ok(vec![self.0.parse().unwrap()])
        }
    }

    fn url(url: &str, address: &'static str) -> Result<String, String> {
        let route = Route::find(url, &Access::default(), &One(address))?;
        Ok(route.url().to_owned())
    }

    #[test]
    fn ssh_goes_to_the_vetted_address() {
        for (given, address, told) in [
            ("git@example.com:a/b.git", "140.82.121.3", "git@140.82.121.3:a/b.git"),
            ("example.com:b", "140.82.121.3", "140.82.121.3:b"),
            ("git@example.com:b", "2606:50c0::1", "git@[2606:50c0::1]:b"),
            ("ssh://git@example.com/a/b.git", "140.82.121.3", "ssh://git@140.82.121.3/a/b.git"),
            ("ssh://git@example.com:2222/~/b", "140.82.121.3", "ssh://git@140.82.121.3:2222/~/b"),
            ("ssh://example.com/b", "2606:50c0::1", "ssh://[2606:50c0::1]/b"),
            ("SSH://git@127.0.0.1/b", "140.82.121.3", "ssh://git@127.0.0.1/b"),
        ] {
            assert_eq!(url(given, address).as_deref(), Ok(told), "{given}");
        }
        for private in ["git@example.com:a", "ssh://git@example.com/a", "https://example.com/a"] {
            assert!(url(private, "10.0.0.1").unwrap_err().contains("allow_private"), "{private}");
        }
        assert!(url("ssh://git@0x7f.1/a", "127.0.0.1").is_err(), "however it is written");
    }

    #[test]
    fn https_goes_through_our_relay() {
        let route =
            Route::find("https://Me:x@Example.COM/a.git", &Access::default(), &One("140.82.121.3")).unwrap();
        let here = route.relay.as_ref().unwrap().here();
        assert_eq!(route.url(), format!("{}/a.git", here.replace("://", "://Me:x@")));
        let told = route.explain(format!("{here}/a.git is not there"));
        assert_eq!(told, "https://example.com/a.git is not there");
        assert!(
            url("https://0x7f.1/a.git", "140.82.121.3").is_ok(),
            "an address of this machine, as browsers read it"
        );
        assert!(url("https://0xa.1/a.git", "140.82.121.3").is_err(), "and one of a private network");
    }

    #[test]
    fn only_a_known_key_lets_a_host_in() {
        let key: HostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
            .parse()
            .unwrap();
        let HostKey::Whole(wire) = key.clone() else { panic!("it is whole") };
        let known = |keys: &[&HostKey], revoked: &[&HostKey]| Known {
            keys: keys.iter().copied().cloned().collect(),
            revoked: revoked.iter().copied().cloned().collect(),
        };
        assert_eq!(verdict(&known(&[&key], &[]), &wire), None);
        let refused = verdict(&known(&[], &[]), &wire).unwrap();
        assert!(refused.contains("ssh-ed25519 SHA256:+DiY3wvv"), "{refused}");
        assert!(verdict(&known(&[&key], &[&key]), &wire).unwrap().contains("revoked"));
        assert!(verdict(&known(&[&key], &[]), &[]).is_some(), "nor one without a key");
    }
}
