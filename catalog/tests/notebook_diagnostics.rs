//! What jupytext stops at is said with its line and a remedy, and what can be shown is shown.

use catalog::notebook::myst::{self, Bounds};
use catalog::notebook::{CellKind, Notebook, ipynb};

/// The body behind a front matter of ten lines.
fn body(text: &str) -> String {
    format!(
        "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\nkernelspec:\n  display_name: Python 3\n  name: python3\n  language: python\n---\n{text}"
    )
}

/// Code, line and column of the first blocking diagnostic.
fn blocking(text: &str) -> Option<(String, u32, u32)> {
    let notebook = myst::read(text.as_bytes());
    let found = notebook.blocking()?;
    assert!(!found.help.is_empty() && !found.message.is_empty());
    Some((found.code.clone(), found.line, found.column))
}

/// Code, line and column of the only warning.
fn warning(text: &str) -> (String, u32, u32) {
    let notebook = myst::read(text.as_bytes());
    assert_eq!(notebook.diagnostics.len(), 1, "{:?}", notebook.diagnostics);
    let found = &notebook.diagnostics[0];
    assert!(!found.blocking);
    (found.code.clone(), found.line, found.column)
}

#[test]
fn each_thing_that_jupytext_stops_at_is_said_with_its_place() {
    for (text, code, line, column) in [
        ("---\nhunting:\n  description:\n  id: a\n---\n".to_owned(), "yaml-null", 3, 14),
        ("---\nhunting: {id: ~}\n---\n".to_owned(), "yaml-null", 2, 15),
        ("---\nhunting: &h\n  id: a\nother: *h\n---\n".to_owned(), "yaml-anchor", 2, 10),
        ("---\na: *b\n---\n".to_owned(), "yaml-alias", 2, 4),
        ("---\na: !!str b\n---\n".to_owned(), "yaml-tag", 2, 4),
        ("---\na: {b: 1}\nc:\n  <<: {d: 1}\n---\n".to_owned(), "yaml-merge", 4, 3),
        ("---\na: b: c\n---\n".to_owned(), "yaml-invalid", 2, 5),
        ("---\na: 0x_\n---\n".to_owned(), "yaml-invalid", 2, 4),
        ("---\na: 2026-13-01\n---\n".to_owned(), "yaml-invalid", 2, 4),
        ("---\n[1, 2]: x\n---\n".to_owned(), "yaml-key", 2, 1),
        ("---\na: b\t# c\n---\n".to_owned(), "yaml-tab", 2, 5),
        ("---\nyes: x\n---\n".to_owned(), "metadata-key-not-text", 2, 0),
        ("---\nkernelspec: {name: python3}\n---\n".to_owned(), "kernelspec-incomplete", 2, 0),
        ("---\ntitle: 2026\n---\n".to_owned(), "title-not-text", 2, 0),
        ("---\nauthors: Ada\n---\n".to_owned(), "authors-not-list", 2, 0),
        ("---\njupyter: 1\n---\n".to_owned(), "jupyter-not-mapping", 2, 0),
        ("---\njupyter:\n# a comment\n  a: 1\n---\n".to_owned(), "jupyter-block-cut", 1, 1),
        ("---\njupytext: {formats: 'ipynb,mdx'}\n---\n".to_owned(), "jupytext-formats-invalid", 2, 0),
        (
            "---\njupytext: {root_level_metadata_filter: [a]}\n---\n".to_owned(),
            "metadata-filter-invalid",
            2,
            0,
        ),
        (
            "---\njupytext:\n  text_representation:\n    jupytext_version: 1.16\n---\n".to_owned(),
            "jupytext-version-not-text",
            4,
            0,
        ),
        ("---\n- a\n---\n".to_owned(), "front-matter-not-mapping", 1, 1),
        ("---\n---\n".to_owned(), "front-matter-not-mapping", 1, 1),
        ("---\na: 1\n\n`x`\n".to_owned(), "front-matter-unclosed", 1, 1),
        ("----\na: 1\n----\n".to_owned(), "front-matter-rules", 1, 1),
        ("# coding: latin-1\n".to_owned(), "encoding-line", 1, 1),
        (body("\n\u{c}\n"), "control-character", 12, 1),
        (body("```{code-cell}\n:tags: a, b\n```\n"), "tags-not-list", 11, 0),
        (body("```{code-cell}\n:tags: [a, a]\n```\n"), "tag-twice", 11, 0),
        (body("```{code-cell}\n:tags: [1]\n```\n"), "tag-not-text", 11, 0),
        (body("```{code-cell}\n:tags: ['a,b']\n```\n"), "tag-invalid", 11, 0),
        (body("```{code-cell}\n:tags: [a\n```\n"), "yaml-invalid", 12, 8),
        (body("```{code-cell}\n::\n```\n"), "yaml-invalid", 12, 2),
        (body("```{code-cell}\n:name: 2026-01-01\n```\n"), "cell-name-not-text", 11, 0),
        (body("```{code-cell}\n---\n- a\n---\n```\n"), "cell-options-not-mapping", 12, 1),
        (body("```{code-cell}\n:collapsed: maybe\n```\n"), "cell-metadata-invalid", 11, 0),
        (body("\n+++ foo\n"), "block-break-not-json", 12, 6),
        (body("\n+++ [1]\n"), "block-break-not-mapping", 12, 5),
    ] {
        assert_eq!(blocking(&text), Some((code.to_owned(), line, column)), "{text}");
    }
}

#[test]
fn each_surprise_that_jupytext_lives_with_is_a_warning() {
    for (text, code, line, column) in [
        ("---\na: 2026-11-24\n---\n".to_owned(), "yaml-date", 2, 4),
        ("---\na: 1\na: 2\n---\n".to_owned(), "yaml-duplicate-key", 3, 1),
        ("---\na: .nan\n---\n".to_owned(), "yaml-number", 2, 4),
        ("\u{feff}---\na: 1\n---\n".to_owned(), "byte-order-mark", 1, 1),
        (body("a\u{2028}b\n"), "unusual-line-break", 11, 2),
        (body("+++ {\"a\": NaN}\n"), "json-number", 11, 5),
        (body("```{code-cell}\n1\n"), "fence-unclosed", 11, 1),
        (body("```{code-cell} a\n```\n```{code-cell} b\n```\n"), "mixed-languages", 13, 0),
        (
            "---\njupytext:\n  text_representation: {format_name: markdown}\n---\n".to_owned(),
            "format-not-myst",
            3,
            0,
        ),
    ] {
        assert_eq!(warning(&text), (code.to_owned(), line, column), "{text}");
    }
}

#[test]
fn what_can_be_shown_of_a_broken_file_is_shown() {
    let notebook = myst::read(
        b"---\na: b: c\n---\n\n# Title\n\n```{code-cell}\n:tags: [a\n\nX\n```\n\n+++ foo\n\nrest\n",
    );
    let sources: Vec<&str> = notebook.cells.iter().map(|cell| cell.source.as_str()).collect();
    assert_eq!(sources, ["# Title", "X", "rest"]);
    let codes: Vec<&str> = notebook.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["yaml-invalid", "yaml-invalid", "block-break-not-json"]);
}

#[test]
fn a_file_that_is_not_utf8_says_where_and_is_shown_with_marks() {
    let notebook = myst::read(b"# A\n\nna\xefve\n");
    let found = notebook.blocking().expect("a blocking diagnostic");
    assert_eq!((found.code.as_str(), found.line, found.column), ("not-utf8", 3, 3));
    assert_eq!(notebook.cells[0].source, "# A\n\nna\u{fffd}ve");
}

#[test]
fn utf16_is_told_of_and_read_to_say_what_else_is_wrong() {
    let text = "---\nhunting:\n  title: Ünï\n---\n\n```{code-cell}\nx = 1\n```\n";
    let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for mut bytes in [little, big] {
        assert!(myst::looks_like_myst(&bytes));
        let notebook = myst::read(&bytes);
        assert_eq!(notebook.blocking().map(|told| (told.code.as_str(), told.line)), Some(("not-utf8", 1)));
        assert_eq!(notebook.cells[0].source, "x = 1");
        // Half a letter at the end.
        bytes.push(0);
        assert_eq!(myst::read(&bytes).cells.len(), 1);
    }
    assert!(!myst::looks_like_myst(&[0xff, 0xfe]) && !myst::looks_like_myst(&[0xfe, 0xff, 0xd8]));
}

#[test]
fn sizes_are_bounded_at_their_very_bounds() {
    let bounds = Bounds { file: 40, front_matter: 8, cells: 2 };
    let codes = |text: &str| -> Vec<String> {
        myst::read_within(text.as_bytes(), &bounds).diagnostics.into_iter().map(|d| d.code).collect()
    };
    assert_eq!(codes(&"x".repeat(40)), Vec::<String>::new());
    assert_eq!(codes(&"x".repeat(41)), ["too-large"]);
    assert_eq!(codes("---\nab: cdef\n---\n"), ["front-matter-too-large"]);
    assert_eq!(codes("---\nab: cde\n---\n"), Vec::<String>::new());
    assert_eq!(codes("a\n+++\nb\n+++\nc\n+++\nd\n"), ["too-many-cells"]);
    assert_eq!(codes("a\n+++\nb\n+++\n"), Vec::<String>::new());
}

#[test]
fn hostile_depth_and_width_are_refused_and_not_followed() {
    let deep = format!("---\na: {}\n---\n", "[".repeat(30_000));
    assert_eq!(blocking(&deep).map(|found| found.0).as_deref(), Some("yaml-invalid"));
    let wide = format!("---\na: [{}]\n---\n", "1,".repeat(20_000));
    assert_eq!(blocking(&wide).map(|found| found.0).as_deref(), Some("yaml-too-large"));
    for line in ["> ", "- ", "[a]: b \"", "<a ", "1. ", "| a ", "`", "\t", "<!--", "+++ "] {
        let notebook = myst::read(line.repeat(100_000).as_bytes());
        assert!(notebook.cells.len() <= 1);
        let lines = format!("{line}\n").repeat(20_000);
        let _ = myst::read(lines.as_bytes());
    }
}

#[test]
fn keys_have_lines_by_their_dotted_path() {
    let notebook = myst::read(
        b"---\njupyter:\n  hunting:\n    id: inner\n    tags:\n    - a\n    - b\nhunting:\n  id: outer\n---\n",
    );
    assert_eq!(notebook.hunting().and_then(|hunting| hunting["id"].as_str()), Some("outer"));
    assert_eq!(notebook.line_of("hunting.id"), 9);
    assert_eq!(notebook.line_of("hunting.tags[1]"), 7);
    assert_eq!(notebook.line_of("hunting.nothing"), 0);
}

#[test]
fn hunting_in_a_leading_raw_cell_is_found() {
    let raw = myst::read(b"```{raw-cell}\n\n---\nhunting:\n  id: a\n---\n```\n");
    assert_eq!(raw.hunting().and_then(|hunting| hunting["id"].as_str()), Some("a"));
    assert_eq!(raw.cells[0].kind, CellKind::Raw);
    assert_eq!(raw.line_of("hunting.id"), 5);
    let filtered =
        myst::read(b"---\njupytext:\n  root_level_metadata_filter: -hunting\nhunting:\n  id: a\n---\n\nx\n");
    assert_eq!(filtered.hunting().and_then(|hunting| hunting["id"].as_str()), Some("a"));
    assert_eq!(filtered.cells[0].source, "---\nhunting:\n  id: a\n---");
    assert!(!filtered.metadata.contains_key("hunting"));
}

#[test]
fn a_tenant_key_in_the_front_matter_stays_what_yaml_makes_of_it() {
    let notebook = myst::read(b"---\nhunting:\n  a: 000145483\n  b: 0123\n  c: '0123'\n  d: 12:30:45\n  e: 1_0.5\n  f: off\n  g: 1e3\n---\n");
    let hunting = notebook.hunting().expect("a block");
    let expected = serde_json::json!({"a": "000145483", "b": 83, "c": "0123", "d": 45045, "e": 10.5, "f": false, "g": "1e3"});
    assert_eq!(serde_json::Value::Object(hunting.clone()), expected);
}

#[test]
fn tabs_may_stand_in_quotes_block_scalars_and_comments_and_the_last_line_feed_is_none() {
    let notebook = myst::read(b"---\na: \"\tb\"\nc: 'x\ty' #\tcomment\nd: |\n  e\tf\n---\n");
    assert!(notebook.blocking().is_none(), "{:?}", notebook.blocking());
    assert_eq!(
        (&notebook.metadata["a"], &notebook.metadata["c"], &notebook.metadata["d"]),
        (&"\tb".into(), &"x\ty".into(), &"e\tf".into())
    );
}

#[test]
fn candidates_are_told_from_plain_markdown() {
    for text in [
        "```{code-cell}\n```\n",
        "text\n   ~~~{raw-cell}\n",
        "---\nx:\n  format_name: myst\n---\n",
        "\u{feff}---\n---\n````{code-cell} x\n",
    ] {
        assert!(myst::looks_like_myst(text.as_bytes()), "{text}");
    }
    for text in [
        "# T\n",
        "---\nformat_name: mystery\n---\n",
        "    ```{code-cell}\n",
        "``` {code-cell}\n",
        "a\nformat_name: myst\n",
        "",
    ] {
        assert!(!myst::looks_like_myst(text.as_bytes()), "{text}");
    }
}

#[test]
fn an_ipynb_that_is_none_says_why() {
    let code = |text: &str| {
        let notebook: Notebook = ipynb::read(text.as_bytes());
        notebook.blocking().map(|d| d.code.clone())
    };
    assert_eq!(code("{"), Some("ipynb-not-json".to_owned()));
    assert_eq!(code("[]"), Some("ipynb-not-notebook".to_owned()));
    assert_eq!(code("{\"nbformat\": 5, \"cells\": []}"), Some("ipynb-format".to_owned()));
    assert_eq!(code("{\"nbformat\": 3, \"worksheets\": [{\"cells\": [1]}]}"), Some("ipynb-cell".to_owned()));
    assert_eq!(code("{\"nbformat\": 3, \"worksheets\": 1}"), None);
    assert_eq!(code("{\"nbformat\": 4}"), Some("ipynb-not-notebook".to_owned()));
    assert_eq!(code("{\"nbformat\": 4, \"cells\": [1]}"), Some("ipynb-cell".to_owned()));
    assert_eq!(code("{\"nbformat\": 4, \"cells\": []}"), None);
}

#[test]
fn outputs_and_attachments_survive_an_ipynb() {
    let text = br#"{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": ["x\n", "y"], "execution_count": 3,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}]},
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "z", "attachments": {"i.png": {"image/png": "AA"}}}],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let notebook = ipynb::read(text);
    assert_eq!(notebook.cells[0].source, "x\ny");
    assert_eq!((notebook.cells[0].execution_count, notebook.cells[0].outputs.len()), (Some(3), 1));
    let back = ipynb::read(&ipynb::write(&notebook));
    assert_eq!(back.cells, notebook.cells);
    assert_eq!(back.cells[0].id.as_deref(), Some("a"));
}

/// Found by the fuzzer: jupytext looks at a kernelspec at the root only, nbformat at any in a file.
#[test]
fn a_kernelspec_under_jupyter_is_complete_in_the_ipynb() {
    let notebook = myst::read(b"---\njupyter:\n  kernelspec: {name: k}\n---\n\nx\n");
    assert!(notebook.blocking().is_none());
    let back = ipynb::read(&ipynb::write(&notebook));
    assert_eq!(back.metadata["kernelspec"]["display_name"], "k");
    assert!(back.diagnostics.is_empty(), "{:?}", back.diagnostics);
}
