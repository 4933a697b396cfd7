//! What goes with every export: what was exported, from what, what is not in it and why, and what the gate said.

use super::gate::Finding;
use super::{INJECTED, REMOVE_CELL, REMOVE_INPUT, REMOVE_OUTPUT, reaches_customer};
use crate::instance::{Provenance, Window, provenance};
use crate::notebook::{CellKind, Notebook, hex};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The shape of the manifest.
const SCHEMA: &str = "huntshelf-report/1";

/// What goes with an export.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// The shape of this.
    pub schema: &'static str,
    /// The format of the report: `markdown`, `html` or `pdf`.
    pub format: String,
    /// What it was made of.
    pub of: Of,
    /// Its bytes.
    pub report: Bytes,
    /// The files beside it.
    pub files: Vec<Bytes>,
    /// Cells of which it shows nothing.
    pub removed: Vec<Removed>,
    /// What the gate said.
    pub gate: Passed,
}

/// What a report was made of.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Of {
    /// The id of the procedure.
    pub procedure: Option<String>,
    /// Its repository.
    pub repo: Option<String>,
    /// Its path.
    pub path: Option<String>,
    /// Its revision.
    pub commit: Option<String>,
    /// The copy, as the record names it.
    pub copy: Option<String>,
    /// The key of the tenant.
    pub tenant: Option<String>,
    /// The window.
    pub window: Option<Window>,
    /// The hash of the notebook's bytes.
    pub sha256: String,
}

impl Of {
    /// What a notebook says of itself.
    pub fn notebook(notebook: &Notebook, bytes: &[u8]) -> Self {
        let sha256 = sha256(bytes);
        let Some(own) = provenance(notebook) else {
            let id = notebook.hunting().and_then(|hunting| hunting.get("id")).and_then(|id| id.as_str());
            return Self { procedure: id.map(str::to_owned), sha256, ..Self::default() };
        };
        let Provenance { procedure, repo, path, commit, tenant, window, .. } = own;
        Self { procedure, repo, path, commit, copy: None, tenant, window, sha256 }
    }
}

/// Bytes by their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// The name.
    pub name: String,
    /// Their hash.
    pub sha256: String,
    /// How many.
    pub size: usize,
}

impl Bytes {
    /// Of these bytes.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), sha256: sha256(bytes), size: bytes.len() }
    }
}

/// A cell of which a report shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The cell, from 0.
    pub cell: usize,
    /// Its tag that says so, or `raw`.
    pub why: &'static str,
}

/// What the gate said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// What it found, which somebody let pass; empty where it found nothing.
    pub findings: Vec<Finding>,
    /// How many findings were judged to be no leak before.
    pub accepted: usize,
    /// Why it went out in spite of the findings.
    pub overridden: Option<String>,
    /// Whether it knew the names of other customers.
    pub knew_names: bool,
}

impl Manifest {
    /// The manifest of a report.
    pub fn new(
        notebook: &Notebook,
        of: Of,
        format: &str,
        report: Bytes,
        files: Vec<Bytes>,
        gate: Passed,
    ) -> Self {
        Self {
            schema: SCHEMA,
            format: format.to_owned(),
            of,
            report,
            files,
            removed: removed(notebook),
            gate,
        }
    }
}

fn removed(notebook: &Notebook) -> Vec<Removed> {
    let cells = notebook.cells.iter().enumerate().filter(|(_, cell)| !reaches_customer(cell));
    let tags = [REMOVE_CELL, REMOVE_INPUT, REMOVE_OUTPUT, INJECTED];
    cells
        .map(|(index, cell)| {
            let tag = tags.into_iter().find(|tag| cell.has_tag(tag));
            let why = match (cell.kind, tag) {
                (_, Some(REMOVE_CELL)) => REMOVE_CELL,
                (CellKind::Raw, _) => "raw",
                (_, Some(tag)) => tag,
                (_, None) => "transient",
            };
            Removed { cell: index, why }
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
