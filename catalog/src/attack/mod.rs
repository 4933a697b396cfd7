//! ATT&CK releases: tactics, techniques, what replaced what.

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
    /// Not in the release.
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
