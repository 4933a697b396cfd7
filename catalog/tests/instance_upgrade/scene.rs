//! A procedure that is edited upstream, and a copy of it that a hunter works with.

use catalog::instance::{
    Hold, Older, Prepared, Refusal, Request, TenantFields, Upgraded, Vocabulary, Window, blob_id, handed_out,
    prepare, upgrade,
};
use catalog::notebook::{Cell, CellKind, Metadata, Notebook, ipynb, myst};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A cell of the procedure.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) kind: CellKind,
    pub(crate) tags: &'static str,
    pub(crate) text: String,
}

pub(crate) fn piece(kind: CellKind, tags: &'static str, text: &str) -> Piece {
    Piece { kind, tags, text: text.to_owned() }
}

/// A procedure with all that a template has.
pub(crate) fn pieces() -> Vec<Piece> {
    use CellKind::{Code, Markdown};
    vec![
        piece(Markdown, "", "# Scheduled tasks that nobody made\n\nWhat this looks for, and why."),
        piece(Markdown, "remove_cell", "For the hunter: run all cells, then fill in what is asked."),
        piece(
            Code,
            "parameters",
            "TENANT_ID: str = None\nREGION = \"us1\"\nEARLIEST = \"-7d\"\nLATEST = \"now\"\nLIMIT = 100",
        ),
        piece(Markdown, "", "## The query\n\nTasks that were registered by others than the usual ones."),
        piece(
            Code,
            "",
            "%%taegis alerts search --tenant $TENANT_ID --region $REGION --earliest $EARLIEST --latest $LATEST --limit $LIMIT --assign rows\nFROM process WHERE image CONTAINS 'schtasks'",
        ),
        piece(Code, "", "hits = rows[rows.image != 'known.exe']\nhits.groupby('host').size()"),
        piece(Markdown, "analyst_input", "*Replace this text with what you found.*"),
        piece(Code, "", "table = hits.sort_values('time').head(LIMIT)\ntable"),
        piece(Markdown, "analyst_input", "*Replace this text with what you recommend.*"),
        piece(Code, "", "%taegis investigations create --title hunt --tenant $TENANT_ID"),
        piece(Markdown, "", "That is all. Thank you for reading this far."),
    ]
}

/// The procedure as a file.
pub(crate) fn written(pieces: &[Piece]) -> Vec<u8> {
    let mut text = String::from(
        "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {extension: .md, format_name: myst, format_version: 0.13}\nkernelspec: {name: python3, display_name: Python 3, language: python}\nhunting: {id: tasks, title: Tasks}\n---\n",
    );
    for piece in pieces {
        let tags: Vec<&str> = piece.tags.split_whitespace().collect();
        match piece.kind {
            CellKind::Markdown => {
                text.push_str(&format!("\n+++ {}\n\n{}\n", json!({ "tags": tags }), piece.text));
            }
            _ => {
                text.push_str(&format!(
                    "\n```{{code-cell}}\n:tags: {}\n\n{}\n```\n",
                    json!(tags),
                    piece.text
                ));
            }
        }
    }
    text.into_bytes()
}

/// A commit and what it left.
pub(crate) struct Revision {
    pub(crate) commit: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) notebook: Notebook,
}

pub(crate) fn revision(number: usize, pieces: &[Piece]) -> Revision {
    let bytes = written(pieces);
    let notebook = myst::read(&bytes);
    assert!(notebook.blocking().is_none(), "{:?}", notebook.blocking());
    Revision { commit: format!("{number:040}"), bytes, notebook }
}

/// With what copies are made.
pub(crate) struct With {
    pub(crate) hold: Hold,
    pub(crate) parameters: Metadata,
}

impl Default for With {
    fn default() -> Self {
        let parameters = json!({ "LIMIT": 25 }).as_object().expect("a mapping").clone();
        Self { hold: Hold::Writes, parameters }
    }
}

pub(crate) fn asking<T>(revision: &Revision, with: &With, work: impl FnOnce(&Request<'_>) -> T) -> T {
    let tenant = TenantFields {
        key: "0145483".into(),
        name: "Ward".into(),
        region: "mock".into(),
        service: "taegis".into(),
        ..TenantFields::default()
    };
    let at = |text: &str| text.parse().expect("a time");
    work(&Request {
        notebook: &revision.notebook,
        procedure: Some("tasks"),
        repo: Some("hunts"),
        path: Some("tasks.md"),
        commit: Some(&revision.commit),
        blob: &blob_id(&revision.bytes),
        tenant: Some(&tenant),
        window: Some(Window { from: at("2026-11-01T00:00:00Z"), to: at("2026-11-08T00:00:00Z") }),
        parameters: &with.parameters,
        hold: with.hold,
        vocabulary: &Vocabulary::default(),
        attack: Some("19.2"),
    })
}

pub(crate) fn copy(revision: &Revision, with: &With) -> Prepared {
    asking(revision, with, prepare).expect("a copy")
}

/// Takes a copy to a revision, as the server does: `of` is the one that it was made of.
pub(crate) fn upgraded(
    copy: &[u8],
    of: &Revision,
    worked: &Notebook,
    to: &Revision,
    with: &With,
    apply: &[String],
) -> Result<Upgraded, Refusal> {
    let handed = ipynb::read(copy);
    let base = handed_out(&handed, Some(&of.bytes), &Vocabulary::default());
    let older = Older {
        base: &base,
        worked,
        commit: Some(&of.commit),
        copy: &sha256(copy),
        notebook: Some(&sha256(&ipynb::write(worked))),
    };
    let apply: BTreeSet<String> = apply.iter().cloned().collect();
    asking(to, with, |request| upgrade(&older, request, &apply))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

pub(crate) fn cell(kind: CellKind, tags: &[&str], text: impl Into<String>) -> Cell {
    let mut cell = Cell::new(kind, text);
    cell.metadata.insert("tags".to_owned(), json!(tags));
    cell
}

/// Has every cell of code put something out.
pub(crate) fn run(notebook: &mut Notebook) {
    for (number, cell) in notebook.cells.iter_mut().enumerate() {
        if cell.kind == CellKind::Code {
            cell.execution_count = u32::try_from(number).ok();
            cell.outputs = vec![json!({"output_type": "stream", "name": "stdout", "text": "an-output"})];
            cell.metadata.insert("execution".to_owned(), json!({"iopub.execute_input": "an-output"}));
        }
    }
    notebook.metadata.insert("widgets".to_owned(), json!({"state": "an-output"}));
}
