//! What a team asks for, in files of its own.

use super::{CLEAN, lint, said};
use acceptance::git;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn write(at: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = at.join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
}

/// What is told of a folder: path, code, severity and line.
fn told(at: &Path, arguments: &[&str]) -> Vec<(String, String, String, u64)> {
    let done = lint(at, &[&["--format", "json"], arguments].concat());
    let json: Value = serde_json::from_str(&said(&done)).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&done.stderr));
    });
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings
        .map(|one| {
            (
                text(&one["path"]),
                text(&one["code"]),
                text(&one["severity"]),
                one["line"].as_u64().expect("a number"),
            )
        })
        .collect()
}

#[test]
fn a_file_in_any_folder_applies_below_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    git(at, ["init", "--quiet"]);
    let empty = format!("{CLEAN}\n## Nothing\n");
    write(
        at,
        &[
            (
                "huntshelf.toml",
                "[lint.rules]\nsection-empty = \"error\"\n[lint.paths.\"drafts/**\"]\nsection-empty = \"off\"\n[lint.keys.owner]\nrequired = true\nseverity = \"info\"\n",
            ),
            ("a.md", &empty),
            ("drafts/b.md", &empty.replace("id: a-hunt", "id: b-hunt")),
            (
                "deep/huntshelf.toml",
                "[lint]\nnames = [\"Contoso\"]\n[lint.rules]\nsection-empty = \"warning\"\n",
            ),
            (
                "deep/er/c.md",
                &format!("{empty}\nContoso\n").replace("id: a-hunt", "id: c-hunt\n  owner: maren"),
            ),
        ],
    );
    let found = |path: &str, code: &str, severity: &str, line| {
        (path.to_owned(), code.to_owned(), severity.to_owned(), line)
    };
    let wanted = [
        found("a.md", "key-missing", "info", 6),
        found("a.md", "section-empty", "error", 21),
        found("deep/er/c.md", "name-in-file", "error", 24),
        found("drafts/b.md", "key-missing", "info", 6),
    ];
    assert_eq!(told(at, &["."]), wanted);
    // From within, and of one file alone.
    assert_eq!(told(&at.join("deep/er"), &["c.md"]), [found("c.md", "name-in-file", "error", 24)]);
    // A file that is named takes the place of all.
    write(at, &[("other.toml", "[lint.rules]\nsection-empty = \"off\"\n")]);
    assert_eq!(told(at, &["--config", "other.toml", "."]), []);
    // One that cannot be used ends the command.
    write(at, &[("deep/huntshelf.toml", "[lint]\nname = []\n")]);
    let done = lint(at, &["."]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("deep/huntshelf.toml:2:"), "{done:?}");
}

#[test]
fn old_sins_are_not_told_until_they_are_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let wrong = CLEAN.replace("print(1)", "print(hitz)");
    write(at, &[("a.md", &wrong), ("b.md", CLEAN)]);
    assert_eq!(lint(at, &["."]).status.code(), Some(1));
    let done = lint(at, &["--write-baseline", "old.json", "."]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(lint(at, &["--baseline", "old.json", "."]).status.code(), Some(0));
    // Lines above it come; another of the kind is new.
    let moved = wrong
        .replace("# A hunt\n", "# A hunt\n\nWords.\n")
        .replace("print(hitz)", "print(hitz)\nprint(hotz)");
    write(at, &[("a.md", &moved)]);
    let codes: Vec<_> =
        told(at, &["--baseline", "old.json", "."]).into_iter().map(|one| (one.1, one.3)).collect();
    assert_eq!(codes, [("name-undefined".to_owned(), 21)]);
    write(at, &[("a.md", CLEAN)]);
    let done = lint(at, &["--baseline", "old.json", "."]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("mended, and can go from old.json: name-undefined in a.md: print(hitz)"), "{said}");
    assert_eq!(lint(at, &["--baseline", "nowhere.json", "."]).status.code(), Some(2));
    assert_eq!(lint(at, &["--baseline", "a.md", "."]).status.code(), Some(2));
}

#[test]
fn links_are_looked_for_in_the_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    git(at, ["init", "--quiet"]);
    let links = format!("{CLEAN}\n[there](../notes/a.md) [not](b.md)\n\n[out](../../../etc/passwd)\n");
    write(at, &[("notes/a.md", "# A\n"), ("hunts/x.md", &links)]);
    let found: Vec<_> = told(at, &["hunts"]).into_iter().map(|one| (one.1, one.3)).collect();
    assert_eq!(found, [("link-broken".to_owned(), 21), ("link-broken".to_owned(), 23)]);
}

#[test]
fn the_team_s_own_rules_explain_themselves() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = "[[lint.text]]\ncode = \"no-ticket\"\npattern = 'HUNT-\\d+'\nmessage = \"a number of ours\"\nhelp = \"name the hunt\"\n";
    write(folder.path(), &[("huntshelf.toml", own)]);
    let page = said(&lint(folder.path(), &["--explain", "no-ticket"]));
    assert!(page.contains("# a number of ours\n\nname the hunt\n\nWhat it finds: `HUNT-\\d+`"), "{page}");
}

#[test]
fn two_files_of_one_id_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &[("a.md", CLEAN), ("b.md", CLEAN), ("c.md", &CLEAN.replace("a-hunt", "c-hunt"))]);
    let found: Vec<_> = told(folder.path(), &["."]).into_iter().map(|one| (one.0, one.1, one.3)).collect();
    let shared = |path: &str| (path.to_owned(), "id-shared".to_owned(), 8);
    assert_eq!(found, [shared("a.md"), shared("b.md")]);
}
