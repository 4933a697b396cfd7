//! ATT&CK releases: tactics, techniques, what replaced what.
//!
//! A [`Release`] is one domain at one version: a table of facts, embedded or read from a STIX bundle ([`read_bundle`]);
//! [`Releases`] are those that are known. Ids are parsed once, at the edge
//! ([`TechniqueId`]); [`Release::map`] says what a release knows of one. What an author wrote is always kept and
//! resolved by release, never rewritten: a revoked technique stays what it was, with its replacement beside it.

mod actors;
mod id;
mod intel;
mod matrix;
mod release;
mod releases;
mod remap;
mod stix;
mod upgrade;

#[cfg(feature = "index")]
pub(crate) use actors::EVERYDAY;
pub use actors::{Actor, ActorKind, Actors, Origin};
pub use id::{NotATechnique, TacticId, TechniqueId};
pub use intel::{ActorMention, Intel, MOST_MENTIONS, MOST_TEXT, Mention, read as read_intel};
pub use matrix::{Caption, Cell, Column, Matrix, Share, Show};
pub use release::{Release, RetiredTactic, Tactic, Technique};
pub use releases::Releases;
pub use remap::{Remapped, Stale, remap};
pub use stix::{MAX_BUNDLE, MAX_OBJECTS, StixError, read_bundle};
pub use upgrade::{Becomes, Fate, Upgrade};

use serde::{Deserialize, Serialize};

/// A technique as a procedure maps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The id, canonical (`T1059.001`), as the author wrote it and not yet resolved.
    pub id: String,
    /// Its name in the release; empty when the release does not know it.
    pub name: String,
    /// Ids of its tactics in the release (`TA0006`), in matrix order.
    pub tactics: Vec<String>,
    /// What the release says of it.
    pub status: Status,
    /// The parent's id, for a sub-technique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// For a revoked one: what replaced it, the chain followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// For one of another domain: which, `mobile-attack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

impl Mapping {
    /// The id that procedures are found by: of what replaced it, where it was replaced.
    pub fn in_use(&self) -> &str {
        self.replaced_by.as_deref().unwrap_or(&self.id)
    }
}

/// What a release says of a technique id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In use.
    Active,
    /// No longer maintained, and not replaced.
    Deprecated,
    /// Replaced by another.
    Revoked,
    /// Of another domain than the release's.
    Foreign,
    /// Of no release that is known.
    Unknown,
}

/// A tactic of a procedure, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TacticMapping {
    /// `TA0006`.
    pub id: String,
    /// Its name in the release.
    pub name: String,
    /// Named by the author, following from a technique with one tactic only, or from one with several.
    pub from: TacticOrigin,
}

/// Where a tactic comes from; what an author named ranks above what merely follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TacticOrigin {
    /// One of several tactics of a technique, none of which was named.
    Possible,
    /// The only tactic of a technique.
    Technique,
    /// Written by the author.
    Author,
}

/// MITRE's notice. It goes with every copy of the facts: the about page, exports, layers.
pub const NOTICE: &str = "© 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of \
                          The MITRE Corporation. MITRE ATT&CK and ATT&CK are registered trademarks of The MITRE \
                          Corporation.";

#[cfg(test)]
mod tests {
    use super::*;

    fn map(id: &str) -> Mapping {
        Release::current().map(&id.parse().unwrap())
    }

    fn expand(text: &str) -> Vec<String> {
        Release::current().expand(text).into_iter().map(String::from).collect()
    }

    #[test]
    fn the_table_is_read_whole() {
        let release = Release::current();
        assert_eq!((release.domain(), release.version()), ("enterprise-attack", "19.2"));
        assert_eq!(release.tactics().len(), 15);
        assert_eq!(release.techniques().len(), 858);
        assert_eq!(release.techniques().iter().filter(|t| t.status == Status::Active).count(), 697);
        assert!(release.techniques().is_sorted_by(|a, b| a.id < b.id));
        for technique in release.techniques() {
            assert!(!technique.tactics.is_empty(), "{}", technique.id);
            assert!(technique.parent.as_ref().is_none_or(|parent| release.technique(parent).is_some()));
        }
        assert_eq!(release.notice(), NOTICE);
    }

    #[test]
    fn a_technique_has_its_tactics_in_matrix_order() {
        assert_eq!(map("T1055").tactics, ["TA0004", "TA0005"]);
        let lsass = map("T1003.001");
        assert_eq!((lsass.name.as_str(), lsass.parent.as_deref()), ("LSASS Memory", Some("T1003")));
        assert_eq!(lsass.status, Status::Active);
        let id = "T1003.001".parse().unwrap();
        assert_eq!(Release::current().full_name(&id), "OS Credential Dumping: LSASS Memory");
    }

    #[test]
    fn a_revoked_technique_names_the_end_of_its_chain_and_has_its_tactics() {
        let impaired = map("T1562.001");
        assert_eq!(impaired.status, Status::Revoked);
        assert_eq!(impaired.replaced_by.as_deref(), Some("T1685"));
        assert_eq!(impaired.tactics, ["TA0112"]);
        let side_loading = map("T1073");
        assert_eq!(side_loading.replaced_by.as_deref(), Some("T1574.001"));
        for technique in Release::current().techniques() {
            let mapping = Release::current().map(&technique.id);
            if technique.status == Status::Revoked {
                let end = mapping.replaced_by.unwrap();
                assert_ne!(map(&end).status, Status::Revoked, "{end}");
            }
        }
    }

    #[test]
    fn an_id_that_never_existed_is_unknown_and_keeps_its_parent() {
        let unknown = map("T9999.001");
        assert_eq!(unknown.status, Status::Unknown);
        assert_eq!(unknown.parent.as_deref(), Some("T9999"));
        assert!(unknown.tactics.is_empty());
    }

    #[test]
    fn a_tactic_is_found_by_id_short_name_and_name() {
        for text in [
            "TA0006",
            "ta0006",
            "credential-access",
            "Credential Access",
            " credential_access ",
            "attack.credential_access",
            "attack.ta0006",
            "CredentialAccess",
            "https://attack.mitre.org/tactics/TA0006/",
        ] {
            assert_eq!(expand(text), ["TA0006"], "{text:?}");
        }
        assert_eq!(expand("Command & Control"), ["TA0011"]);
        assert!(expand("TA9999").is_empty());
        assert!(expand("").is_empty());
    }

    #[test]
    fn a_retired_tactic_stands_for_what_took_its_place() {
        assert_eq!(expand("Defense Evasion"), ["TA0005", "TA0112"]);
        assert_eq!(expand("attack.defense-evasion"), ["TA0005", "TA0112"]);
        assert_eq!(expand("TA0005"), ["TA0005"]);
        assert_eq!(expand("stealth"), ["TA0005"]);
        assert!(Release::current().tactic("defense-evasion").is_none());
    }

    #[test]
    fn every_built_in_table_is_read_whole() {
        let counted: Vec<_> = Release::built_in()
            .map(|release| {
                let active = release.techniques().iter().filter(|t| t.status == Status::Active).count();
                (
                    release.domain(),
                    release.version(),
                    release.tactics().len(),
                    release.techniques().len(),
                    active,
                )
            })
            .collect();
        assert_eq!(
            counted,
            [
                ("enterprise-attack", "19.2", 15, 858, 697),
                ("enterprise-attack", "18.1", 14, 835, 691),
                ("mobile-attack", "18.1", 12, 190, 124),
                ("ics-attack", "18.1", 12, 95, 83),
            ]
        );
        assert_eq!(Release::find("18.1").unwrap().tactics().len(), 14);
        assert_eq!(Release::find("mobile-attack 18.1").unwrap().domain(), "mobile-attack");
        assert_eq!(Release::find("ics-18.1").unwrap().domain(), "ics-attack");
        assert!(Release::find("17.0").is_none() && Release::find("").is_none());
    }

    /// What the two releases say of one id: status, replacement, tactics.
    #[test]
    fn releases_differ_in_what_they_say_of_an_id() {
        let told = |version: &str, id: &str| {
            let mapping = Release::find(version).unwrap().map(&id.parse().unwrap());
            format!(
                "{:?} {} {}",
                mapping.status,
                mapping.replaced_by.or(mapping.domain).unwrap_or_else(|| "-".to_owned()),
                mapping.tactics.join(",")
            )
        };
        for (id, old, new) in [
            ("T1003.001", "Active - TA0006", "Active - TA0006"),
            ("T1562.001", "Active - TA0005", "Revoked T1685 TA0112"),
            ("T1055", "Active - TA0004,TA0005", "Active - TA0004,TA0005"),
            ("T1073", "Revoked T1574.001 TA0003,TA0004,TA0005", "Revoked T1574.001 TA0002,TA0005"),
            ("T1685", "Unknown - ", "Active - TA0112"),
            ("T1398", "Foreign mobile-attack ", "Foreign mobile-attack "),
            ("T0800", "Foreign ics-attack ", "Foreign ics-attack "),
            ("T9999", "Unknown - ", "Unknown - "),
        ] {
            assert_eq!((told("18.1", id).as_str(), told("19.2", id).as_str()), (old, new), "{id}");
        }
        let old = Release::find("18.1").unwrap();
        assert_eq!(old.expand("defense-evasion").len(), 1, "there it is a tactic");
        assert_eq!(old.expand("stealth").len(), 0);
    }

    #[test]
    fn children_are_the_sub_techniques_in_use() {
        let parent = "T1003".parse().unwrap();
        let ids: Vec<_> = Release::current().children(&parent).map(|t| t.id.to_string()).collect();
        assert_eq!(ids.len(), 8);
        assert_eq!(ids[0], "T1003.001");
        assert_eq!(Release::current().children(&"T9999".parse().unwrap()).count(), 0);
    }
}
