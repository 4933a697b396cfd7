//! Our reading and writing of notebooks beside jupytext's and nbformat's.
//!
//! The catalog's own functions are called, in this process: a thousand processes would say the same, slowly.

mod command_line;
mod comparing;
mod jupyter;
mod reading;
mod writing;

use acceptance::{git, python, workspace};
use catalog::notebook::{CellKind, Notebook};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A text and what it is called in a message.
struct Case {
    name: String,
    text: String,
}

/// Cells as jupytext tells them.
fn cells(notebook: &Notebook) -> Value {
    let told = |kind| match kind {
        CellKind::Markdown => "markdown",
        CellKind::Code => "code",
        CellKind::Raw => "raw",
    };
    notebook
        .cells
        .iter()
        .map(|cell| json!({"cell_type": told(cell.kind), "metadata": cell.metadata, "source": cell.source}))
        .collect()
}

/// Whether two values are the same. Numbers are compared as Python writes them, and `__odd__` stands for what JSON has no
/// type for and we keep as text.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::String(_), Value::Object(map)) if map.contains_key("__odd__") => true,
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(value, other)| same(value, other))
        }
        _ => ours == theirs,
    }
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// The texts in a folder whose names end in `ending`, by name.
fn texts_in(folder: &Path, ending: &str) -> Vec<Case> {
    let listed = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = listed
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    paths.sort();
    let case = |path: PathBuf| Case {
        name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        text: std::fs::read_to_string(&path).expect("UTF-8"),
    };
    paths.into_iter().map(case).collect()
}

/// The procedures that the program brings with it.
fn starter() -> Vec<Case> {
    texts_in(&workspace().join("catalog/procedures"), "md")
}

/// The notebooks that jupytext tests itself with, or none where `tests/run setup` has not fetched them, which is said.
fn jupytext_notebooks() -> Option<PathBuf> {
    let folder = std::env::var_os("HUNTSHELF_JUPYTEXT_PAIRS")
        .map_or_else(|| workspace().join("tests/.cache/jupytext-1.19.6/tests/data/notebooks"), PathBuf::from);
    let found = folder.join("outputs/ipynb_to_myst").is_dir();
    if !found {
        eprintln!("skipped: jupytext's pairs are not at {}: run `tests/run setup`", folder.display());
    }
    found.then_some(folder)
}

/// Each text of a notebook that ever was in a repository, once.
fn versions(repository: &Path) -> Vec<Case> {
    let log =
        git(repository, ["log", "--format=", "--raw", "--no-abbrev", "--no-renames", "main", "--", "*.md"]);
    let mut blobs: Vec<(String, String)> = String::from_utf8_lossy(&log)
        .lines()
        .filter_map(|line| {
            let (facts, path) = line.split_once('\t')?;
            let blob = facts.split(' ').nth(3)?;
            (!blob.bytes().all(|digit| digit == b'0')).then(|| (blob.to_owned(), path.to_owned()))
        })
        .collect();
    blobs.sort();
    blobs.dedup_by(|one, other| one.0 == other.0);
    blobs
        .into_iter()
        .filter_map(|(blob, path)| {
            let text = String::from_utf8(git(repository, ["cat-file", "blob", &blob])).ok()?;
            (text.contains("{code-cell}") || text.contains("format_name: myst"))
                .then(|| Case { name: format!("{path} {blob}"), text })
        })
        .collect()
}

/// Fails with the first of what differs: thousands of lines help nobody.
fn assert_none(what: &str, different: &[String], of: usize) {
    let some: Vec<&str> = different.iter().take(8).map(String::as_str).collect();
    assert!(some.is_empty(), "{what}: {} of {of} differ\n{}", different.len(), some.join("\n"));
}

/// What `tests/conformance/jupytext_cells.py` says of texts in one format.
fn ask(cases: &[Case], format: &str) -> Vec<Value> {
    let asked: Value =
        cases.iter().map(|case| json!({"name": case.name, "text": case.text, "format": format})).collect();
    let answer = python::ask("jupytext_cells.py", &asked);
    answer.as_array().expect("a list").clone()
}
