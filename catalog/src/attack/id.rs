//! Ids of techniques and tactics, parsed once at the edge.

use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// Longest text that is looked at; no spelling of an id is longer.
const MAX_LEN: usize = 200;

/// The id of a technique or sub-technique, canonical: `T1059` or `T1059.001`.
///
/// Parses every spelling that occurs: `T1059.001`, `t1059/001`, `attack.t1059.001` (Sigma) and the site's URL
/// `https://attack.mitre.org/techniques/T1059/001/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TechniqueId(String);

/// A text that is no id of a technique.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no technique id: write T1059 or T1059.001")]
pub struct NotATechnique(pub String);

impl TechniqueId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The technique that a sub-technique belongs to.
    pub fn parent(&self) -> Option<TechniqueId> {
        self.0.split_once('.').map(|(parent, _)| TechniqueId(parent.to_owned()))
    }

    /// Whether the id names a sub-technique.
    pub fn is_sub_technique(&self) -> bool {
        self.0.contains('.')
    }
}

impl FromStr for TechniqueId {
    type Err = NotATechnique;

    fn from_str(text: &str) -> Result<Self, NotATechnique> {
        parse_technique(text).ok_or_else(|| NotATechnique(text.chars().take(MAX_LEN).collect()))
    }
}

fn parse_technique(text: &str) -> Option<TechniqueId> {
    let text = text.trim();
    if text.len() > MAX_LEN {
        return None;
    }
    let text = after_site(text, "techniques").unwrap_or(text);
    let text = strip_prefix_ignore_case(text, "attack.").unwrap_or(text);
    let digits = text.strip_prefix(['T', 't'])?;
    let (technique, sub) = match digits.split_once(['.', '/']) {
        Some((technique, sub)) => (technique, Some(sub)),
        None => (digits, None),
    };
    let all_digits = |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(technique, 4) {
        return None;
    }
    match sub {
        None => Some(TechniqueId(format!("T{technique}"))),
        Some(sub) if all_digits(sub, 3) => Some(TechniqueId(format!("T{technique}.{sub}"))),
        Some(_) => None,
    }
}

/// What follows `attack.mitre.org/SECTION/` in a URL (also of an old version, `/versions/v13/techniques/…`), without
/// query, fragment and final slash.
pub(super) fn after_site<'a>(text: &'a str, section: &str) -> Option<&'a str> {
    let rest = strip_prefix_ignore_case(text, "https://")
        .or_else(|| strip_prefix_ignore_case(text, "http://"))
        .unwrap_or(text);
    let rest = strip_prefix_ignore_case(rest, "attack.mitre.org/")?;
    let rest = match strip_prefix_ignore_case(rest, "versions/") {
        Some(versioned) => versioned.split_once('/')?.1,
        None => rest,
    };
    let rest = strip_prefix_ignore_case(rest, section)?.strip_prefix('/')?;
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('/'))
}

/// `text` without `prefix`, compared without regard to ASCII case.
pub(super) fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

impl fmt::Display for TechniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TechniqueId {
    type Error = NotATechnique;

    fn try_from(text: String) -> Result<Self, NotATechnique> {
        text.parse()
    }
}

impl From<TechniqueId> for String {
    fn from(id: TechniqueId) -> String {
        id.0
    }
}

impl AsRef<str> for TechniqueId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for TechniqueId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The id of a tactic: `TA0006`. Only a [`Release`](super::Release) makes one, so it names a tactic that exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TacticId(pub(super) String);

impl TacticId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TacticId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<TacticId> for String {
    fn from(id: TacticId) -> String {
        id.0
    }
}

impl AsRef<str> for TacticId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for TacticId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_a_sub_technique_is_one_id() {
        for text in [
            "T1059.001",
            "t1059.001",
            "T1059/001",
            "t1059/001",
            "attack.t1059.001",
            "ATTACK.T1059.001",
            "  T1059.001\n",
            "https://attack.mitre.org/techniques/T1059/001/",
            "https://attack.mitre.org/techniques/T1059/001",
            "http://attack.mitre.org/techniques/t1059/001/#detection",
            "attack.mitre.org/techniques/T1059/001?x=1",
            "https://attack.mitre.org/versions/v13/techniques/T1059/001/",
        ] {
            assert_eq!(text.parse::<TechniqueId>().unwrap().as_str(), "T1059.001", "{text:?}");
        }
        assert_eq!(
            "https://attack.mitre.org/techniques/T1059/".parse::<TechniqueId>().unwrap().as_str(),
            "T1059"
        );
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "T",
            "TXXXX.XXX",
            "T105",
            "T10590",
            "T1059.",
            "T1059.01",
            "T1059.0001",
            "T1059.001.1",
            "TA0001",
            "1059",
            "T1059 .001",
            "https://example.org/techniques/T1059",
            "T١٠٥٩",
        ] {
            assert!(text.parse::<TechniqueId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_sub_technique_knows_its_parent() {
        let id: TechniqueId = "T1003.001".parse().unwrap();
        assert!(id.is_sub_technique());
        assert_eq!(id.parent().unwrap().as_str(), "T1003");
        assert_eq!(id.parent().unwrap().parent(), None);
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_what_it_accepts_it_reads_back(text in "\\PC{0,40}|[tT][0-9./]{0,9}") {
            if let Ok(id) = text.parse::<TechniqueId>() {
                prop_assert_eq!(id.as_str().parse::<TechniqueId>().unwrap(), id);
            }
        }
    }
}
