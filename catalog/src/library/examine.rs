//! One file, understood: bytes -> notebook -> procedure.

use crate::lint::{self, Around, Diagnostic, Finding, Severity};
use crate::mirror::{BlobId, CommitId, Content, Mirror, MirrorError};
use crate::notebook::{Notebook, ipynb, myst};
use crate::procedure::{MAX_SIDECAR, Procedure, Releases, Understood, describe, understand};
use crate::repository::{Repository, Sidecar};
use crate::team::Team;
use std::str::FromStr;

/// The largest text that is read, in bytes. The longest real hunting notebook seen has 400 KB, outputs included.
const LARGEST: usize = 4 << 20;
/// The largest ipynb file that is read, and the largest of all, in bytes: outputs hold pictures.
pub(super) const LARGEST_IPYNB: usize = 16 << 20;

/// Where the text of a notebook is, and that of the file beside it that describes it, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub(super) blob: BlobId,
    pub(super) sidecar: Option<BlobId>,
}

impl Source {
    /// What is on record as two ids; none where they are no ids.
    pub(super) fn read(blob: &str, sidecar: Option<&str>) -> Option<Self> {
        let id = |text: &str| BlobId::from_str(text).ok();
        Some(Self { blob: id(blob)?, sidecar: sidecar.and_then(id) })
    }

    /// The text of a notebook with the sidecar that it had at a commit.
    pub(super) fn at(
        mirror: &Mirror,
        sidecar: &Sidecar,
        commit: CommitId,
        path: &str,
        blob: BlobId,
    ) -> Result<Self, MirrorError> {
        let sidecar = match sidecar.of(path) {
            Some(path) => mirror.entry_at(commit, &path)?,
            None => None,
        };
        Ok(Self { blob, sidecar })
    }
}

/// The bytes of a [`Source`].
pub(super) struct Contents {
    pub(super) notebook: Content,
    pub(super) sidecar: Option<Content>,
}

/// The most that is read of the notebook at a path, in bytes.
pub(super) fn largest(path: &str) -> usize {
    if ipynb::is_path(path) { LARGEST_IPYNB } else { LARGEST }
}

/// Reads what a source names; `read` gives a blob up to a size.
pub(super) fn contents<E>(
    source: Source,
    path: &str,
    mut read: impl FnMut(BlobId, usize) -> Result<Content, E>,
) -> Result<Contents, E> {
    Ok(Contents {
        notebook: read(source.blob, largest(path))?,
        sidecar: source.sidecar.map(|blob| read(blob, MAX_SIDECAR)).transpose()?,
    })
}

/// What became of one file's bytes.
#[derive(Debug, Clone)]
pub(super) struct Examined {
    pub(super) notebook: Notebook,
    /// What it says; for what is no procedure, what could be made of it.
    pub(super) procedure: Procedure,
    pub(super) outcome: Outcome,
    /// About how much its outputs take, in bytes.
    outputs: usize,
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

    /// What is wrong with it, as its team takes it: what reading told, and what the rules find.
    pub(super) fn findings(&self, team: &Team, around: &Around<'_>) -> Vec<Finding> {
        match self.outcome {
            Outcome::Plain => Vec::new(),
            _ => lint::lint_in(&self.notebook, &self.procedure, &team.lint.for_path(around.path), around),
        }
    }

    /// The same, without what would mend it.
    pub(super) fn diagnostics(&self, team: &Team, around: &Around<'_>) -> Vec<Diagnostic> {
        self.findings(team, around).into_iter().map(|finding| finding.diagnostic).collect()
    }

    /// Whether it is a notebook in another of jupytext's formats.
    pub(super) fn is_of_another_format(&self) -> bool {
        matches!(&self.outcome, Outcome::Unusable(reason) if reason.code == myst::OTHER_FORMAT)
    }

    /// The sidecar's blob as it goes on record: of a notebook that says itself what it is, none.
    pub(super) fn sidecar_of(&self, source: Source) -> Option<String> {
        source.sidecar.filter(|_| !self.notebook.has_hunting()).map(|blob| blob.to_string())
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn weight(&self) -> u32 {
        let cells: usize = self.notebook.cells.iter().map(|cell| cell.source.len() + 256).sum();
        let text = self.notebook.layout.original.as_ref().map_or(0, |text| text.len());
        u32::try_from(cells + text + self.outputs + 2048).unwrap_or(u32::MAX)
    }
}

/// Understands one file.
pub(super) fn examine(
    contents: &Contents,
    path: &str,
    repository: &Repository,
    releases: Releases<'_>,
) -> Examined {
    let largest = largest(path);
    let too_large = |size: u64| {
        let message = format!("the file has {size} bytes; at most {largest} are read");
        let help = "Take data and outputs out of the notebook: a procedure holds words and queries.";
        Diagnostic::new("too-large", Severity::Error, message, help)
    };
    let bytes = match &contents.notebook {
        Content::Bytes(bytes) if bytes.len() <= largest => Ok(bytes.as_slice()),
        Content::Bytes(bytes) => Err(too_large(bytes.len() as u64)),
        Content::TooLarge(size) => Err(too_large(*size)),
        Content::Missing => {
            let message = "the file's content is missing from the mirror or damaged there";
            let help =
                "Check the repository with `git fsck`; delete the mirror's folder to have it cloned anew.";
            Err(Diagnostic::new("missing", Severity::Error, message, help))
        }
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(reason) => return unusable(reason, path, repository, releases),
    };
    let mut notebook = if ipynb::is_path(path) {
        ipynb::read(bytes)
    } else if std::str::from_utf8(bytes).is_err() || myst::looks_like_myst(bytes) {
        myst::read(bytes)
    } else if let Some(reason) = myst::other_format(bytes) {
        return unusable(reason, path, repository, releases);
    } else {
        let notebook = Notebook::default();
        let procedure = understand(&notebook, path, &repository.fields, releases).into_procedure();
        return Examined { notebook, procedure, outcome: Outcome::Plain, outputs: 0 };
    };
    if let Some(sidecar) = &contents.sidecar {
        let bytes = match sidecar {
            Content::Bytes(bytes) => Some(bytes.as_slice()),
            Content::TooLarge(_) | Content::Missing => None,
        };
        describe(&mut notebook, bytes, &repository.sidecar);
    }
    let unreadable = notebook.blocking().cloned();
    let understood = understand(&notebook, path, &repository.fields, releases);
    let (procedure, outcome) = match (unreadable, understood) {
        (Some(reason), understood) => (understood.into_procedure(), Outcome::Unusable(reason)),
        (None, Understood::Catalogued(procedure)) => (procedure, Outcome::Catalogued),
        (None, Understood::Uncatalogued(procedure)) => (procedure, Outcome::Uncatalogued),
        (None, Understood::Unusable { procedure, reason }) => (procedure, Outcome::Unusable(reason)),
    };
    let outputs = if ipynb::is_path(path) { bytes.len() } else { 0 };
    Examined { notebook, procedure, outcome, outputs }
}

/// A file of which nothing could be read.
fn unusable(reason: Diagnostic, path: &str, repository: &Repository, releases: Releases<'_>) -> Examined {
    let reason = reason.blocking();
    let notebook = Notebook { diagnostics: vec![reason.clone()], ..Notebook::default() };
    let procedure = understand(&notebook, path, &repository.fields, releases).into_procedure();
    Examined { notebook, procedure, outcome: Outcome::Unusable(reason), outputs: 0 }
}
