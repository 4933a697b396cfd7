//! One file, understood: bytes -> notebook -> procedure.

use crate::attack::Release;
use crate::lint::{Diagnostic, Severity};
use crate::mirror::Content;
use crate::notebook::{Notebook, myst};
use crate::procedure::{Procedure, Understood, understand};
use crate::repository::FieldMapping;

/// The largest file that is read, in bytes. The longest real hunting notebook seen has 400 KB, outputs included.
pub(super) const LARGEST: usize = 4 * 1024 * 1024;

/// What became of one file's bytes.
#[derive(Debug, Clone)]
pub(super) struct Examined {
    pub(super) notebook: Notebook,
    /// What it says; for what is no procedure, what could be made of it.
    pub(super) procedure: Procedure,
    pub(super) outcome: Outcome,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Markdown that is no notebook.
    Plain,
    /// A notebook without `hunting` metadata.
    Uncatalogued,
    /// A notebook with it.
    Catalogued,
    /// It cannot be used, and this is why.
    Unusable(Diagnostic),
}

impl Examined {
    pub(super) fn is_catalogued(&self) -> bool {
        self.outcome == Outcome::Catalogued
    }

    /// Whether it counts as a file of the catalog by itself, whatever it once was.
    pub(super) fn is_candidate(&self) -> bool {
        self.outcome != Outcome::Plain
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn weight(&self) -> u32 {
        let cells: usize = self.notebook.cells.iter().map(|cell| cell.source.len() + 256).sum();
        let text = self.notebook.layout.original.as_ref().map_or(0, |text| text.len());
        u32::try_from(cells + text + 2048).unwrap_or(u32::MAX)
    }
}

/// Understands one file.
pub(super) fn examine(content: &Content, path: &str, fields: &FieldMapping, release: &Release) -> Examined {
    let bytes: &[u8] = match content {
        Content::Bytes(bytes) => bytes,
        Content::TooLarge(size) => {
            let message = format!("the file has {size} bytes; at most {LARGEST} are read");
            let help = "Take data and outputs out of the notebook: a procedure holds words and queries.";
            return unread(
                Diagnostic::new("too-large", Severity::Error, message, help),
                path,
                fields,
                release,
            );
        }
        Content::Missing => {
            let message = "the file's content is missing from the mirror or damaged there";
            let help =
                "Check the repository with `git fsck`; delete the mirror's folder to have it cloned anew.";
            return unread(Diagnostic::new("missing", Severity::Error, message, help), path, fields, release);
        }
    };
    if std::str::from_utf8(bytes).is_ok() && !myst::looks_like_myst(bytes) {
        let notebook = Notebook::default();
        let procedure = understand(&notebook, path, fields, release).into_procedure();
        return Examined { notebook, procedure, outcome: Outcome::Plain };
    }
    let notebook = myst::read(bytes);
    let unreadable = notebook.blocking().cloned();
    let understood = understand(&notebook, path, fields, release);
    let (procedure, outcome) = match (unreadable, understood) {
        (Some(reason), understood) => (understood.into_procedure(), Outcome::Unusable(reason)),
        (None, Understood::Catalogued(procedure)) => (procedure, Outcome::Catalogued),
        (None, Understood::Uncatalogued(procedure)) => (procedure, Outcome::Uncatalogued),
        (None, Understood::Unusable { procedure, reason }) => (procedure, Outcome::Unusable(reason)),
    };
    Examined { notebook, procedure, outcome }
}

/// A file of which nothing could be read.
fn unread(reason: Diagnostic, path: &str, fields: &FieldMapping, release: &Release) -> Examined {
    let reason = reason.blocking();
    let notebook = Notebook { diagnostics: vec![reason.clone()], ..Notebook::default() };
    let procedure = understand(&notebook, path, fields, release).into_procedure();
    Examined { notebook, procedure, outcome: Outcome::Unusable(reason) }
}
