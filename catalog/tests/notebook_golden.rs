//! What jupytext 1.19.6 makes of small MyST texts, and what we make of them.

use catalog::notebook::{CellKind, Notebook, ipynb, myst};
use serde_json::{Value, json};

fn cells(notebook: &Notebook) -> Value {
    notebook
        .cells
        .iter()
        .map(|cell| {
            let kind = match cell.kind {
                CellKind::Markdown => "markdown",
                CellKind::Code => "code",
                CellKind::Raw => "raw",
            };
            json!({ "cell_type": kind, "metadata": cell.metadata, "source": cell.source })
        })
        .collect()
}

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("golden/myst_cases.json")).expect("the golden file is JSON")
}

#[test]
fn every_golden_case_reads_as_jupytext_reads_it() {
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case["name"].as_str().expect("a name");
        let notebook = myst::read(case["input"].as_str().expect("an input").as_bytes());
        let blocking = notebook.blocking();
        if name == "fm_anchors" {
            // jupytext follows anchors; we refuse them.
            assert_eq!(blocking.map(|d| (d.code.as_str(), d.line)), Some(("yaml-anchor", 2)));
        } else if let Some(error) = case["expected"].get("error") {
            if blocking.is_none_or(|diagnostic| diagnostic.line == 0 || diagnostic.help.is_empty()) {
                wrong.push(format!("{name}: jupytext says {error}, we say {blocking:?}"));
            }
        } else {
            if let Some(diagnostic) = blocking {
                wrong.push(format!("{name}: {diagnostic:?}"));
            }
            for (what, ours, theirs) in [
                ("metadata", Value::Object(notebook.metadata.clone()), &case["expected"]["metadata"]),
                ("cells", cells(&notebook), &case["expected"]["cells"]),
            ] {
                if ours != *theirs {
                    wrong.push(format!("{name}: {what}\n  ours   {ours}\n  theirs {theirs}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_golden_case_is_written_back_as_it_was() {
    for case in cases() {
        let input = case["input"].as_str().expect("an input");
        assert_eq!(myst::write(&myst::read(input.as_bytes())), input);
    }
}

#[test]
fn every_golden_case_keeps_its_cells_through_ipynb() {
    for case in cases() {
        let notebook = myst::read(case["input"].as_str().expect("an input").as_bytes());
        assert_eq!(cells(&ipynb::read(&ipynb::write(&notebook))), cells(&notebook));
    }
}
