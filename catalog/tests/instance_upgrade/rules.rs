//! What becomes of each kind of edit.

use super::scene::{Revision, With, cell, copy, piece, pieces, revision, run, upgraded};
use catalog::instance::{
    Aspect, Fate, Hold, Origin, Outcome, Refusal, Source, Told, Upgraded, Vocabulary, examine,
};
use catalog::notebook::{CellKind, Notebook, ipynb};
use catalog::report::reaches_customer;
use serde_json::json;

/// The copy of the procedure as it is, worked with, and taken to the procedure as it becomes.
struct Case {
    was: Revision,
    copy: Vec<u8>,
    worked: Notebook,
    is: Revision,
    with: With,
}

impl Case {
    fn new(work: impl FnOnce(&mut Notebook), edit: impl FnOnce(&mut Vec<super::scene::Piece>)) -> Self {
        Self::with(With::default(), work, edit)
    }

    fn with(
        with: With,
        work: impl FnOnce(&mut Notebook),
        edit: impl FnOnce(&mut Vec<super::scene::Piece>),
    ) -> Self {
        let mut pieces = pieces();
        let was = revision(1, &pieces);
        let copy = copy(&was, &with).bytes;
        let mut worked = ipynb::read(&copy);
        work(&mut worked);
        run(&mut worked);
        edit(&mut pieces);
        Self { was, copy, worked, is: revision(2, &pieces), with }
    }

    fn applying(&self, keys: &[String]) -> Result<Upgraded, Refusal> {
        upgraded(&self.copy, &self.was, &self.worked, &self.is, &self.with, keys)
    }

    fn upgraded(&self) -> Upgraded {
        self.applying(&[]).expect("an upgrade")
    }

    fn look(&self, bytes: &[u8]) -> catalog::instance::Examined {
        let source = Source { bytes: &self.is.bytes, origin: Origin::Commit };
        examine(bytes, Some(source), None, &Vocabulary::default())
    }
}

fn find(notebook: &Notebook, text: &str) -> usize {
    notebook.cells.iter().position(|cell| cell.source.contains(text)).expect("it is there")
}

fn set(notebook: &mut Notebook, text: &str, source: &str) {
    let place = find(notebook, text);
    source.clone_into(&mut notebook.cells[place].source);
}

fn the(upgraded: &Upgraded, fate: Fate) -> &Told {
    let found: Vec<&Told> = upgraded.account.iter().filter(|told| told.fate == fate).collect();
    assert_eq!(found.len(), 1, "{fate:?}: {:#?}", upgraded.account);
    found[0]
}

fn refused(done: Result<Upgraded, Refusal>) -> Refusal {
    done.map(|done| done.account).expect_err("it is refused")
}

#[test]
fn what_was_filled_in_stands_where_it_stood_and_the_procedure_moves_on() {
    let case = Case::new(
        |worked| set(worked, "what you found", "Found on two hosts."),
        |pieces| {
            pieces[5].text.push_str("\nprint(len(hits))");
            pieces.insert(3, piece(CellKind::Markdown, "", "A new paragraph."));
        },
    );
    let done = case.upgraded();
    let told = the(&done, Fate::Carried);
    let new = &done.prepared.notebook.cells[told.cell.expect("a place")];
    assert_eq!(new.source, "Found on two hosts.");
    assert!(new.has_tag("analyst_input") && reaches_customer(new));
    assert_eq!((done.count(Fate::New), done.count(Fate::Changed)), (1, 1));
    let examined = case.look(&done.prepared.bytes);
    assert!(examined.holds(), "{examined:?}");
    let cells = examined.findings.iter().find(|finding| finding.aspect == Aspect::Cells).expect("cells");
    assert!(cells.detail.ends_with("1 cell was carried over from an older copy"), "{}", cells.detail);
}

#[test]
fn where_both_changed_prose_the_hunters_stands_and_the_procedures_reaches_nobody() {
    let case = Case::new(
        |worked| set(worked, "what you found", "Found on two hosts."),
        |pieces| pieces[6].text = "*Replace this text with what you found, by host.*".to_owned(),
    );
    let done = case.upgraded();
    let mine = the(&done, Fate::Both).cell.expect("a place");
    let theirs = the(&done, Fate::Beside).cell.expect("a place");
    assert_eq!(theirs, mine + 1);
    let cells = &done.prepared.notebook.cells;
    assert_eq!(cells[mine].source, "Found on two hosts.");
    assert!(cells[theirs].source.contains("what you found, by host"), "{}", cells[theirs].source);
    assert!(cells[theirs].kind == CellKind::Raw && !reaches_customer(&cells[theirs]));
}

#[test]
fn altered_code_is_left_beside_until_it_is_applied() {
    let case = Case::new(
        |worked| set(worked, "known.exe", "hits = rows[rows.image != 'other.exe']"),
        |pieces| pieces[5].text.push_str("\nprint(len(hits))"),
    );
    let left = case.upgraded();
    let told = the(&left, Fate::Altered);
    let key = told.key.clone().expect("it can be chosen");
    assert_eq!(told.mine.as_deref(), Some("hits = rows[rows.image != 'other.exe']"));
    assert!(told.theirs.as_ref().is_some_and(|theirs| theirs.ends_with("print(len(hits))")));
    let kept = &left.prepared.notebook.cells[told.cell.expect("a place")];
    assert!(kept.kind == CellKind::Raw && kept.has_tag("remove_cell"));
    assert!(kept.source.starts_with("# Kept from the copy of revision 00000000"), "{}", kept.source);
    let running = |done: &Upgraded, text: &str| {
        let cells = done.prepared.notebook.cells.iter();
        cells.filter(|cell| cell.kind == CellKind::Code && cell.source.contains(text)).count()
    };
    assert_eq!((running(&left, "other.exe"), running(&left, "print(len(hits))")), (0, 1));
    let applied = case.applying(&[key]).expect("it can be applied");
    assert_eq!((running(&applied, "other.exe"), running(&applied, "print(len(hits))")), (1, 0));
    // The procedure's own change is not lost either.
    assert!(
        the(&applied, Fate::Beside).theirs.as_ref().is_some_and(|text| text.contains("print(len(hits))"))
    );
    let examined = case.look(&applied.prepared.bytes);
    assert!(examined.holds(), "{examined:?}");
    let cells = examined.findings.iter().find(|finding| finding.aspect == Aspect::Cells).expect("cells");
    assert!(cells.detail.contains("1 of them code that runs"), "{}", cells.detail);
    let unknown = refused(case.applying(&["0123456789abcdef".to_owned()]));
    assert_eq!(unknown.code, "change-not-offered");
}

#[test]
fn applied_code_is_checked_as_the_procedures_own() {
    let case = Case::new(
        |worked| {
            let place = find(worked, "known.exe");
            worked.cells.insert(place, cell(CellKind::Code, &[], "TENANT_ID = '999'"));
        },
        |pieces| pieces[0].text.push_str(" More."),
    );
    let left = case.upgraded();
    let key = the(&left, Fate::AddedCode).key.clone().expect("it can be chosen");
    let refusal = refused(case.applying(&[key]));
    assert_eq!(refusal.code, "tenant-assigned-again");
    assert!(refusal.reason.starts_with("with the code that is applied, "), "{refusal}");
}

#[test]
fn applied_code_that_writes_is_held_where_such_cells_are() {
    let write = "%taegis investigations create --title mine --tenant $TENANT_ID";
    let work = |worked: &mut Notebook| worked.cells.push(cell(CellKind::Code, &[], write));
    let edit = |pieces: &mut Vec<super::scene::Piece>| pieces[0].text.push_str(" More.");
    for (hold, kind) in [(Hold::Writes, CellKind::Raw), (Hold::None, CellKind::Code)] {
        let case = Case::with(With { hold, ..With::default() }, work, edit);
        let key = the(&case.upgraded(), Fate::AddedCode).key.clone().expect("it can be chosen");
        let done = case.applying(&[key]).expect("it can be applied");
        let place = the(&done, Fate::AddedCode).cell.expect("a place");
        assert_eq!(done.prepared.notebook.cells[place].kind, kind);
        assert_eq!(done.prepared.notebook.cells[place].source, write);
        assert!(case.look(&done.prepared.bytes).holds());
    }
}

#[test]
fn a_cell_that_was_released_is_held_again_and_one_that_was_taken_out_is_back() {
    let case = Case::new(
        |worked| {
            let place = find(worked, "investigations create");
            worked.cells[place].kind = CellKind::Code;
            let place = find(worked, "head(LIMIT)");
            worked.cells.remove(place);
        },
        |pieces| pieces[0].text.push_str(" More."),
    );
    let done = case.upgraded();
    let held = &done.prepared.notebook.cells[the(&done, Fate::Reset).cell.expect("a place")];
    assert!(held.kind == CellKind::Raw && held.source.contains("investigations create"));
    assert!(the(&done, Fate::Back).theirs.as_ref().is_some_and(|text| text.contains("head(LIMIT)")));
    assert!(done.prepared.provenance.upgraded_from.expect("it is upgraded").cells.is_empty());
}

#[test]
fn what_was_filled_in_anew_by_hand_is_kept_and_never_used() {
    let case = Case::new(
        |worked| {
            let place = find(worked, "# Parameters");
            let source = worked.cells[place].source.replace("0145483", "0999999");
            worked.cells[place].source = source;
        },
        |pieces| pieces[0].text.push_str(" More."),
    );
    let done = case.upgraded();
    let kept = the(&done, Fate::Given);
    assert!(kept.key.is_none(), "it is not offered");
    let code = done.prepared.notebook.cells.iter().filter(|cell| cell.kind == CellKind::Code);
    assert!(code.clone().any(|cell| cell.source.contains("TENANT_ID = \"0145483\"")));
    assert!(!code.clone().any(|cell| cell.source.contains("0999999")));
    // Nothing stands between the defaults and what is filled in.
    let tagged = |tag: &str| done.prepared.notebook.cells.iter().position(|cell| cell.has_tag(tag));
    assert_eq!(tagged("injected-parameters"), tagged("parameters").map(|place| place + 1));
}

#[test]
fn what_stands_in_a_cell_that_is_gone_is_kept_behind_the_same_neighbour() {
    let case = Case::new(
        |worked| {
            set(worked, "what you recommend", "Take the task away.");
            set(worked, "head(LIMIT)", "table = hits.tail(LIMIT)");
            let place = find(worked, "That is all");
            worked.cells.insert(place + 1, cell(CellKind::Markdown, &["mine"], "Mine, at the end."));
        },
        |pieces| {
            pieces.remove(8);
            pieces.remove(7);
        },
    );
    let done = case.upgraded();
    assert_eq!(done.count(Fate::Kept), 2, "{:#?}", done.account);
    let cells = &done.prepared.notebook.cells;
    let (head, tail) =
        cells.split_at(cells.iter().position(|cell| cell.source.contains("what you found")).expect("it") + 1);
    assert!(head.iter().all(|cell| !cell.source.contains("hits.tail")));
    assert!(
        tail[0].source.ends_with("table = hits.tail(LIMIT)")
            && tail[1].source.ends_with("Take the task away.")
    );
    assert!(tail[..2].iter().all(|cell| cell.kind == CellKind::Raw && !reaches_customer(cell)));
    let added = cells.last().expect("cells");
    assert!(added.source == "Mine, at the end." && added.has_tag("mine"));
}

#[test]
fn tags_that_a_hunter_gave_a_cell_stay_so_that_no_customer_sees_it() {
    let case = Case::new(
        |worked| {
            let place = find(worked, "That is all");
            worked.cells[place].metadata.insert("tags".to_owned(), json!(["remove_cell", "parameters"]));
        },
        |pieces| pieces[10].text.push_str(" More."),
    );
    let done = case.upgraded();
    let last = done.prepared.notebook.cells.last().expect("cells");
    assert!(last.source.ends_with("More.") && last.has_tag("remove_cell") && !last.has_tag("parameters"));
    assert!(case.look(&done.prepared.bytes).holds());
}

#[test]
fn a_value_that_the_procedure_has_no_use_for_any_more_is_left_out_and_that_is_said() {
    for edit in [
        // Not declared any more, and declared but read by nobody.
        (|pieces: &mut Vec<super::scene::Piece>| {
            for piece in pieces.iter_mut() {
                piece.text = piece
                    .text
                    .replace("\nLIMIT = 100", "")
                    .replace(" --limit $LIMIT", "")
                    .replace("LIMIT", "9");
            }
        }) as fn(&mut Vec<super::scene::Piece>),
        |pieces| {
            for piece in pieces.iter_mut() {
                piece.text = piece.text.replace(" --limit $LIMIT", "").replace("head(LIMIT)", "head(9)");
            }
        },
    ] {
        let done = Case::new(|_| {}, edit).upgraded();
        assert!(!done.prepared.provenance.parameters.contains_key("LIMIT"));
        let warned = done.prepared.warnings.iter().find(|warning| warning.code == "parameter-left-out");
        assert!(
            warned.is_some_and(|warning| warning.message.contains("`LIMIT`")),
            "{:?}",
            done.prepared.warnings
        );
    }
}

#[test]
fn code_that_was_to_be_filled_in_runs_unless_it_makes_the_copy_wrong() {
    let base = |pieces: &mut Vec<super::scene::Piece>| pieces[0].text.push_str(" More.");
    for (filled, runs) in [("VERDICT = 'benign'", true), ("VERDICT = 'benign'\nTENANT_ID = '999'", false)] {
        let mut pieces = pieces();
        pieces.push(piece(CellKind::Code, "analyst_input", "VERDICT = None  # benign or malicious"));
        let was = revision(1, &pieces);
        let with = With::default();
        let copy = copy(&was, &with).bytes;
        let mut worked = ipynb::read(&copy);
        set(&mut worked, "VERDICT = None", filled);
        base(&mut pieces);
        let is = revision(2, &pieces);
        let done = upgraded(&copy, &was, &worked, &is, &with, &[]).expect("an upgrade");
        let told = the(&done, if runs { Fate::Carried } else { Fate::Kept });
        let cell = &done.prepared.notebook.cells[told.cell.expect("a place")];
        assert_eq!(cell.kind == CellKind::Code, runs, "{told:?}");
        assert!(cell.source.ends_with(filled));
    }
}

#[test]
fn what_the_procedure_took_up_is_not_there_twice() {
    let case = Case::new(
        |worked| {
            set(worked, "That is all", "The end.");
            worked.cells.push(cell(CellKind::Markdown, &[], "A step that was missing."));
        },
        |pieces| {
            pieces[10].text = "The end.".to_owned();
            pieces.push(piece(CellKind::Markdown, "", "A step that was missing."));
        },
    );
    let done = case.upgraded();
    let count =
        |text: &str| done.prepared.notebook.cells.iter().filter(|cell| cell.source.contains(text)).count();
    assert_eq!((count("The end."), count("A step that was missing.")), (1, 1));
}

#[test]
fn a_second_upgrade_takes_along_what_the_first_one_carried() {
    let case = Case::new(
        |worked| {
            set(worked, "what you found", "Found on two hosts.");
            set(worked, "known.exe", "hits = rows[rows.image != 'other.exe']");
            worked.cells.push(cell(CellKind::Markdown, &[], "A note."));
        },
        |pieces| pieces[0].text.push_str(" More."),
    );
    let first = case.upgraded();
    let mut pieces = pieces();
    pieces[0].text.push_str(" Much more.");
    let third = revision(3, &pieces);
    let worked = ipynb::read(&first.prepared.bytes);
    let second =
        upgraded(&first.prepared.bytes, &case.is, &worked, &third, &case.with, &[]).expect("an upgrade");
    assert_eq!(second.count(Fate::Carried), 1, "{:#?}", second.account);
    let cells = &second.prepared.notebook.cells;
    let count = |text: &str| cells.iter().filter(|cell| cell.source.contains(text)).count();
    for text in ["Found on two hosts.", "'other.exe'", "A note.", "Much more."] {
        assert_eq!(count(text), 1, "{text}");
    }
    assert_eq!(second.count(Fate::Added), 2, "the note, and what was kept: {:#?}", second.account);
    // Without the procedure's bytes of then, nothing is lost either.
    let handed = catalog::instance::handed_out(&worked, None, &Vocabulary::default());
    assert!(handed.cells.len() < worked.cells.len());
}

#[test]
fn what_the_procedure_said_once_is_not_taken_along_for_ever() {
    let case = Case::new(
        |worked| set(worked, "what you found", "Found on two hosts."),
        |pieces| pieces[6].text = "*Replace this text with what you found, by host.*".to_owned(),
    );
    let first = case.upgraded();
    let mut pieces = pieces();
    pieces[6].text = "*Replace this text with what you found, by day.*".to_owned();
    let third = revision(3, &pieces);
    let mut worked = ipynb::read(&first.prepared.bytes);
    let again = |worked: &Notebook| {
        let done =
            upgraded(&first.prepared.bytes, &case.is, worked, &third, &case.with, &[]).expect("an upgrade");
        let text = String::from_utf8(done.prepared.bytes).expect("UTF-8");
        ["Found on two hosts.", "by day", "by host"].map(|words| text.matches(words).count())
    };
    assert_eq!(again(&worked), [1, 1, 0]);
    // Once the hunter wrote into it, it is theirs.
    let place = find(&worked, "by host");
    worked.cells[place].source.push_str("\nMine.");
    assert_eq!(again(&worked), [1, 1, 1]);
}

#[test]
fn what_was_carried_over_cannot_be_used_to_slip_something_in() {
    let case = Case::new(
        |worked| worked.cells.push(cell(CellKind::Markdown, &[], "A note.")),
        |pieces| pieces[0].text.push_str(" More."),
    );
    let done = case.upgraded();
    let text = String::from_utf8(done.prepared.bytes.clone()).expect("UTF-8");
    let outcome = |bytes: &[u8], aspect| case.look(bytes).outcome(aspect);
    // Other words than were carried over.
    let other = text.replace("A note.", "No note.");
    assert_eq!(outcome(other.as_bytes(), Aspect::Cells), Some(Outcome::Differs));
    // A cell of what is filled in, listed as carried over.
    let mut forged = ipynb::read(&done.prepared.bytes);
    let place = find(&forged, "# Parameters");
    forged.cells[place].source = forged.cells[place].source.replace("0145483", "0999999");
    let id = forged.cells[place].id.clone();
    let listed = &mut forged.metadata["huntshelf"]["upgraded_from"]["cells"];
    listed.as_array_mut().expect("a list").push(json!({"cell": id, "as": "written", "sha256": "0"}));
    let bytes = ipynb::write(&forged);
    assert_eq!(outcome(&bytes, Aspect::Parameters), Some(Outcome::Differs));
    // What the record has does not match it in any case.
    let source = Source { bytes: &case.is.bytes, origin: Origin::Commit };
    let recorded = Some(done.prepared.bytes.as_slice());
    let examined = examine(&bytes, Some(source), recorded, &Vocabulary::default());
    assert_eq!(examined.outcome(Aspect::File), Some(Outcome::Differs));
    // A carried cell that is gone.
    let mut less = ipynb::read(&done.prepared.bytes);
    less.cells.pop();
    assert_eq!(outcome(&ipynb::write(&less), Aspect::Cells), Some(Outcome::Differs));
}
