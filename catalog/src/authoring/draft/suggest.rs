//! What a draft says about its hunt: title, description, techniques, data sources.

use super::notes::NoteKind;
use super::work::{Place, Work};
use crate::attack::{Actors, TechniqueId, read_intel};
use crate::authoring::begin::{as_title, id_of};
use crate::notebook::{Cell, CellKind, Metadata, Notebook};
use crate::procedure::normal_data_source;
use crate::query::{QueryKind, queries};
use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The most techniques that are suggested.
const MOST_TECHNIQUES: usize = 8;
/// The most data sources.
const MOST_SOURCES: usize = 12;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 300;

/// Events of Windows, and the telemetry in which they stand.
const EVENTS: [(&str, &str); 12] = [
    ("4624", "auth"),
    ("4625", "auth"),
    ("4648", "auth"),
    ("4768", "auth"),
    ("4769", "auth"),
    ("4771", "auth"),
    ("4776", "auth"),
    ("4688", "process"),
    ("4697", "service"),
    ("7045", "service"),
    ("4698", "scheduledtask"),
    ("4663", "filemod"),
];

/// What of a procedure stands in its metadata.
#[derive(Debug, Default)]
pub(super) struct Suggested {
    pub(super) title: String,
    pub(super) id: String,
    pub(super) description: String,
    pub(super) techniques: Vec<TechniqueId>,
    pub(super) data_sources: Vec<String>,
    pub(super) tags: Vec<String>,
}

/// Whether a name can be that of a data source.
pub(super) fn is_source(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.*-".contains(&byte))
}

/// Suggests them. Takes the title out of the prose.
pub(super) fn suggest(notebook: &Notebook, work: &mut Work<'_>) -> Suggested {
    let own = notebook.hunting().cloned().unwrap_or_default();
    let said = |key: &str| {
        own.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let heading = take_title(work);
    let sentence = first_sentence(work);
    let from = if heading.is_some() { "" } else { "The title is the first sentence of the notebook." };
    let title = said("title").or(heading).or_else(|| {
        work.notes.add(NoteKind::Suggested, from);
        let end = |text: &str| text.find(['?', ':', ';']).filter(|at| *at > 10).unwrap_or(text.len());
        sentence.as_ref().map(|text| text[..end(text)].trim_end_matches('.').to_owned())
    });
    let title = title.or_else(|| work.about.file_name.map(stem)).unwrap_or_default();
    let title = as_title(&cleaned(&title, work));
    let description = said("description").or_else(|| {
        if sentence.is_some() {
            work.notes.add(NoteKind::Suggested, "The description is the first sentence of the notebook.");
        } else {
            work.notes.add(
                NoteKind::LookAt,
                "Nothing in the notebook says what it hunts for: write the description.",
            );
        }
        sentence
    });
    let description = description.unwrap_or_else(|| "What this hunts for, in a sentence".to_owned());
    let description: String = cleaned(&description, work).chars().take(MAX_DESCRIPTION).collect();
    let mut tags = vec!["draft".to_owned()];
    for tag in listed(&own, "tags") {
        if is_source(tag) && !tags.iter().any(|known| known == tag) && tags.len() < 20 {
            tags.push(tag.to_owned());
        }
    }
    Suggested {
        id: id_of(&title),
        title,
        description,
        techniques: techniques(&own, work),
        data_sources: data_sources(&own, work),
        tags,
    }
}

/// What the notebook's own metadata lists below a key.
fn listed<'a>(own: &'a Metadata, key: &str) -> impl Iterator<Item = &'a str> {
    own.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.replace(['_', '-'], " ")
}

/// A line of prose without what is the tenant's, the case's, or of a day; and without marks.
fn cleaned(text: &str, work: &Work<'_>) -> String {
    let mut text = text.replace(['*', '`', '_', '#', '[', ']', '<', '>'], " ");
    super::filled_in::in_prose(&mut text, &work.known);
    super::window::without_dates(&mut text, "that day");
    let mut edits = super::edits::Edits::default();
    for (range, what) in super::case::found(&text) {
        edits.put(range, what);
    }
    let text = edits.apply(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first heading, which goes out of its cell.
fn take_title(work: &mut Work<'_>) -> Option<String> {
    let piece = work.pieces.iter_mut().find(|piece| piece.kind == CellKind::Markdown)?;
    let mut lines: Vec<&str> = piece.source.lines().collect();
    let at = lines.iter().position(|line| !line.trim().is_empty())?;
    let title = lines[at].trim().strip_prefix("# ")?.trim().trim_end_matches('#').trim().to_owned();
    lines.remove(at);
    let rest = super::work::plain(&lines.join("\n"));
    piece.source = rest;
    work.pieces.retain(|piece| piece.kind != CellKind::Markdown || !piece.source.trim().is_empty());
    (!title.is_empty()).then_some(title)
}

/// The first sentence of the prose that is neither a heading nor a finding.
fn first_sentence(work: &Work<'_>) -> Option<String> {
    let prose =
        work.pieces.iter().filter(|piece| piece.kind == CellKind::Markdown && piece.place == Place::Analysis);
    let mut paragraphs = prose.flat_map(|piece| piece.source.split("\n\n")).map(str::trim);
    let paragraph = paragraphs.find(|text| {
        !text.is_empty()
            && !text.starts_with(['#', '|', '`', '<', '!', '-', '*', '>', '~', ':', '+'])
            && text.contains(char::is_alphabetic)
    })?;
    let flat = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut end = flat.len();
    // A question alone says less than the sentence behind it, which is taken along.
    let stops = flat.match_indices(". ").chain(flat.match_indices("! "));
    if let Some(at) = stops.map(|(at, _)| at).filter(|at| *at > 20).min() {
        end = at + 1;
    }
    Some(flat[..end].to_owned())
}

fn techniques(own: &Metadata, work: &mut Work<'_>) -> Vec<TechniqueId> {
    let release = work.about.release;
    let actors = Actors::of(release);
    let mut found: Vec<TechniqueId> = Vec::new();
    for id in listed(own, "attack_technique_ids") {
        if let Some(technique) = release.resolve(id)
            && !found.contains(&technique.id)
        {
            found.push(technique.id.clone());
        }
    }
    let prose = |kind: CellKind| kind == CellKind::Markdown;
    for wanted in [true, false] {
        for piece in work.pieces.iter().filter(|piece| prose(piece.kind) == wanted) {
            let text = piece.original.get(..piece.original.floor_char_boundary(16 << 10)).unwrap_or_default();
            for mention in read_intel(text, release, actors).techniques {
                let Some(technique) = release.resolve(mention.mapping.id.as_str()) else { continue };
                // Names in code are words like any other; ids are none.
                if found.contains(&technique.id) || found.len() >= MOST_TECHNIQUES {
                    continue;
                }
                let why = match (wanted, mention.by_id) {
                    (_, true) => "its id is there",
                    (true, false) => "the prose names it",
                    (false, false) => "what it looks for is a sign of it",
                };
                let name = release.full_name(&technique.id);
                let text = format!("technique {} {name}: {why}.", technique.id);
                work.notes.of_cell(NoteKind::Suggested, piece.number, text);
                found.push(technique.id.clone());
            }
        }
    }
    if found.is_empty() {
        work.notes.add(
            NoteKind::LookAt,
            "Nothing in the notebook names a technique of ATT&CK: choose what the hunt is mapped to.",
        );
    }
    found
}

static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[0-9]{4}\b").ok());

fn data_sources(own: &Metadata, work: &mut Work<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for one in listed(own, "data_sources") {
        if is_source(one) && !found.iter().any(|known| known == one) && found.len() < MOST_SOURCES {
            found.push(one.to_owned());
        }
    }
    for piece in work.pieces.iter().filter(|piece| piece.kind == CellKind::Code) {
        let cell = Cell::new(CellKind::Code, piece.source.clone());
        let alone = Notebook { cells: vec![cell], ..Notebook::default() };
        let asked = queries(&alone).into_iter().filter(|query| query.kind == QueryKind::Run);
        let mut names: Vec<(String, &str)> =
            asked.flat_map(|query| query.data_sources).map(|name| (name, "the query reads it")).collect();
        if work.service == "other" {
            let numbers =
                NUMBER.iter().flat_map(|number| number.find_iter(&piece.source)).map(|hit| hit.as_str());
            let events = numbers.filter_map(|number| EVENTS.iter().find(|(event, _)| *event == number));
            names.extend(events.map(|(_, source)| ((*source).to_owned(), "it looks for events of it")));
        }
        for (name, why) in names {
            let name = if work.service == "taegis" { normal_data_source(&name) } else { name };
            if is_source(&name) && !found.contains(&name) && found.len() < MOST_SOURCES {
                let text = format!("data source `{name}`: {why}.");
                work.notes.of_cell(NoteKind::Suggested, piece.number, text);
                found.push(name);
            }
        }
    }
    if found.is_empty() {
        work.notes.add(
            NoteKind::LookAt,
            "It cannot be told which telemetry the hunt reads: name its data sources.",
        );
    }
    found
}

impl Suggested {
    /// The notebook's metadata.
    pub(super) fn metadata(&self, kernel: Option<&Value>, service: &str) -> Metadata {
        let ids: Vec<&str> = self.techniques.iter().map(TechniqueId::as_str).collect();
        let kernel = kernel.cloned().unwrap_or_else(
            || json!({ "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3" }),
        );
        let mut metadata = Metadata::new();
        metadata.insert(
            "hunting".to_owned(),
            json!({
                "title": self.title,
                "id": self.id,
                "description": self.description,
                "attack_technique_ids": ids,
                "data_sources": self.data_sources,
                "tags": self.tags,
                "service": service,
            }),
        );
        metadata.insert(
            "jupytext".to_owned(),
            json!({
                "notebook_metadata_filter": "hunting",
                "text_representation": { "extension": ".md", "format_name": "myst", "format_version": 0.13 },
            }),
        );
        metadata.insert("kernelspec".to_owned(), kernel);
        metadata
    }
}
