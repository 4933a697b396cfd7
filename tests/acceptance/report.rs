//! `huntshelf report` as people call it, beside `jupyter nbconvert` as they call that.

use acceptance::{program, python};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn notebook(more: Value) -> Value {
    let prose = |text: &str, tags: Value| json!({"cell_type": "markdown", "metadata": {"tags": tags}, "source": text});
    let mut cells = vec![
        prose("# A hunt\n\nWe looked at 4 hosts.", json!([])),
        prose("Run it twice.", json!(["remove_cell"])),
        json!({"cell_type": "raw", "metadata": {}, "source": "taegis investigations create"}),
        json!({"cell_type": "code", "metadata": {}, "source": "plot()", "execution_count": 1, "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "10.0.0.4\n"},
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": PNG, "text/plain": "<Figure>"}},
        ]}),
    ];
    if more != Value::Null {
        cells.push(more);
    }
    json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {"hunting": {"title": "A hunt"}}, "cells": cells})
}

fn folder(more: Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("nb.ipynb"), notebook(more).to_string()).expect("it can be written");
    folder
}

fn report(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program()).arg("report").args(arguments).current_dir(folder).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_markdown_and_its_pictures_are_those_of_the_published_command() {
    let folder = folder(Value::Null);
    let theirs = folder.path().join("theirs");
    fs::create_dir(&theirs).expect("a folder");
    fs::copy(folder.path().join("nb.ipynb"), theirs.join("nb.ipynb")).expect("it is copied");
    let done = Command::new(python::program("jupyter-nbconvert"))
        .args(["--to", "markdown", "--no-input", "nb.ipynb", "--TagRemovePreprocessor.enabled=True"])
        .args([
            "--TagRemovePreprocessor.remove_cell_tags",
            "remove_cell",
            "--TemplateExporter.exclude_raw=True",
        ])
        .current_dir(&theirs)
        .output()
        .expect("nbconvert runs");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let ours = report(folder.path(), &["nb.ipynb", "-o", "nb.md"]);
    assert_eq!(ours.status.code(), Some(0), "{}", text(&ours.stderr));
    for file in ["nb.md", "nb_files/nb_2_1.png"] {
        let (own, expected) = (fs::read(folder.path().join(file)), fs::read(theirs.join(file)));
        assert_eq!(own.expect(file), expected.expect(file), "{file}");
    }
    let told = report(folder.path(), &["nb.ipynb"]);
    assert_eq!(text(&told.stdout), text(&fs::read(theirs.join("nb.md")).expect("it is there")));
    let manifest = fs::read(folder.path().join("nb.md.manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    assert_eq!(manifest["removed"], json!([{"cell": 1, "why": "remove_cell"}, {"cell": 2, "why": "raw"}]));
    assert_eq!(
        (&manifest["report"]["name"], &manifest["files"][0]["name"]),
        (&json!("nb.md"), &json!("nb_files/nb_2_1.png"))
    );
    assert_eq!(manifest["gate"]["findings"], json!([]));
}

#[test]
fn the_gate_exits_with_1_and_a_list_and_is_passed_by_a_reason_or_a_key() {
    let folder =
        folder(json!({"cell_type": "markdown", "metadata": {}, "source": "Analyst note: ask Initech."}));
    let here = folder.path();
    fs::write(here.join("names.json"), r#"{"others": [{"names": ["Initech"]}]}"#).expect("it can be written");
    let stopped = report(here, &["nb.ipynb", "--names", "names.json", "-o", "out.md"]);
    assert_eq!((stopped.status.code(), text(&stopped.stdout)), (Some(1), String::new()));
    let said = text(&stopped.stderr);
    for expected in [
        "nb.ipynb: cell 4, line 1: another customer is named here [other-customer]",
        "[guidance]",
        "█████",
        "2 findings in nb.ipynb",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("Initech") && !here.join("out.md").exists());
    let keys: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("--accept ")).collect();
    let accepted =
        report(here, &["nb.ipynb", "--names", "names.json", "--accept", keys[0], "--accept", keys[1]]);
    assert_eq!(accepted.status.code(), Some(0), "{}", text(&accepted.stderr));
    let told = report(here, &["nb.ipynb", "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!((told.as_array().map(Vec::len), &told[0]["cell"]), (Some(1), &json!(4)));
    let out = report(here, &["nb.ipynb", "-o", "out.md", "--override", "Agreed."]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let manifest = fs::read(here.join("out.md.manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    assert_eq!(
        (&manifest["gate"]["overridden"], &manifest["gate"]["findings"][0]["code"]),
        (&json!("Agreed."), &json!("guidance"))
    );
    for wrong in
        [&["nowhere.ipynb"][..], &["nb.ipynb", "--names", "nb.ipynb"], &["nb.ipynb", "--override", " "]]
    {
        assert_eq!(report(here, wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_teams_cover_footer_and_words_come_from_its_file() {
    let folder = folder(json!({"cell_type": "markdown", "metadata": {}, "source": "nightjar"}));
    let here = folder.path();
    let team =
        "[report]\ncover = \"# {title} for {customer}\"\nfooter = \"Fabrikam\"\nwords = [\"Nightjar\"]\n";
    fs::write(here.join("team.toml"), team).expect("it can be written");
    let asked = ["nb.ipynb", "--config", "team.toml", "--format", "html", "--customer", "Globex <1>"];
    assert_eq!(report(here, &asked).status.code(), Some(1));
    let out = report(here, &[&asked[..], &["--override", "Agreed."]].concat());
    let page = text(&out.stdout);
    assert!(
        page.contains("A hunt for Globex &lt;1&gt;")
            && page.contains("<footer>")
            && page.contains("Fabrikam"),
        "{page}"
    );
    assert!(page.contains("data:image/png") && !page.contains("<script"), "{page}");
}

#[test]
fn a_pdf_is_printed_where_there_is_a_chromium_and_said_where_there_is_none() {
    let folder = folder(Value::Null);
    let printed = report(folder.path(), &["nb.ipynb", "--format", "pdf", "-o", "nb.pdf"]);
    if printed.status.code() == Some(0) {
        assert!(fs::read(folder.path().join("nb.pdf")).expect("it is there").starts_with(b"%PDF-"));
    } else {
        assert!(text(&printed.stderr).contains("there is no chromium"), "{}", text(&printed.stderr));
    }
    let mut command = Command::new(program());
    command.args(["report", "nb.ipynb", "--format", "pdf", "-o", "no.pdf"]).env("PATH", "/nowhere");
    let without = command.current_dir(folder.path()).output().expect("it runs");
    assert_eq!(without.status.code(), Some(2));
    assert!(text(&without.stderr).contains("there is no chromium"), "{}", text(&without.stderr));
}
