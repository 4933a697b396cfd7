//! All that an index holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tantivy::schema::{IndexRecordOption, OwnedValue, TantivyDocument};
use tantivy::{DocSet, TERMINATED};

/// Live documents with the terms that they are found by, and the watermark.
#[derive(Debug, PartialEq)]
pub(crate) struct Documents {
    watermark: serde_json::Value,
    documents: Vec<BTreeMap<String, String>>,
}

/// What the index in a data folder holds.
pub(crate) fn documents(data: &Path) -> Documents {
    let folders = std::fs::read_dir(data.join("index")).unwrap().map(|entry| entry.unwrap().path());
    let folder =
        folders.filter(|path| path.is_dir()).max_by_key(|path| path.metadata().unwrap().modified().unwrap());
    let index = tantivy::Index::open_in_dir(folder.unwrap()).unwrap();
    let payload = index.load_metas().unwrap().payload.unwrap_or_default();
    let schema = index.schema();
    let searcher = index.reader().unwrap().searcher();
    let mut documents = Vec::new();
    for (segment, reader) in (0_u32..).zip(searcher.segment_readers()) {
        let mut terms: BTreeMap<u32, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (field, entry) in schema.fields().filter(|(_, entry)| entry.is_indexed()) {
            let inverted = reader.inverted_index(field).unwrap();
            let mut stream = inverted.terms().stream().unwrap();
            while stream.advance() {
                let mut postings =
                    inverted.read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic).unwrap();
                while postings.doc() != TERMINATED {
                    let of =
                        terms.entry(postings.doc()).or_default().entry(entry.name().to_owned()).or_default();
                    of.insert(String::from_utf8_lossy(stream.key()).into_owned());
                    postings.advance();
                }
            }
        }
        for id in (0..reader.max_doc()).filter(|id| !reader.is_deleted(*id)) {
            let stored: TantivyDocument = searcher.doc(tantivy::DocAddress::new(segment, id)).unwrap();
            let mut parts = BTreeMap::new();
            for (field, value) in stored.field_values() {
                let value: OwnedValue = value.into();
                parts.insert(format!("stored {}", schema.get_field_name(field)), format!("{value:?}"));
            }
            for (field, terms) in terms.remove(&id).unwrap_or_default() {
                parts.insert(format!("terms {field}"), format!("{terms:?}"));
            }
            documents.push(parts);
        }
    }
    documents.sort();
    let watermark: serde_json::Value = serde_json::from_str(&payload).unwrap_or_default();
    Documents { watermark, documents }
}

impl Documents {
    /// Whether both hold the same, although they may stand for branches of different names or places.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let mark = |one: &Self| {
            let mut watermark = one.watermark.clone();
            for mark in watermark["repos"].as_object_mut().into_iter().flat_map(|repos| repos.values_mut()) {
                mark["settings"] = serde_json::Value::Null;
            }
            watermark
        };
        self.documents == other.documents && mark(self) == mark(other)
    }

    /// What one has and the other has not, to be read by a person.
    pub(crate) fn differences(&self, anew: &Self) -> String {
        let mut told = String::new();
        if self.watermark != anew.watermark {
            told = format!("followed: {}\nanew:     {}\n", self.watermark, anew.watermark);
        }
        let but = |one: &Self, other: &Self| -> Vec<_> {
            one.documents.iter().filter(|document| !other.documents.contains(document)).cloned().collect()
        };
        for (who, only) in [("followed", but(self, anew)), ("anew", but(anew, self))] {
            for document in only {
                let parts =
                    document.iter().filter(|(name, _)| *name == "stored entry" || *name == "stored revision");
                let mut parts = parts.map(|(_, value)| value.clone()).collect::<Vec<_>>();
                if parts.is_empty() {
                    parts.push(format!("{document:?}"));
                }
                told = format!("{told}only {who}: {}\n", parts.join(" "));
            }
        }
        if told.is_empty() {
            "a document is there more than once, or is found by other terms".to_owned()
        } else {
            told
        }
    }
}
