//! A revision as a tantivy document.

use super::{MAX_VALUE, MAX_VALUES, cut, technique_ids};
use crate::attack::Release;
use crate::index::analysis::fold;
use crate::index::schema::{Fields, Handle, fact};
use crate::index::{Revision, RevisionStatus};
use crate::procedure::PATH_PREFIX;
use std::collections::HashSet;
use tantivy::TantivyDocument;
use tantivy::schema::Field;

/// The document of a revision.
pub(in crate::index) fn revision(
    fields: &Fields,
    revision: &Revision,
    release: &Release,
) -> Result<TantivyDocument, serde_json::Error> {
    let mut document = TantivyDocument::default();
    document.add_text(fields.revision, serde_json::to_string(revision)?);
    let Revision { repo, commit, path, lineage, .. } = revision;
    let mut facts = Facts { document: &mut document, field: fields.revision_fact, seen: HashSet::new() };
    facts.add(fact::whole(fact::REPO, repo));
    facts.add(fact::whole(fact::COMMIT, commit));
    for change in revision.changes.iter().take(MAX_VALUES) {
        facts.add(fact::whole(fact::CHANGE, &change.kind));
    }
    for (name, email) in revision.people() {
        for text in [name, email] {
            facts.add(fact::whole(fact::BY, &fold(cut(text, MAX_VALUE))));
        }
        for word in person_words(name) {
            facts.add(fact::word(fact::BY, &word));
        }
    }
    let touched = revision.gained.iter().chain(&revision.lost);
    let hunted = touched.clone().chain(&revision.hunts);
    for (name, ids) in [
        (fact::TECHNIQUE, touched.take(MAX_VALUES).collect::<Vec<_>>()),
        (fact::HUNTS, hunted.take(MAX_VALUES).collect()),
    ] {
        for id in ids {
            let Ok(id) = id.parse() else { continue };
            for id in technique_ids(&release.map(&id)) {
                facts.add(fact::whole(name, &fold(id)));
            }
        }
    }
    if revision.status == RevisionStatus::Deleted {
        let by_path = format!("{PATH_PREFIX}{path}");
        for name in revision.id.as_deref().into_iter().chain([by_path.as_str()]) {
            document.add_bytes(fields.handle, &Handle::Gone(name).hash());
        }
    }
    for handle in [
        Handle::Revision(repo, commit, path),
        Handle::Revisions(repo, lineage),
        Handle::Commit(repo, lineage, commit),
    ] {
        document.add_bytes(fields.handle, &handle.hash());
    }
    for path in std::iter::once(path).chain(&revision.previous_path) {
        document.add_bytes(fields.handle, &Handle::AtPath(repo, path).hash());
    }
    document.add_u64(fields.order, revision.order);
    document.add_i64(fields.moment, revision.committed_at.0);
    Ok(document)
}

/// The exact terms of a revision, each once.
struct Facts<'a> {
    document: &'a mut TantivyDocument,
    field: Field,
    seen: HashSet<String>,
}

impl Facts<'_> {
    fn add(&mut self, term: String) {
        if !self.seen.contains(&term) {
            self.document.add_text(self.field, &term);
            self.seen.insert(term);
        }
    }
}

/// The words of a person's name by which revisions are found.
pub(in crate::index) fn person_words(name: &str) -> Vec<String> {
    let folded = fold(cut(name, MAX_VALUE));
    folded
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
