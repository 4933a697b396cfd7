//! Verifying copies: every starter procedure's holds, and none holds of which one character of code was altered.

use catalog::instance::{
    Aspect, Examined, Hold, Origin, Outcome, Request, Source, TenantFields, Vocabulary, Window, blob_id,
    examine, prepare,
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
    let source = std::fs::read(path).expect("it can be read");
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
            assert_eq!(examined.findings.len(), 6);
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
