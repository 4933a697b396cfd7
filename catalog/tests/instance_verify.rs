//! Verifying copies: every starter procedure's holds, and none holds of which one character of code was altered.

use catalog::instance::{
    Aspect, Examined, Hold, Origin, Outcome, Release, Request, Source, TenantFields, Vocabulary, Window,
    blob_id, examine, prepare, provenance, release, same_making,
};
use catalog::notebook::{CellKind, Metadata, ipynb, myst};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;

struct Made {
    name: String,
    source: Vec<u8>,
    copy: Vec<u8>,
}

/// A copy of each starter procedure, with a window and with cells held.
static COPIES: LazyLock<Vec<Made>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("procedures");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the starter procedures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 24);
    paths.iter().map(|path| made(path)).collect()
});

fn made(path: &Path) -> Made {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    made_of(name, std::fs::read(path).expect("it can be read"))
}

fn made_of(name: String, source: Vec<u8>) -> Made {
    let notebook = myst::read(&source);
    let tenant = TenantFields { key: "0145483".into(), region: "mock".into(), ..TenantFields::default() };
    let window = Window {
        from: "2026-11-01T00:00:00Z".parse().expect("a time"),
        to: "2026-11-08T00:00:00Z".parse().expect("a time"),
    };
    let copy = prepare(&Request {
        notebook: &notebook,
        procedure: Some("x"),
        repo: Some("hunts"),
        path: Some(&name),
        commit: Some("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
        blob: &blob_id(&source),
        tenant: Some(&tenant),
        window: Some(window),
        parameters: &Metadata::new(),
        hold: Hold::Writes,
        vocabulary: &Vocabulary::default(),
        attack: Some("19.2"),
    })
    .unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
    Made { name, source, copy: copy.bytes }
}

fn look(made: &Made, copy: &[u8], recorded: Option<&[u8]>, origin: Origin) -> Examined {
    examine(copy, Some(Source { bytes: &made.source, origin }), recorded, &Vocabulary::default())
}

fn detail(examined: &Examined, aspect: Aspect) -> &str {
    &examined.findings.iter().find(|finding| finding.aspect == aspect).expect("it was looked at").detail
}

#[test]
fn the_copy_of_every_starter_procedure_holds() {
    for made in COPIES.iter() {
        for recorded in [None, Some(made.copy.as_slice())] {
            let examined = look(made, &made.copy, recorded, Origin::Commit);
            assert!(examined.holds() && !examined.differs(), "{}: {:?}", made.name, examined.findings);
            let held = examined.provenance.as_ref().is_some_and(|stamp| !stamp.held_cells.is_empty());
            assert_eq!(examined.findings.len(), 6 + usize::from(held));
        }
    }
}

#[test]
fn where_the_procedure_comes_from_is_said() {
    let made = &COPIES[0];
    for (origin, words) in [
        (Origin::Commit, "at commit 4be0c2d1a77f"),
        (Origin::Gone, "no branch of it reaches commit"),
        (Origin::Kept, "as it was kept when the copy was made"),
    ] {
        let examined = look(made, &made.copy, None, origin);
        assert!(examined.holds() && detail(&examined, Aspect::Source).contains(words), "{examined:?}");
    }
    // A copy claims a commit only if the blob is that commit's.
    let elsewhere = look(made, &made.copy, None, Origin::Blob);
    assert_eq!(elsewhere.outcome(Aspect::Source), Some(Outcome::Differs));
}

#[test]
fn without_its_procedure_nothing_is_claimed() {
    let made = &COPIES[0];
    let examined = examine(&made.copy, None, None, &Vocabulary::default());
    assert!(!examined.holds() && !examined.differs(), "{examined:?}");
    let other = Source { bytes: b"other", origin: Origin::Commit };
    let examined = examine(&made.copy, Some(other), None, &Vocabulary::default());
    assert_eq!(examined.outcome(Aspect::Source), Some(Outcome::Differs));
}

#[test]
fn a_copy_that_was_run_is_told_from_one_that_was_altered() {
    let made = &COPIES[0];
    let mut run: Value = serde_json::from_slice(&made.copy).expect("JSON");
    for cell in run["cells"].as_array_mut().expect("cells") {
        if cell["cell_type"] == "code" {
            cell["execution_count"] = json!(1);
            cell["outputs"] = json!([{"output_type": "stream", "name": "stdout", "text": ["x"]}]);
        }
    }
    run["metadata"]["language_info"] = json!({"name": "python"});
    let examined = look(made, run.to_string().as_bytes(), Some(&made.copy), Origin::Commit);
    assert_eq!(examined.outcome(Aspect::File), Some(Outcome::Differs));
    for aspect in [Aspect::Source, Aspect::Parameters, Aspect::Cells, Aspect::Metadata] {
        assert_eq!(examined.outcome(aspect), Some(Outcome::Holds), "{examined:?}");
    }
}

#[test]
fn another_value_is_named() {
    let made = COPIES.iter().find(|made| made.name == "win-kerberoasting.md").expect("it is there");
    let text = String::from_utf8(made.copy.clone()).expect("UTF-8");
    let other = text.replacen("TENANT_ID = \\\"0145483\\\"", "TENANT_ID = \\\"0145484\\\"", 1);
    assert_ne!(other, text);
    let examined = look(made, other.as_bytes(), None, Origin::Commit);
    assert!(detail(&examined, Aspect::Parameters).contains("`TENANT_ID`"), "{examined:?}");
    // Who alters what the copy says of itself too, has not altered the record.
    let forged = other
        .replace("\"tenant\": \"0145483\"", "\"tenant\": \"0145484\"")
        .replace("_0145483.ipynb", "_0145484.ipynb");
    let examined = look(made, forged.as_bytes(), Some(&made.copy), Origin::Commit);
    assert_eq!(examined.outcome(Aspect::File), Some(Outcome::Differs));
    assert!(examined.differs());
}

#[test]
fn an_older_renderer_is_said_and_the_cells_are_compared_all_the_same() {
    let made = &COPIES[0];
    let older =
        String::from_utf8(made.copy.clone()).expect("UTF-8").replace("huntshelf-copy/1", "huntshelf-copy/0");
    let examined = look(made, older.as_bytes(), Some(older.as_bytes()), Origin::Commit);
    assert_eq!(examined.outcome(Aspect::Renderer), Some(Outcome::Unknown));
    assert_eq!(examined.outcome(Aspect::Cells), Some(Outcome::Holds));
}

#[test]
fn what_is_no_copy_differs() {
    for bytes in [
        &b"{}"[..],
        b"",
        b"not JSON",
        br#"{"cells":[],"metadata":{"huntshelf":{}},"nbformat":4,"nbformat_minor":5}"#,
    ] {
        assert!(examine(bytes, None, None, &Vocabulary::default()).differs());
    }
}

/// Copies of the starter procedures, were their cells that write not raw already.
static WRITING: LazyLock<Vec<Made>> = LazyLock::new(|| {
    let ships_raw = |made: &&Made| String::from_utf8_lossy(&made.source).contains("```{raw-cell}");
    let as_code = |made: &Made| {
        let text = String::from_utf8(made.source.clone()).expect("UTF-8");
        made_of(made.name.clone(), text.replace("```{raw-cell}", "```{code-cell} ipython3").into_bytes())
    };
    COPIES.iter().filter(ships_raw).map(as_code).collect()
});

/// Copies that hold cells, and the ids of those.
fn holding() -> impl Iterator<Item = (&'static Made, Vec<String>)> {
    WRITING.iter().filter_map(|made| {
        let held = provenance(&ipynb::read(&made.copy)).expect("it says what it is").held_cells;
        (!held.is_empty()).then_some((made, held))
    })
}

#[test]
fn released_cells_are_code_again_and_the_copy_holds_as_before() {
    assert!(holding().count() > 0, "no starter procedure writes to its service");
    for (made, held) in holding() {
        let released = release(&made.copy, &held).expect("they are held");
        let (was, is) = (ipynb::read(&made.copy), ipynb::read(&released.bytes));
        for (was, is) in was.cells.iter().zip(&is.cells) {
            let freed = held.contains(is.id.as_ref().expect("an id"));
            assert_eq!(is.kind, if freed { CellKind::Code } else { was.kind }, "{}", made.name);
            assert_eq!((&is.source, &is.metadata, &is.id), (&was.source, &was.metadata, &was.id));
        }
        let stamp = provenance(&is).expect("it says what it is");
        assert_eq!((&stamp.held_cells, &stamp.released_cells), (&held, &held));
        assert_eq!(is.metadata["huntshelf"], released.provenance);
        assert!(same_making(&released.provenance, &was.metadata["huntshelf"]));
        for recorded in [None, Some(released.bytes.as_slice())] {
            let mut examined = look(made, &released.bytes, recorded, Origin::Commit);
            assert!(examined.holds() && !examined.differs(), "{}: {:?}", made.name, examined.findings);
            // Without a record nobody can say who did it; with one, it is said.
            assert_eq!(examined.outcome(Aspect::Held), Some(Outcome::Unknown));
            let record = Release {
                cells: held.clone(),
                by: "Ana".to_owned(),
                at: "2026-11-24T12:00:00Z".parse().expect("a time"),
                reason: "Agreed with\nthe customer".to_owned(),
            };
            examined.vouch(&[record]);
            assert_eq!(examined.outcome(Aspect::Held), Some(Outcome::Holds));
            let said = detail(&examined, Aspect::Held);
            assert!(
                said.contains("released by Ana at 2026-11-24T12:00:00Z: Agreed with the customer"),
                "{said}"
            );
            examined.vouch(&[]);
            assert!(examined.differs(), "nobody released it on record: {:?}", examined.findings);
        }
        // One after the other gives the same bytes as all at once, in whatever order.
        let mut step = made.copy.clone();
        for id in held.iter().rev() {
            step = release(&step, std::slice::from_ref(id)).expect("it is held").bytes;
        }
        assert_eq!(step, released.bytes, "{}", made.name);
    }
}

#[test]
fn only_what_is_held_is_released_and_who_forges_it_is_found_out() {
    let (made, held) = holding().next().expect("one holds cells");
    let free = ipynb::read(&made.copy).cells[0].id.clone().expect("an id");
    for cells in [vec![free.clone()], vec!["nothing".to_owned()], vec![held[0].clone(), held[0].clone()]] {
        assert_eq!(release(&made.copy, &cells).expect_err("it is not held").code, "not-held");
    }
    assert_eq!(release(b"{}", &held).expect_err("it is no copy").code, "no-copy");
    let once = release(&made.copy, &held[..1]).expect("it is held");
    assert_eq!(release(&once.bytes, &held[..1]).expect_err("it is code already").code, "not-held");
    // Made code again by hand, without a word of it.
    let mut by_hand = ipynb::read(&made.copy);
    let cell = by_hand.cells.iter_mut().find(|cell| cell.id.as_ref() == Some(&held[0])).expect("it is there");
    cell.kind = CellKind::Code;
    let examined = look(made, &ipynb::write(&by_hand), Some(&made.copy), Origin::Commit);
    assert_eq!(examined.outcome(Aspect::Cells), Some(Outcome::Differs));
    // A copy that says that a cell is released which never was held.
    let text = String::from_utf8(made.copy.clone()).expect("UTF-8");
    let forged = text.replacen(
        "\"held_cells\": [",
        &format!("\"released_cells\": [\"{free}\"], \"held_cells\": ["),
        1,
    );
    assert_ne!(forged, text);
    assert!(look(made, forged.as_bytes(), None, Origin::Commit).differs());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_copy_holds_once_a_character_of_its_code_is_another(
        which in any::<prop::sample::Index>(),
        cell in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        other in any::<char>(),
    ) {
        let made = which.get(&COPIES);
        let mut notebook = ipynb::read(&made.copy);
        let code: Vec<usize> = (0..notebook.cells.len())
            .filter(|index| notebook.cells[*index].kind == CellKind::Code && !notebook.cells[*index].source.is_empty())
            .collect();
        let cell = *cell.get(&code);
        let mut chars: Vec<char> = notebook.cells[cell].source.chars().collect();
        let place = place.index(chars.len());
        prop_assume!(chars[place] != other);
        chars[place] = other;
        notebook.cells[cell].source = chars.into_iter().collect();
        let altered = ipynb::write(&notebook);
        for recorded in [None, Some(made.copy.as_slice())] {
            let examined = look(made, &altered, recorded, Origin::Commit);
            prop_assert!(examined.differs() && !examined.holds(), "{}: {:?}", made.name, examined.findings);
            let cells = [examined.outcome(Aspect::Cells), examined.outcome(Aspect::Parameters)];
            prop_assert!(cells.contains(&Some(Outcome::Differs)), "{:?}", examined.findings);
        }
    }
}
