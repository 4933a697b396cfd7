//! The collection of leaks: notebooks each with one way in which something reaches a customer, and as many clean ones.

#![allow(clippy::print_stdout, reason = "it says how many there are")]

mod build;
mod clean;
mod leaks;

use build::{hunt, prose, tagged};
use catalog::notebook::Notebook;
use catalog::report::gate::{Finding, Gate, Known, Names, check};
use std::collections::{BTreeSet, HashSet};

fn names() -> Names {
    let known = |names: &[&str], keys: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Known { names: owned(names), keys: owned(keys) }
    };
    Names {
        this: known(&["Globex Europe"], &["145483", "globex-eu"]),
        others: vec![
            known(&["Initech"], &["20731", "2f9d7a52-6b0e-4c58-9f5e-0f8a6f1f0c11", "initech-prod-logs"]),
            known(&["Umbrella Holdings"], &["4625"]),
            known(&["Target", "Apple", "Microsoft", "Oracle"], &["prod"]),
            known(&["IBM"], &["145483"]),
            known(&["Globex"], &[]),
            known(&["Bäckerei Müller", "O’Neill & Sons"], &[]),
        ],
    }
}

fn findings(notebook: &Notebook) -> Vec<Finding> {
    let names = names();
    let words = ["Nightjar".to_owned()];
    check(notebook, &Gate { names: Some(&names), words: &words, ..Gate::default() })
}

#[test]
fn every_leak_is_stopped_and_told_where_it_is() {
    let leaks = leaks::leaks();
    let mut missed = Vec::new();
    for (name, cells, code) in &leaks {
        let first = hunt(Vec::new()).cells.len();
        let found = findings(&hunt(cells.clone()));
        if !found.iter().any(|finding| finding.code == *code && finding.cell >= first) {
            missed.push(format!(
                "{name} ({code}): {:?}",
                found.iter().map(|one| &one.code).collect::<Vec<_>>()
            ));
        }
    }
    assert!(missed.is_empty(), "{} of {} are missed:\n{}", missed.len(), leaks.len(), missed.join("\n"));
    let different: HashSet<&str> = leaks.iter().map(|(name, ..)| *name).collect();
    assert_eq!(different.len(), leaks.len());
    assert!(leaks.len() >= 60);
    println!("the gate: {} of {} leaks stopped", leaks.len(), leaks.len());
}

#[test]
fn no_clean_notebook_is_stopped() {
    let clean = clean::clean();
    let mut stopped = Vec::new();
    for (name, cells) in &clean {
        stopped.extend(
            findings(&hunt(cells.clone()))
                .into_iter()
                .map(|one| format!("{name}: {} {:?}", one.code, one.excerpt)),
        );
    }
    assert!(stopped.is_empty(), "{} are stopped:\n{}", stopped.len(), stopped.join("\n"));
    assert!(clean.len() >= 60);
    println!("the gate: none of {} clean notebooks stopped", clean.len());
}

#[test]
fn nobody_is_told_which_other_customer_it_is() {
    let names = names();
    for (name, cells, _) in leaks::leaks() {
        for finding in findings(&hunt(cells)) {
            let told = serde_json::to_string(&finding).expect("it is data");
            for other in ["Initech", "Umbrella Holdings", "20731"] {
                assert!(!told.contains(other), "{name}: {told}");
            }
        }
    }
    assert!(names.others.len() > 3);
}

#[test]
fn what_was_judged_to_be_no_leak_stops_nothing_until_its_line_changes() {
    let notebook = hunt(vec![prose("Internal only: see below.")]);
    let found = findings(&notebook);
    assert_eq!(found.len(), 1, "{found:?}");
    let accepted = BTreeSet::from([found[0].key.clone()]);
    let names = names();
    let gate = Gate { names: Some(&names), accepted: Some(&accepted), ..Gate::default() };
    assert_eq!(check(&notebook, &gate), []);
    let moved = hunt(vec![prose("One more."), prose("Text.\n\nInternal  only: see below.")]);
    assert_eq!(check(&moved, &gate), []);
    assert_eq!(check(&hunt(vec![prose("Internal only: see above.")]), &gate).len(), 1);
}

#[test]
fn a_cell_that_still_says_what_the_procedure_asks_is_unfilled() {
    let asked = tagged(prose("Say how the hosts were chosen, in two sentences."), &["analyst_input"]);
    let procedure = Notebook { cells: vec![asked.clone()], ..Notebook::default() };
    let gate = Gate { procedure: Some(&procedure), ..Gate::default() };
    let codes = |cell| check(&hunt(vec![cell]), &gate).into_iter().map(|one| one.code).collect::<Vec<_>>();
    assert_eq!(codes(asked), ["analyst-input-unfilled"]);
    let wrapped = "**Say how the hosts were chosen,\nin two sentences.**";
    assert_eq!(codes(tagged(prose(wrapped), &["analyst_input"])), ["analyst-input-unfilled"]);
    assert_eq!(codes(prose(wrapped)), ["analyst-input-unfilled"], "a cell that lost its tag");
    assert!(codes(tagged(prose("They were chosen by chance."), &["analyst_input"])).is_empty());
}

#[test]
fn every_starter_procedure_goes_out_once_its_hunter_wrote() {
    let mut looked = 0;
    for entry in std::fs::read_dir("procedures").expect("the starter procedures") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let mut notebook = catalog::notebook::myst::read(&std::fs::read(&path).expect("it can be read"));
        let unfilled = findings(&notebook);
        assert!(
            unfilled.iter().all(|one| one.code == "analyst-input-unfilled"),
            "{}: {unfilled:#?}",
            path.display()
        );
        for cell in notebook.cells.iter_mut().filter(|cell| cell.has_tag("analyst_input")) {
            cell.source = "Nothing was found.".to_owned();
        }
        assert_eq!(findings(&notebook), [], "{}", path.display());
        looked += 1;
    }
    assert!(looked >= 25);
}
