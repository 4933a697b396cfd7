//! Lists of known hosts, as OpenSSH keeps them (sshd(8)): which keys a host has.
//!
//! libgit2 would look a host up by the address that it connects to; ours is the vetted one, so we look up by the name
//! that was configured.

use crate::repository::HostKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

/// Bytes of a list that are read.
pub(super) const MAX_LIST: u64 = 4 << 20;
/// Bytes of a block of SHA-1, for HMAC (RFC 2104).
const BLOCK: usize = 64;

/// The keys of a host, and those that are revoked whatever the host.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) keys: Vec<HostKey>,
    pub(super) revoked: Vec<HostKey>,
}

impl Known {
    /// Adds what a list says of a host. Lines that cannot be read are passed over, as ssh does.
    pub(super) fn learn(&mut self, list: &str, host: &str, port: u16) {
        let host = host.to_ascii_lowercase();
        let names = if port == 22 { vec![host] } else { vec![format!("[{host}]:{port}")] };
        for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (marker, line) = match line.split_once(char::is_whitespace) {
                Some((marker, rest)) if marker.starts_with('@') => (Some(marker), rest.trim_start()),
                _ => (None, line),
            };
            let Some((hosts, key)) = line.split_once(char::is_whitespace) else { continue };
            if !names.iter().any(|name| names_it(hosts, name)) {
                continue;
            }
            let Ok(key) = key.trim().parse::<HostKey>() else { continue };
            match marker {
                None => self.keys.push(key),
                Some("@revoked") => self.revoked.push(key),
                // Certificates of hosts are not understood by libssh2.
                Some(_) => {}
            }
        }
    }
}

/// Whether a list's field of hosts names this one: hashed, or by patterns, of which a negated one wins.
fn names_it(field: &str, host: &str) -> bool {
    if let Some(hashed) = field.strip_prefix("|1|") {
        let Some((salt, hash)) = hashed.split_once('|') else { return false };
        let (Ok(salt), Ok(hash)) = (STANDARD.decode(salt), STANDARD.decode(hash)) else { return false };
        return hmac(&salt, host.as_bytes()) == hash[..];
    }
    let mut found = false;
    for pattern in field.split(',').take(100) {
        match pattern.strip_prefix('!') {
            Some(not) if matches(not, host) => return false,
            Some(_) => {}
            None => found |= matches(pattern, host),
        }
    }
    found
}

/// `*` for anything, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase().into_bytes(), text.as_bytes());
    let (mut at, mut here) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                back = Some((at, here));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[here] => {
                at += 1;
                here += 1;
            }
            _ => {
                let Some((star, from)) = back else { return false };
                back = Some((star, from + 1));
                at = star + 1;
                here = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// HMAC-SHA-1 (RFC 2104), with which OpenSSH hides names of hosts.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 20] {
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        padded[..20].copy_from_slice(&Sha1::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let inner = Sha1::new().chain_update(padded.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha1::new().chain_update(padded.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    fn knows(list: &str, host: &str, port: u16) -> usize {
        let mut known = Known::default();
        known.learn(list, host, port);
        known.keys.len()
    }

    #[test]
    fn hosts_are_named_plainly_by_pattern_and_with_their_port() {
        let line = |hosts: &str| format!("# a comment\n\n{hosts} {KEY} someone\n");
        for (hosts, host, port, count) in [
            ("github.com", "GitHub.com", 22, 1),
            ("github.com,140.82.121.3", "140.82.121.3", 22, 1),
            ("github.com", "gitlab.com", 22, 0),
            ("github.com", "github.com", 2222, 0),
            ("[github.com]:2222", "github.com", 2222, 1),
            ("*.example.com,!bad.example.com", "git.example.com", 22, 1),
            ("*.example.com,!bad.example.com", "bad.example.com", 22, 0),
            ("git?.example.com", "git1.example.com", 22, 1),
            ("@cert-authority *.example.com", "a.example.com", 22, 0),
        ] {
            assert_eq!(knows(&line(hosts), host, port), count, "{hosts} {host}:{port}");
        }
        let mut known = Known::default();
        known.learn(&line("@revoked *"), "github.com", 22);
        assert_eq!((known.keys.len(), known.revoked.len()), (0, 1));
    }

    #[test]
    fn hashed_names_are_found() {
        // RFC 2202, test case 2.
        assert_eq!(hmac(b"Jefe", b"what do ya want for nothing?")[..4], [0xef, 0xfc, 0xdf, 0x6a]);
        let salt = b"01234567890123456789";
        let hash = STANDARD.encode(hmac(salt, b"[git.example.com]:2222"));
        let line = format!("|1|{}|{hash} {KEY}", STANDARD.encode(salt));
        assert_eq!(knows(&line, "git.example.com", 2222), 1);
        assert_eq!(knows(&line, "git.example.com", 22), 0);
    }

    proptest! {
        #[test]
        fn any_list_is_read(list in "(\\PC{0,60}\n|[|@*?!,a-z0-9.= ]{0,60}\n){0,8}", host in "[a-z.]{0,20}", port: u16) {
            let _ = knows(&list, &host, port);
        }

        #[test]
        fn a_pattern_of_stars_matches_what_it_was_made_from(parts in proptest::collection::vec("[a-z.]{0,4}", 1..6)) {
            prop_assert!(matches(&parts.join("*"), &parts.join("xyz")));
            let longer = parts.join("*") + "#";
            prop_assert!(!matches(&longer, &parts.join("")));
        }
    }
}
