//! `huntshelf read`: procedures as we read them, for programs: rules of a team in another language begin here.

use super::files::{self, File};
use super::lint::trees::Trees;
use crate::clock::{Clock as _, SystemClock};
use anyhow::Context;
use catalog::attack::Release;
use catalog::instance::parameters;
use catalog::lint::{Around, lint_in};
use catalog::notebook::{CellKind, Notebook, ipynb, myst};
use catalog::procedure::{Understood, understand};
use catalog::query::{QueryKind, queries};
use catalog::repository::FieldMapping;
use clap::Args;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::path::PathBuf;

/// Write procedures as JSON, one a line, as they are read here
///
/// Each holds path, id, title, hunting, metadata, lines, cells, parameters, queries and diagnostics; the latter are those of
/// `huntshelf lint` with the team's settings. Files that are no notebooks are left out.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Notebooks, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The file with the table [lint], in place of the repository's own
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ReadArgs) -> anyhow::Result<()> {
    let paths = files::found(&args.paths)?;
    let trees = Trees::of(&paths, args.config.as_deref())?;
    let today = SystemClock.now().date_naive();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in paths {
        let File { path, name, bytes } = files::read(path)?;
        let is_json = ipynb::is_path(&name);
        if !is_json && !myst::looks_like_myst(&bytes) {
            continue;
        }
        let notebook = if is_json { ipynb::read(&bytes) } else { myst::read(&bytes) };
        let understood = understand(&notebook, &name, &FieldMapping::default(), Release::current());
        if is_json && matches!(understood, Understood::Uncatalogued(_)) {
            continue;
        }
        let procedure = understood.into_procedure();
        let placed = trees.place(&path).with_context(|| format!("{name} cannot be found any more"))?;
        let around = Around { path: &placed.path, today: Some(today), files: Some(placed.files()) };
        let findings = lint_in(&notebook, &procedure, &placed.settings(), &around);
        let diagnostics: Vec<_> = findings.into_iter().map(|finding| finding.diagnostic).collect();
        let line = json!({
            "path": name,
            "id": procedure.id,
            "title": procedure.title,
            "description": procedure.description,
            "techniques": procedure.techniques.iter().map(|technique| &technique.id).collect::<Vec<_>>(),
            "tactics": procedure.tactics.iter().map(|tactic| &tactic.id).collect::<Vec<_>>(),
            "data_sources": procedure.data_sources,
            "tags": procedure.tags,
            "authors": procedure.authors,
            "platforms": procedure.platforms,
            "service": procedure.service,
            "hunting": notebook.hunting(),
            "metadata": notebook.metadata,
            "lines": lines(&notebook),
            "cells": cells(&notebook),
            "parameters": parameters(&notebook),
            "queries": asked(&notebook),
            "diagnostics": diagnostics,
        });
        writeln!(out, "{line}").context("standard output is closed")?;
    }
    out.flush().context("standard output is closed")
}

/// The lines of the keys of the front matter, by dotted path.
fn lines(notebook: &Notebook) -> Map<String, Value> {
    let lines = &notebook.layout.front_matter_lines;
    lines.iter().map(|(path, line)| (path.clone(), json!(line))).collect()
}

fn cells(notebook: &Notebook) -> Vec<Value> {
    let kind = |kind| match kind {
        CellKind::Markdown => "markdown",
        CellKind::Code => "code",
        CellKind::Raw => "raw",
    };
    let one = |(index, cell): (usize, &catalog::notebook::Cell)| {
        json!({
            "index": index,
            "kind": kind(cell.kind),
            "tags": cell.tags().collect::<Vec<_>>(),
            "metadata": cell.metadata,
            "line": cell.source_line,
            "source": cell.source,
        })
    };
    notebook.cells.iter().enumerate().map(one).collect()
}

fn asked(notebook: &Notebook) -> Vec<Value> {
    let one = |query: catalog::query::Query| {
        json!({
            "cell": query.cell,
            "line": query.line,
            "shown": query.kind == QueryKind::Shown,
            "language": query.language.map(catalog::query::QueryLanguage::label),
            "data_sources": query.data_sources,
            "fields": query.fields,
            "look_back": query.look_back,
            "tenant": query.tenant,
            "assigned": query.assigned,
            "text": query.text,
        })
    };
    queries(notebook).into_iter().map(one).collect()
}
