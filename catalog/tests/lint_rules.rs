//! Every rule of the linter against the examples on its page, and what holds of all rules.

use catalog::attack::Release;
use catalog::lint::{Finding, Settings, lint, mend, rule, rules};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
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
    lint(&notebook, &procedure, settings)
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

#[test]
fn every_rule_says_what_its_page_shows_and_on_that_line() {
    for rule in rules() {
        for example in rule.examples() {
            let (text, above) = whole(&example.text);
            let on: Settings =
                serde_json::from_value(serde_json::json!({"rules": {rule.code: rule.severity}})).unwrap();
            let lines = lines_of(&found_with(&text, &on), rule.code);
            let wanted: Vec<u32> = example.line.iter().map(|line| line + above).collect();
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
            rule.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{} is no code",
            rule.code
        );
        let page = rule.page();
        assert!(page.starts_with("# ") && page.lines().count() >= 3, "{} has no page", rule.code);
        assert!(!rule.title().is_empty());
    }
    assert!(codes.len() >= 40, "{}", codes.len());
}

/// Rules of which an example needs a team's settings, or a file that is not MyST.
const ELSEWHERE: [&str; 8] = [
    "kernel-not-allowed",
    "section-missing",
    "sections-out-of-order",
    "summary-long",
    "import-unavailable",
    "outputs-committed",
    "cell-long",
    "name-in-file",
];

#[test]
fn every_rule_shows_a_bad_example_or_is_tested_below() {
    for rule in rules() {
        let shows = rule.examples().iter().any(|example| example.line.is_some());
        assert!(shows != ELSEWHERE.contains(&rule.code), "{}", rule.code);
    }
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
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "sections": ["Findings", "Executive summary", "Next steps"],
        "kernels": ["hunting"],
        "modules": ["numpy"],
        "names": ["Contoso"],
        "cell-lines": 2,
        "summary-words": 2,
    }))
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
    let settings = |level: &str| -> Settings {
        serde_json::from_value(serde_json::json!({"rules": {"section-empty": level}})).unwrap()
    };
    assert_eq!(found_with(&text, &settings("off")), []);
    let errors = found_with(&text, &settings("error"));
    assert_eq!(errors[0].diagnostic.severity, catalog::lint::Severity::Error);
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
            let findings = found(&text);
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
    for entry in fs::read_dir(folder).unwrap().flatten() {
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
