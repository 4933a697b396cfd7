//! A hundred upgrades, each of two steps, with edits of a hunter and edits upstream by the throw of dice; and any notebooks.

#![allow(clippy::print_stdout, reason = "it says how much it did")]

use super::scene::{Piece, Revision, With, asking, cell, copy, piece, pieces, revision, run, upgraded};
use catalog::instance::{Fate, Hold, How, Older, Origin, Source, Upgraded, Vocabulary, examine, upgrade};
use catalog::notebook::{Cell, CellKind, Notebook, ipynb, myst};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeSet, HashSet};

/// A small generator (splitmix64), so that each upgrade can be repeated from its number.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).expect("a side")
    }

    /// One of several that fit.
    fn among(&mut self, count: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..count).filter(|place| fits(*place)).collect();
        (!fitting.is_empty()).then(|| fitting[self.throw(fitting.len())])
    }
}

/// Edits the procedure as its authors do.
fn upstream(dice: &mut Dice, pieces: &mut Vec<Piece>, round: usize) {
    for number in 0..=dice.throw(6) {
        let mark = format!("upstream-{round}-{number}");
        let is_params = |pieces: &[Piece], place: usize| pieces[place].tags == "parameters";
        match dice.throw(7) {
            0 => {
                let place = dice.throw(pieces.len() + 1);
                pieces.insert(
                    place,
                    piece(
                        CellKind::Markdown,
                        "",
                        &format!("A new paragraph, {mark}, on what to look at next."),
                    ),
                );
            }
            1 => {
                // Below the cell with the defaults.
                let place = pieces.len() - dice.throw(4).min(pieces.len() - 4);
                pieces.insert(place, piece(CellKind::Code, "", &format!("step = '{mark}'\nprint(step)")));
            }
            2 => {
                if let Some(place) = dice.among(pieces.len(), |place| {
                    !is_params(pieces, place) && !pieces[place].text.contains("%%taegis")
                }) && pieces.len() > 6
                {
                    pieces.remove(place);
                }
            }
            3 => {
                if let Some(place) =
                    dice.among(pieces.len(), |place| pieces[place].kind == CellKind::Markdown)
                {
                    let to = dice.throw(pieces.len());
                    let moved = pieces.remove(place);
                    pieces.insert(to.min(pieces.len()), moved);
                }
            }
            4 => {
                let place = dice.among(pieces.len(), |place| is_params(pieces, place)).expect("defaults");
                pieces[place].text.push_str(&format!("\nEXTRA_{round}_{number} = '{mark}'"));
            }
            _ => {
                let place = dice.among(pieces.len(), |place| !is_params(pieces, place)).expect("a cell");
                let Piece { kind, text, .. } = &mut pieces[place];
                match kind {
                    CellKind::Markdown => text.push_str(&format!(" Said anew, {mark}.")),
                    _ => text.push_str(&format!("\n# {mark}")),
                }
            }
        }
    }
}

/// Works with a copy as hunters do.
fn hunter(dice: &mut Dice, notebook: &mut Notebook, round: usize) {
    let is_given = |cell: &Cell| cell.has_tag("parameters") || cell.has_tag("injected-parameters");
    for number in 0..3 + dice.throw(8) {
        let mark = format!("hunter-{round}-{number}");
        let cells = &mut notebook.cells;
        match dice.throw(10) {
            0 | 1 => {
                if let Some(place) = dice.among(cells.len(), |place| cells[place].has_tag("analyst_input")) {
                    cells[place].source =
                        format!("Found on two hosts, {mark}.\n\n| host | count |\n|---|---|\n| a | 1 |");
                }
            }
            2 => {
                if let Some(place) = dice.among(cells.len(), |place| cells[place].kind == CellKind::Markdown)
                {
                    cells[place].source.push_str(&format!("\n\nAnd this, {mark}."));
                }
            }
            3 => {
                let place = dice.throw(cells.len() + 1);
                cells.insert(place, cell(CellKind::Markdown, &[], format!("A note, {mark}.")));
            }
            4 => {
                let place = dice.throw(cells.len() + 1);
                cells.insert(place, cell(CellKind::Code, &[], format!("mine = '{mark}'\nprint(mine)")));
            }
            5 | 6 => {
                if let Some(place) = dice.among(cells.len(), |place| {
                    cells[place].kind == CellKind::Code && !is_given(&cells[place])
                }) {
                    cells[place].source.push_str(&format!("\n# altered: {mark}"));
                }
            }
            7 => {
                let place = dice.throw(cells.len());
                cells.remove(place);
            }
            8 => {
                // What was filled in, or what was held.
                let raw = dice.throw(2) == 0;
                if let Some(place) = dice.among(cells.len(), |place| {
                    if raw { cells[place].kind == CellKind::Raw } else { is_given(&cells[place]) }
                }) {
                    cells[place].kind = CellKind::Code;
                    cells[place].source.push_str(&format!("\n# altered: {mark}"));
                }
            }
            _ => {
                let place = dice.throw(cells.len());
                let mut tags: Vec<String> = cells[place].tags().map(str::to_owned).collect();
                tags.push("remove_cell".to_owned());
                cells[place].metadata.insert("tags".to_owned(), json!(tags));
            }
        }
    }
    run(notebook);
}

/// All the words of a hunter in a notebook.
fn marks(notebook: &Notebook) -> BTreeSet<String> {
    let word = |c: char| c == '-' || c.is_ascii_alphanumeric();
    let words = notebook.cells.iter().flat_map(|cell| cell.source.split(move |c| !word(c)));
    words.filter(|word| word.starts_with("hunter-")).map(|word| word.trim_matches('-').to_owned()).collect()
}

fn has(notebook: &Notebook, text: &str) -> bool {
    notebook.cells.iter().any(|cell| cell.source.contains(text))
}

/// What holds of every upgrade.
fn hold(number: u64, worked: &Notebook, to: &Revision, with: &With, upgraded: &Upgraded) {
    let new = ipynb::read(&upgraded.prepared.bytes);
    assert!(new.blocking().is_none(), "{number}: {:?}", new.blocking());
    // Every cell that the hunter wrote something in is there as they left it.
    for cell in worked.cells.iter().filter(|cell| !marks_of(cell).is_empty()) {
        assert!(has(&new, cell.source.trim_end()), "{number}: lost:\n{}", cell.source);
    }
    // Nothing that was put out.
    let text = String::from_utf8(upgraded.prepared.bytes.clone()).expect("UTF-8");
    assert!(!text.contains("an-output"), "{number}");
    assert!(new.cells.iter().all(|cell| cell.outputs.is_empty() && cell.execution_count.is_none()));
    // What is filled in is what a plain copy has, and for the same tenant and window.
    let plain = copy(to, with);
    let injected = |notebook: &Notebook| {
        let cells: Vec<String> = notebook
            .cells
            .iter()
            .filter(|cell| cell.has_tag("injected-parameters"))
            .map(|cell| cell.source.clone())
            .collect();
        cells
    };
    assert_eq!(injected(&new), injected(&ipynb::read(&plain.bytes)), "{number}");
    let mut said = upgraded.prepared.provenance.clone();
    assert!(said.upgraded_from.take().is_some());
    assert_eq!(said, plain.provenance, "{number}");
    // What the procedure has is there, but where the hunter's words stand in its place.
    let replaced: HashSet<&str> = upgraded
        .account
        .iter()
        .filter(|told| told.fate == Fate::Carried || (told.applied && told.before == told.theirs))
        .filter_map(|told| told.theirs.as_deref())
        .collect();
    for cell in &plain.notebook.cells {
        let is_there = has(&new, cell.source.trim_end());
        assert!(
            is_there || replaced.contains(cell.source.as_str()),
            "{number}: the procedure's is lost:\n{}",
            cell.source
        );
    }
    // Of the hunter's code nothing runs that was not applied, but for what they were asked to fill in.
    let applied: String =
        upgraded.account.iter().filter(|told| told.applied).filter_map(|told| told.mine.clone()).collect();
    for cell in new.cells.iter().filter(|cell| cell.kind == CellKind::Code) {
        for mark in marks_of(cell) {
            assert!(applied.contains(&mark), "{number}: {mark} runs");
        }
    }
    // What is kept reaches nobody.
    let listed = &upgraded.prepared.provenance.upgraded_from.as_ref().expect("it is upgraded").cells;
    for carried in listed.iter().filter(|one| matches!(one.how, How::Kept | How::Beside)) {
        let kept =
            new.cells.iter().find(|cell| cell.id.as_ref() == Some(&carried.cell)).expect("it is there");
        assert!(kept.kind == CellKind::Raw && kept.has_tag("remove_cell"), "{number}");
    }
    // It can be verified, without a record too, and not once a cell is another.
    let source = Source { bytes: &to.bytes, origin: Origin::Commit };
    let look = |bytes: &[u8]| examine(bytes, Some(source), None, &Vocabulary::default());
    let examined = look(&upgraded.prepared.bytes);
    assert!(examined.holds(), "{number}: {:?}", examined.findings);
    // Making a copy anew takes its time: every cell of one upgrade in ten, and every tenth of the others.
    let step = if number.is_multiple_of(10) { 1 } else { 10 };
    for place in (usize::try_from(number % 10).expect("a place")..new.cells.len()).step_by(step) {
        let mut other = new.clone();
        other.cells[place].source.push('x');
        let examined = look(&ipynb::write(&other));
        assert!(examined.differs(), "{number}: cell {place} may be altered: {:?}", examined.findings);
    }
    let mut more = new.clone();
    more.cells.push(cell(CellKind::Code, &[], "1"));
    assert!(look(&ipynb::write(&more)).differs(), "{number}");
}

fn marks_of(cell: &Cell) -> BTreeSet<String> {
    marks(&Notebook { cells: vec![cell.clone()], ..Notebook::default() })
}

/// A notebook as it comes back: by way of Jupyter, or by way of text, in which cells have no ids.
fn brought(dice: &mut Dice, notebook: &Notebook) -> Notebook {
    let read = ipynb::read(&ipynb::write(notebook));
    if dice.throw(3) > 0 {
        return read;
    }
    let text = myst::write(&read);
    myst::read(text.as_ref())
}

#[test]
fn in_a_hundred_upgrades_nothing_that_a_hunter_wrote_is_lost_and_no_output_survives() {
    let (mut fates, mut carried, mut written) = (HashSet::new(), 0, 0);
    for number in 0..100 {
        let mut dice = Dice(number);
        let with =
            With { hold: if dice.throw(3) > 0 { Hold::Writes } else { Hold::None }, ..With::default() };
        let mut pieces = pieces();
        let mut at = revision(1, &pieces);
        let mut bytes = copy(&at, &with).bytes;
        for round in 0..2 {
            let mut worked = ipynb::read(&bytes);
            let before = marks(&worked);
            hunter(&mut dice, &mut worked, round);
            let worked = brought(&mut dice, &worked);
            written += marks(&worked).difference(&before).count();
            upstream(&mut dice, &mut pieces, round);
            let to = revision(round + 2, &pieces);
            let first = upgraded(&bytes, &at, &worked, &to, &with, &[])
                .unwrap_or_else(|refusal| panic!("{number}: {refusal:?}"));
            hold(number, &worked, &to, &with, &first);
            let keys: Vec<String> = first
                .account
                .iter()
                .filter_map(|told| told.key.clone())
                .filter(|_| dice.throw(2) == 0)
                .collect();
            let second = upgraded(&bytes, &at, &worked, &to, &with, &keys)
                .unwrap_or_else(|refusal| panic!("{number}: {refusal:?}"));
            hold(number, &worked, &to, &with, &second);
            let again = upgraded(&bytes, &at, &worked, &to, &with, &keys).expect("once more");
            assert_eq!(again.prepared.bytes, second.prepared.bytes, "{number}");
            fates.extend(second.account.iter().map(|told| told.fate.word()));
            carried += second.account.iter().filter(|told| told.fate.is_written()).count();
            bytes = second.prepared.bytes;
            at = to;
        }
    }
    println!("100 upgrades of two steps: {written} edits of hunters, {carried} cells carried over");
    assert!(written > 500 && carried > 500, "{written} {carried}");
    // All that can become of a cell has come of some.
    for fate in [
        "same",
        "changed",
        "new",
        "removed",
        "carried",
        "added",
        "both-changed",
        "beside",
        "altered",
        "added-code",
        "kept",
        "given",
        "back",
    ] {
        assert!(fates.contains(fate), "{fate}: {fates:?}");
    }
}

/// Any cell: of a few words, so that cells of three notebooks are alike.
fn any_cell() -> impl Strategy<Value = Cell> {
    let kind = prop_oneof![Just(CellKind::Markdown), Just(CellKind::Code), Just(CellKind::Raw)];
    let tags =
        prop_oneof![4 => Just(vec![]), 1 => Just(vec!["analyst_input"]), 1 => Just(vec!["remove_cell"])];
    let id = prop_oneof![Just(None), "[ab]".prop_map(Some)];
    (kind, tags, "[ab \n]{0,6}", id).prop_map(|(kind, tags, text, id)| {
        let mut one = cell(kind, &tags, text);
        one.id = id;
        one
    })
}

fn any_notebook() -> impl Strategy<Value = Notebook> {
    prop::collection::vec(any_cell(), 0..6).prop_map(|cells| Notebook { cells, ..Notebook::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn of_any_three_notebooks_what_the_hunter_wrote_is_in_the_new_one(
        base in any_notebook(),
        mut worked in any_notebook(),
        fresh in any_notebook(),
    ) {
        run(&mut worked);
        let to = Revision { commit: "2".repeat(40), bytes: Vec::new(), notebook: fresh.clone() };
        let older = Older { base: &base, worked: &worked, commit: None, copy: "0", notebook: None };
        let with = With { hold: Hold::None, parameters: serde_json::Map::new() };
        let apply = BTreeSet::new();
        let done = asking(&to, &with, |request| upgrade(&older, request, &apply)).expect("it asks for no tenant");
        let new = ipynb::read(&done.prepared.bytes);
        let known: HashSet<&str> = base.cells.iter().chain(&fresh.cells).map(|cell| cell.source.trim_end()).collect();
        for cell in &worked.cells {
            let text = cell.source.trim_end();
            prop_assert!(known.contains(text) || text.trim().is_empty() || has(&new, text), "{text:?} is lost: {new:?}");
        }
        prop_assert!(new.cells.iter().all(|cell| cell.outputs.is_empty() && cell.execution_count.is_none()));
        prop_assert!(!String::from_utf8_lossy(&done.prepared.bytes).contains("an-output"));
        let ids: HashSet<_> = new.cells.iter().map(|cell| cell.id.clone()).collect();
        prop_assert_eq!(ids.len(), new.cells.len());
        prop_assert_eq!(done.account.iter().filter(|told| told.cell.is_some()).count(), new.cells.len());
    }
}
