//! Every rule of the linter against the examples on its page, and what holds of all rules.

use catalog::attack::Release;
use catalog::lint::{Around, Finding, Level, Settings, Severity, lint, lint_in, mend, rule, rules};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use chrono::NaiveDate;
use proptest::prelude::*;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// A front matter that is well, for examples that have none.
const FRONT: &str = "---
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

";

fn found_with(text: &str, settings: &Settings) -> Vec<Finding> {
    let notebook = myst::read(text.as_bytes());
    let procedure =
        understand(&notebook, "a-hunt.md", &FieldMapping::default(), Release::current()).into_procedure();
    let around = Around { path: "hunts/a-hunt.md", today: NaiveDate::from_ymd_opt(2026, 12, 1), files: None };
    lint_in(&notebook, &procedure, settings, &around)
}

fn found(text: &str) -> Vec<Finding> {
    found_with(text, &Settings::default())
}

/// A whole file, and how many lines stand above the example.
fn whole(example: &str) -> (String, u32) {
    if example.starts_with("---") {
        return (example.to_owned(), 0);
    }
    (format!("{FRONT}{example}"), u32::try_from(FRONT.lines().count()).unwrap_or(0))
}

fn lines_of(findings: &[Finding], code: &str) -> Vec<u32> {
    findings
        .iter()
        .filter(|finding| finding.diagnostic.code == code)
        .map(|finding| finding.diagnostic.line)
        .collect()
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Info => Level::Info,
        Severity::Warning => Level::Warning,
        Severity::Error => Level::Error,
    }
}

#[test]
fn every_rule_says_what_its_page_shows_and_on_that_line() {
    for rule in rules() {
        for example in rule.examples() {
            let (text, above) = whole(&example.text);
            let mut on = Settings::read(&example.team).unwrap();
            on.rules.insert(rule.code.to_owned(), level(rule.severity));
            let lines = lines_of(&found_with(&text, &on), rule.code);
            // Line 0 is the file as a whole.
            let wanted: Vec<u32> =
                example.line.iter().map(|line| if *line > 0 { line + above } else { 0 }).collect();
            assert_eq!(lines, wanted, "{}:\n{}", rule.code, example.text);
        }
    }
}

#[test]
fn every_rule_has_a_page_with_a_title_and_reasons_and_a_code_of_its_own() {
    let mut codes = HashSet::new();
    for rule in rules() {
        assert!(codes.insert(rule.code), "{} stands twice", rule.code);
        assert!(
            rule.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{} is no code",
            rule.code
        );
        let page = rule.page();
        assert!(page.starts_with("# ") && page.lines().count() >= 3, "{} has no page", rule.code);
        assert!(!rule.title().is_empty());
    }
    assert!(codes.len() >= 40, "{}", codes.len());
}

/// What is no diagnostic of a file in a repository: two notebooks that are compared, and the inside of a sidecar's message.
const NO_PROBLEMS: [&str; 2] = ["no-notebook", "yaml-no-mapping"];

/// The sources below a folder.
fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).expect("its text");
            into.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
        }
    }
}

#[test]
fn every_code_that_reading_a_file_tells_has_a_page() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    for folder in ["notebook", "procedure", "library", "team"] {
        sources(&src.join(folder), &mut texts);
    }
    // As codes are written: the first thing that makes a diagnostic or a fault, a constant, or the first of a tuple.
    let code = regex::Regex::new(
        r#"(?:Diagnostic::new|\b(?:error|blocking|warning|refuse|warn|add|missing))\(\s*"([a-z][a-z0-9-]*)"|: &str = "([a-z]+(?:-[a-z0-9]+)+)";|\(\s*\n?\s*"([a-z]+(?:-[a-z0-9]+)+)",\n"#,
    )
    .unwrap();
    let mut codes = HashSet::new();
    for text in &texts {
        for found in code.captures_iter(text) {
            codes.extend(found.iter().skip(1).flatten().map(|one| one.as_str()));
        }
    }
    assert!(codes.len() > 80, "{}", codes.len());
    let mut without: Vec<_> =
        codes.into_iter().filter(|code| rule(code).is_none() && !NO_PROBLEMS.contains(code)).collect();
    without.sort_unstable();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn the_frame_of_the_examples_is_clean() {
    assert_eq!(found(&format!("{FRONT}# A hunt\n\nWords.\n")), []);
}

#[test]
fn what_a_team_asks_for_is_asked_for() {
    let body = "# A hunt\n\n## Executive Summary\n\nOne two three.\n\n## Findings\n\nWords.\n\n```{code-cell} ipython3\nimport pandas\nimport json\nprint(\"Contoso\")\n```\n";
    let text = format!("{FRONT}{body}");
    let above = u32::try_from(FRONT.lines().count()).unwrap();
    assert_eq!(found(&text), []);
    let settings = Settings::read(
        "[lint]
        sections = ['Findings', 'Executive summary', 'Next steps']
        kernels = ['hunting']
        modules = ['numpy']
        names = ['Contoso']
        cell-lines = 2
        summary-words = 2",
    )
    .unwrap();
    let findings = found_with(&text, &settings);
    let lines = |code| lines_of(&findings, code);
    assert_eq!(lines("section-missing"), [0]);
    assert_eq!(lines("sections-out-of-order"), [above + 7]);
    assert_eq!(lines("kernel-not-allowed"), [5]);
    assert_eq!(lines("import-unavailable"), [above + 12]);
    assert_eq!(lines("name-in-file"), [above + 14]);
    assert_eq!(lines("cell-long"), [above + 11]);
    assert_eq!(lines("summary-long"), [above + 3]);
}

#[test]
fn a_team_says_how_bad_a_rule_is_or_turns_it_off() {
    let text = format!("{FRONT}# A hunt\n\n## Nothing\n");
    assert_eq!(lines_of(&found(&text), "section-empty").len(), 1);
    let settings =
        |level: &str| Settings::read(&format!("[lint.rules]\nsection-empty = \"{level}\"")).unwrap();
    assert_eq!(found_with(&text, &settings("off")), []);
    let errors = found_with(&text, &settings("error"));
    assert_eq!(errors[0].diagnostic.severity, Severity::Error);
}

const TEAM: &str = "[lint]
[[lint.text]]
code = 'no-jira'
pattern = 'JIRA-\\d+'
in = ['prose', 'code']
message = 'a ticket of ours'
severity = 'error'
help = 'name the hunt'
[[lint.text]]
code = 'no-select-all'
pattern = '(?i)select +\\*'
in = 'query'
message = 'it asks for every field'
[[lint.text]]
code = 'dashes'
pattern = '^--$'
message = 'a line of dashes'
";

#[test]
fn a_team_s_own_texts_are_found_where_it_looks_for_them() {
    let settings = Settings::read(TEAM).unwrap();
    let body = "# A hunt\n\nSELECT * is JIRA-1, JIRA-22.\n--\n\n```{code-cell} ipython3\n# JIRA-3\nprint(1)\n```\n\n```{code-cell} ipython3\n%%kql\nT\n| where a == 1 // select *\n| take 1\n```\n";
    let text = format!("{FRONT}{body}");
    let above = u32::try_from(FRONT.lines().count()).unwrap();
    let findings = found_with(&text, &settings);
    let told: Vec<_> = findings
        .iter()
        .map(|one| &one.diagnostic)
        .filter(|one| settings.own(&one.code).is_some())
        .map(|one| (one.code.as_str(), one.line - above, one.column, one.severity))
        .collect();
    assert_eq!(
        told,
        [
            ("no-jira", 3, 13, Severity::Error),
            ("no-jira", 3, 21, Severity::Error),
            ("dashes", 4, 1, Severity::Warning),
            ("no-jira", 7, 3, Severity::Error),
            ("no-select-all", 14, 19, Severity::Warning),
        ]
    );
    let off = Settings::read(&format!("{TEAM}[lint.rules]\nno-jira = 'off'\ndashes = 'info'")).unwrap();
    assert!(lines_of(&found_with(&text, &off), "no-jira").is_empty());
}

#[test]
fn what_is_blocking_is_not_waived_and_a_waiver_for_waivers_is_none() {
    let front = FRONT.replace("  id: a-hunt\n", "");
    let waivers = "  lint:\n    ignore: {id-missing: we like it so, waiver-unused: never mind, title-twice: two parts}\n---\n";
    let text = format!("{}# A hunt\n", front.replace("---\n\n", waivers));
    let findings = found(&text);
    assert_eq!(lines_of(&findings, "id-missing").len(), 1);
    assert_eq!(lines_of(&findings, "waiver-malformed").len(), 1);
    assert_eq!(lines_of(&findings, "waiver-unused").len(), 2);
}

#[test]
fn without_a_day_nothing_expires() {
    let waiver = "  lint: {ignore: [{rule: section-empty, reason: later, until: \"2020-01-01\"}]}\n---\n\n";
    let text = format!("{}# A hunt\n\n## Nothing\n", FRONT.replace("---\n\n", waiver));
    let notebook = myst::read(text.as_bytes());
    let procedure =
        understand(&notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure();
    assert_eq!(lint(&notebook, &procedure, &Settings::default()), []);
    let codes =
        |findings: Vec<Finding>| findings.into_iter().map(|one| one.diagnostic.code).collect::<Vec<_>>();
    assert_eq!(codes(found(&text)), ["waiver-expired", "section-empty"]);
}

#[test]
fn outputs_are_told_of_ipynb() {
    let notebook = ipynb::read(
        br#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3", "display_name": "P"}},
            "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "execution_count": 1,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}]}"#,
    );
    let procedure =
        understand(&notebook, "a.ipynb", &FieldMapping::default(), Release::current()).into_procedure();
    let findings = lint(&notebook, &procedure, &Settings::default());
    assert_eq!(lines_of(&findings, "outputs-committed").len(), 1);
}

#[test]
fn what_is_certain_is_mended_and_stays_so() {
    for rule in rules() {
        for example in rule.examples().into_iter().filter(|example| example.line.is_some()) {
            let (text, _) = whole(&example.text);
            let findings = found_with(&text, &Settings::read(&example.team).unwrap());
            if !findings.iter().any(|one| one.diagnostic.code == rule.code && one.fix.is_some()) {
                continue;
            }
            let mended = mend(&text, &findings);
            assert_ne!(mended, text, "{}", rule.code);
            assert!(lines_of(&found(&mended), rule.code).is_empty(), "{}:\n{mended}", rule.code);
        }
    }
    for code in ["hunting-not-kept", "tag-misspelt", "value-read-otherwise"] {
        assert!(rule(code).is_some());
    }
}

#[test]
fn what_is_past_the_most_that_is_said_mends_nothing_else() {
    let cells = "```{code-cell} ipython3\n:tags: [remove_cel]\n\n1\n```\n\n".repeat(60);
    let text = format!("{FRONT}# A hunt\n\n{cells}");
    let findings = found(&text);
    assert_eq!(lines_of(&findings, "tag-misspelt").len(), 50);
    let mended = mend(&text, &findings);
    assert_eq!(mended.matches("[remove_cell]").count(), 50);
    assert_eq!(mended, text.replacen("[remove_cel]", "[remove_cell]", 50));
}

#[test]
fn the_starter_catalog_is_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("procedures");
    let mut files = 0;
    let mut told = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            files += 1;
            for finding in found(&fs::read_to_string(&path).unwrap()) {
                let one = finding.diagnostic;
                told.push(format!("{}:{}: {} {}", path.display(), one.line, one.code, one.message));
            }
        }
    }
    assert!(files >= 30);
    assert!(told.is_empty(), "{}", told.join("\n"));
}

proptest! {
    #[test]
    fn any_text_is_linted_without_a_panic(lines in prop::collection::vec(
        prop_oneof![
            Just("---".to_owned()), Just("+++ {\"tags\": [\"remove_cell\"]}".to_owned()), Just("```{code-cell}".to_owned()),
            Just("```".to_owned()), Just(":tags: [Parameters]".to_owned()), Just("hunting:".to_owned()), Just("  id: 010".to_owned()),
            Just("# é".to_owned()), Just("%%taegis search --cache".to_owned()), Just("TENANT_ID = open(\"/é\")".to_owned()),
            ".{0,30}",
        ], 0..40)) {
        let text = lines.join("\n");
        let findings = found(&text);
        // As Python counts them.
        let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        let lines = u32::try_from(text.split(breaks).count()).unwrap();
        for finding in &findings {
            prop_assert!(finding.diagnostic.line <= lines + 1, "{finding:?}");
        }
        let _ = mend(&text, &findings);
    }
}

#[test]
fn what_is_no_fault_is_not_told() {
    let codes = |cell: &str| -> Vec<String> {
        let (text, _) = whole(&format!("# A hunt\n\n```{{code-cell}} ipython3\n{cell}\n```\n"));
        found(&text).into_iter().map(|one| one.diagnostic.code).collect()
    };
    let none: [&str; 0] = [];
    // What msticpy brings in by itself.
    assert_eq!(codes("import msticpy as mp\nmp.init_notebook()\nmd(pd.DataFrame())"), none);
    assert_eq!(codes("class Pair[T]:\n    one: T\n\nprint(Pair)"), none);
    // What is made to be looked at, and what is only defined.
    assert_eq!(
        codes(
            "def create_watchlist(name):\n    return name\n\ndef create_alert_graph(one):\n    return one\n\ncreate_alert_graph(1)"
        ),
        none
    );
    assert_eq!(
        codes("def create_incident(name):\n    return name\n\ncreate_incident(1)"),
        ["writes-when-run"]
    );
    assert_eq!(
        codes("page = \"\"\"\n```{code-cell}\n1\n\"\"\"\nprint(page)").first().map(String::as_str),
        None
    );
}

#[test]
fn what_mends_a_file_keeps_the_ends_of_its_lines() {
    let text =
        whole("# A hunt\n").0.replace("  notebook_metadata_filter: hunting\n", "").replace('\n', "\r\n");
    let mended = mend(&text, &found(&text));
    assert_eq!(mended, whole("# A hunt\n").0.replace('\n', "\r\n"));
}
