//! Which references of a repository are proposals: pull requests, merge requests, branches by pattern.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;

/// Longest pattern.
const MAX_PATTERN: usize = 200;
/// Most patterns of a repository.
pub const MAX_PATTERNS: usize = 20;

/// A pattern of references with one `*`, which stands for anything, slashes included, as in git's refspecs:
/// `refs/pull/*/head`, `refs/merge-requests/*/head`, `refs/heads/feature/*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefPattern {
    before: String,
    after: String,
}

/// What is no pattern of references.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no pattern of references: write `refs/…` with one `*`, such as `refs/pull/*/head`")]
pub struct NotARefPattern(String);

impl RefPattern {
    /// What its `*` stands for in this reference; none where the reference is another.
    pub fn part<'a>(&self, reference: &'a str) -> Option<&'a str> {
        let part = reference.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())?;
        (!part.is_empty()).then_some(part)
    }
}

impl FromStr for RefPattern {
    type Err = NotARefPattern;

    fn from_str(text: &str) -> Result<Self, NotARefPattern> {
        let refused = || NotARefPattern(text.chars().take(MAX_PATTERN).collect());
        let (before, after) = text.split_once('*').ok_or_else(refused)?;
        // Rules of git-check-ref-format(1), as far as a part of a name can break them.
        let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
        let usable = before.starts_with("refs/")
            && before.len() > "refs/".len()
            && text.len() <= MAX_PATTERN
            && !before.contains(bad)
            && !after.contains(bad)
            && !["..", "//", "@{", "/."].iter().any(|pair| text.contains(pair))
            && !text.ends_with(['/', '.']);
        if usable { Ok(Self { before: before.to_owned(), after: after.to_owned() }) } else { Err(refused()) }
    }
}

impl fmt::Display for RefPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}*{}", self.before, self.after)
    }
}

impl Serialize for RefPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RefPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_star_stands_for_anything() {
        let pull: RefPattern = "refs/pull/*/head".parse().unwrap();
        assert_eq!(pull.part("refs/pull/12/head"), Some("12"));
        assert_eq!(pull.part("refs/pull/12/merge"), None);
        assert_eq!(pull.part("refs/pull//head"), None);
        assert_eq!(pull.part("refs/pull/head"), None);
        let feature: RefPattern = "refs/heads/feature/*".parse().unwrap();
        assert_eq!(feature.part("refs/heads/feature/a/b"), Some("a/b"));
        assert_eq!(feature.to_string(), "refs/heads/feature/*");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in [
            "",
            "*",
            "refs/*",
            "refs/heads/main",
            "heads/*",
            "refs/a/*/*",
            "refs/a b/*",
            "refs/a..b/*",
            "refs/a/*:b",
            "refs//*",
            "refs/a/*/",
            "refs/a/*\n",
            "refs/.a/*",
        ] {
            assert!(bad.parse::<RefPattern>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in "\\PC{0,40}|refs/[a-z/.*]{1,20}", name in "refs/[a-z/]{1,20}") {
            if let Ok(pattern) = text.parse::<RefPattern>() {
                prop_assert_eq!(pattern.to_string(), text);
                if let Some(part) = pattern.part(&name) {
                    prop_assert_eq!(pattern.to_string().replace('*', part), name);
                }
            }
        }
    }
}
