//! Keys of ssh hosts: whole, as `known_hosts` and `ssh-keyscan` have them, or by their fingerprint.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// Longest key as text: RSA with 16,384 bits has under 3,000 characters.
const MAX_TEXT: usize = 8192;

/// The key of an ssh host.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum HostKey {
    /// The key, as it goes over the wire.
    Whole(Vec<u8>),
    /// The SHA-256 of that.
    Fingerprint([u8; 32]),
}

/// What is no key of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no key of a host: write `SHA256:…`, as `ssh-keygen -lf` shows it, or `ssh-ed25519 AAAA…`, as `ssh-keyscan` does"
)]
pub struct NotAHostKey(String);

impl HostKey {
    /// Whether this is the key that a host has shown.
    pub fn is(&self, shown: &[u8]) -> bool {
        match self {
            Self::Whole(key) => key == shown,
            Self::Fingerprint(hash) => hash[..] == Sha256::digest(shown)[..],
        }
    }

    /// What kind of key it is, such as `ssh-ed25519`; of a fingerprint that cannot be told.
    pub fn kind(&self) -> Option<&str> {
        let Self::Whole(key) = self else { return None };
        kind_of(key)
    }

    /// `SHA256:…`, as OpenSSH shows it.
    pub fn fingerprint(&self) -> String {
        let hash = match self {
            Self::Whole(key) => Sha256::digest(key).into(),
            Self::Fingerprint(hash) => *hash,
        };
        format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))
    }
}

/// The kind that a key on the wire begins with: a length of four bytes, then its name.
fn kind_of(key: &[u8]) -> Option<&str> {
    let (length, rest) = key.split_first_chunk::<4>()?;
    let name = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let name = std::str::from_utf8(name).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'@');
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

impl FromStr for HostKey {
    type Err = NotAHostKey;

    fn from_str(text: &str) -> Result<Self, NotAHostKey> {
        let refused = || NotAHostKey(text.chars().take(100).collect());
        if text.len() > MAX_TEXT {
            return Err(refused());
        }
        let mut words = text.split_ascii_whitespace();
        let first = words.next().ok_or_else(refused)?;
        if let Some(hash) = first.strip_prefix("SHA256:") {
            let hash = STANDARD_NO_PAD.decode(hash.trim_end_matches('=')).map_err(|_| refused())?;
            return Ok(Self::Fingerprint(hash.try_into().map_err(|_| refused())?));
        }
        let key = STANDARD.decode(words.next().ok_or_else(refused)?).map_err(|_| refused())?;
        if kind_of(&key) == Some(first) { Ok(Self::Whole(key)) } else { Err(refused()) }
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(key) => {
                write!(formatter, "{} {}", self.kind().unwrap_or_default(), STANDARD.encode(key))
            }
            Self::Fingerprint(_) => formatter.write_str(&self.fingerprint()),
        }
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.fingerprint())
    }
}

impl Serialize for HostKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HostKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// GitHub's, from <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints>.
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const PRINT: &str = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";

    #[test]
    fn a_key_and_its_fingerprint_are_the_same_key() {
        let whole: HostKey = KEY.parse().unwrap();
        let print: HostKey = PRINT.parse().unwrap();
        assert_eq!((whole.fingerprint(), whole.kind()), (PRINT.to_owned(), Some("ssh-ed25519")));
        let HostKey::Whole(mut wire) = whole.clone() else { panic!("it is whole") };
        assert!(whole.is(&wire) && print.is(&wire));
        wire[40] ^= 1;
        assert!(!whole.is(&wire) && !print.is(&wire));
        assert_eq!(whole.to_string(), KEY);
        assert_eq!(print.to_string(), PRINT);
        assert_eq!(format!("{KEY} a comment\n").parse(), Ok(whole));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let another = KEY.replace("ssh-ed25519", "ssh-rsa");
        for bad in ["", "SHA256:", "SHA256:abc", "ssh-ed25519", "ssh-ed25519 AAAA", "MD5:00", &another] {
            assert!(bad.parse::<HostKey>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in "\\PC{0,80}|SHA256:[A-Za-z0-9+/]{40,46}|ssh-rsa [A-Za-z0-9+/=]{0,80}") {
            if let Ok(key) = text.parse::<HostKey>() {
                prop_assert_eq!(key.to_string().parse::<HostKey>().unwrap(), key);
            }
        }
    }
}
