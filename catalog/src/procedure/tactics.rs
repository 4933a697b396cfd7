//! Which tactics a procedure is about: what its author named, and what follows from its techniques.

use super::Releases;
use super::fields::{Fields, Named};
use crate::attack::{Mapping, Release, TacticMapping, TacticOrigin};
use crate::lint::{Diagnostic, Severity};
use std::collections::BTreeMap;

/// The tactics in matrix order, each with the best reason for it.
///
/// What the author named stands as `author`, whether or not a technique has it. The only tactic of a technique follows
/// from it; one of several is merely possible. A retired tactic that was split stands for those of its successors that
/// the techniques have, and for all of them where they have none.
pub(super) fn tactics(
    fields: &mut Fields<'_>,
    techniques: &[Mapping],
    named: &[Named],
    releases: Releases<'_>,
) -> Vec<TacticMapping> {
    let release = releases.shown;
    let mut found: BTreeMap<usize, (String, TacticOrigin)> = BTreeMap::new();
    let mut add = |id: &str, from: TacticOrigin| {
        let entry = found.entry(release.rank(id)).or_insert_with(|| (id.to_owned(), from));
        entry.1 = entry.1.max(from);
    };
    for Named { text, key } in named {
        judge(fields, key, text, releases.lint);
        let mut ids = release.expand(text);
        if ids.len() > 1 {
            let has =
                |id: &str| techniques.iter().any(|technique| technique.tactics.iter().any(|own| own == id));
            if ids.iter().any(|id| has(id.as_str())) {
                ids.retain(|id| has(id.as_str()));
            }
        }
        for id in ids {
            add(id.as_str(), TacticOrigin::Author);
        }
    }
    for technique in techniques {
        let from =
            if technique.tactics.len() == 1 { TacticOrigin::Technique } else { TacticOrigin::Possible };
        for id in &technique.tactics {
            add(id, from);
        }
    }
    (found.into_values())
        .map(|(id, from)| TacticMapping {
            name: release.tactic(&id).map(|tactic| tactic.name.clone()).unwrap_or_default(),
            id,
            from,
        })
        .collect()
}

/// Says what a release does not know of a tactic that the author named.
fn judge(fields: &mut Fields<'_>, key: &str, text: &str, release: &Release) {
    let ids = release.expand(text);
    if ids.is_empty() {
        fields.say_at(
            key,
            Diagnostic::new(
                "tactic-unknown",
                Severity::Warning,
                format!("{text:?} is no tactic of ATT&CK {}", release.version()),
                "write a tactic's id, short name or name: TA0006, credential-access, Credential Access",
            ),
        );
    } else if let Some(retired) =
        release.tactic(text).is_none().then(|| release.retired_tactic(text)).flatten()
    {
        let successors: Vec<&str> = ids
            .iter()
            .filter_map(|id| release.tactic(id.as_str()))
            .map(|tactic| tactic.name.as_str())
            .collect();
        fields.say_at(
            key,
            Diagnostic::new(
                "tactic-retired",
                Severity::Info,
                format!("{} is no tactic of ATT&CK {} any more", retired.name, release.version()),
                format!("name what took its place: {}", successors.join(" or ")),
            ),
        );
    }
}
