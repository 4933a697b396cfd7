use super::*;
use crate::notebook::Cell;
use proptest::prelude::*;
use std::time::Instant;

fn cell(kind: CellKind, source: &str) -> Cell {
    Cell::new(kind, source)
}

fn render(cells: Vec<Cell>) -> Rendered {
    notebook(&Notebook { cells, ..Notebook::default() }, &Options::default())
}

#[test]
fn commonmark_and_gfm_are_rendered() {
    let html = markdown(
        "**b** ~~d~~ https://example.org\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n- [x] done\n- [ ] not\n",
    );
    assert!(html.contains("<strong>b</strong> <del>d</del>"), "{html}");
    assert!(html.contains("<a href=\"https://example.org\" rel=\"noopener noreferrer nofollow\">"), "{html}");
    assert!(html.contains("<th align=\"center\">b</th>"), "{html}");
    assert!(
        html.contains("<li class=\"task-list-item\"><span class=\"task\" title=\"done\">☑</span> done"),
        "{html}"
    );
    assert!(markdown("Term\n\n: Details\n").contains("<dl>"));
}

#[test]
fn headings_have_unique_anchors_over_the_notebook() {
    let rendered = render(vec![
        cell(CellKind::Markdown, "# Find *it*\n\n## Find it\n"),
        cell(CellKind::Code, "# no heading"),
        cell(CellKind::Markdown, "# Find it\n\n# Find it-1\n\n# ☃\n"),
    ]);
    let anchors: Vec<_> = rendered.headings.iter().map(|heading| heading.anchor.as_str()).collect();
    assert_eq!(
        anchors,
        [
            "user-content-find-it",
            "user-content-find-it-1",
            "user-content-find-it-2",
            "user-content-find-it-1-1",
            "user-content-section"
        ]
    );
    let first = &rendered.headings[0];
    assert_eq!(
        (first.level, first.text.as_str(), first.cell, rendered.headings[2].cell),
        (1, "Find it", 0, 2)
    );
    assert!(rendered.cells[0].html.contains("<h1 id=\"user-content-find-it\">Find <em>it</em></h1>"));
}

#[test]
fn code_cells_are_spans_with_a_language() {
    let rendered = render(vec![
        cell(CellKind::Code, "%%taegis search\nFROM process"),
        cell(CellKind::Raw, "x = 1 < 2"),
        cell(CellKind::Markdown, "```sql\nSELECT 1\n```"),
    ]);
    assert_eq!(rendered.cells[0].language, "Taegis");
    assert!(
        rendered.cells[0].html.contains("<span class=\"k\">FROM</span> <span class=\"t\">process</span>")
    );
    assert!(rendered.cells[1].html.contains("<span class=\"o\">&lt;</span>"));
    let sql = &rendered.cells[2].html;
    assert!(
        sql.contains(
            "<pre class=\"code\" tabindex=\"0\"><code class=\"language-sql\"><span class=\"k\">SELECT</span>"
        ),
        "{sql}"
    );
    assert_eq!((rendered.cells[1].anchor.as_str(), rendered.cells[2].language.as_str()), ("cell-1", ""));
}

#[test]
fn admonitions_of_both_fences_hold_markdown() {
    for (open, close) in
        [("```{note}", "```"), (":::{note}", ":::"), ("::::{note}", "::::"), ("~~~{note}", "~~~")]
    {
        let html = markdown(&format!("{open}\n:class: x\n\nMind **this**.\n{close}\n\nAfter."));
        assert!(
            html.contains("<aside class=\"admonition note\"><p class=\"admonition-title\">Note</p>"),
            "{html}"
        );
        assert!(html.contains("<p>Mind <strong>this</strong>.</p>"), "{html}");
        assert!(html.contains("</aside>\n<p>After.</p>"), "{html}");
    }
    assert!(
        markdown(":::{admonition} My *title*\nx\n:::")
            .contains("<p class=\"admonition-title\">My <em>title</em></p>")
    );
}

#[test]
fn directives_stand_in_one_another_and_in_lists() {
    let html = markdown(
        "::::{warning}\n:::{tip}\n```python\nx\n```\n:::\n::::\n\n- item\n\n  ```{tip}\n  in a list\n  ```\n",
    );
    assert!(
        html.contains("warning") && html.matches("<aside class=\"admonition tip\">").count() == 2,
        "{html}"
    );
    assert!(html.contains("language-python"), "{html}");
}

#[test]
fn an_admonition_that_ends_in_another_cell_leaves_no_colons() {
    let rendered =
        render(vec![cell(CellKind::Markdown, ":::{note}\nbegun"), cell(CellKind::Markdown, "ended\n:::")]);
    assert!(rendered.cells[0].html.contains("</aside>"));
    assert!(!rendered.cells[1].html.contains(':'), "{}", rendered.cells[1].html);
}

#[test]
fn other_directives_and_roles_show_their_name_and_content() {
    let html = markdown(
        "```{bibliography} refs.bib\n:style: x\nbody <b>\n```\n\n{unknown}`c <d>` and {kbd}`Ctrl` and {ref}`t <x>`",
    );
    assert!(html.contains("<p class=\"directive-name\">bibliography refs.bib</p>"), "{html}");
    assert!(html.contains("body &lt;b&gt;"), "{html}");
    assert!(html.contains("<span class=\"role-name\">unknown</span> <code>c &lt;d&gt;</code>"), "{html}");
    assert!(html.contains("<kbd>Ctrl</kbd> and <span class=\"unlinked\""), "{html}");
    let html = markdown("```{code-block} python\n:caption: x\nimport os\n```");
    assert!(html.contains("<span class=\"k\">import</span> os"), "{html}");
}

#[test]
fn comments_and_targets_are_not_shown() {
    let html = markdown("(target)=\n# Title\n\n% secret\n\n%TEMP%\\x is shown\n");
    assert!(!html.contains("secret") && !html.contains(")="), "{html}");
    assert!(html.contains("%TEMP%"), "{html}");
}

#[test]
fn pictures_of_nowhere_are_words() {
    let html = markdown("![a *b*](img/x.png) ![c](https://example.org/x.png) <img src=x>");
    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("title=\"img/x.png\">a b</span>"), "{html}");
    assert!(html.contains("<a href=\"https://example.org/x.png\""), "{html}");
}

#[test]
fn footnotes_of_two_cells_do_not_meet() {
    let cells = (0..2).map(|_| cell(CellKind::Markdown, "a[^1]\n\n[^1]: note")).collect();
    let rendered = render(cells);
    assert!(rendered.cells[0].html.contains("href=\"#user-content-fn-1-1\""), "{}", rendered.cells[0].html);
    assert!(rendered.cells[1].html.contains("id=\"user-content-fn-2-1\""), "{}", rendered.cells[1].html);
}

/// What must never be in a page, in whatever spelling: every tag that came out, and every attribute of it.
fn assert_harmless(html: &str) {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let close = open + rest[open..].find('>').unwrap_or_else(|| panic!("a tag without end in {html}"));
        let tag = &rest[open + 1..close];
        rest = &rest[close + 1..];
        let tag = tag.trim_start_matches('/');
        let (name, mut attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        let is_math = math::is_known(name, None);
        assert!(is_math || sanitize::TAGS.contains(&name), "<{tag}> in {html}");
        while let Some((key, value)) = attributes.trim_start().split_once("=\"") {
            let (value, behind) = value.split_once('"').unwrap();
            let known = [
                "src", "alt", "loading", "width", "height", "name", "href", "id", "class", "title", "lang",
                "rel", "align", "open", "start", "type", "colspan", "rowspan", "scope", "datetime", "dir",
            ];
            // What may be wider than the page takes the focus, in its place.
            let is_reached = matches!((name, key, value), ("pre" | "table", "tabindex", "0"));
            assert!(is_reached || known.contains(&key) || math::is_known(name, Some(key)), "{key} in {html}");
            if key == "href" {
                let lower = value.trim().to_lowercase();
                let scheme = lower.split(['/', '?', '#']).next().unwrap_or_default();
                let scheme = scheme.split_once(':').map_or("", |(scheme, _)| scheme);
                assert!(["", "http", "https", "mailto"].contains(&scheme), "{value} in {html}");
            }
            if key == "id" {
                assert!(value.starts_with(ID_PREFIX), "{value} in {html}");
            }
            attributes = behind;
        }
    }
}

#[test]
fn attacks_come_out_harmless() {
    for attack in [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"x` `<script>alert(1)</script>\"` `>",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "<form action=https://x.example><input name=password><button>go</button></form>",
        "<base href=https://x.example/>",
        "<meta http-equiv=refresh content=0;url=https://x.example>",
        "<link rel=stylesheet href=https://x.example/x.css>",
        "<style>*{display:none}</style>",
        "<p style=\"position:fixed;inset:0\">x</p>",
        "<object data=data:text/html,x></object><embed src=x>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
        "<a href=\"java\nscript:alert(1)\">x</a>",
        "<a href=\" &#14; javascript:alert(1)\">x</a>",
        "<a href=\"JaVaScRiPt&colon;alert(1)\">x</a>",
        "<a href=\"vbscript:x\">x</a><a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "[x](javascript:alert(1))",
        "[x](JAVASCRIPT:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](javascript&colon;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "![x](https://x.example/\"onerror=alert(1))",
        "[x]: javascript:alert(1)\n\n[x]",
        "<div id=search onclick=alert(1)>x</div>",
        "<a id=cell-1 name=location>x</a>",
        "<a href=\"#\" onmouseover=alert(1) autofocus tabindex=1>x</a>",
        "<details open ontoggle=alert(1)>x</details>",
        "<body onload=alert(1)>",
        "<template><script>alert(1)</script></template>",
        "<textarea><script>alert(1)</script></textarea>",
        "<xmp><script>alert(1)</script></xmp>",
        "<plaintext>x",
        "<table background=javascript:alert(1)><tr><td background=x>",
        "```\"onmouseover=alert(1)\nx\n```",
        "```{note} <img src=x onerror=alert(1)>\n<script>alert(1)</script>\n```",
        "```{<script>alert(1)</script>}\nx\n```",
        ":::{figure} javascript:alert(1)\n:alt: \"><script>alert(1)</script>\n:::",
        "{x}`<script>alert(1)</script>` {abbr}`\"><img src=x onerror=alert(1)>`",
        "# <img src=x onerror=alert(1)> \"><script>",
        "a[^\"><script>]\n\n[^\"><script>]: x",
        "- [x] <script>alert(1)</script>",
        "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
        "<a href=\"https://x.example\" target=_blank rel=opener>x</a>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?xml version=\"1.0\"?><script>alert(1)</script>",
        "<b <script>alert(1)</script>0",
        "<<script>alert(1)//<</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<span class=\"k panel\" data-island=x>x</span>",
        "<leptos-island data-component=Search>x</leptos-island>",
        "\u{0}<script\u{0}>alert(1)</script>",
    ] {
        let rendered = render(vec![cell(CellKind::Markdown, attack), cell(CellKind::Code, attack)]);
        assert_harmless(&rendered.cells[0].html);
        assert_harmless(&rendered.cells[1].html);
    }
}

#[test]
fn links_say_that_they_lead_elsewhere() {
    let html = markdown("<a href=\"https://x.example\" target=_blank rel=opener>x</a>");
    assert!(html.contains("rel=\"noopener noreferrer nofollow\"") && !html.contains("target"), "{html}");
    assert!(markdown("[x](other.md) [y](mailto:a@example.org)").contains("href=\"mailto:a@example.org\""));
}

#[test]
fn the_page_s_own_ids_and_classes_cannot_be_taken() {
    let html = markdown("<div id=\"search\" class=\"panel\">x</div>\n\n[y](#search)");
    assert!(html.contains("<div id=\"user-content-search\""), "{html}");
    assert!(!html.contains("panel") && html.contains("href=\"#user-content-search\""), "{html}");
}

#[test]
fn what_is_left_open_in_one_cell_does_not_reach_the_next() {
    for open in [
        "<div><details><b>",
        "<table><tr><td>",
        "<!-- ",
        "<script>",
        "<a href=\"x",
        "```",
        ":::{note}",
        "<pre>",
    ] {
        let rendered = render(vec![cell(CellKind::Markdown, open), cell(CellKind::Markdown, "next")]);
        let html = &rendered.cells[0].html;
        for name in ["div", "details", "b", "table", "pre", "aside"] {
            let (opened, closed) =
                (html.matches(&format!("<{name}")).count(), html.matches(&format!("</{name}>")).count());
            assert_eq!(opened, closed, "{name} in {html}");
        }
        assert_eq!(rendered.cells[1].html, "<p>next</p>\n");
    }
}

#[test]
fn hostile_markdown_stays_linear() {
    fn each(numbers: impl Iterator<Item = usize>, piece: impl Fn(usize) -> String) -> String {
        numbers.map(piece).collect()
    }
    let many = |piece: &str| piece.repeat(100_000 / piece.len());
    for (name, source) in [
        ("quotes", many("> ")),
        ("lists", many("- ")),
        ("deep list and blank lines", format!("{}x{}", "- ".repeat(30), "\n".repeat(60_000))),
        ("steps", each(0..400, |n| format!("{}- x\n", " ".repeat(n * 2)))),
        ("emphasis", many("*a **b ")),
        ("strong", many("**a ")),
        ("brackets", many("[")),
        ("links", many("[a](")),
        ("images", many("![")),
        ("backticks", (1..400).map(|n| "`".repeat(n) + " ").collect()),
        ("footnotes", many("[^a]: x\n")),
        ("footnote references", format!("[^a]: x\n\n{}", many("[^a] "))),
        ("references", format!("[a]: {}\n\n{}", "x".repeat(2000), many("[a] "))),
        ("open formatting", format!("{}\n\n{}", "<b id=1><i id=2>".repeat(1000), many("x\n\n"))),
        ("distinct formatting", each(0..4000, |n| format!("<b id={n}>\n\nx\n\n"))),
        ("open blocks", many("<div>\n\n")),
        ("open details", many("<details>x\n")),
        ("attributes", format!("<b {}>", each(0..20_000, |n| format!("a{n} ")))),
        ("comments", many("<!-- ")),
        ("scripts", many("<script></")),
        ("tables", format!("|{}\n|{}\n", "a|".repeat(5_000), "-|".repeat(5_000))),
        ("short rows", format!("|{}\n|{}\n{}", "a|".repeat(500), "-|".repeat(500), "a|\n".repeat(20_000))),
        ("directives", many(":::{note}\n")),
        ("fences", many("```{note}\n")),
        ("nested fences", each((3..60).rev(), |n| format!("{}{{note}}\n", "`".repeat(n)))),
        ("roles", many("{a}`b`")),
        ("formulas", many("$a$ ")),
        ("long formulas", many("$\\frac{a}{b}$ ")),
        ("dollars", many("\\\\$")),
        ("few dollars", format!("{}{}", "\\\\$".repeat(900), many("x "))),
        ("references to come", many("{ref}`a` ")),
        ("targets", each(0..8_000, |n| format!("(a{n})=\n"))),
        ("one target", many("(a)=\n")),
        ("tabs", many("::::{tab-set}\n:::{tab-item} a\n:::\n::::\n")),
        ("list table", format!("```{{list-table}}\n{}\n```", many("* - a\n  - b\n"))),
        ("csv table", format!("```{{csv-table}}\n{}\n```", many("a,*b*\n"))),
        ("wide csv table", format!("```{{csv-table}}\na{}\n```", many("\nb") + &",".repeat(4_000))),
        ("titles", many(":::{card} *a* `b`\n:::\n")),
        ("terms", many("a\n: b\n")),
        ("options", format!("```{{note}}\n{}\n```", many(":a: b\n"))),
        ("headings", many("# a\n")),
        ("autolinks", many("https://")),
        ("entities", many("&amp;")),
        ("definitions", many("a\n\n: b\n\n")),
        ("nested tables", many("<table><tr><td>")),
        ("paragraphs in formatting", many("<p><b>x")),
        ("one line", "x".repeat(100_000)),
    ] {
        let begun = Instant::now();
        let html = markdown(&source);
        assert!(begun.elapsed().as_secs() < 10, "{name}: {:?}", begun.elapsed());
        assert!(html.len() < 64 * 1024 + source.len() * 64, "{name}: {} bytes", html.len());
        assert_harmless(&html);
    }
}

proptest! {
    #[test]
    fn whatever_is_written_comes_out_harmless_and_the_same_twice(
        source in "(<script>|<b>|</b>|<div id=x>|</div>|<a href=\"|javascript:|\">|onerror=|<!--|-->|```|\\{note\\}|:::|\n|\n\n|[\\[\\]()*_`~<>!#|\\\\{}:=%&;\"' a-z0-9-]){0,60}"
    ) {
        let html = markdown(&source);
        assert_harmless(&html);
        prop_assert_eq!(html, markdown(&source));
    }
}

struct Shelf;

impl Places for Shelf {
    fn file(&self, path: &str) -> Option<String> {
        path.contains(".md").then(|| format!("/files/{path}"))
    }

    fn image(&self, path: &str) -> Option<String> {
        path.contains(".png").then(|| format!("/images/{path}"))
    }

    fn output(&self, cell: usize, output: usize) -> Option<String> {
        Some(format!("/outputs/{cell}/{output}"))
    }

    fn attachment(&self, cell: usize, name: &str) -> Option<String> {
        Some(format!("/attachments/{cell}/{name}"))
    }
}

fn on_the_shelf(cells: Vec<Cell>) -> Rendered {
    notebook(&Notebook { cells, ..Notebook::default() }, &Options::at("hunts/a.md", &Shelf))
}

#[test]
fn links_and_pictures_of_the_repository_lead_to_the_server_s_own_pages() {
    let source = "[b](b.md#x) ![c](../c.png \"t\") <img src=\"d.png\" width=50%> <a href=../e.md>e</a> ![f](attachment:f.png) [g](g.zip)";
    let html = &on_the_shelf(vec![cell(CellKind::Markdown, source)]).cells[0].html;
    for expected in [
        "<a href=\"/files/hunts/b.md#user-content-x\" rel=\"noopener noreferrer nofollow\">b</a>",
        "<img src=\"/images/c.png\" alt=\"c\" title=\"t\" loading=\"lazy\">",
        "<img src=\"/images/hunts/d.png\" alt=\"\" loading=\"lazy\" width=\"50%\">",
        "<a href=\"/files/e.md\"",
        "<img src=\"/attachments/0/f.png\" alt=\"f\" loading=\"lazy\">",
        "<span class=\"unlinked\" title=\"g.zip\">g</span>",
    ] {
        assert!(html.contains(expected), "{expected} not in {html}");
    }
}

fn with_outputs(outputs: serde_json::Value) -> Rendered {
    let mut cell = cell(CellKind::Code, "x");
    cell.outputs = serde_json::from_value(outputs).unwrap();
    on_the_shelf(vec![cell])
}

/// A picture of one dot.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn outputs_are_text_pictures_and_tables() {
    let rendered = with_outputs(serde_json::json!([
        {"output_type": "stream", "name": "stdout", "text": ["a <b>\n", "c"]},
        {"output_type": "stream", "name": "stderr", "text": "w"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\u{1b}[0;31mE\u{1b}[0m: v"]},
        {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}},
        {"output_type": "execute_result", "data": {
            "text/html": ["<div><style scoped>.x{}</style><table border=\"1\" class=\"dataframe\">\n<tr style=\"text-align: right\"><th>n</th></tr><tr><td onclick=x>1</td></tr></table><script>x</script></div>"],
            "text/plain": "n\n1"}},
        {"output_type": "display_data", "data": {"text/html": "<b>bold</b><script>x</script>", "text/plain": "plain"}},
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=x>", "application/javascript": "x"}},
        {"output_type": "execute_result", "data": {"application/json": {"a": 1}}},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}},
    ]));
    let outputs = &rendered.cells[0].outputs;
    assert_eq!(outputs[0], "<pre class=\"output stdout\">a &lt;b&gt;\nc</pre>\n");
    assert_eq!(outputs[1], "<pre class=\"output stderr\">w</pre>\n");
    assert_eq!(outputs[2], "<pre class=\"output error\"><span class=\"ansi-1\">E</span>: v</pre>\n");
    assert!(outputs[3].contains("<img src=\"/outputs/0/3\""), "{}", outputs[3]);
    assert_eq!(
        outputs[4],
        "<div class=\"output table\"><div><table tabindex=\"0\">\n<tbody><tr><th>n</th></tr><tr><td>1</td></tr></tbody></table></div></div>\n"
    );
    assert_eq!(outputs[5], "<pre class=\"output result\">plain</pre>\n");
    assert_eq!(outputs[6], "<p class=\"output note\">Not shown: image/svg+xml, application/javascript</p>\n");
    assert!(outputs[7].contains("<span class=\"a\">&quot;a&quot;</span>"), "{}", outputs[7]);
    assert_eq!(
        outputs[8], "<pre class=\"output result\">&lt;Figure&gt;</pre>\n",
        "no picture, whatever it is called"
    );
}

#[test]
fn pictures_of_outputs_are_what_their_bytes_say() {
    let mut cell = cell(CellKind::Code, "x");
    cell.outputs = serde_json::from_value(serde_json::json!([
        {"output_type": "display_data", "data": {"image/png": [&PNG[..20], "\n", &PNG[20..]]}},
        {"output_type": "display_data", "data": {"image/png": "PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"}},
        {"output_type": "display_data", "data": {"image/svg+xml": PNG}},
    ]))
    .unwrap();
    cell.attachments = Some(serde_json::json!({"a.png": {"image/png": PNG}}));
    let notebook = Notebook { cells: vec![cell], ..Notebook::default() };
    assert_eq!(output_image(&notebook, 0, 0).map(|(kind, _)| kind), Some("image/png"));
    for output in 1..4 {
        assert_eq!(output_image(&notebook, 0, output), None);
    }
    assert_eq!(
        attachment_image(&notebook, 0, "a.png").map(|(kind, bytes)| (kind, bytes.len())),
        Some(("image/png", 70))
    );
    assert_eq!(attachment_image(&notebook, 0, "b.png"), None);
}

#[test]
fn long_outputs_are_cut_and_say_so() {
    let rendered = with_outputs(
        serde_json::json!([{"output_type": "stream", "name": "stdout", "text": "é".repeat(100_000)}]),
    );
    let output = &rendered.cells[0].outputs[0];
    assert!(output.len() < 110_000 && output.contains("96 KB more are not shown"), "{}", output.len());
}
