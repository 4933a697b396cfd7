//! Notebook + hunting metadata -> [`Procedure`].
//!
//! [`understand`] is tolerant: real files are imperfect, so it says what is wrong, with its line and a remedy, and
//! carries on with what can be used. Only what leaves a file without an identity of its own is blocking.

mod fields;
mod restored;
mod service;
mod sidecar;
mod tactics;
mod techniques;
mod text;

pub use fields::normal_data_source;
pub use restored::{LastGood, restored, restored_ipynb};
pub use service::SERVICES;
pub(crate) use service::service as service_of;
pub use sidecar::{MAX_SIDECAR, UNUSED as SIDECAR_UNUSED, describe};
pub use text::{MAX_TEXT, Text, first_heading, text};

use crate::attack::{Mapping, Release, TacticMapping};
use crate::instance::Schema;
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{CellKind, Metadata, Notebook};
use crate::repository::FieldMapping;
use fields::Fields;
use serde::{Deserialize, Serialize};

/// Of a file in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Its newest revision can be read and carries its metadata.
    Good,
    /// Its newest revision cannot be read or lost its metadata; the last good one is served, and says so.
    Broken,
    /// A MyST notebook without `hunting`.
    Uncatalogued,
    /// Its id is taken by an older file.
    Duplicate,
}

/// What a notebook's metadata and prose say about the hunt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// `hunting.id`; none for an uncatalogued notebook or where the field is missing.
    pub id: Option<String>,
    /// `hunting.title` trimmed, else the first heading, else the file's stem.
    pub title: String,
    /// `hunting.description`, or nothing.
    pub description: String,
    /// The techniques as written and as resolved.
    pub techniques: Vec<Mapping>,
    /// Tactics in matrix order: those that the author named, and those that follow from the techniques.
    pub tactics: Vec<TacticMapping>,
    /// As written, without the `scwx.` prefix, lower case, in order, once each.
    pub data_sources: Vec<String>,
    /// As written, trimmed.
    pub tags: Vec<String>,
    /// `hunting.authors`.
    pub authors: Vec<String>,
    /// ATT&CK platforms as written.
    pub platforms: Vec<String>,
    /// Which service its queries are for: `taegis`, `sentinel`, `defender`, `splunk`, `elastic`, `other`.
    pub service: Option<String>,
    /// The `hunting` block whole, as written.
    pub metadata: Metadata,
    /// What understanding it brought to light, the notebook's own diagnostics included.
    pub diagnostics: Vec<Diagnostic>,
}

/// What begins the address of a file without an id; no id may begin so.
pub const PATH_PREFIX: &str = "path:";

/// Longest id, in characters.
pub const MAX_ID: usize = 200;

/// Names that stand for the tenant in the published templates.
const TENANT_NAMES: [&str; 2] = ["TAEGIS_TENANT_ID", "TENANT_ID"];

/// What could be made of a notebook.
#[derive(Debug, Clone, PartialEq)]
pub enum Understood {
    /// It has `hunting` metadata with an id.
    Catalogued(Procedure),
    /// It has no `hunting` metadata, nor has a file beside it; title, text and service are known all the same.
    Uncatalogued(Procedure),
    /// It cannot be read as a notebook, or its metadata cannot name it.
    Unusable {
        /// What could be made of it.
        procedure: Procedure,
        /// The blocking diagnostic; it is among the procedure's too.
        reason: Diagnostic,
    },
}

impl Understood {
    /// The procedure, as far as it is known.
    pub fn procedure(&self) -> &Procedure {
        match self {
            Self::Catalogued(procedure)
            | Self::Uncatalogued(procedure)
            | Self::Unusable { procedure, .. } => procedure,
        }
    }

    /// The same, taken out.
    pub fn into_procedure(self) -> Procedure {
        match self {
            Self::Catalogued(procedure)
            | Self::Uncatalogued(procedure)
            | Self::Unusable { procedure, .. } => procedure,
        }
    }
}

/// The releases of ATT&CK by which a notebook is understood. One [`Release`] can be both.
#[derive(Debug, Clone, Copy)]
pub struct Releases<'a> {
    /// What its techniques and tactics are resolved to.
    pub shown: &'a Release,
    /// What is wrong with them is told by this one.
    pub lint: &'a Release,
}

impl<'a> From<&'a Release> for Releases<'a> {
    fn from(release: &'a Release) -> Self {
        Self { shown: release, lint: release }
    }
}

/// Understands a notebook: its metadata, what follows from it by ATT&CK release, and what is wrong with it.
///
/// `path` gives the title where neither the metadata nor a heading does.
pub fn understand<'a>(
    notebook: &Notebook,
    path: &str,
    mapping: &FieldMapping,
    releases: impl Into<Releases<'a>>,
) -> Understood {
    let releases = releases.into();
    let mut fields = Fields::new(notebook);
    let hunting = notebook.metadata.get("hunting");
    if let Some(other) = hunting.filter(|value| !value.is_object()) {
        fields.say_at(
            "hunting",
            Diagnostic::new(
                "hunting-not-a-mapping",
                Severity::Error,
                format!("`hunting` is {} where a mapping of fields is expected", fields::kind(other)),
                "write `hunting:` and below it, indented, one `key: value` a line",
            )
            .blocking(),
        );
    }
    // Of the metadata, or of a leading raw cell that holds front matter.
    let catalogued = notebook.hunting().is_some();

    let id = if catalogued { fields.id() } else { None };
    let title = if catalogued { fields.title() } else { None };
    let title = title.or_else(|| first_heading(notebook)).unwrap_or_else(|| title_of(path));
    let description = fields.text("description");
    let (techniques, mut named_tactics) = fields.techniques(mapping, releases);
    named_tactics.extend(fields.tactics(mapping));
    let tactics = tactics::tactics(&mut fields, &techniques, &named_tactics, releases);
    let data_sources = fields.data_sources();
    let tags = fields.list("tags", fields::Listing::Recommended);
    let authors = fields.of_keys(&mapping.authors);
    let platforms = fields.of_keys(&mapping.platforms);
    let service = fields.service().or_else(|| service::service(notebook).map(str::to_owned));
    if catalogued {
        fields.say_what_is_missing(
            description.as_deref(),
            !techniques.is_empty(),
            !tactics.is_empty(),
            &data_sources,
            &tags,
        );
    }
    look_at_cells(notebook, &mut fields);

    let mut diagnostics = notebook.diagnostics.clone();
    diagnostics.append(&mut fields.into_diagnostics());
    diagnostics.extend(Schema::of(notebook).diagnostics);
    let reason = diagnostics.iter().find(|diagnostic| diagnostic.blocking).cloned();
    let procedure = Procedure {
        id,
        title: clean_title(&title),
        description: description.unwrap_or_default(),
        techniques,
        tactics,
        data_sources,
        tags,
        authors,
        platforms,
        service,
        metadata: notebook.hunting().cloned().unwrap_or_default(),
        diagnostics,
    };
    match reason {
        Some(reason) => Understood::Unusable { procedure, reason },
        None if catalogued => Understood::Catalogued(procedure),
        None => Understood::Uncatalogued(procedure),
    }
}

/// A title for a file that has none: its stem, or its folder's name where the stem says nothing.
fn title_of(path: &str) -> String {
    let mut segments = path.rsplit('/');
    let file = segments.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
    let folder = segments.next().filter(|folder| !folder.is_empty());
    match folder {
        Some(folder)
            if ["notebook", "index", "readme", "hunt"].iter().any(|name| stem.eq_ignore_ascii_case(name)) =>
        {
            folder.to_owned()
        }
        _ => stem.to_owned(),
    }
}

/// One line of at most 300 characters.
fn clean_title(title: &str) -> String {
    let mut clean = String::with_capacity(title.len().min(400));
    for (count, word) in
        title.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).enumerate()
    {
        if count > 0 {
            clean.push(' ');
        }
        clean.push_str(word);
        if clean.len() > 1200 {
            break;
        }
    }
    match clean.char_indices().nth(300) {
        Some((end, _)) => clean[..end].to_owned(),
        None => clean,
    }
}

/// What the cells get wrong in ways that reach a customer or a query.
fn look_at_cells(notebook: &Notebook, fields: &mut Fields<'_>) {
    let mut parameters = false;
    let mut tenant: Option<(usize, u32, &str)> = None;
    for (index, cell) in notebook.cells.iter().enumerate() {
        parameters |= cell.has_tag("parameters");
        match cell.kind {
            CellKind::Code if tenant.is_none() => {
                tenant = TENANT_NAMES.iter().find_map(|name| {
                    let at = find_word(&cell.source, name)?;
                    Some((index, line_at(cell.source_line, &cell.source, at), *name))
                });
            }
            CellKind::Markdown => {
                if let Some(at) = cell.source.find("Replace this text") {
                    fields.say(
                        Diagnostic::new(
                            "placeholder-text",
                            Severity::Info,
                            "a template's placeholder was left in the text",
                            "write the section, or tag its cell `analyst_input` where the hunter is to write it",
                        )
                        .in_cell(index)
                        .at(line_at(cell.source_line, &cell.source, at), 0),
                    );
                }
            }
            _ => {}
        }
    }
    if let Some((index, line, name)) = tenant.filter(|_| !parameters) {
        fields.say(
            Diagnostic::new(
                "parameters-tag-missing",
                Severity::Warning,
                format!("`{name}` is used, and no cell is tagged `parameters`: a copy would query no tenant and look clean"),
                "tag the cell that sets the defaults with `:tags: [parameters]`",
            )
            .in_cell(index)
            .at(line, 0),
        );
    }
}

/// The byte at which a name stands as a word of its own.
fn find_word(text: &str, name: &str) -> Option<usize> {
    let part_of_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.match_indices(name).map(|(at, _)| at).find(|&at| {
        let bytes = text.as_bytes();
        !at.checked_sub(1).is_some_and(|before| part_of_name(bytes[before]))
            && !bytes.get(at + name.len()).is_some_and(|&after| part_of_name(after))
    })
}

/// The line in the file of a byte of a cell's source.
fn line_at(first: u32, source: &str, at: usize) -> u32 {
    let before = source[..at].matches('\n').count();
    first.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
