//! `huntshelf lint` as people, editors and CI call it.

mod schemas;
mod team;
mod verdicts;

use acceptance::{git, procedure, program};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A procedure in which the linter finds nothing.
const CLEAN: &str = "---
jupytext:
  notebook_metadata_filter: hunting
  text_representation: {extension: .md, format_name: myst, format_version: 0.13}
kernelspec: {name: python3, display_name: Python 3, language: python}
hunting:
  title: A hunt
  id: a-hunt
  description: It hunts.
  attack_technique_ids: [T1059.001]
  data_sources: [process]
  tags: [one]
---

# A hunt

```{code-cell} ipython3
print(1)
```
";

/// Another procedure, with this in its cell.
fn other(code: &str) -> String {
    CLEAN.replace("id: a-hunt", "id: b-hunt").replace("print(1)", code)
}

fn lint(folder: &Path, arguments: &[&str]) -> Output {
    run(folder, "lint", arguments)
}

fn run(folder: &Path, command: &str, arguments: &[&str]) -> Output {
    Command::new(program()).arg(command).args(arguments).current_dir(folder).output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with a clean file and one with an error on line 17, column 7, and a warning.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("clean.md"), CLEAN).expect("it can be written");
    let wrong = other("print(hitz)").replace("  notebook_metadata_filter: hunting\n", "");
    fs::write(folder.path().join("wrong, 50%.md"), wrong).expect("it can be written");
    fs::write(folder.path().join("README.md"), "# Not a notebook\n").expect("it can be written");
    folder
}

#[test]
fn it_exits_with_0_when_clean_1_when_there_are_errors_and_2_when_it_could_not_look() {
    let folder = folder();
    let clean = lint(folder.path(), &["clean.md"]);
    assert_eq!((clean.status.code(), said(&clean)), (Some(0), String::new()));
    assert_eq!(lint(folder.path(), &["."]).status.code(), Some(1));
    for wrong in [&["nowhere.md"][..], &["--config", "nowhere.toml", "."], &["--explain", "nothing"], &[]] {
        assert_eq!(lint(folder.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
    let warned = CLEAN.replace("  notebook_metadata_filter: hunting\n", "");
    fs::write(folder.path().join("warned.md"), warned).expect("it can be written");
    assert_eq!(lint(folder.path(), &["warned.md"]).status.code(), Some(0));
}

#[test]
fn what_could_not_be_looked_at_does_not_read_like_a_clean_result() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("README.md"), "# Not a notebook\n").expect("it can be written");
    assert_eq!(lint(folder.path(), &["."]).status.code(), Some(2));
    // Latin-1, with the marks of a notebook.
    let latin = [CLEAN.as_bytes(), b"\ncaf\xe9\n"].concat();
    fs::write(folder.path().join("latin.md"), &latin).expect("it can be written");
    let large = format!("{CLEAN}\n{}\n", "words ".repeat(4 << 20));
    fs::write(folder.path().join("large.md"), large).expect("it can be written");
    let done = lint(folder.path(), &["--fix", "."]);
    let told = said(&done);
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(told.contains("latin.md:21") && told.contains("[not-utf8]"), "{told}");
    assert!(told.contains("large.md") && told.contains("[too-large]"), "{told}");
    assert_eq!(fs::read(folder.path().join("latin.md")).expect("it is there"), latin);
    let team = format!("[lint]\n# {}\n", "x".repeat(300 << 10));
    fs::write(folder.path().join("team.toml"), team).expect("it can be written");
    assert_eq!(lint(folder.path(), &["--config", "team.toml", "."]).status.code(), Some(2));
}

#[test]
fn people_see_the_line_and_a_mark_below_it() {
    let told = said(&lint(folder().path(), &["."]));
    assert!(told.contains("wrong, 50%.md:17:7: error: nothing defines `hitz` [name-undefined]"), "{told}");
    assert!(told.contains("     17 | print(hitz)\n        |       ^\n"), "{told}");
    assert!(told.contains("(--fix does it)") && !told.contains("README"), "{told}");
}

#[test]
fn programs_read_json_sarif_junit_and_github() {
    let folder = folder();
    let json: Value =
        serde_json::from_str(&said(&lint(folder.path(), &["--format", "json", "."]))).expect("JSON");
    assert_eq!(json["files"], 2);
    let codes: Vec<&str> =
        json["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["hunting-not-kept", "name-undefined"]);

    let sarif: Value =
        serde_json::from_str(&said(&lint(folder.path(), &["--format", "sarif", "."]))).expect("JSON");
    let run = &sarif["runs"][0];
    let result = &run["results"][1];
    assert_eq!(result["ruleId"], "name-undefined");
    let rule =
        &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], "name-undefined");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "wrong%2C%2050%25.md");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&17.into(), &7.into()));

    let junit = said(&lint(folder.path(), &["--format", "junit", "."]));
    assert!(junit.contains("<testsuites name=\"huntshelf lint\" tests=\"3\" failures=\"2\">"), "{junit}");
    assert!(junit.contains("name=\"name-undefined at line 17\" classname=\"wrong, 50%.md\""), "{junit}");

    let github = said(&lint(folder.path(), &["--format", "github", "."]));
    let line = "::error file=wrong%2C 50%25.md,line=17,col=7,title=name-undefined::nothing defines `hitz`";
    assert!(github.contains(line), "{github}");
}

#[test]
fn only_what_differs_from_a_revision_is_looked_at() {
    let folder = folder();
    let at = folder.path();
    git(at, ["init", "--quiet"]);
    git(at, ["add", "."]);
    git(at, ["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "One"]);
    let looked = |arguments: &[&str]| -> u64 {
        let done = lint(at, &[&["--format", "json", "--since", "HEAD"], arguments].concat());
        serde_json::from_str::<Value>(&said(&done)).expect("JSON")["files"].as_u64().unwrap()
    };
    assert_eq!(looked(&["."]), 0);
    fs::write(at.join("clean.md"), format!("{CLEAN}\nWords.\n")).expect("it can be written");
    fs::write(at.join("new.md"), procedure("new", "New", "T1059", "Text.")).expect("it can be written");
    assert_eq!(looked(&["."]), 2);
    assert_eq!(looked(&["new.md"]), 1);
    assert_eq!(lint(at, &["--since", "nowhere", "."]).status.code(), Some(2));
    assert_eq!(lint(at, &["--since", "--output=x", "."]).status.code(), Some(2));
    assert!(!at.join("x").exists());
}

#[test]
fn what_is_certain_is_mended_in_the_file() {
    let folder = folder();
    lint(folder.path(), &["--fix", "."]);
    let mended = fs::read_to_string(folder.path().join("wrong, 50%.md")).expect("it is there");
    assert_eq!(mended, other("print(hitz)"));
    assert_eq!(fs::read_to_string(folder.path().join("clean.md")).expect("it is there"), CLEAN);
}

#[test]
fn the_repository_s_own_file_says_how_bad_a_rule_is() {
    let folder = folder();
    git(folder.path(), ["init", "--quiet"]);
    let team = "[lint]\ncell-lines = 5\n[lint.rules]\nname-undefined = \"off\"\nno-such-rule = \"error\"\n";
    fs::write(folder.path().join("huntshelf.toml"), team).expect("it can be written");
    let done = lint(folder.path(), &["."]);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{told}");
    assert!(told.contains("there is no rule `no-such-rule`"), "{told}");
    fs::write(folder.path().join("huntshelf.toml"), "[lint]\n\ncell-lines = \"many\"\n")
        .expect("it can be written");
    let done = lint(folder.path(), &["."]);
    assert_eq!(done.status.code(), Some(2));
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(told.contains("huntshelf.toml:3:"), "{told}");
}

#[test]
fn rules_explain_themselves() {
    let folder = folder();
    let all = said(&lint(folder.path(), &["--explain"]));
    assert!(all.contains("Metadata\n") && all.contains("  hunting-not-kept"), "{all}");
    let one = said(&lint(folder.path(), &["--explain", "tag-misspelt"]));
    assert!(one.starts_with("tag-misspelt (Tags, warning)\n\n# A tag that nearly is one"), "{one}");
}
