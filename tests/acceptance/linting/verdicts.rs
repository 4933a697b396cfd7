//! The same rules, written in `huntshelf.toml` and in pytest, give the same verdicts.

use super::{CLEAN, lint, run, said};
use acceptance::{Server, Settings, python, workspace};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Five rules of a team.
const TEAM: &str = "[lint.keys.owner]
type = \"text\"
required = true
pattern = \"^[a-z]+$\"

[lint.keys.maturity]
choices = [\"draft\", \"tried\", \"trusted\"]

[[lint.text]]
code = \"no-ticket\"
pattern = 'HUNT-\\d+'
message = \"a number of ours\"

[[lint.text]]
code = \"no-sleep\"
pattern = '^[ \\t]*time\\.sleep\\('
in = \"code\"
message = \"it waits\"
severity = \"error\"

[[lint.text]]
code = \"no-select-all\"
pattern = '(?i)select +\\*'
in = \"query\"
message = \"it asks for every field\"
";

/// The same for pytest.
const TESTS: &str = r#"import re

import pytest


@pytest.mark.huntshelf(code="key-missing", severity="warning")
def test_owner_is_there(procedure):
    if not procedure.hunting.get("owner"):
        procedure.fail("no owner", key="")


@pytest.mark.huntshelf(code="key-invalid", severity="warning")
def test_owner(procedure):
    owner = procedure.hunting.get("owner")
    if owner and not re.search("^[a-z]+$", owner):
        procedure.fail("no such owner", key="owner")


@pytest.mark.huntshelf(code="key-invalid", severity="warning")
def test_maturity(procedure):
    if procedure.hunting.get("maturity", "draft") not in ("draft", "tried", "trusted"):
        procedure.fail("no such maturity", key="maturity")


@pytest.mark.huntshelf(severity="warning")
def test_no_ticket(procedure):
    for cell in procedure.prose:
        if found := re.search(r"HUNT-\d+", cell.source):
            procedure.fail("a number of ours", cell=cell, at=found.start())


def test_no_sleep(procedure):
    for cell in procedure.code + procedure.raw:
        if found := re.search(r"^[ \t]*time\.sleep\(", cell.source, re.M):
            procedure.fail("it waits", cell=cell, at=found.start())


@pytest.mark.huntshelf(severity="warning")
def test_no_select_all(procedure):
    for query in procedure.queries:
        if found := re.search(r"select +\*", query["text"] or "", re.I):
            procedure.fail("it asks for every field", line=query["line"] + query["text"].count("\n", 0, found.start()))
"#;

/// A file, a line and a rule.
type Verdict = (String, u64, String);

fn hunts(at: &Path) {
    let owned = CLEAN.replace("tags: [one]", "tags: [one]\n  owner: maren");
    let cell = |source: &str| owned.replace("print(1)", source);
    for (name, text) in [
        ("good.md", owned.clone()),
        ("unowned.md", CLEAN.to_owned()),
        ("owner.md", CLEAN.replace("tags: [one]", "tags: [one]\n  owner: Maren O.\n  maturity: old")),
        ("ticket.md", format!("{owned}\nFirst seen in\nHUNT-12.\n")),
        ("sleep.md", cell("import time\n\ntime.sleep(1)  # HUNT-1\nprint(time)")),
        ("query.md", cell("%%sql\nSELECT a\nFROM (select  *\nFROM process)")),
        ("shown.md", format!("{owned}\n```sql\nSELECT * FROM process\n```\n")),
    ] {
        fs::write(at.join(name), text).expect("it can be written");
    }
    fs::write(at.join("huntshelf.toml"), TEAM).expect("it can be written");
    fs::write(at.join("test_rules.py"), TESTS).expect("it can be written");
}

fn pytest(at: &Path, arguments: &[&str]) -> Output {
    Command::new(python::interpreter())
        .args([
            "-m",
            "pytest",
            "-p",
            "huntshelf_pytest.plugin",
            "-p",
            "no:cacheprovider",
            "-q",
            "--huntshelf",
        ])
        .arg(acceptance::program())
        .args(arguments)
        .env("PYTHONPATH", workspace().join("python/src"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(at)
        .output()
        .expect("pytest runs")
}

/// What the linter says, of the rules that pytest has too.
fn of_lint(at: &Path) -> BTreeSet<Verdict> {
    let ours = ["key-missing", "key-invalid", "no-ticket", "no-sleep", "no-select-all"];
    let json: Value = serde_json::from_str(&said(&lint(at, &["--format", "json", "."]))).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings
        .map(|one| (text(&one["path"]), one["line"].as_u64().expect("a number"), text(&one["code"])))
        .filter(|(.., code)| ours.contains(&code.as_str()))
        .collect()
}

#[test]
fn the_same_rules_in_the_team_s_file_and_in_pytest_give_the_same_verdicts() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    hunts(at);
    let ours = of_lint(at);
    assert_eq!(ours.len(), 7, "{ours:?}");
    let done = pytest(at, &["--junitxml", "lint.xml"]);
    let told = said(&done);
    assert_eq!(done.status.code(), Some(1), "{told}{}", String::from_utf8_lossy(&done.stderr));
    for (path, line, _) in &ours {
        assert!(told.contains(&format!("{path}:{line}: ")), "{path}:{line} is named:\n{told}");
    }
    // They come to the catalog as JUnit XML, and stand there as they were found.
    let server = Server::start(Settings::default());
    let client = server.client();
    let repo = client.json("/api/v1/repos")["repos"][0]["name"].as_str().expect("a name").to_owned();
    let xml = fs::read_to_string(at.join("lint.xml")).expect("it was written");
    let commit = "a".repeat(40);
    let path = format!("/api/v1/repos/{repo}/lint-results?tool=pytest&commit={commit}");
    let taken = client.send_text("POST", &path, "application/xml", &xml);
    assert_eq!(taken.status, 201, "{}", taken.text());
    let shown = client.json(&format!("/api/v1/repos/{repo}/lint-results"));
    let results = shown["tools"][0]["results"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let theirs: BTreeSet<Verdict> = results
        .iter()
        .map(|one| (text(&one["path"]), one["line"].as_u64().expect("a number"), text(&one["code"])))
        .collect();
    assert_eq!(theirs, ours);
    let severity =
        |code: &str| results.iter().find(|one| one["code"] == code).map(|one| text(&one["severity"]));
    assert_eq!((severity("no-sleep"), severity("no-ticket")), (Some("error".into()), Some("warning".into())));
}

#[test]
fn a_plain_assertion_names_the_procedure_and_a_program_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    hunts(at);
    let plain = "def test_all(procedures):\n    assert len(procedures) == 7\n\n\ndef test_title(procedure):\n    assert procedure.title == 'Else'\n";
    fs::write(at.join("test_rules.py"), plain).expect("it can be written");
    let done = pytest(at, &["--huntshelf-path", "good.md", "--huntshelf-path", "owner.md"]);
    let told = said(&done);
    assert!(told.contains("test_title[owner.md]") && told.contains("assert 2 == 7"), "{told}");
    let done = pytest(at, &["--huntshelf", "no-such-program"]);
    assert_eq!(done.status.code(), Some(2));
    let told = said(&done) + &String::from_utf8_lossy(&done.stderr);
    assert!(told.contains("name it with --huntshelf"), "{told}");
}

#[test]
fn the_package_s_own_tests_pass() {
    let done = pytest(&workspace().join("python"), &["tests"]);
    assert!(done.status.success(), "{}", said(&done));
}

#[test]
fn procedures_are_written_as_json_one_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    hunts(folder.path());
    fs::write(folder.path().join("README.md"), "# Not a notebook\n").expect("it can be written");
    let done = run(folder.path(), "read", &["."]);
    assert!(done.status.success(), "{done:?}");
    let procedures: Vec<Value> =
        said(&done).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(procedures.len(), 7);
    let query = procedures.iter().find(|one| one["path"] == "query.md").expect("it is read");
    assert_eq!(query["hunting"]["owner"], "maren");
    assert_eq!(query["lines"]["hunting.owner"], 13);
    assert_eq!((&query["cells"][1]["kind"], &query["cells"][1]["line"]), (&"code".into(), &19.into()));
    assert_eq!(query["queries"][0]["line"], 20);
    assert!(
        query["diagnostics"].as_array().expect("a list").iter().any(|one| one["code"] == "no-select-all")
    );
}
