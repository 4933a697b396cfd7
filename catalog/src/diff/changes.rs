//! Two revisions of a procedure compared by meaning.

use super::cells;
use super::change::{Change, shortened};
use super::fields::key_changed;
use crate::attack::{Mapping, TacticMapping, TacticOrigin};
use crate::lint::Severity;
use crate::notebook::{Metadata, Notebook};
use crate::procedure::Procedure;
use crate::repository::FieldMapping;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// The most changes that are told of one revision.
const MAX_CHANGES: usize = 200;

/// The fields that have a kind of their own.
const OWN_KIND: [&str; 6] = ["id", "title", "description", "attack_technique_ids", "data_sources", "tags"];

/// What a revision changed in meaning, metadata first, then cell by cell. Without `before` the file was added, without
/// `after` it was deleted. A move is not seen here: see [`renamed`](super::renamed).
pub fn changes(
    before: Option<(&Notebook, &Procedure)>,
    after: Option<(&Notebook, &Procedure)>,
) -> Vec<Change> {
    let mut changes = match (before, after) {
        (None, None) => Vec::new(),
        (None, Some((_, procedure))) => {
            vec![Change::new("added", format!("Added: {}", procedure.title)).to(&procedure.title)]
        }
        (Some((_, procedure)), None) => {
            vec![Change::new("deleted", format!("Deleted: {}", procedure.title)).from(&procedure.title)]
        }
        (Some(before), Some(after)) => compared(before, after),
    };
    if changes.len() > MAX_CHANGES {
        let rest = changes.split_off(MAX_CHANGES - 1);
        let kind = rest[0].kind.clone();
        changes.push(Change::new(&kind, format!("and {} further changes", rest.len())));
    }
    changes
}

fn compared(before: (&Notebook, &Procedure), after: (&Notebook, &Procedure)) -> Vec<Change> {
    let (old, was) = before;
    let (new, is) = after;
    let mut changes = of_metadata(before, after);
    cells::compare(old, new, &mut changes);
    // With the block goes what its fields were warned about; that is no mending.
    if old.hunting().is_some() == new.hunting().is_some() {
        lint(was, is, &mut changes);
    }
    changes
}

/// What changed in the metadata.
pub(super) fn of_metadata(before: (&Notebook, &Procedure), after: (&Notebook, &Procedure)) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, was) = before;
    let (new, is) = after;
    match (old.hunting(), new.hunting()) {
        (Some(_), None) => changes.push(lost(was, new)),
        (None, Some(_)) => changes.push(
            Change::new(
                "metadata-restored",
                "The `hunting` metadata is there; it was not in the revision before",
            )
            .of_key("hunting")
            .to(&is.title),
        ),
        (Some(old_block), Some(new_block)) => fields(old_block, was, new_block, is, &mut changes),
        (None, None) => title(was, is, &mut changes),
    }
    kernel(&old.metadata, &new.metadata, &mut changes);
    changes
}

fn lost(was: &Procedure, new: &Notebook) -> Change {
    let text = match new.blocking() {
        Some(reason) => format!("The metadata can no longer be read: {}", reason.message),
        None => "The `hunting` metadata was lost".to_owned(),
    };
    Change::new("metadata-lost", text).of_key("hunting").from(&was.title)
}

fn title(was: &Procedure, is: &Procedure, changes: &mut Vec<Change>) {
    if was.title != is.title {
        let text = format!("Title: “{}” became “{}”", was.title, is.title);
        changes.push(Change::new("title-changed", text).of_key("title").from(&was.title).to(&is.title));
    }
}

fn fields(old: &Metadata, was: &Procedure, new: &Metadata, is: &Procedure, changes: &mut Vec<Change>) {
    if was.id != is.id {
        let name = |id: &Option<String>| id.clone().unwrap_or_else(|| "none".to_owned());
        let text = format!("Id: {} became {}", name(&was.id), name(&is.id));
        let mut change = Change::new("id-changed", text).of_key("id");
        change.before.clone_from(&was.id);
        change.after.clone_from(&is.id);
        changes.push(change);
    }
    title(was, is, changes);
    if was.description != is.description {
        let text = match (was.description.is_empty(), is.description.is_empty()) {
            (true, _) => format!("Description added: {}", shortened(&is.description)),
            (_, true) => "Description taken away".to_owned(),
            _ => format!("Description now reads: {}", shortened(&is.description)),
        };
        let change = Change::new("description-changed", text).of_key("description");
        changes.push(change.from(&was.description).to(&is.description));
    }
    techniques(&was.techniques, &is.techniques, changes);
    let named = changes.len();
    tactics(&was.tactics, &is.tactics, changes);
    let tactics_told = changes.len() > named;
    entries(
        "data-source-changed",
        "data_sources",
        "Data source",
        &was.data_sources,
        &is.data_sources,
        changes,
    );
    entries("tag-changed", "tags", "Tag", &was.tags, &is.tags, changes);
    keys(old, new, tactics_told, changes);
}

fn called(mapping: &Mapping) -> String {
    if mapping.name.is_empty() { mapping.id.clone() } else { format!("{} {}", mapping.id, mapping.name) }
}

fn techniques(was: &[Mapping], is: &[Mapping], changes: &mut Vec<Change>) {
    let old: HashSet<&str> = was.iter().map(|mapping| mapping.id.as_str()).collect();
    let new: HashSet<&str> = is.iter().map(|mapping| mapping.id.as_str()).collect();
    let added: Vec<&Mapping> = is.iter().filter(|mapping| !old.contains(mapping.id.as_str())).collect();
    let mut remapped: HashSet<&str> = HashSet::new();
    for gone in was.iter().filter(|mapping| !new.contains(mapping.id.as_str())) {
        let next = added.iter().find(|next| gone.replaced_by.as_deref() == Some(next.id.as_str()));
        if let Some(next) = next {
            remapped.insert(&next.id);
            let text = format!(
                "Technique {} gave way to {}, which replaced it in ATT&CK",
                called(gone),
                called(next)
            );
            changes.push(Change::new("technique-remapped", text).from(&gone.id).to(&next.id));
        } else {
            let text = format!("Technique {} removed", called(gone));
            changes.push(Change::new("technique-removed", text).from(&gone.id));
        }
    }
    for next in added.into_iter().filter(|next| !remapped.contains(next.id.as_str())) {
        changes
            .push(Change::new("technique-added", format!("Technique {} added", called(next))).to(&next.id));
    }
}

/// Tactics that the author named; the others change with the techniques and are told there.
fn tactics(was: &[TacticMapping], is: &[TacticMapping], changes: &mut Vec<Change>) {
    let named = |tactics: &[TacticMapping], id: &str| {
        tactics.iter().any(|tactic| tactic.from == TacticOrigin::Author && tactic.id == id)
    };
    let of_author = |tactic: &&TacticMapping| tactic.from == TacticOrigin::Author;
    for tactic in was.iter().filter(of_author).filter(|tactic| !named(is, &tactic.id)) {
        let text = format!("Tactic {} {} no longer named", tactic.id, tactic.name);
        changes.push(Change::new("tactic-changed", text).from(&tactic.id));
    }
    for tactic in is.iter().filter(of_author).filter(|tactic| !named(was, &tactic.id)) {
        let text = format!("Tactic {} {} named", tactic.id, tactic.name);
        changes.push(Change::new("tactic-changed", text).to(&tactic.id));
    }
}

fn entries(kind: &str, key: &str, what: &str, was: &[String], is: &[String], changes: &mut Vec<Change>) {
    let (old, new): (HashSet<&String>, HashSet<&String>) = (was.iter().collect(), is.iter().collect());
    for gone in was.iter().filter(|entry| !new.contains(entry)) {
        let text = format!("{what} {} removed", shortened(gone));
        changes.push(Change::new(kind, text).of_key(key).from(gone));
    }
    for next in is.iter().filter(|entry| !old.contains(entry)) {
        let text = format!("{what} {} added", shortened(next));
        changes.push(Change::new(kind, text).of_key(key).to(next));
    }
}

/// Whether authors name tactics under this key.
pub(super) fn names_tactics(key: &str) -> bool {
    FieldMapping::default().tactics.iter().any(|own| own == key)
}

/// Every further key of the block.
fn keys(old: &Metadata, new: &Metadata, tactics_told: bool, changes: &mut Vec<Change>) {
    let told = |key: &String| OWN_KIND.contains(&key.as_str()) || tactics_told && names_tactics(key);
    for (key, was) in old.iter().filter(|(key, _)| !told(key)) {
        let is = new.get(key);
        if is != Some(was) {
            changes.push(key_changed(key, Some(was), is));
        }
    }
    for (key, is) in new.iter().filter(|(key, _)| !told(key) && !old.contains_key(*key)) {
        changes.push(key_changed(key, None, Some(is)));
    }
}

/// Another kernel runs other code: worth a line although it is no field of the hunt.
fn kernel(old: &Metadata, new: &Metadata, changes: &mut Vec<Change>) {
    let name = |metadata: &Metadata| metadata.get("kernelspec")?.get("name")?.as_str().map(str::to_owned);
    let (was, is) = (name(old), name(new));
    if was != is {
        let value = |name: &Option<String>| name.clone().map(Value::from);
        changes.push(key_changed("kernelspec.name", value(&was).as_ref(), value(&is).as_ref()));
    }
}

/// Warnings and errors gained or mended, by rule.
fn lint(was: &Procedure, is: &Procedure, changes: &mut Vec<Change>) {
    let count = |procedure: &Procedure| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for diagnostic in procedure.diagnostics.iter().filter(|d| d.severity >= Severity::Warning) {
            *counts.entry(diagnostic.code.clone()).or_default() += 1;
        }
        counts
    };
    let (old, new) = (count(was), count(is));
    let more = |a: &HashMap<String, usize>, b: &HashMap<String, usize>| {
        let mut codes: Vec<String> = a
            .iter()
            .filter(|(code, n)| b.get(*code).is_none_or(|m| m < n))
            .map(|(code, _)| code.clone())
            .collect();
        codes.sort_unstable();
        codes
    };
    let (gained, mended) = (more(&new, &old), more(&old, &new));
    let text = match (gained.is_empty(), mended.is_empty()) {
        (true, true) => return,
        (false, true) => format!("Lint now reports {}", gained.join(", ")),
        (true, false) => format!("Lint no longer reports {}", mended.join(", ")),
        (false, false) => format!("Lint now reports {}, no longer {}", gained.join(", "), mended.join(", ")),
    };
    let mut change = Change::new("lint-changed", text);
    change.before = (!mended.is_empty()).then(|| shortened(&mended.join(", ")));
    change.after = (!gained.is_empty()).then(|| shortened(&gained.join(", ")));
    changes.push(change);
}

#[cfg(test)]
mod tests;
