//! The index from outside: what is put is found, by what hunters type.

mod crash;
mod facets;
mod lookups;
mod names;
mod offers;
mod paging;
mod problems;
mod queries;
mod similar;
mod suggest;
mod teams;
mod words;

use super::*;
use crate::attack::{Release, TacticMapping, TacticOrigin, TechniqueId};
use crate::lint::{Diagnostic, Severity};
use crate::team::Lexicon;
use serde_json::json;
use tempfile::TempDir;

const REPO: &str = "playbook";

/// An index in a folder of its own.
struct Shelf {
    folder: TempDir,
    index: Index,
}

impl Shelf {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path(), "test").unwrap();
        Self { folder, index }
    }

    /// One in which a further key of `hunting` is a facet.
    fn with_facet(key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open_with(folder.path(), "test", &[key.to_owned()]).unwrap();
        Self { folder, index }
    }

    /// An index that holds these.
    fn with(entries: impl IntoIterator<Item = Put>) -> Self {
        let shelf = Self::new();
        shelf.put(entries);
        shelf
    }

    fn put(&self, entries: impl IntoIterator<Item = Put>) {
        let batch = self.batch();
        for put in entries {
            batch.put(&put.entry, &put.text).unwrap();
        }
        batch.commit(json!({})).unwrap();
    }

    fn batch(&self) -> Batch<'_> {
        self.index.writer(REPO, Release::current(), Load::Few).unwrap()
    }

    fn reopen(self) -> Self {
        let Self { folder, index } = self;
        drop(index);
        let index = Index::open(folder.path(), "test").unwrap();
        Self { folder, index }
    }

    fn search(&self, search: &Search) -> Found {
        self.index.search(search, &Lexicon::of(Release::current())).unwrap()
    }

    fn find(&self, text: &str) -> Found {
        self.search(&Search { text: text.into(), limit: 100, ..Search::default() })
    }

    fn filter(&self, choose: impl FnOnce(&mut Filters)) -> Found {
        let mut filters = Filters::default();
        choose(&mut filters);
        self.search(&Search { filters, limit: 100, ..Search::default() })
    }

    /// The paths found, in order of their names.
    fn paths(&self, text: &str) -> Vec<String> {
        let mut paths = paths(&self.find(text));
        paths.sort();
        paths
    }
}

/// The paths found, in the order found.
fn paths(found: &Found) -> Vec<String> {
    found.hits.iter().map(|hit| hit.entry.path.clone()).collect()
}

/// An entry in the making.
#[derive(Debug, Clone)]
struct Put {
    entry: Entry,
    text: Text,
}

fn put(path: &str) -> Put {
    let entry = Entry {
        repo: REPO.into(),
        path: path.into(),
        id: format!("id-{path}"),
        lineage: format!("lineage-{path}"),
        standing: Standing::Good,
        procedure: Procedure {
            id: Some(format!("id-{path}")),
            title: String::new(),
            description: String::new(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            data_sources: Vec::new(),
            tags: Vec::new(),
            authors: Vec::new(),
            platforms: Vec::new(),
            service: None,
            metadata: serde_json::Map::new(),
            diagnostics: Vec::new(),
        },
        commit: "c0ffee".into(),
        blob: "b10b".into(),
        sidecar: None,
        updated_at: 0,
        updated_by: "Rosa".into(),
        authors: Vec::new(),
        copyable: false,
        broken: None,
        taken_by: None,
        problems: Vec::new(),
        mendable: false,
        born: 0,
        former_ids: Vec::new(),
        ever_catalogued: true,
        metadata_ever_lost: false,
        change_kinds: BTreeSet::new(),
        people: Vec::new(),
        commits: Vec::new(),
    };
    Put { entry, text: Text::default() }
}

impl Put {
    fn with(mut self, change: impl FnOnce(&mut Entry)) -> Self {
        change(&mut self.entry);
        self
    }

    fn title(self, title: &str) -> Self {
        self.with(|entry| entry.procedure.title = title.into())
    }

    fn prose(mut self, prose: &str) -> Self {
        self.text.prose = prose.into();
        self
    }

    fn code(mut self, code: &str) -> Self {
        self.text.code = code.into();
        self
    }

    fn at(self, second: i64) -> Self {
        self.with(|entry| entry.updated_at = second)
    }

    fn technique(self, id: &str) -> Self {
        let id: TechniqueId = id.parse().unwrap();
        self.with(|entry| entry.procedure.techniques.push(Release::current().map(&id)))
    }

    fn tactic(self, id: &str, from: TacticOrigin) -> Self {
        let name = Release::current().tactic(id).map_or(String::new(), |tactic| tactic.name.clone());
        self.with(|entry| entry.procedure.tactics.push(TacticMapping { id: id.into(), name, from }))
    }

    fn tag(self, tag: &str) -> Self {
        self.with(|entry| entry.procedure.tags.push(tag.into()))
    }

    fn data(self, source: &str) -> Self {
        self.with(|entry| entry.procedure.data_sources.push(source.into()))
    }

    fn problem(self, code: &str) -> Self {
        self.with(|entry| entry.problems.push(Diagnostic::new(code, Severity::Warning, "what", "help")))
    }

    fn meta(self, key: &str, value: serde_json::Value) -> Self {
        self.with(|entry| {
            entry.procedure.metadata.insert(key.into(), value);
        })
    }
}
