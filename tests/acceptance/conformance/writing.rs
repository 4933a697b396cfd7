//! MyST as jupytext writes it, from ipynb and back to it.

use super::{
    Case, ask, assert_none, cells, is_markdown, jupytext_notebooks, same, starter, texts_in, versions,
};
use acceptance::{corpus, python};
use catalog::notebook::{Notebook, ipynb, myst};
use serde_json::{Value, json};
use std::path::Path;

/// A text without the lines that say which version of jupytext wrote it.
fn unversioned(text: &str) -> String {
    let kept = text.split('\n').filter(|line| !line.trim_start().starts_with("jupytext_version:"));
    kept.collect::<Vec<_>>().join("\n")
}

/// What follows the front matter.
fn body(text: &str) -> &str {
    text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(text, |(_, body)| body)
}

/// The text without `hunting` in the notebook's filter, and without the filter if that is all it says.
fn unfiltered(text: &str) -> String {
    let lines = text.split('\n').filter(|line| line.trim() != "notebook_metadata_filter: hunting");
    lines.collect::<Vec<_>>().join("\n")
}

/// The text without `hunting`, which jupytext drops unless a filter keeps it, and without the lines that say versions.
fn unhunted(text: &str) -> String {
    let mut within = false;
    let mut kept = Vec::new();
    for line in text.strip_suffix(body(text)).unwrap_or_default().split('\n') {
        within = line.starts_with("hunting:") || within && (line.is_empty() || line.starts_with([' ', '-']));
        // The fence that closes the front matter.
        within &= line != "---";
        let said = line.trim_start();
        if !within && !said.starts_with("jupytext_version:") && !said.starts_with("format_version:") {
            kept.push(line);
        }
    }
    unfiltered(&kept.join("\n")) + body(text)
}

/// What jupytext writes of each of them.
fn written_by_jupytext(cases: &[Case], format: &str) -> Vec<Option<String>> {
    let asked: Value =
        cases.iter().map(|case| json!({"name": case.name, "text": case.text, "format": format})).collect();
    let answer = python::ask("jupytext_texts.py", &asked);
    let answers = answer.as_array().expect("a list");
    answers.iter().map(|answer| answer["myst"].as_str().map(str::to_owned)).collect()
}

/// The inputs of the pairs, by the names of the texts that jupytext makes of them.
fn pairs(folder: &Path) -> Vec<(Case, Case)> {
    let texts = texts_in(&folder.join("outputs/ipynb_to_myst"), "md");
    let mut inputs = Vec::new();
    for language in std::fs::read_dir(folder.join("inputs")).expect("the inputs are there").flatten() {
        if language.file_name().to_string_lossy().starts_with("ipynb_") {
            inputs.extend(texts_in(&language.path(), "ipynb"));
        }
    }
    let of = |text: Case| {
        let name = text.name.replace(".md", ".ipynb");
        let at = inputs.iter().position(|input| input.name == name)?;
        Some((inputs.swap_remove(at), text))
    };
    texts.into_iter().filter_map(of).collect()
}

#[test]
fn jupytexts_own_pairs_are_written_as_jupytext_writes_them() {
    let Some(folder) = jupytext_notebooks() else { return };
    let (inputs, _): (Vec<Case>, Vec<Case>) = pairs(&folder).into_iter().unzip();
    assert!(inputs.len() >= 58, "{} pairs", inputs.len());
    let theirs = written_by_jupytext(&inputs, "ipynb");
    let (mut same, mut more, mut different) = (0, Vec::new(), Vec::new());
    for (input, theirs) in inputs.iter().zip(theirs) {
        let theirs = unversioned(&theirs.unwrap_or_else(|| panic!("jupytext writes {}", input.name)));
        let ours = unversioned(&myst::write(&ipynb::read(input.text.as_bytes())));
        if ours == theirs {
            same += 1;
        } else if body(&ours) == body(&theirs) && theirs.split('\n').all(|line| ours.contains(line)) {
            // Metadata that an author may have written, which jupytext leaves out unless a filter names it.
            more.push(input.name.as_str());
        } else {
            different.push(format!("{}\n--- ours\n{ours}\n--- theirs\n{theirs}", input.name));
        }
    }
    println!(
        "written: {same} of {} pairs byte for byte, {} with metadata that jupytext drops {more:?}, {} different",
        inputs.len(),
        more.len(),
        different.len()
    );
    assert_none("written", &different, inputs.len());
    assert_eq!(more, ["jupyterlab-slideshow_1441.ipynb"]);
}

/// Through ipynb and back, by us and by jupytext.
#[derive(Default)]
pub(super) struct RoundTrip {
    identical: usize,
    /// jupytext gives them back as they were, but for `hunting` and the versions; so do we.
    pub(super) kept: usize,
    as_jupytext: usize,
    /// jupytext loses metadata of it; the body is the same.
    more: usize,
    different: Vec<String>,
}

impl RoundTrip {
    fn of(cases: &[Case]) -> Self {
        let back = |case: &Case| {
            let read = myst::read(case.text.as_bytes());
            read.blocking().is_none().then(|| myst::write(&ipynb::read(&ipynb::write(&read))))
        };
        Self::from(cases, cases.iter().map(back).collect())
    }

    /// Of texts and what came back of each; none where it cannot be read.
    pub(super) fn from(cases: &[Case], back: Vec<Option<String>>) -> Self {
        let mut trip = Self::default();
        for ((case, ours), theirs) in cases.iter().zip(back).zip(written_by_jupytext(cases, "myst")) {
            let Some(ours) = ours else { continue };
            let read = myst::read(case.text.as_bytes());
            let again = myst::read(ours.as_bytes());
            let Some(theirs) = theirs else {
                // A date in the front matter: jupytext cannot save it.
                trip.check_same(case, &read, &again);
                trip.more += 1;
                continue;
            };
            trip.check_same(case, &read, &again);
            let (plain, expected) = (unversioned(&ours), unversioned(&theirs));
            let was = unhunted(&case.text);
            if unhunted(&theirs) == was {
                trip.kept += 1;
                if unhunted(&ours) != was {
                    trip.different.push(format!("{}: jupytext keeps it, we write\n{ours}", case.name));
                    continue;
                }
            }
            if plain == unversioned(&case.text) {
                trip.identical += 1;
            } else if unfiltered(&expected) == unfiltered(&unversioned(&case.text))
                && unfiltered(&plain) != unfiltered(&expected)
            {
                trip.different
                    .push(format!("{}: jupytext gives it back as it was, we write\n{ours}", case.name));
            } else if plain == expected {
                trip.as_jupytext += 1;
            } else if body(&plain) == body(&expected) {
                trip.more += 1;
            } else {
                trip.different.push(format!("{}\n--- ours\n{plain}\n--- theirs\n{expected}", case.name));
            }
        }
        trip
    }

    fn check_same(&mut self, case: &Case, before: &Notebook, after: &Notebook) {
        let metadata = |notebook: &Notebook| {
            let mut metadata = notebook.metadata.clone();
            // What the text says about itself, and the filter, which we make keep `hunting`.
            if let Some(Value::Object(jupytext)) = metadata.get_mut("jupytext") {
                jupytext.shift_remove("text_representation");
                jupytext.shift_remove("notebook_metadata_filter");
                if jupytext.is_empty() {
                    metadata.shift_remove("jupytext");
                }
            }
            Value::Object(metadata)
        };
        if cells(before) != cells(after) || metadata(before) != metadata(after) {
            self.different.push(format!(
                "{}: cells or metadata are not the same after the round trip\n{}\n{}",
                case.name,
                metadata(before),
                metadata(after)
            ));
        }
    }

    pub(super) fn assert(&self, what: &str) {
        let count = self.identical + self.as_jupytext + self.more + self.different.len();
        println!(
            "{what}, through ipynb and back: {count} texts, {} as they were, {} as jupytext writes them, {} with the body \
             that jupytext writes and metadata that it loses, {} different; {} are the same but for `hunting` and versions",
            self.identical,
            self.as_jupytext,
            self.more,
            self.different.len(),
            self.kept
        );
        assert_none(what, &self.different, count);
    }
}

#[test]
fn jupytexts_own_pairs_come_back_from_ipynb_as_from_jupytext() {
    let Some(folder) = jupytext_notebooks() else { return };
    let texts = texts_in(&folder.join("outputs/ipynb_to_myst"), "md");
    RoundTrip::of(&texts).assert("jupytext's pairs");
}

#[test]
fn starter_procedures_come_back_from_ipynb_as_from_jupytext() {
    RoundTrip::of(&starter()).assert("starter procedures");
}

#[test]
fn a_whole_repository_comes_back_from_ipynb_as_from_jupytext() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(repository) = corpus::playbook(folder.path()) else { return };
    let cases: Vec<Case> = versions(&repository).into_iter().step_by(5).collect();
    assert!(cases.iter().all(|case| is_markdown(Path::new(case.name.split(' ').next().unwrap_or("")))));
    RoundTrip::of(&cases).assert("playbook");
}

/// Notebooks that are hard to write as text. Wherever jupytext's text keeps their cells, ours is the same text; and jupytext
/// reads from ours what we read from it.
#[test]
fn notebooks_that_nobody_has_seen_are_written_as_jupytext_writes_them() {
    let told = python::ask("unseen_notebooks.py", &json!({"seed": 3, "count": 1000, "written": true}));
    let (mut texts, mut equal, mut different) = (Vec::new(), 0, Vec::new());
    for (number, theirs) in told.as_array().expect("a list").iter().enumerate() {
        let notebook = ipynb::read(theirs["ipynb"].as_str().expect("a notebook").as_bytes());
        assert!(notebook.blocking().is_none(), "{:?}", notebook.blocking());
        let ours = myst::write(&notebook);
        if let Some(text) = theirs["myst"].as_str().filter(|_| theirs["kept"] == true) {
            if unversioned(&ours) == unversioned(text) {
                equal += 1;
            } else {
                different.push(format!("notebook {number}\n--- ours\n{ours}\n--- theirs\n{text}"));
            }
        }
        texts.push(Case { name: format!("notebook {number}"), text: ours });
    }
    println!(
        "unseen notebooks: {equal} of {} that jupytext keeps are the same text",
        equal + different.len()
    );
    assert_none("unseen notebooks", &different, equal + different.len());
    let mut unread = Vec::new();
    for (case, theirs) in texts.iter().zip(ask(&texts, "myst")) {
        let ours = myst::read(case.text.as_bytes());
        let agreed = match (ours.blocking(), theirs.get("error")) {
            (None, None) => same(&cells(&ours), &theirs["cells"]),
            (ours, theirs) => ours.is_some() == theirs.is_some(),
        };
        if !agreed {
            unread.push(format!("{}\n{}\n--- jupytext reads {theirs}", case.name, case.text));
        }
    }
    println!(
        "unseen notebooks: jupytext reads {} of {} of our texts as we do",
        texts.len() - unread.len(),
        texts.len()
    );
    assert_none("our texts", &unread, texts.len());
}
