//! The report beside what nbconvert leaves, byte for byte.

mod executed;
mod random;
mod samples;

use acceptance::python;
use catalog::notebook::{CellKind, ipynb};
use catalog::report::{self, Naming};
use samples::{KINDS, TAGS, cell, notebook, outputs, shown_kinds};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Asks nbconvert for the reports of notebooks, given as the text of their files, and compares. Answers how many it could
/// convert.
fn compare(notebooks: &[String], stem: Option<&str>) -> usize {
    let asked: Vec<Value> = notebooks.iter().map(|ipynb| json!({"ipynb": ipynb, "stem": stem})).collect();
    let theirs = python::ask("nbconvert_report.py", &Value::from(asked));
    let mut compared = 0;
    for (place, (text, theirs)) in notebooks.iter().zip(theirs.as_array().expect("a list")).enumerate() {
        let Some(theirs) = theirs.as_object() else { continue };
        let folder = stem.map(|stem| format!("{stem}_files"));
        let naming = stem.map_or_else(Naming::default, |stem| Naming { stem, folder: folder.as_deref() });
        let ours = report::export(&ipynb::read(text.as_bytes()), &naming);
        let expected = theirs["text"].as_str().expect("a text");
        assert!(ours.text == expected, "notebook {place}:\n{}", first_difference(&ours.text, expected));
        let files: BTreeMap<String, String> =
            serde_json::from_value(theirs["files"].clone()).expect("names and bytes");
        for file in &ours.files {
            assert_eq!(files.get(&file.path), Some(&samples::base64(&file.bytes)), "{}", file.path);
        }
        compared += 1;
    }
    compared
}

fn first_difference(ours: &str, theirs: &str) -> String {
    let at = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let start = text.floor_char_boundary(at.saturating_sub(80));
        let end = text.floor_char_boundary((at + 80).min(text.len()));
        format!("{:?}", &text[start..end])
    };
    format!("they part at byte {at}\nours:   {}\ntheirs: {}", around(ours), around(theirs))
}

fn written(cells: Vec<Value>) -> String {
    notebook(cells).to_string()
}

#[test]
fn every_combination_of_tags_on_every_kind_of_cell_leaves_what_nbconvert_leaves() {
    let mut all = Vec::new();
    for kind in KINDS {
        let cells = (0..1_u32 << TAGS.len()).map(|set| {
            let tags: Vec<&str> =
                (0..TAGS.len()).filter(|at| set & (1 << at) != 0).map(|at| TAGS[at]).collect();
            cell(kind, &format!("cell with the tags {set:b}"), &tags, outputs(set as usize))
        });
        all.push(cells.collect::<Vec<_>>());
    }
    let mixed: Vec<Value> = all.iter().flatten().cloned().collect();
    let mut notebooks: Vec<String> = all.into_iter().map(written).collect();
    notebooks.push(written(mixed));
    assert_eq!(compare(&notebooks, None), notebooks.len());
    assert_eq!(compare(&notebooks, Some("hunt of may")), notebooks.len());
    println!("the report: every one of {} combinations of tags, as nbconvert leaves it", 1 << TAGS.len());
}

#[test]
fn every_kind_of_output_is_shown_as_nbconvert_shows_it() {
    let each = samples::every_output();
    let alone = each.iter().map(|output| written(vec![cell("code", "x", &[], vec![output.clone()])]));
    let pairs = each.iter().flat_map(|one| {
        each.iter()
            .step_by(4)
            .map(|two| written(vec![cell("code", "x", &[], vec![one.clone(), two.clone()])]))
    });
    let notebooks: Vec<String> =
        alone.chain(pairs).chain([written(vec![cell("code", "x", &[], each.clone())])]).collect();
    let compared = compare(&notebooks, Some("nb"));
    println!(
        "the report: {} kinds of output, alone and two by two: {compared} as nbconvert has them",
        each.len()
    );
    assert_eq!(compared, notebooks.len());
    assert!(shown_kinds(&each) >= 10);
}

#[test]
fn every_starter_procedure_is_reported_as_nbconvert_reports_it() {
    let folder = acceptance::workspace().join("catalog/procedures");
    let mut notebooks = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the starter procedures") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let bytes = std::fs::read(&path).expect("it can be read");
            let ipynb = ipynb::write(&catalog::notebook::myst::read(&bytes));
            notebooks.push(String::from_utf8(ipynb).expect("it is text"));
        }
    }
    assert!(notebooks.len() >= 30);
    assert_eq!(compare(&notebooks, None), notebooks.len());
}

#[test]
fn html_that_runs_does_not_reach_a_report() {
    let html = "<table><tr><td onclick=\"x()\">4 hosts</td></tr></table><script>alert(1)</script>";
    let output = json!({"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": "4"}});
    let text = report::markdown(&ipynb::read(written(vec![cell("code", "", &[], vec![output])]).as_bytes()));
    assert!(text.contains("4 hosts") && !text.contains("onclick") && !text.contains("script"), "{text}");
    let script = json!({"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>x</script>", "text/plain": "4"}});
    let text = report::markdown(&ipynb::read(written(vec![cell("code", "", &[], vec![script])]).as_bytes()));
    assert_eq!(text.trim(), "4");
}

#[test]
fn raw_cells_and_injected_parameters_are_left_out() {
    let printed = json!({"output_type": "stream", "name": "stdout", "text": "tenant 145483\n"});
    let cells = vec![
        cell("raw", "raw", &[], vec![]),
        cell("code", "TENANT_ID = '145483'", &["injected-parameters"], vec![printed]),
        cell("markdown", "# Shown", &[], vec![]),
    ];
    let notebook = ipynb::read(written(cells).as_bytes());
    assert_eq!(report::markdown(&notebook), "# Shown\n");
    let view = report::customer(&notebook);
    assert_eq!((view.raw, view.removed), (1, 0));
    assert!(view.cells.iter().all(|shown| notebook.cells[shown.cell].kind != CellKind::Raw));
}
