//! Report and gate under random text. The target is a plain function over bytes, so that any driver can call it; here it is
//! driven for `HUNTSHELF_FUZZ_SECONDS` (by default two).

mod dice;

use catalog::notebook::{Cell, CellKind, Notebook};
use catalog::report::gate::{Gate, Known, Names, check};
use catalog::report::{About, Naming, Settings, export, html};
use serde_json::json;
use std::time::{Duration, Instant};

/// A text as every kind of passage. Panics where something comes out that should not.
fn notebook(text: &str) -> Notebook {
    let mut cell = Cell::new(CellKind::Code, text);
    cell.outputs = vec![
        json!({"output_type": "stream", "name": "stdout", "text": text}),
        json!({"output_type": "stream", "name": "stderr", "text": text}),
        json!({"output_type": "error", "ename": text, "evalue": text, "traceback": [text, text]}),
        json!({"output_type": "display_data", "metadata": {"filename": text}, "data": {"text/html": text}}),
        json!({"output_type": "execute_result", "metadata": {}, "data": {"text/markdown": text, "image/png": text}}),
        json!({"output_type": "display_data", "metadata": {"filename": text}, "data": {"image/png": text}}),
        json!({"output_type": "display_data", "metadata": {}, "data": {"text/plain": text}}),
    ];
    let mut prose = Cell::new(CellKind::Markdown, text);
    prose.attachments = Some(json!({text: {"image/png": text}}));
    prose.metadata.insert("tags".to_owned(), json!([text, "analyst_input"]));
    prose.metadata.insert("other".to_owned(), json!({"tags": text}));
    Notebook { cells: vec![prose, cell], ..Notebook::default() }
}

fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let notebook = notebook(&text);
    let known = |names: &[&str]| Known {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        keys: vec!["4625".to_owned()],
    };
    let names =
        Names { this: known(&["Globex Europe"]), others: vec![known(&["Initech", "AT&T", "Globex", &text])] };
    let words = ["Nightjar".to_owned(), text.to_string()];
    let gate = Gate { names: Some(&names), words: &words, procedure: Some(&notebook), accepted: None };
    let found = check(&notebook, &gate);
    for finding in &found {
        let mut words = finding.excerpt.split(|c: char| !c.is_alphanumeric());
        assert!(words.all(|word| word != "Initech"), "{finding:?}");
        assert!(finding.cell < notebook.cells.len());
    }
    assert_eq!(found, check(&notebook, &gate));
    let made = export(&notebook, &Naming { stem: "a", folder: Some("a_files") });
    assert!(!made.text.starts_with(['\r', '\n']));
    let page = html(&notebook, &About { title: text.to_string(), ..About::default() }, &Settings::default());
    for nothing in ["<script", "<iframe", "<object", "<svg", "<link"] {
        assert!(!page.contains(nothing), "{nothing} of {text:?}");
    }
}

const PIECES: &[&str] = &[
    "Initech",
    "Globex Europe",
    "Globex",
    "4625",
    "tenant ",
    "AT",
    "&T",
    "&amp;",
    "&#73;",
    "&#",
    "%49",
    "%",
    "<b>",
    "</b>",
    "<td>",
    "<table>",
    "<tr>",
    "<!--",
    "-->",
    "<script>",
    "<",
    ">",
    "onclick=",
    "\"",
    "'",
    "`",
    "```",
    "*",
    "**",
    "_",
    "[",
    "](",
    ")",
    "\\",
    "\n",
    "\r",
    "\u{2028}",
    "\u{200b}",
    "\u{a0}",
    "\u{1b}[",
    "31m",
    "\t",
    " ",
    "|",
    ",",
    ";",
    "TODO",
    "XXX",
    "{{ x }}",
    "<fill in>",
    "Analyst note",
    "do not send",
    "internal only",
    "# ",
    "+++ {\"tags\"",
    "Traceback (most recent call last)",
    "/home/ana/",
    "10.0.0.4",
    "https://wiki/",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_",
    "remove-cell",
    "é",
    "Ａ",
    "І",
    "x",
    "../",
    "a.png",
    "attachment:",
];

#[test]
fn random_text_is_reported_without_harm() {
    dice::drive("report and gate", |dice| {
        let mut bytes = Vec::new();
        for _ in 0..dice.throw(30) {
            match dice.throw(12) {
                0 => bytes.push(u8::try_from(dice.throw(256)).unwrap_or_default()),
                _ => bytes.extend(PIECES[dice.throw(PIECES.len())].bytes()),
            }
        }
        target(&bytes);
    });
}

#[test]
fn ten_times_the_text_takes_about_ten_times_as_long() {
    for piece in [
        "<!--",
        "<",
        "<a",
        "&",
        "[x](",
        "`",
        "tenant 4625 ",
        "| 4625 ",
        "4625\n",
        "\u{1b}[",
        "%4",
        "*",
        "Globex ",
        "a\n\n",
        "https://a:",
        "do not ",
    ] {
        let time = |count: usize| {
            let notebook = notebook(&piece.repeat(count));
            let known = Known { names: vec!["Globex Europe".to_owned()], keys: vec!["4625".to_owned()] };
            let names = Names { this: Known::default(), others: vec![known] };
            let begin = Instant::now();
            check(&notebook, &Gate { names: Some(&names), ..Gate::default() });
            export(&notebook, &Naming::default());
            begin.elapsed()
        };
        let (short, long) = (time(300), time(3_000));
        assert!(long < short * 40 + Duration::from_secs(1), "{piece:?}: {short:?}, {long:?}");
    }
}
