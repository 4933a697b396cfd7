//! Notebook + hunting metadata -> [`Procedure`].

use crate::attack::{Mapping, TacticMapping};
use crate::lint::Diagnostic;
use crate::notebook::Metadata;
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
