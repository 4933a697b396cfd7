//! One thing is broken at a time in a file that is clean: the rule says so, at that line, and nothing else is said but what
//! follows from it.

mod cases;

use cases::{CASES, Case};
use catalog::attack::Release;
use catalog::lint::{Around, Files, Finding, Settings, lint_in, rules};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use chrono::NaiveDate;
use std::collections::HashSet;

/// A procedure with all that a rule could say something about, and nothing wrong.
const CLEAN: &str = include_str!("clean.md");
/// What its team asks for.
const TEAM: &str = include_str!("team.toml");
/// Its path in the repository.
const PATH: &str = "hunts/win-new-services.md";

/// The files around it.
struct Tree;

impl Files for Tree {
    fn is_there(&self, path: &str) -> bool {
        ["hunts/notes/sensor.md", "hunts/pictures/service.png", "README.md"].contains(&path)
    }
}

fn found_in(bytes: &[u8], path: &str) -> Vec<Finding> {
    let notebook = if ipynb::is_path(path) { ipynb::read(bytes) } else { myst::read(bytes) };
    let procedure =
        understand(&notebook, path, &FieldMapping::default(), Release::current()).into_procedure();
    let around = Around { path, today: NaiveDate::from_ymd_opt(2026, 12, 1), files: Some(&Tree) };
    lint_in(&notebook, &procedure, &Settings::read(TEAM).expect("it can be read"), &around)
}

fn said(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let one = &finding.diagnostic;
        format!("{}:{}: {} {}", one.line, one.column, one.code, one.message)
    };
    findings.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The clean file with a case's edits.
fn broken(case: &Case) -> String {
    let mut text = CLEAN.to_owned();
    for (find, put) in case.edits {
        assert_eq!(text.matches(find).count(), 1, "{}: {find:?} stands once", case.code);
        text = text.replace(find, put);
    }
    text
}

/// The line, from 1, of the only place that holds a text; 0 for the empty text.
fn line_of(text: &str, at: &str, code: &str) -> u32 {
    if at.is_empty() {
        return 0;
    }
    assert_eq!(text.matches(at).count(), 1, "{code}: {at:?} stands once");
    let before = &text[..text.find(at).unwrap_or_default()];
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

#[test]
fn the_clean_file_is_clean() {
    let findings = found_in(CLEAN.as_bytes(), PATH);
    assert!(findings.is_empty(), "{}", said(&findings));
}

#[test]
fn one_thing_broken_is_told_once_at_its_line_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for case in CASES {
        let text = broken(case);
        let findings = found_in(text.as_bytes(), PATH);
        let line = line_of(&text, case.at, case.code);
        let lines: Vec<u32> = findings
            .iter()
            .filter(|one| one.diagnostic.code == case.code)
            .map(|one| one.diagnostic.line)
            .collect();
        let others =
            findings.iter().map(|one| one.diagnostic.code.as_str()).filter(|code| *code != case.code);
        let others: HashSet<&str> = others.collect();
        let follows: HashSet<&str> = case.follows.iter().copied().collect();
        if lines != [line] || others != follows {
            wrong.push(format!(
                "{}: wanted at line {line} with {follows:?}, said:\n{}",
                case.code,
                said(&findings)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), CASES.len(), wrong.join("\n\n"));
}

/// What cannot be shown by an edit of the text: it is in the bytes, in ipynb, in the bounds, or in what is around the file.
const ELSEWHERE: &[&str] = &[
    "not-utf8",
    "outputs-committed",
    "ipynb-cell",
    "ipynb-cell-field",
    "ipynb-format",
    "ipynb-metadata",
    "ipynb-not-json",
    "ipynb-not-notebook",
    // Bounds: `notebook_diagnostics`.
    "too-large",
    "too-many-cells",
    "front-matter-too-large",
    "cell-options-too-large",
    "yaml-too-large",
    // Below.
    "field-too-long",
    "list-too-long",
    // Said by who reads the repository: `library`, `library_teams`, `library_syncs`, `library::pass::written`, `lint::among`.
    "problems-cut",
    "format-other",
    "missing",
    "sidecar-unusable",
    "id-duplicate",
    "metadata-lost",
    "names-alike",
    "left-out-symlink",
    "left-out-submodule",
    "left-out-name-not-utf8",
    "left-out-name-unusable",
    "left-out-too-deep",
    "left-out-more",
    "team-file",
    "collection-file",
    "collection-missing",
    "id-shared",
    "near-duplicate",
    "unreviewed",
];

#[test]
fn every_rule_has_a_case() {
    let with: HashSet<&str> = CASES.iter().map(|case| case.code).chain(ELSEWHERE.iter().copied()).collect();
    let without: Vec<&str> =
        rules().iter().map(|rule| rule.code).filter(|code| !with.contains(code)).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn what_is_in_the_bytes_is_told_at_its_line_too() {
    let mut bytes = CLEAN.as_bytes().to_vec();
    let at = CLEAN.find("Raw cells").unwrap();
    bytes[at] = 0xff;
    let findings = found_in(&bytes, PATH);
    let line = line_of(CLEAN, "Raw cells", "not-utf8");
    assert_eq!(findings.len(), 1, "{}", said(&findings));
    assert_eq!((findings[0].diagnostic.code.as_str(), findings[0].diagnostic.line), ("not-utf8", line));
}

#[test]
fn an_ipynb_is_told_of_by_its_cells() {
    let written = ipynb::write(&myst::read(CLEAN.as_bytes()));
    let clean = String::from_utf8(written).unwrap();
    let codes = |text: &str| -> Vec<(String, Option<usize>)> {
        let findings = found_in(text.as_bytes(), "hunts/win-new-services.ipynb");
        findings.into_iter().map(|one| (one.diagnostic.code, one.diagnostic.cell)).collect()
    };
    assert_eq!(codes(&clean), []);
    let first = |find: &str, put: &str| clean.replacen(find, put, 1);
    let output = r#""outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]"#;
    let code = |code: &str, cell: Option<usize>| vec![(code.to_owned(), cell)];
    assert_eq!(codes(&first("\"outputs\": []", output)), code("outputs-committed", Some(1)));
    assert_eq!(codes(&first("\"outputs\": []", "\"outputs\": [1]")), code("ipynb-cell-field", Some(1)));
    assert_eq!(
        codes(&first("\"cell_type\": \"code\"", "\"cell_type\": \"cod\"")).first(),
        code("ipynb-cell", Some(1)).first()
    );
    assert_eq!(codes(&first("\"nbformat\": 4", "\"nbformat\": 9")), code("ipynb-format", None));
    assert_eq!(codes("{"), code("ipynb-not-json", None));
    assert_eq!(codes("[]"), code("ipynb-not-notebook", None));
}

#[test]
fn what_is_too_long_is_told_at_its_line() {
    let description =
        CLEAN.replace("description: Counts", &format!("description: {}", "very ".repeat(4_100)));
    let tags: Vec<String> = (0..1_001).map(|number| format!("t{number}")).collect();
    let tags = CLEAN.replace("tags: [windows, services]", &format!("tags: [{}]", tags.join(", ")));
    for (text, code, at) in
        [(description, "field-too-long", "description: very"), (tags, "list-too-long", "tags: [t0,")]
    {
        let findings = found_in(text.as_bytes(), PATH);
        let line = line_of(&text, at, code);
        assert_eq!(findings.len(), 1, "{}", said(&findings));
        assert_eq!((findings[0].diagnostic.code.as_str(), findings[0].diagnostic.line), (code, line));
    }
}
