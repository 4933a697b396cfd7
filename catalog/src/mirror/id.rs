//! Names of git objects.

use git2::Oid;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

macro_rules! object_id {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) Oid);

        impl $name {
            /// The id of these 20 bytes; none for another number of bytes.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                if bytes.len() == 20 { Oid::from_bytes(bytes).ok().map(Self) } else { None }
            }

            /// Its 20 bytes.
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }

            /// Its first digits, at most 40.
            pub fn short(&self, digits: usize) -> String {
                let mut text = self.to_string();
                text.truncate(digits);
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                // libgit2 would take a shorter text and fill up with zeros.
                if text.len() != 40 {
                    return Err(NotAnId);
                }
                Oid::from_str(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

object_id! {
    /// Names a commit.
    CommitId
}
object_id! {
    /// Names the content of a file.
    BlobId
}

/// A text that is no full object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an object id has 40 hexadecimal digits")]
pub struct NotAnId;
