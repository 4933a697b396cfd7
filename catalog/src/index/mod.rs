//! The search index: schema, writer, queries, facets, snippets.
//!
//! One tantivy index holds two kinds of document with disjoint fields: procedures (one a candidate file at the branch's
//! tip, whatever its standing) and revisions (one for each commit and path), so that history is found the way
//! procedures are. The payload of tantivy's commit names, for each repository, the commit that the documents stand for:
//! documents and watermark move together or not at all.

mod alike;
mod analysis;
mod batch;
mod best;
mod changes;
mod columns;
mod cursor;
mod document;
mod encoded;
mod facets;
mod lifts;
mod lookup;
mod mapped;
mod offers;
mod past;
mod problems;
mod query;
mod queue;
mod schema;
mod search;
mod shelf;
mod similar;
mod sketch;
mod snippet;
mod suggest;
#[cfg(test)]
mod tests;

pub use crate::diff::Change;
pub use crate::procedure::Text;
pub use alike::nearly_same;
pub use batch::{Batch, Load};
pub use changes::{Changed, Changes, MAX_PROCEDURES};
pub(crate) use document::technique_ids;
pub use mapped::Mapped;
pub use offers::{LeftOut, Offers, Relative, Without};
pub use problems::{Asked, ProblemCounts};
pub use query::{Part, PartKind, parts};
pub use shelf::{Index, Marks};
pub use similar::{Likeness, NearDuplicate, Similar};
pub use sketch::Sketch;
pub use suggest::{MOST as MOST_SUGGESTED, Suggest, Suggestion, SuggestionKind, Suggestions};

use crate::attack::{Mapping, TechniqueId};
use crate::lint::Diagnostic;
use crate::procedure::{Procedure, Standing};
use crate::repository::MAX_FACETS;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, found by a word of its own")]
/// What is kept of one candidate file at the branch's tip: what it says, where it stands, when it last changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its repository's name.
    pub repo: String,
    /// Its path at the tip.
    pub path: String,
    /// `hunting.id` where the file holds it, else `path:` and the path.
    pub id: String,
    /// The file's chain of revisions (internal).
    pub lineage: String,
    /// How it stands.
    pub standing: Standing,
    /// What it says: that of the last good revision when it is broken.
    pub procedure: Procedure,
    /// The commit that last changed the file.
    pub commit: String,
    /// The blob at the tip.
    pub blob: String,
    /// The blob of the file beside it that describes it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar: Option<String>,
    /// When that commit was committed, seconds since 1970 UTC.
    pub updated_at: i64,
    /// Its author's name.
    pub updated_by: String,
    /// Who is to be named as authors: `hunting.authors`, else the first committer.
    pub authors: Vec<String>,
    /// Whether a copy can be made of it.
    pub copyable: bool,
    /// For a broken one: since when, by whom, why, and what is served instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// For a duplicate: the path of the older file that holds its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// What is wrong with its newest revision. (That of `procedure` is not kept twice.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Diagnostic>,
    /// Whether something of it can be mended with certainty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mendable: bool,
    /// The `order` of its first revision: the smaller one is the older file.
    pub born: u64,
    /// Ids that it had before; links to them still lead here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_ids: Vec<String>,
    /// Whether some revision of it had `hunting` metadata.
    pub ever_catalogued: bool,
    /// Whether some revision of it lost its metadata or its tags.
    pub metadata_ever_lost: bool,
    /// The kinds of change in its history.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub change_kinds: BTreeSet<String>,
    /// Who changed it, co-authors included: names and addresses, at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<(String, String)>,
    /// The commits that did, oldest first; of more than 500 the newest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
}

/// Why a file is broken, and what is served in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// The commit since which its newest revisions cannot be used.
    pub since: String,
    /// That commit's author.
    pub by: String,
    /// When it was committed, seconds since 1970 UTC.
    pub at: i64,
    /// What is wrong, in a sentence.
    pub reason: String,
    /// The commit of the last good revision; none when there never was one.
    pub last_good_commit: Option<String>,
    /// The path that it had there.
    pub last_good_path: Option<String>,
    /// Its blob.
    pub last_good_blob: Option<String>,
    /// The blob of the file that described it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good_sidecar: Option<String>,
}

/// One revision of one file: a commit that touched it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its repository's name.
    pub repo: String,
    /// Full commit id.
    pub commit: String,
    /// The path after the commit (before it, when deleted).
    pub path: String,
    /// The path before, when renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_path: Option<String>,
    /// The file's chain of revisions (internal).
    pub lineage: String,
    /// Position in the walk: larger is newer; unique within a repository and commit order.
    pub order: u64,
    /// The author, as the repository's mailmap has it.
    pub author_name: String,
    /// The author's address.
    pub author_email: String,
    /// Author time, seconds since 1970 UTC, and its zone in minutes east.
    pub authored_at: (i64, i32),
    /// Commit time, likewise.
    pub committed_at: (i64, i32),
    /// First line of the message.
    pub subject: String,
    /// What happened to the file.
    pub status: RevisionStatus,
    /// What that meant.
    pub changes: Vec<Change>,
    /// The blob after the commit; none when deleted.
    pub blob: Option<String>,
    /// The blob before it; none when added. Of a merge, what the first of its parents had that had the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Whether the commit is a merge: what it left comes from several sides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merge: bool,
    /// Whom the message names as co-authors: names and addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co_authors: Vec<(String, String)>,
    /// The `hunting.id` that the text bears; the one that it bore, when it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The title, likewise; empty for what is no notebook.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Techniques that the file is mapped to since then, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gained: Vec<String>,
    /// Techniques that it was mapped to until then, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
    /// Techniques that the text is mapped to, as written: it is found by them, and they are not kept.
    #[serde(skip)]
    pub hunts: Vec<String>,
    /// How its procedure is addressed today; none when it is gone, and where nobody asked.
    #[serde(skip)]
    pub today: Option<String>,
}

impl Revision {
    /// Who made it: the author, then the co-authors; names and addresses.
    pub fn people(&self) -> impl Iterator<Item = (&str, &str)> {
        let author = (self.author_name.as_str(), self.author_email.as_str());
        let others = self.co_authors.iter().map(|(name, email)| (name.as_str(), email.as_str()));
        std::iter::once(author).chain(others)
    }
}

/// Revisions that gained or lost a technique.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TechniquePast {
    /// A page of them, newest first.
    pub revisions: Vec<Revision>,
    /// How many there are in all.
    pub total: usize,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// What a commit did to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RevisionStatus {
    /// It was not there before.
    Added,
    /// Its content changed.
    Modified,
    /// It came from another path, content changed or not.
    Renamed,
    /// It went.
    Deleted,
}

/// What is looked for: words, filters, order, page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// What the reader typed.
    pub text: String,
    /// What was chosen besides; several values of one widen, different ones narrow.
    pub filters: Filters,
    /// The order of the results.
    pub sort: Sort,
    /// How many to return, 1 to 100.
    pub limit: usize,
    /// Where to go on, from [`Found::next`].
    pub cursor: Option<String>,
}

impl Search {
    /// Whether nothing was typed or chosen.
    pub fn is_everything(&self) -> bool {
        self.text.trim().is_empty() && self.filters.chosen().next().is_none()
    }
}

/// Chosen facet values, by facet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Tactics: id, short name or name, of the shown release or retired.
    pub tactic: Vec<String>,
    /// Technique ids in any spelling; a parent finds its sub-techniques.
    pub technique: Vec<String>,
    /// Data sources, with or without `scwx.`.
    pub data_source: Vec<String>,
    /// Tags, exact but for case.
    pub tag: Vec<String>,
    /// Platforms, exact but for case.
    pub platform: Vec<String>,
    /// Authors, exact but for case.
    pub author: Vec<String>,
    /// Repositories by name.
    pub repo: Vec<String>,
    /// `good`, `broken`, `uncatalogued`, `duplicate`.
    pub standing: Vec<String>,
    /// Values of further keys of `hunting`, by key, exact but for case; keys that are no facets are not heeded.
    pub further: BTreeMap<String, Vec<String>>,
}

impl Filters {
    /// What was chosen: the facets of which anything was, by the API's parameter names, with the values.
    pub fn chosen(&self) -> impl Iterator<Item = (&str, &[String])> {
        let own = [
            ("tactic", &self.tactic),
            ("technique", &self.technique),
            ("data_source", &self.data_source),
            ("tag", &self.tag),
            ("platform", &self.platform),
            ("author", &self.author),
            ("repo", &self.repo),
            ("standing", &self.standing),
        ];
        let further = self.further.iter().map(|(name, values)| (name.as_str(), values));
        own.into_iter()
            .chain(further)
            .filter(|(_, values)| !values.is_empty())
            .map(|(name, values)| (name, values.as_slice()))
    }

    /// The same without what was chosen of a facet.
    #[must_use]
    pub fn without(&self, facet: &str) -> Self {
        let mut filters = self.clone();
        match facet {
            "tactic" => filters.tactic.clear(),
            "technique" => filters.technique.clear(),
            "data_source" => filters.data_source.clear(),
            "tag" => filters.tag.clear(),
            "platform" => filters.platform.clear(),
            "author" => filters.author.clear(),
            "repo" => filters.repo.clear(),
            "standing" => filters.standing.clear(),
            name => drop(filters.further.remove(name)),
        }
        filters
    }
}

/// The order of results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first; newest first where nothing was typed.
    #[default]
    Relevance,
    /// Last changed first.
    Changed,
    /// By title.
    Title,
}

/// One page of results.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// How many match in all.
    pub total: usize,
    /// What the query was not read as, and what to try.
    pub hints: Vec<String>,
    /// What of the hints can be tried at once.
    pub corrections: Vec<Correction>,
    /// Names of fields that no procedure has: read as words.
    pub not_fields: Vec<String>,
    /// Counts by facet name (the API's parameter names), each ignoring its own choice.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
    /// This page.
    pub hits: Vec<Hit>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// What was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// How a hint says it: `data:process`.
    pub said: String,
    /// All of the query, as it would then be.
    pub query: String,
}

/// What a search finds, by name alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// How many match in all.
    pub total: usize,
    /// Repository and path of the best, in order.
    pub best: Vec<(String, String)>,
}

/// How a search's results are spread over the techniques.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// How many results there are.
    pub total: usize,
    /// How many of them are mapped to a technique, by its id.
    pub techniques: BTreeMap<String, u64>,
    /// Counts by facet, each ignoring its own choice.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
    /// What the query was not read as.
    pub hints: Vec<String>,
}

impl Coverage {
    /// How many results are mapped to a technique.
    pub fn of(&self, id: &str) -> u64 {
        self.techniques.get(id).copied().unwrap_or(0)
    }

    /// How many of these techniques some result is mapped to.
    pub fn hunted(&self, techniques: &[TechniqueId]) -> usize {
        techniques.iter().filter(|id| self.of(id.as_str()) > 0).count()
    }
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// What to filter by.
    pub value: String,
    /// What to show.
    pub label: String,
    /// How many of the results have it.
    pub count: u64,
    /// Of a sub-technique: the value of its parent, which counts it, where that is listed too.
    pub parent: Option<String>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What was found.
    pub entry: Entry,
    /// Why: pieces of its text with the words marked.
    pub snippets: Vec<Snippet>,
}

/// A piece of text with the matches marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// `title`, `description`, `technique`, `prose`, `code`, or `actor` for what a procedure covers of one.
    pub field: String,
    /// Escaped text in which only `<mark>` elements stand.
    pub html: String,
}

/// An entry that an address names.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// What was found.
    pub entry: Entry,
    /// By what.
    pub matched: Matched,
}

/// What of an entry an address named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// The id that it has.
    Id,
    /// Its path, written `path:…`, although it has an id.
    Path,
    /// An id that its lineage once had.
    FormerId,
}

/// What a sync must know of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path at the tip.
    pub path: String,
    /// `hunting.id`, else `path:` and the path.
    pub id: String,
    /// The blob at the tip.
    pub blob: String,
    /// The file's chain of revisions.
    pub lineage: String,
    /// How it stands.
    pub standing: Standing,
}

/// What went wrong with the index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The folder could not be used.
    #[error("{path}: {source}")]
    Io {
        /// Which folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The documents are of another format.
    #[error("the index is of another format")]
    Format,
    /// A writer was given up after an error; the next batch begins with a new one.
    #[error("the index was closed for writing after an error")]
    Closed,
    /// Another process writes to the index.
    #[error("the index is being written by another process")]
    Locked,
    /// What is stored cannot be read back.
    #[error("a stored document cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
    /// The engine failed.
    #[error("{0}")]
    Engine(tantivy::TantivyError),
}

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::Locked,
            error => Self::Engine(error),
        }
    }
}

impl From<std::io::Error> for IndexError {
    fn from(error: std::io::Error) -> Self {
        Self::Engine(error.into())
    }
}

impl Entry {
    /// Every name that it has or had: its id, those before, `path:` and its path.
    pub fn names(&self) -> Vec<String> {
        let by_path = format!("{}{}", crate::procedure::PATH_PREFIX, self.path);
        let mut names = vec![self.id.clone()];
        for name in self.former_ids.iter().cloned().chain([by_path]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The technique ids as written and resolved.
    pub fn techniques(&self) -> &[Mapping] {
        &self.procedure.techniques
    }
}
