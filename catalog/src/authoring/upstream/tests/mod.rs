//! What goes back from a copy, and what never does.

mod properties;
mod sample;

use super::*;
use crate::lint::Severity;
use crate::notebook::Cell;
use sample::{Returned, THEN, lint};
use serde_json::json;

const QUERY: &str =
    "%%taegis alerts search --tenant $TENANT_ID --region $REGION\nFROM process WHERE image = 'a.exe'";

#[test]
fn a_mended_query_goes_back_and_nothing_else_of_the_file_moves() {
    let mended = QUERY.replace("'a.exe'", "'a.exe' AND parent = 'b.exe'");
    let proposal = Returned::new().with(QUERY, &mended).proposal().unwrap();
    assert_eq!(proposal.refusal, None);
    assert_eq!(proposal.taken(), 1);
    assert_eq!(proposal.text, THEN.replace("'a.exe'", "'a.exe' AND parent = 'b.exe'"));
    assert_eq!(proposal.cells[0].part, Part::Code);
}

#[test]
fn guidance_goes_back_and_what_a_customer_reads_does_not() {
    let proposal = Returned::new()
        .with("Look at the parents first.", "Look at the parents first, then at the command line.")
        .with("What was found is told here.", "We found a thing.")
        .with("*Replace this text.*", "Nothing.")
        .proposal()
        .unwrap();
    let parts: Vec<(Part, bool)> =
        proposal.cells.iter().map(|cell| (cell.part, cell.standing == Standing::Taken)).collect();
    assert_eq!(parts, [(Part::Guidance, true), (Part::Report, false), (Part::Input, false)]);
    assert_eq!(
        proposal.text,
        THEN.replace("Look at the parents first.", "Look at the parents first, then at the command line.")
    );
}

#[test]
fn parameters_outputs_and_what_was_filled_in_stay_with_the_copy() {
    let mut returned =
        Returned::new().with("LIMIT = 100", "LIMIT = 77").with(QUERY, &QUERY.replace("a.exe", "c.exe"));
    for cell in &mut returned.worked.cells {
        cell.execution_count = Some(3);
        cell.outputs = vec![json!({"output_type": "stream", "name": "stdout", "text": "srv-dc01\n"})];
    }
    let proposal = returned.proposal().unwrap();
    assert_eq!(proposal.text, THEN.replace("a.exe", "c.exe"));
    let held = proposal.cells.iter().find(|cell| cell.part == Part::Parameters).unwrap();
    assert!(!held.standing.is_offered(), "{held:?}");
    for word in ["0145483", "mock", "srv-dc01", "huntshelf", "injected"] {
        assert!(!proposal.text.contains(word), "{word}");
    }
}

#[test]
fn a_typed_in_key_becomes_its_parameter_where_that_is_certain() {
    let typed = QUERY.replace("$TENANT_ID", "0145483").replace("a.exe", "c.exe");
    // The procedure's own cell names it, so that it is known how.
    let proposal = Returned::new().with(QUERY, &typed).proposal().unwrap();
    assert_eq!(proposal.text, THEN.replace("a.exe", "c.exe"));
    assert_eq!(proposal.cells[0].replaced, ["`TENANT_ID` in place of its value (line 1)"]);
    let python = Returned::new().with("show(hits)", "show(hits, tenant=\"0145483\")").proposal().unwrap();
    assert!(python.text.contains("show(hits, tenant=TENANT_ID)"), "{}", python.text);
    // In the body nothing is filled in.
    let typed = QUERY.replace("'a.exe'", "'a.exe' AND tenant_id = '0145483'");
    let held = Returned::new().with(QUERY, &typed).proposal().unwrap();
    assert_eq!(held.text, THEN);
    let Standing::HeldBack { reason, line } = &held.cells[0].standing else { panic!("{held:?}") };
    assert_eq!(*line, 2);
    assert!(reason.starts_with("line 2 holds"), "{reason}");
    assert_eq!(held.refusal.unwrap().code, "nothing-to-propose");
}

#[test]
fn what_is_held_back_cannot_be_chosen_and_what_was_added_must_be() {
    let mut returned = Returned::new().with(QUERY, &QUERY.replace("a.exe", "c.exe"));
    returned.add_behind(QUERY, Cell::new(CellKind::Code, "hits.head(20)"));
    returned.add_behind(QUERY, Cell::new(CellKind::Code, "hits[hits.host == 'Ward']"));
    let shown = returned.proposal().unwrap();
    let standing = |at: usize| &shown.cells[at].standing;
    assert_eq!(*standing(0), Standing::Taken);
    assert!(matches!(standing(1), Standing::HeldBack { line: 1, .. }), "{shown:?}");
    assert_eq!(*standing(2), Standing::NotChosen);
    assert!(!shown.text.contains("head(20)"));
    let key = |at: usize| shown.cells[at].key.clone();
    let chosen = returned.chosen(&[&key(2)]).unwrap();
    assert!(chosen.text.contains("```{code-cell}\nhits.head(20)\n```\n"), "{}", chosen.text);
    assert!(chosen.text.contains("a.exe") && !chosen.text.contains("c.exe"));
    assert_eq!(returned.chosen(&[&key(1)]).unwrap_err().code, "cell-held-back");
    assert_eq!(returned.chosen(&["0000"]).unwrap_err().code, "change-not-offered");
    assert_eq!(returned.chosen(&[]).unwrap().refusal.unwrap().code, "nothing-to-propose");
}

#[test]
fn what_changed_meanwhile_stays_and_what_changed_on_both_sides_is_held_back() {
    let now = THEN
        .replace("What was found is told here.", "What was found is told **here**.")
        .replace("show(hits)", "show(hits, 3)");
    let mut returned =
        Returned::new().with(QUERY, &QUERY.replace("a.exe", "c.exe")).with("show(hits)", "show(hits, 4)");
    returned.now = now.clone();
    let proposal = returned.proposal().unwrap();
    assert_eq!(proposal.text, now.replace("a.exe", "c.exe"));
    let Standing::HeldBack { reason, .. } = &proposal.cells[1].standing else { panic!("{proposal:?}") };
    assert!(reason.contains("changed this cell too"), "{reason}");
    // What the procedure has taken up already is nothing to be proposed.
    returned.now = now.replace("show(hits, 3)", "show(hits, 4)");
    assert_eq!(returned.proposal().unwrap().cells.len(), 1);
    // A cell that is gone.
    returned.now = THEN.replace("```{code-cell}\nshow(hits)\n```\n", "");
    assert!(
        returned
            .proposal()
            .unwrap()
            .cells
            .iter()
            .any(|cell| cell.standing == Standing::held("the procedure has this cell no more"))
    );
}

#[test]
fn cells_that_write_stay_as_they_are() {
    let writes = "%taegis investigations create --tenant $TENANT_ID";
    let proposal = Returned::new()
        .with(writes, &format!("{writes} --title x"))
        .with("show(hits)", "service.mutation.create_case(hits)")
        .proposal()
        .unwrap();
    assert!(
        proposal.cells.iter().all(|cell| cell.part == Part::Held && !cell.standing.is_offered()),
        "{proposal:?}"
    );
    assert_eq!(proposal.text, THEN);
}

#[test]
fn hosts_in_the_results_and_what_is_somebodys_by_its_shape_are_held_back() {
    for typed in [
        "show(hits, 'wk-0042')",
        "show(hits, 'WK_0042')",
        "show(hits, '10.9.8.7')",
        "show(hits)  # ana@ward.example",
        "show(hits, since='2026-11-03')",
        "show(hits, password='hunter2')",
        "show(hits, '17.11.2026')",
    ] {
        let mut returned = Returned::new().with("show(hits)", typed);
        let ran = returned.worked.cells.iter_mut().rfind(|cell| cell.kind == CellKind::Code).unwrap();
        ran.outputs = vec![json!({"output_type": "stream", "text": "seen on wk-0042\n"})];
        let proposal = returned.proposal().unwrap();
        assert_eq!(proposal.text, THEN, "{typed}");
        assert!(
            matches!(proposal.cells[0].standing, Standing::HeldBack { line: 1, .. }),
            "{typed}: {proposal:?}"
        );
    }
}

#[test]
fn a_text_that_would_close_its_fence_does_not_get_in() {
    let proposal = Returned::new().with("show(hits)", "x = '''\n```\n\n# Free\n'''").proposal().unwrap();
    assert_eq!(proposal.text, THEN);
    assert!(!proposal.cells[0].standing.is_offered());
}

#[test]
fn ends_of_lines_and_odd_layout_are_kept() {
    let then = THEN.replace('\n', "\r\n");
    let mut returned = Returned::of(&then).with("show(hits)", "show(hits)\nshow(hits.head())");
    returned.add_behind("show(hits)", Cell::new(CellKind::Code, "hits.tail()"));
    let key = returned.proposal().unwrap().cells.iter().map(|cell| cell.key.clone()).collect::<Vec<_>>();
    let keys: Vec<&str> = key.iter().map(String::as_str).collect();
    let proposal = returned.chosen(&keys).unwrap();
    let expected = then.replace(
        "show(hits)\r\n```\r\n",
        "show(hits)\r\nshow(hits.head())\r\n```\r\n\r\n```{code-cell}\r\nhits.tail()\r\n```\r\n",
    );
    assert_eq!(proposal.text, expected);
}

#[test]
fn new_errors_refuse_the_proposal() {
    let returned = Returned::new().with("show(hits)", "show(hits) BAD");
    let proposal = returned.proposal().unwrap();
    assert_eq!(proposal.judged.new_errors.len(), 1);
    assert_eq!(proposal.judged.new_errors[0].severity, Severity::Error);
    assert_eq!(proposal.refusal.as_ref().unwrap().code, "lint-errors");
    assert!(lint(THEN).is_empty());
}

#[test]
fn what_is_no_myst_is_refused() {
    let mut returned = Returned::new();
    returned.now = "{}".to_owned();
    assert_eq!(returned.proposal().unwrap_err().code, "not-myst");
    returned.now = "---\nhunting: [\n---\n".to_owned();
    assert_eq!(returned.proposal().unwrap_err().code, "unreadable");
}
