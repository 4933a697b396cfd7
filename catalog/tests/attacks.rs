//! The attack collection (`tests/attacks/payloads.json`) through every place of a notebook that the renderer shows.

mod harmless;

use catalog::notebook::{Cell, CellKind};
use harmless::{check_rendered, payloads, prose, rendered};
use serde_json::json;

/// Where a payload stands; `@` is it, `~` the same on one line.
const PLACES: &[&str] = &[
    "@",
    "before @ behind",
    "# ~",
    "> @",
    "- @\n- ~",
    "1. ~",
    "- [ ] ~",
    "| a | ~ |\n|---|---|\n| ~ | b |",
    "**~** *~* ~~~~",
    "`~` ``~``",
    "[~](x.md)",
    "[x](~)",
    "[x](<~>)",
    "[x](x.md \"~\")",
    "![~](x.png '~')",
    "![x](~)",
    "[x]: ~\n\n[x] [~][x]",
    "[^a]\n\n[^a]: @",
    "Term ~\n: Details ~",
    "(~)=\n# x\n\n{ref}`~`",
    "% ~\n\ntext",
    "+++ ~\n\ntext",
    "```~\n@\n```",
    "```python\n@\n```",
    "~~~{note} ~\n@\n~~~",
    ":::{admonition} ~\n:class: ~\n:name: ~\n@\n:::",
    ":::{~}\n@\n:::",
    ":::{figure} ~\n:alt: ~\n:name: ~\n:width: ~\n:align: ~\n@\n:::",
    ":::{image} ~\n:alt: ~\n:target: ~\n:::",
    "```{code-block} ~\n:caption: ~\n:name: ~\n@\n```",
    "```{list-table} ~\n:header-rows: ~\n* - ~\n  - ~\n```",
    "```{csv-table} ~\n:header: ~\n:delim: ~\n~,\"~\"\n```",
    "```{math}\n:label: ~\n@\n```",
    "$~$ $$~$$ (~)",
    "::::{tab-set}\n:::{tab-item} ~\n:sync: ~\n@\n:::\n::::",
    "::::{grid} ~\n:::{grid-item-card} ~\n:link: ~\n@\n:::\n::::",
    ":::{dropdown} ~\n:open: ~\n@\n:::",
    ":::{card} ~\n@\n:::",
    ":::{include} ~\n:::",
    ":::{unknown} ~\n:~: ~\n@\n:::",
    "{sub}`~` {abbr}`~ (~)` {kbd}`~` {math}`~` {ref}`~ <~>` {doc}`~ <~>` {download}`~ <~>` {rfc}`~` {odd}`~`",
    "{~}`x`",
    "<div title=\"~\" id='~' class=~>@</div>",
    "<a href=\"~\" title='~'>~</a> <a href=~>x</a> <img src=\"~\" alt='~'>",
    "<details><summary>~</summary>\n\n@\n\n</details>",
    "<table><tr><td>~</td></tr></table>",
    "<pre>@</pre> <code>~</code>",
    "<!-- ~ --> <![CDATA[~]]> <?~?>",
    ":::{note}\n> - ~\n>   :::{tip} ~\n>   @\n>   :::\n:::",
];

#[test]
fn every_payload_is_harmless_in_every_place_of_prose() {
    let payloads = payloads();
    assert!(payloads.len() >= 300, "{}", payloads.len());
    for payload in &payloads {
        let line = payload.replace(['\n', '\r'], " ");
        let cells =
            PLACES.iter().map(|place| prose(place.replace('~', &line).replace('@', payload))).collect();
        let rendered = rendered(cells);
        if let Err(found) = check_rendered(&rendered) {
            panic!("{found}: {payload:?}");
        }
    }
    println!("prose: {} places x {} payloads", PLACES.len(), payloads.len());
}

#[test]
fn every_payload_is_harmless_in_code_and_outputs() {
    let payloads = payloads();
    for payload in &payloads {
        let mut cells: Vec<_> = [
            "@",
            "# @",
            "\"\"\"@\"\"\"",
            "%%taegis @\n@",
            "%kql @",
            "%%sql\n@",
            "%%@\n@",
            "!@",
            "q = '''SELECT @ FROM b'''",
        ]
        .iter()
        .map(|place| Cell::new(CellKind::Code, place.replace('@', payload)))
        .collect();
        cells.push(Cell::new(CellKind::Raw, payload.clone()));
        let outputs = json!([
            {"output_type": "stream", "name": payload, "text": payload},
            {"output_type": "stream", "name": "stderr", "text": [format!("\u{1b}[31m{payload}"), payload]},
            {"output_type": "error", "ename": payload, "evalue": payload, "traceback": [payload]},
            {"output_type": "error", "ename": payload, "evalue": payload, "traceback": []},
            {"output_type": "display_data", "data": {"text/plain": payload}},
            {"output_type": "display_data", "data": {"text/html": payload}},
            {"output_type": "display_data", "data": {"text/html": format!("<table><tr><td>{payload}</td></tr></table>")}},
            {"output_type": "display_data", "data": {"text/html": format!("<div><style>{payload}</style><table class=\"{payload}\">")}},
            {"output_type": "display_data", "data": {"text/markdown": payload}},
            {"output_type": "display_data", "data": {"application/json": {payload: payload}}},
            {"output_type": "display_data", "data": {"image/png": payload}},
            {"output_type": "display_data", "data": {"image/svg+xml": payload, "application/javascript": payload}},
            {"output_type": payload, "data": {payload: payload}},
        ]);
        cells[0].outputs = serde_json::from_value(outputs).expect("they are outputs");
        let rendered = rendered(cells);
        if let Err(found) = check_rendered(&rendered) {
            panic!("{found}: {payload:?}");
        }
    }
    println!("code and outputs: 23 places x {} payloads", payloads.len());
}

#[test]
fn what_one_cell_leaves_open_never_changes_another() {
    let plain = rendered(vec![prose("text")]).cells.remove(0).html;
    for payload in payloads() {
        let rendered = rendered(vec![prose(payload.clone()), prose("text")]);
        assert_eq!(rendered.cells[1].html, plain, "{payload:?}");
    }
}

#[test]
fn the_check_itself_finds_what_it_should() {
    for bad in [
        "<script></script>",
        "<p onclick=\"x\"></p>",
        "<a href=\"javascript:x\"></a>",
        "<img src=\"//x\">",
        "<p>",
        "</p>",
        "<b><i></b></i>",
        "<p id=\"x\"></p>",
        "<a href=\"x.md\"></a>",
        "< p>",
        "<p title='x'></p>",
        "<p style=\"x\"></p>",
    ] {
        assert!(harmless::check(bad).is_err(), "{bad}");
    }
    assert_eq!(harmless::check("a &lt; b <p title=\"x\">y<br></p>"), Ok(()));
}
