//! `huntshelf convert --draft` as people call it: the draft is written, what was done to it is said, and it lints.

use acceptance::program;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).current_dir(folder).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let notebook = json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# Psexec at tenant 887766\n\nWho runs psexec, and from where?"},
        {"cell_type": "code", "metadata": {}, "execution_count": 2, "outputs": [{"output_type": "stream", "name": "stdout", "text": "887766"}],
         "source": "%%taegis events search --tenant 887766 --region delta --assign rows\nFROM process WHERE image_path CONTAINS 'psexec' EARLIEST=-3d"},
    ]});
    fs::write(folder.path().join("psexec.ipynb"), notebook.to_string()).expect("it can be written");
    folder
}

#[test]
fn a_notebook_becomes_a_draft_that_lints_without_errors() {
    let folder = folder();
    let done = run(folder.path(), &["convert", "--draft", "psexec.ipynb", "psexec.md"]);
    let said = text(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("to be looked at: ") || said.contains("changed: "), "{said}");
    let draft = fs::read_to_string(folder.path().join("psexec.md")).expect("it is written");
    assert!(draft.contains("--tenant $TENANT_ID") && draft.contains("EARLIEST: str = \"-3d\""), "{draft}");
    assert!(!draft.contains("887766") && !said.contains("887766"), "{draft}{said}");
    let linted = run(folder.path(), &["lint", "psexec.md"]);
    assert!(linted.status.success(), "{}", text(&linted.stdout));
}

#[test]
fn programs_get_the_draft_and_its_notes_as_json() {
    let folder = folder();
    let input = fs::File::open(folder.path().join("psexec.ipynb")).expect("it is there");
    let done = Command::new(program())
        .args(["convert", "--draft", "--json"])
        .stdin(input)
        .output()
        .expect("it runs");
    let told: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert!(told["source"].as_str().is_some_and(|source| source.contains("NOT HUNTABLE")), "{told}");
    assert!(
        told["notes"].as_array().is_some_and(|notes| notes.iter().any(|note| note["kind"] == "suggested")),
        "{told}"
    );
    fs::write(folder.path().join("none.ipynb"), "{}").expect("it can be written");
    assert_eq!(run(folder.path(), &["convert", "--draft", "none.ipynb", "none.md"]).status.code(), Some(1));
    assert!(!folder.path().join("none.md").exists());
}
