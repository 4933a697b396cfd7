//! An entry or a revision as a tantivy document.

mod queries;
mod revision;
mod seen;

pub(super) use revision::{person_words, revision};

use super::analysis::{Analyzer, Kind, fold};
use super::encoded::Encoded;
use super::schema::{Facet, Fields, Handle, fact};
use super::sketch::Sketcher;
use super::{Entry, Text};
use crate::attack::{Mapping, Release, Status, TacticOrigin};
use crate::procedure::Standing;
use seen::{Places, Seen};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tantivy::TantivyDocument;

/// How often a part's words count, against once in prose and code.
mod weight {
    pub(super) const TITLE: usize = 4;
    pub(super) const TECHNIQUE: usize = 2;
    pub(super) const DESCRIPTION: usize = 2;
    pub(super) const ONCE: usize = 1;
}

/// Most of prose and of code that is indexed, in bytes.
const MAX_INDEXED: usize = 1 << 20;
/// Most of prose and code together that is stored for snippets, in bytes.
const MAX_STORED: usize = 64 << 10;
/// Most values of one kind (tags, techniques, …) that count.
const MAX_VALUES: usize = 200;
/// Longest value that counts as a whole, in bytes.
const MAX_VALUE: usize = 200;
/// Most entries of the `hunting` block, nested ones included, that are searchable by key.
const MAX_META: usize = 256;
/// Longest text of one such entry that is searchable, in bytes.
const MAX_META_TEXT: usize = 2_000;
/// How deep the `hunting` block is followed.
const MAX_META_DEPTH: usize = 4;

/// The key of a procedure's document.
pub(super) fn key(repo: &str, path: &str) -> String {
    format!("{repo}\0{path}")
}

/// The text up to a length, cut between characters.
pub(super) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// How a title is sorted.
pub(super) fn title_key(title: &str) -> String {
    let folded = fold(title);
    let words = folded.trim_start_matches(|char: char| !char.is_alphanumeric());
    cut(if words.is_empty() { &folded } else { words }, 64).replace('\0', " ")
}

/// A standing as the API writes it.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Good => "good",
        Standing::Broken => "broken",
        Standing::Uncatalogued => "uncatalogued",
        Standing::Duplicate => "duplicate",
    }
}

/// A data source as it is compared: lower case, without `scwx.`.
pub(super) fn data_source(value: &str) -> String {
    let folded = fold(value);
    folded.strip_prefix("scwx.").map(str::to_owned).unwrap_or(folded)
}

/// The ids under which a mapped technique is counted: as resolved and as written, each with its parent.
pub(crate) fn technique_ids(mapping: &Mapping) -> impl Iterator<Item = &str> {
    let with_parent = |id: &str| id.split_once('.').map(|(parent, _)| parent.len());
    let resolved = mapping.replaced_by.as_deref();
    [resolved, Some(mapping.id.as_str())]
        .into_iter()
        .flatten()
        .flat_map(move |id| [Some(id), with_parent(id).map(|end| &id[..end])])
        .flatten()
}

/// All that a procedure's document is made of.
pub(super) struct Material {
    entry: Entry,
    text: Text,
    /// The entry as JSON.
    json: String,
    /// The names of its techniques, those that replaced them, and their parents, by id.
    names: HashMap<String, String>,
    /// Further keys that are facets.
    further: Arc<[String]>,
}

impl Material {
    pub(super) fn gather(
        entry: &Entry,
        text: &Text,
        release: &Release,
        further: &Arc<[String]>,
    ) -> Result<Self, serde_json::Error> {
        let ids = entry.procedure.techniques.iter().take(MAX_VALUES).flat_map(technique_ids);
        let names = ids.filter_map(|id| Some((id.to_owned(), release.technique(id)?.name.clone()))).collect();
        Ok(Self {
            entry: entry.clone(),
            text: text.clone(),
            json: serde_json::to_string(entry)?,
            names,
            further: Arc::clone(further),
        })
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let queries: usize =
            self.text.queries.iter().filter_map(|query| query.text.as_ref()).map(String::len).sum();
        2 * self.json.len()
            + self.text.headings.len()
            + self.text.prose.len()
            + self.text.code.len()
            + queries
    }

    /// Makes the document.
    pub(super) fn document(&self, fields: &Fields, analyzer: &mut Analyzer) -> TantivyDocument {
        Builder::new(fields, self, analyzer).procedure(&self.entry, &self.text, &self.json)
    }
}

/// Builds one document.
struct Builder<'a> {
    fields: &'a Fields,
    names: &'a HashMap<String, String>,
    further: &'a [String],
    analyzer: &'a mut Analyzer,
    document: TantivyDocument,
    text: Encoded,
    surfaces: Encoded,
    seen_surfaces: Seen,
    seen_facts: HashSet<String>,
    sketcher: Sketcher,
}

impl<'a> Builder<'a> {
    fn new(fields: &'a Fields, material: &'a Material, analyzer: &'a mut Analyzer) -> Self {
        Self {
            fields,
            names: &material.names,
            further: &material.further,
            analyzer,
            document: TantivyDocument::default(),
            text: Encoded::default(),
            surfaces: Encoded::default(),
            seen_surfaces: Seen::default(),
            seen_facts: HashSet::new(),
            sketcher: Sketcher::default(),
        }
    }

    /// The document of an entry.
    fn procedure(mut self, entry: &Entry, text: &Text, json: &str) -> TantivyDocument {
        let fields = self.fields;
        let procedure = &entry.procedure;
        self.document.add_text(fields.entry, json);
        self.document.add_text(fields.key, key(&entry.repo, &entry.path));
        let row = [&entry.id, &entry.blob, &entry.lineage, standing(entry.standing)];
        self.document.add_text(fields.row, row.join("\0"));
        self.document.add_text(fields.title_key, title_key(&procedure.title));
        self.document.add_i64(fields.updated, entry.updated_at);

        self.identity(entry);
        self.attack(entry);
        self.values(entry);
        if !text.kernel.is_empty() {
            self.fact(fact::KERNEL, &fold(cut(&text.kernel, MAX_VALUE)));
        }
        self.metadata(entry);

        let title = self.zone(&procedure.title, weight::TITLE);
        self.document.add_text(fields.title, title.into_string());
        let description = self.zone(cut(&procedure.description, MAX_INDEXED), weight::DESCRIPTION);
        self.document.add_text(fields.description, description.into_string());
        let mut prose = Places::default();
        self.zone_into(cut(&text.headings, MAX_INDEXED), &mut prose);
        self.zone_into(cut(&text.prose, MAX_INDEXED), &mut prose);
        self.document.add_text(fields.prose, prose.tokens.into_string());
        let mut code = Places::default();
        self.zone_into(cut(&text.code, MAX_INDEXED), &mut code);
        self.document.add_text(fields.code, code.tokens.into_string());
        if let Some(sketch) = self.sketcher.finish() {
            sketch.words().into_iter().for_each(|word| self.document.add_u64(fields.sketch, word));
            sketch.bands().for_each(|band| self.handle(Handle::Alike(&band)));
        }
        self.queries(&text.queries);

        let prose = cut(&text.prose, MAX_STORED);
        self.document.add_text(fields.stored_prose, prose);
        self.document.add_text(fields.stored_code, cut(&text.code, MAX_STORED - prose.len()));
        self.document.add_text(fields.text, self.text.as_str());
        self.document.add_text(fields.surface, self.surfaces.as_str());
        self.document
    }

    /// Names and addresses.
    fn identity(&mut self, entry: &Entry) {
        self.fact(fact::REPO, &entry.repo);
        self.handle(Handle::Path(&entry.repo, &entry.path));
        self.handle(Handle::Id(&entry.id));
        for id in entry.former_ids.iter().filter(|id| **id != entry.id).take(MAX_VALUES) {
            self.handle(Handle::FormerId(id));
        }
        self.handle(Handle::Lineage(&entry.repo, &entry.lineage));
        if let Some(id) = &entry.procedure.id {
            self.handle(Handle::Claim(&entry.repo, id));
        }
        self.facet(Facet::Repo, &entry.repo, &entry.repo);
        let standing = standing(entry.standing);
        self.fact(fact::IS, standing);
        self.facet(Facet::Standing, standing, standing);
        if entry.copyable {
            self.fact(fact::IS, "copyable");
        }
        if entry.procedure.techniques.is_empty() {
            self.fact(fact::IS, "unmapped");
        }
        let stale = |status| matches!(status, Status::Revoked | Status::Deprecated);
        if entry.procedure.techniques.iter().any(|mapping| stale(mapping.status)) {
            self.fact(fact::IS, "revoked");
        }
        if entry.metadata_ever_lost {
            self.fact(fact::IS, "metadata-lost");
        }
        for kind in entry.change_kinds.iter().take(MAX_VALUES) {
            self.fact(fact::CHANGE, kind);
        }
        for (name, email) in &entry.people {
            let name = cut(name, MAX_VALUE);
            self.fact(fact::BY, &fold(name));
            self.fact_words(fact::BY, name);
            self.fact(fact::BY, &fold(cut(email, MAX_VALUE)));
        }
        for commit in &entry.commits {
            self.fact(fact::COMMIT, commit);
        }
        if !entry.problems.is_empty() || !entry.procedure.diagnostics.is_empty() {
            self.fact(fact::IS, "problematic");
        }
        if entry.mendable {
            self.fact(fact::IS, "mendable");
        }
        for problem in &entry.problems {
            self.fact(fact::RULE, &problem.code);
            self.fact(fact::SEVERITY, problem.severity.word());
        }
        let path = fold(&entry.path);
        for (end, _) in path.match_indices('/').take(64) {
            self.fact(fact::PATH, &path[..end]);
        }
        self.fact_words(fact::PATH, &entry.path);
        self.zone(&entry.path, weight::ONCE);
        if !entry.id.starts_with("path:") {
            self.name(&entry.id);
        }
    }

    /// Tactics and techniques, with the names by which hunters look for them.
    fn attack(&mut self, entry: &Entry) {
        let mut names = String::new();
        for mapping in entry.procedure.techniques.iter().take(MAX_VALUES) {
            for id in [Some(&mapping.id), mapping.replaced_by.as_ref()].into_iter().flatten() {
                self.fact(fact::TECHNIQUE_OWN, &fold(id));
            }
            for id in technique_ids(mapping) {
                if self.fact(fact::TECHNIQUE, &fold(id)) {
                    self.facet(Facet::Technique, id, id);
                    names.push_str(id);
                    names.push('\n');
                    if let Some(name) = self.names.get(id) {
                        names.push_str(name);
                        names.push('\n');
                    }
                }
            }
        }
        for tactic in entry.procedure.tactics.iter().take(MAX_VALUES) {
            let id = fold(&tactic.id);
            if !self.fact(fact::TACTIC, &id) {
                continue;
            }
            let origin = match tactic.from {
                TacticOrigin::Possible => "0",
                TacticOrigin::Technique => "1",
                TacticOrigin::Author => "2",
            };
            if tactic.from > TacticOrigin::Possible {
                self.fact(fact::TACTIC_CERTAIN, &id);
                names.push_str(&tactic.name);
                names.push('\n');
            }
            if tactic.from == TacticOrigin::Author {
                self.fact(fact::TACTIC_NAMED, &id);
            }
            self.facet(Facet::Tactic, &format!("{}\u{1}{origin}", tactic.id), "");
        }
        let attack = self.lines(&names, weight::TECHNIQUE);
        self.document.add_text(self.fields.attack, attack.into_string());
    }

    /// Data sources, tags, platforms, authors, service.
    fn values(&mut self, entry: &Entry) {
        let procedure = &entry.procedure;
        let mut said = String::new();
        let lists = [
            (Facet::Tag, fact::TAG, &procedure.tags),
            (Facet::Platform, fact::PLATFORM, &procedure.platforms),
            (Facet::Author, fact::AUTHOR, &entry.authors),
        ];
        for (facet, name, values) in lists {
            for value in values.iter().take(MAX_VALUES) {
                let value = cut(value.trim(), MAX_VALUE);
                let folded = fold(value);
                if !folded.is_empty() && self.fact(name, &folded) {
                    self.facet(facet, &folded, value);
                    self.fact_words(name, value);
                    said.push_str(value);
                    said.push('\n');
                }
            }
        }
        for value in procedure.data_sources.iter().take(MAX_VALUES) {
            let value = data_source(cut(value, MAX_VALUE));
            if !value.is_empty() && self.fact(fact::DATA, &value) {
                self.facet(Facet::DataSource, &value, &value);
                self.fact_words(fact::DATA, &value);
                said.push_str(&value);
                said.push('\n');
            }
        }
        if let Some(service) = &procedure.service {
            self.fact(fact::SERVICE, &fold(service));
            said.push_str(service);
        }
        self.lines(&said, weight::ONCE);
    }

    /// Every further entry of the `hunting` block, by its key and as text.
    fn metadata(&mut self, entry: &Entry) {
        let mut budget = MAX_META;
        let mut said = String::new();
        for (key, value) in &entry.procedure.metadata {
            // These have fields of their own.
            if matches!(
                key.as_str(),
                "title" | "id" | "description" | "attack_technique_ids" | "tags" | "data_sources"
            ) {
                continue;
            }
            let name = format!("{}{}", fact::META, fold(cut(key, MAX_VALUE)));
            self.meta(&name, value, MAX_META_DEPTH, &mut budget, &mut said);
        }
        self.lines(&said, weight::ONCE);
    }

    fn meta(&mut self, name: &str, value: &Value, depth: usize, budget: &mut usize, said: &mut String) {
        if depth == 0 || *budget == 0 {
            return;
        }
        *budget -= 1;
        let text = match value {
            Value::Null => return,
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::String(value) => cut(value, MAX_META_TEXT).to_owned(),
            Value::Array(values) => {
                for value in values {
                    self.meta(name, value, depth - 1, budget, said);
                }
                return;
            }
            Value::Object(values) => {
                for (key, value) in values {
                    let nested = format!("{name}.{}", fold(cut(key, MAX_VALUE)));
                    self.meta(&nested, value, depth - 1, budget, said);
                }
                return;
            }
        };
        let folded = fold(text.trim());
        if text.len() <= MAX_VALUE && self.fact(name, &folded) && !folded.is_empty() {
            let key = name.strip_prefix(fact::META);
            let place = self.further.iter().position(|further| Some(further.as_str()) == key);
            if let Some(place) = place.and_then(|place| u8::try_from(place).ok()) {
                self.facet(Facet::Further(place), &folded, text.trim());
            }
        }
        self.fact_words(name, &text);
        said.push_str(&text);
        said.push('\n');
    }

    /// Adds an exact term; false when the document has it already.
    fn fact(&mut self, name: &str, value: &str) -> bool {
        let term = fact::whole(name, value);
        if !self.seen_facts.insert(term.clone()) {
            return false;
        }
        self.document.add_text(self.fields.fact, term);
        true
    }

    fn handle(&mut self, handle: Handle<'_>) {
        self.document.add_bytes(self.fields.handle, &handle.hash());
    }

    /// Adds a name to what is searched: whole, and the words in it, but not the pieces of a UUID.
    fn name(&mut self, name: &str) {
        let mut zone = Encoded::default();
        let mut whole = None;
        let mut last = None;
        self.analyzer.analyze(name, |token| {
            let is_word = token.text.len() > 2 && token.text.bytes().all(|byte| byte.is_ascii_lowercase());
            let all = (token.start, token.end) == (0, name.len());
            if all && whole.is_none() || token.kind == Kind::Part && is_word {
                zone.push(token.text, last != Some(token.position));
                last = Some(token.position);
            }
            if all {
                whole = Some(());
            }
        });
        self.text.append(&zone);
    }

    /// Adds the words of a value, so that `author:rodriguez` finds the whole name.
    fn fact_words(&mut self, name: &str, value: &str) {
        let mut terms = Vec::new();
        self.analyzer.analyze(value, |token| {
            if token.kind == Kind::Part {
                terms.push(fact::word(name, token.text));
            }
        });
        for term in terms {
            if self.seen_facts.insert(term.clone()) {
                self.document.add_text(self.fields.fact, term);
            }
        }
    }

    /// Adds a value to a facet's column: what it is compared by, and how it was written.
    fn facet(&mut self, facet: Facet, value: &str, written: &str) {
        self.document.add_text(self.fields.facets[facet.slot()], format!("{value}\0{written}"));
    }

    /// Adds text that is one piece to what is searched; answers its tokens.
    fn zone(&mut self, text: &str, weight: usize) -> Encoded {
        let mut zone = Encoded::default();
        self.tokens(text, &mut zone);
        for _ in 0..weight {
            self.text.append(&zone);
        }
        zone
    }

    /// Adds lines that have nothing to do with each other.
    fn lines(&mut self, lines: &str, weight: usize) -> Encoded {
        let mut zone = Encoded::default();
        let mut one = Encoded::default();
        for line in lines.lines() {
            one.clear();
            self.tokens(line, &mut one);
            zone.append(&one);
        }
        for _ in 0..weight {
            self.text.append(&zone);
        }
        zone
    }

    /// Adds text to what is searched, and each of its tokens once to where it stands.
    fn zone_into(&mut self, text: &str, places: &mut Places) {
        let mut zone = Encoded::default();
        let mut sketcher = std::mem::take(&mut self.sketcher);
        self.tokens_and(text, &mut zone, |token| sketcher.push(places.push(token)));
        self.sketcher = sketcher;
        self.text.append(&zone);
    }

    fn tokens(&mut self, text: &str, zone: &mut Encoded) {
        self.tokens_and(text, zone, |_| {});
    }

    fn tokens_and(&mut self, text: &str, zone: &mut Encoded, mut also: impl FnMut(&str)) {
        let (surfaces, seen) = (&mut self.surfaces, &mut self.seen_surfaces);
        let mut last = None;
        self.analyzer.analyze(text, |token| {
            if token.kind == Kind::Surface {
                if seen.insert(token.text) {
                    surfaces.push(token.text, true);
                }
            } else {
                zone.push(token.text, last != Some(token.position));
                last = Some(token.position);
                also(token.text);
            }
        });
    }
}
