//! ipynb as nbformat reads, upgrades and writes it, and what Jupyter's tools say of those that we write.

use super::{Case, ask, assert_none, cells, jupytext_notebooks, starter, texts_in, versions};
use acceptance::{corpus, python};
use catalog::notebook::{ipynb, myst};
use serde_json::{Value, json};

/// nbformat 3 and 4, valid and not, against nbformat's own converter.
#[test]
fn notebooks_that_nobody_has_seen_are_upgraded_as_nbformat_upgrades_them() {
    let told = python::ask("unseen_ipynb.py", &json!({"seed": 1, "count": 1500}));
    let told = told.as_array().expect("a list");
    let (mut same, mut mended, mut different, mut written) = (0, 0, Vec::new(), Vec::new());
    for (number, theirs) in told.iter().enumerate() {
        let text = theirs["ipynb"].as_str().expect("a notebook");
        let notebook = ipynb::read(text.as_bytes());
        assert!(notebook.blocking().is_none(), "{:?}\n{text}", notebook.blocking());
        let ours = String::from_utf8(ipynb::write(&notebook)).expect("JSON is UTF-8");
        let mut value: Value = serde_json::from_str(&ours).expect("what we write is JSON");
        for cell in value["cells"].as_array_mut().expect("cells") {
            cell["id"] = json!("");
        }
        if theirs["upgraded"].is_object() {
            if value == theirs["upgraded"] {
                same += 1;
            } else {
                different.push(format!("{text}\n  ours   {value}\n  theirs {}", theirs["upgraded"]));
            }
        } else {
            // What nbformat itself makes an invalid notebook of: ours is valid, and says what it mended.
            assert!(!notebook.diagnostics.is_empty(), "{text}");
            mended += 1;
        }
        written.push(Case { name: format!("notebook {number}"), text: ours });
    }
    println!(
        "ipynb: {} notebooks, {same} as nbformat, {mended} mended, {} different",
        told.len(),
        different.len()
    );
    assert_none("ipynb", &different, told.len());
    // Their images are none: nbconvert would say so.
    assert_opened("unseen", &written, 0);
}

/// Asks nbformat, jupytext and nbconvert (of the first `converted`) whether they open what we wrote.
pub(super) fn assert_opened(what: &str, written: &[Case], converted: usize) {
    let asked: Value = written
        .iter()
        .enumerate()
        .map(|(number, case)| json!({"name": case.name, "text": case.text, "nbconvert": number < converted}))
        .collect();
    let answers = python::ask("valid_ipynb.py", &asked);
    let mut wrong = Vec::new();
    for (case, problems) in written.iter().zip(answers.as_array().expect("a list")) {
        if problems.as_array().is_none_or(|problems| !problems.is_empty()) {
            wrong.push(format!("{}: {problems}", case.name));
        }
    }
    println!(
        "{what}: nbformat validates and rewrites byte for byte {} of {} notebooks that we wrote, jupytext opens them, \
         nbconvert converts {}",
        written.len() - wrong.len(),
        written.len(),
        written.len().min(converted)
    );
    assert_none(what, &wrong, written.len());
}

fn written(cases: &[Case]) -> Vec<Case> {
    let written = |case: &Case| {
        let notebook = myst::read(case.text.as_bytes());
        notebook.blocking().is_none().then(|| Case {
            name: case.name.clone(),
            text: String::from_utf8(ipynb::write(&notebook)).expect("JSON is UTF-8"),
        })
    };
    cases.iter().filter_map(written).collect()
}

#[test]
fn what_is_written_as_ipynb_is_the_same_notebook_to_nbformat() {
    let cases = starter();
    let written = written(&cases);
    assert_eq!(written.len(), cases.len());
    for (case, theirs) in cases.iter().zip(ask(&written, "ipynb")) {
        assert_eq!(theirs.get("error"), None, "{}", case.name);
        assert_eq!(cells(&myst::read(case.text.as_bytes())), theirs["cells"], "{}", case.name);
    }
    assert_opened("starter procedures", &written, usize::MAX);
}

#[test]
fn jupyters_tools_open_every_notebook_of_a_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(repository) = corpus::playbook(folder.path()) else { return };
    let cases: Vec<Case> = versions(&repository).into_iter().step_by(4).collect();
    assert_opened("playbook", &written(&cases), 30);
}

#[test]
fn notebooks_of_jupytexts_tests_are_written_as_nbformat_writes_them() {
    let Some(folder) = jupytext_notebooks() else { return };
    let mut written = Vec::new();
    for language in std::fs::read_dir(folder.join("inputs")).expect("the inputs are there").flatten() {
        if !language.file_name().to_string_lossy().starts_with("ipynb_") {
            continue;
        }
        for case in texts_in(&language.path(), "ipynb") {
            let notebook = ipynb::read(case.text.as_bytes());
            assert!(notebook.blocking().is_none(), "{}: {:?}", case.name, notebook.blocking());
            let text = String::from_utf8(ipynb::write(&notebook)).expect("JSON is UTF-8");
            written.push(Case { name: case.name, text });
        }
    }
    assert!(written.len() > 55, "{} notebooks", written.len());
    assert_opened("jupytext's notebooks", &written, 5);
}
