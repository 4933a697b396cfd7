//! What holds for every text, however odd.

use catalog::notebook::{Cell, CellKind, Notebook, ipynb, myst};
use proptest::prelude::*;
use serde_json::json;

/// Lines that mean something, so that random texts meet the rules.
const LINES: [&str; 44] = [
    "---",
    "---\ntitle: x\n---",
    "```{code-cell}",
    "```{code-cell} ipython3",
    "```{raw-cell}",
    "```",
    "~~~",
    "````",
    ":tags: [a]",
    ":x: {a: 1}",
    "+++",
    "+++ {\"tags\": [\"remove_cell\"]}",
    "+++ x",
    "- item",
    "  - nested",
    "> quote",
    "    code",
    "1. one",
    "<!--",
    "-->",
    "<div>",
    "<pre>",
    "text",
    "",
    "   ",
    "# heading",
    "===",
    "| a | b |",
    "|---|---|",
    "[a]: b 'c",
    "(t)=",
    "% c",
    "é\u{2028}😀",
    "a\rb",
    "\u{feff}",
    "a\u{85}b",
    "hunting: &a",
    "  id: *a",
    "\t- x",
    "key: !!str x",
    "\\",
    "```{note}",
    ":::",
    "\0",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(
            prop_oneof![4 => proptest::sample::select(&LINES[..]).prop_map(str::to_owned), 1 => ".{0,12}"],
            0..40
        )
        .prop_map(|lines| lines.join("\n")),
    ]
}

fn key(notebook: &Notebook) -> Vec<(CellKind, &str, &catalog::notebook::Metadata)> {
    notebook.cells.iter().map(|cell| (cell.kind, cell.source.as_str(), &cell.metadata)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_read_and_written_back_as_it_was(text in text()) {
        let notebook = myst::read(text.as_bytes());
        prop_assert_eq!(myst::write(&notebook), text);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = myst::looks_like_myst(&bytes);
        let _ = ipynb::read(&bytes);
        let notebook = myst::read(&bytes);
        prop_assert_eq!(notebook.diagnostics.iter().any(|d| d.code == "not-utf8"), std::str::from_utf8(&bytes).is_err());
    }

    #[test]
    fn what_is_read_keeps_its_cells_through_ipynb(text in text()) {
        let notebook = myst::read(text.as_bytes());
        let back = ipynb::read(&ipynb::write(&notebook));
        prop_assert_eq!(key(&back), key(&notebook));
        prop_assert_eq!(ipynb::write(&back), ipynb::write(&notebook));
    }

    #[test]
    fn ids_are_unique_and_of_the_letters_that_nbformat_allows(text in text()) {
        let mut notebook = myst::read(text.as_bytes());
        for (index, cell) in notebook.cells.iter_mut().enumerate() {
            cell.id = ["same", "", "not fit!"].get(index % 4).map(|id| (*id).to_owned());
        }
        let ids = ipynb::ids(&notebook);
        let unique: std::collections::HashSet<&String> = ids.iter().collect();
        prop_assert_eq!(unique.len(), ids.len());
        prop_assert!(ids.iter().all(|id| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')));
    }

    #[test]
    fn lines_point_into_the_file(text in text()) {
        let notebook = myst::read(text.as_bytes());
        let last = u32::try_from(text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count()).expect("a short text");
        for cell in notebook.cells.iter().filter(|cell| cell.kind != CellKind::Raw) {
            prop_assert!(cell.lines.0 >= 1 && cell.lines.0 <= cell.lines.1 && cell.lines.1 <= last, "{:?} of {last}", cell.lines);
        }
    }

    #[test]
    fn code_cells_survive_being_written_anew(
        source in "[ -~\n`]{0,60}",
        tags in proptest::collection::hash_set("[a-z: #é-]{1,10}", 0..3),
        raw in any::<bool>(),
    ) {
        let kind = if raw { CellKind::Raw } else { CellKind::Code };
        let mut cell = Cell::new(kind, source);
        if !tags.is_empty() {
            cell.metadata.insert("tags".to_owned(), json!(tags));
            cell.metadata.insert("other".to_owned(), json!({ "a": [1, 2.5, null, "x\ny"], "yes": "no" }));
        }
        let notebook = Notebook { cells: vec![cell, Cell::new(CellKind::Markdown, "after")], ..Notebook::default() };
        let text = myst::write(&notebook);
        let back = myst::read(text.as_bytes());
        prop_assert_eq!(key(&back), key(&notebook), "{}", text);
    }

    #[test]
    fn metadata_survives_being_written_anew(value in json_value(), name in "[a-z]{1,8}") {
        let mut notebook = Notebook::default();
        notebook.metadata.insert(format!("x{name}"), value);
        notebook.cells.push(Cell::new(CellKind::Code, "1"));
        let text = myst::write(&notebook);
        let mut back = myst::read(text.as_bytes());
        prop_assert!(back.blocking().is_none(), "{:?}\n{text}", back.blocking());
        back.metadata.shift_remove("jupytext");
        prop_assert_eq!(back.metadata, notebook.metadata, "{}", text);
    }
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        (-1e9..1e9).prop_map(|value: f64| json!(value)),
        "[ -~]{0,100}".prop_map(|text| json!(text)),
        "[a-z \n'\":#é😀\t\\\\-]{0,30}".prop_map(|text| json!(text)),
        proptest::sample::select(vec![
            "yes",
            "0123",
            "1e3",
            "12:30:45",
            "2026-01-01",
            "~",
            "",
            "null",
            "=",
            "- a",
            "a: b",
            "!x",
            "&a",
            "...",
            "000145483"
        ])
        .prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::hash_map("[a-zA-Z0-9 :#']{0,8}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}
