//! Proposals: references of the repository that are fetched beside the branch and never walked into the catalog.
//!
//! Each is kept as `refs/huntshelf/proposals/` and its name, in which everything but letters, digits, `-` and `_` is
//! written `=2F`: so one may be called as another's folder is, and none ends in `.lock`.

use super::pool::open_bare;
use super::{CommitId, Mirror, MirrorError};
use crate::repository::RefPattern;
use git2::Oid;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Proposals of one repository that are kept, the newest.
pub const MAX_PROPOSALS: usize = 500;
/// Bytes of a reference's name that are taken; with each of them escaped it is still the name of a file.
const MAX_NAME: usize = 80;
const PREFIX: &str = "refs/huntshelf/proposals/";

/// A proposal, as the repository has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its reference, such as `refs/pull/12/head`.
    pub reference: String,
    /// Its number, where the reference has one.
    pub number: Option<u64>,
    /// Its newest commit.
    pub tip: CommitId,
    /// Whether the mirrored branch reaches that commit.
    pub merged: bool,
}

impl Mirror {
    /// The proposals, those with the highest numbers first, then by name.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn proposals(&self) -> Result<Vec<Proposal>, MirrorError> {
        let repository = self.handle()?;
        let kept = kept(&repository).map_err(self.failed("list its proposals"))?;
        let branch = match self.tip()? {
            Some(tip) if !kept.is_empty() => Some(self.reachable(tip)?),
            _ => None,
        };
        let mut proposals: Vec<_> = kept
            .into_iter()
            .map(|(reference, tip)| Proposal {
                number: number(&reference),
                merged: branch.as_ref().is_some_and(|commits| commits.binary_search(&tip).is_ok()),
                tip,
                reference,
            })
            .collect();
        proposals.sort_by(|one, other| {
            let key = |proposal: &Proposal| (std::cmp::Reverse(proposal.number), proposal.reference.clone());
            key(one).cmp(&key(other))
        });
        Ok(proposals)
    }

    /// The newest commit of the proposal with this reference; none where there is none.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn proposal_commit(&self, reference: &str) -> Result<Option<CommitId>, MirrorError> {
        match self.handle()?.refname_to_id(&format!("{PREFIX}{}", escape(reference))) {
            Ok(id) => Ok(Some(CommitId(id))),
            Err(error)
                if matches!(error.code(), git2::ErrorCode::NotFound | git2::ErrorCode::InvalidSpec) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failed("read a proposal")(error)),
        }
    }
}

/// Those of a repository's references that are proposals, the newest so many. The branch itself is none.
pub(super) fn choose(
    references: &BTreeMap<String, Oid>,
    patterns: &[RefPattern],
    branch: &str,
) -> Vec<(String, Oid)> {
    let mut chosen: Vec<_> = references
        .iter()
        .filter(|(name, _)| name.len() <= MAX_NAME && *name != branch)
        .filter(|(name, _)| patterns.iter().any(|pattern| pattern.part(name).is_some()))
        .map(|(name, id)| (name.clone(), *id))
        .collect();
    // Forges number them in the order in which they come.
    chosen.sort_by_cached_key(|(name, _)| (std::cmp::Reverse(number(name)), name.clone()));
    chosen.truncate(MAX_PROPOSALS);
    chosen
}

/// Makes these the proposals of the mirror in a folder; others go, and so do those whose commit did not arrive. Tells how
/// many these are.
pub(super) fn set(directory: &Path, proposals: &[(String, Oid)]) -> Result<usize, MirrorError> {
    let failed =
        |source| MirrorError::Git { directory: directory.to_owned(), doing: "note its proposals", source };
    let repository = open_bare(directory)?;
    let mut before: HashMap<String, CommitId> = kept(&repository).map_err(failed)?.into_iter().collect();
    let mut missing = 0;
    for (reference, id) in proposals {
        let commit = repository.find_object(*id, None).and_then(|object| object.peel_to_commit());
        let Ok(commit) = commit.map(|commit| CommitId(commit.id())) else {
            missing += 1;
            continue;
        };
        if before.remove(reference) != Some(commit) {
            let name = format!("{PREFIX}{}", escape(reference));
            repository.reference(&name, commit.0, true, "mirrored").map_err(failed)?;
        }
    }
    for gone in before.into_keys() {
        repository
            .find_reference(&format!("{PREFIX}{}", escape(&gone)))
            .and_then(|mut reference| reference.delete())
            .map_err(failed)?;
    }
    Ok(missing)
}

fn kept(repository: &git2::Repository) -> Result<Vec<(String, CommitId)>, git2::Error> {
    let mut kept = Vec::new();
    for reference in repository.references_glob(&format!("{PREFIX}*"))? {
        let reference = reference?;
        let name = reference.name_bytes().strip_prefix(PREFIX.as_bytes()).and_then(unescape);
        if let (Some(name), Some(id)) = (name, reference.target()) {
            kept.push((name, CommitId(id)));
        }
    }
    Ok(kept)
}

/// The part of a reference that is a number.
fn number(reference: &str) -> Option<u64> {
    reference.split('/').skip(2).find_map(|part| part.parse().ok())
}

fn escape(reference: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    reference
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("={byte:02X}") })
        .collect()
}

fn unescape(name: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'=' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_newest_are_chosen_and_never_the_branch() {
        let id = Oid::ZERO_SHA1;
        let mut references: BTreeMap<String, Oid> =
            (1..=600).map(|number| (format!("refs/pull/{number}/head"), id)).collect();
        references.insert("refs/heads/main".to_owned(), id);
        references.insert("refs/heads/next".to_owned(), id);
        references.insert(format!("refs/heads/{}", "x".repeat(200)), id);
        let patterns = ["refs/pull/*/head", "refs/heads/*"].map(|pattern| pattern.parse().unwrap());
        let chosen = choose(&references, &patterns, "refs/heads/main");
        assert_eq!((chosen.len(), chosen[0].0.as_str()), (500, "refs/pull/600/head"));
        let few: BTreeMap<_, _> = references.into_iter().filter(|(name, _)| name.contains("heads")).collect();
        let chosen = choose(&few, &patterns, "refs/heads/main");
        assert_eq!(chosen.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["refs/heads/next"]);
    }

    proptest! {
        #[test]
        fn names_come_back_as_they_were(name in "refs/\\PC{1,40}") {
            let escaped = escape(&name);
            let ours = format!("{PREFIX}{escaped}");
            prop_assert!(git2::Reference::is_valid_name(&ours));
            prop_assert_eq!(unescape(escaped.as_bytes()), Some(name));
        }

        #[test]
        fn any_name_is_read_or_passed_over(name: Vec<u8>) {
            let _ = unescape(&name);
        }
    }
}
