//! MyST: directives, roles, targets, tables and formulas.

use super::*;
use crate::notebook::Cell;

fn has(source: &str, expected: &[&str]) {
    let html = markdown(source);
    for expected in expected {
        assert!(html.contains(expected), "{expected}\nnot in\n{html}");
    }
}

struct Pictures;

impl Places for Pictures {
    fn image(&self, path: &str) -> Option<String> {
        Some(format!("/image/{path}"))
    }

    fn file(&self, path: &str) -> Option<String> {
        path.contains(".md").then(|| format!("/file/{path}"))
    }
}

fn pictured(source: &str) -> String {
    let cells = vec![Cell::new(CellKind::Markdown, source)];
    let notebook_of = Notebook { cells, ..Notebook::default() };
    notebook(&notebook_of, &Options::at("a/b.md", &Pictures)).cells.remove(0).html
}

#[test]
fn every_kind_of_admonition_has_its_title_and_class() {
    for kind in
        ["note", "tip", "hint", "important", "attention", "caution", "warning", "danger", "error", "seealso"]
    {
        let title =
            if kind == "seealso" { "See also".to_owned() } else { kind[..1].to_uppercase() + &kind[1..] };
        has(
            &format!(":::{{{kind}}}\nText.\n:::"),
            &[&format!(
                "<aside class=\"admonition {kind}\"><p class=\"admonition-title\">{title}</p>\n<p>Text.</p>"
            )],
        );
    }
    has(":::{note} Only this.\n:::", &["<p class=\"admonition-title\">Note</p>\n<p>Only this.</p>"]);
    has(":::{note} A *title*\nText.\n:::", &["<p class=\"admonition-title\">A <em>title</em></p>"]);
    has(":::{admonition} Mind\n:class: warning\nText.\n:::", &["<aside class=\"admonition warning\">"]);
}

#[test]
fn admonitions_can_fold() {
    has(
        ":::{tip} More\n:class: dropdown\nText.\n:::",
        &["<details class=\"admonition tip\"><summary class=\"admonition-title\">More</summary>"],
    );
    has(
        "```{dropdown} Why\n:open:\nText.\n```",
        &["<details class=\"dropdown\" open=\"\"><summary>Why</summary>"],
    );
}

#[test]
fn tabs_are_a_set_of_which_one_is_open() {
    let source = "::::{tab-set}\n:::{tab-item} A\none\n:::\n:::{tab-item} B\ntwo\n:::\n::::\n";
    has(
        &format!("{source}\n{source}"),
        &[
            "<div class=\"tab-set\"><details class=\"tab-item\" name=\"tabs-1\" open=\"\"><summary>A</summary>",
            "<details class=\"tab-item\" name=\"tabs-1\"><summary>B</summary>",
            "name=\"tabs-2\"",
        ],
    );
}

#[test]
fn figures_and_images_come_from_the_repository() {
    let html = pictured(
        ":::{figure} img/x.png\n:alt: The \"way\"\n:width: 50%\n:name: way\nThe *way*.\n\nA legend.\n:::\n\nSee {numref}`way` and [](#way).",
    );
    for expected in [
        "<figure class=\"align-center\" id=\"user-content-way\"><img src=\"/image/a/img/x.png\" alt=\"The &quot;way&quot;\" loading=\"lazy\" width=\"50%\">",
        "<figcaption><span class=\"number\">Figure 1</span> The <em>way</em>.<p>A legend.</p>",
        "<a class=\"ref\" href=\"#user-content-way\">Figure 1</a>",
        "<a class=\"ref\" href=\"#user-content-way\">The *way*.</a>",
    ] {
        assert!(html.contains(expected), "{expected}\nnot in\n{html}");
    }
    assert!(pictured("```{image} ../y.png\n```").contains("<img src=\"/image/y.png\""));
    has("```{image} https://example.org/y.png\n:alt: way\n```", &["<a href=\"https://example.org/y.png\""]);
    has("```{image} javascript:alert(1)\n```", &["<span class=\"unlinked\" title=\"javascript:alert(1)\">"]);
    let html = pictured("```{image} img/x.png\n:align: right\n```\n\nText beside it.");
    assert!(html.contains("<figure class=\"align-right\"><img src=\"/image/a/img/x.png\""), "{html}");
}

#[test]
fn tables_of_lists_and_of_values_are_tables() {
    has(
        "```{list-table} Hosts\n:header-rows: 1\n:stub-columns: 1\n* - Host\n  - Count\n* - `a`\n  - **1**\n* - b\n```",
        &[
            "<figure class=\"table\"><figcaption><span class=\"number\">Table 1</span> Hosts</figcaption>",
            "<thead>\n<tr><th>Host</th><th>Count</th></tr>\n</thead>",
            "<tr><th><code>a</code></th><td><strong>1</strong></td></tr>\n<tr><th>b</th><td></td></tr>",
        ],
    );
    has(
        "```{csv-table}\n:header: Name, \"What, for\"\na, *b*\n```",
        &["<th>Name</th><th>What, for</th>", "<td>a</td><td><em>b</em></td>"],
    );
    has("```{table} Counts\n| a |\n|---|\n| 1 |\n```", &["Counts</figcaption>", "<td>1</td>"]);
    has(
        "```{csv-table}\n:file: /etc/passwd\n```",
        &["<p class=\"directive-name\">csv-table /etc/passwd</p>"],
    );
}

#[test]
fn code_of_directives_is_coloured_and_captioned() {
    has("```{code} sql\nSELECT 1\n```", &["<span class=\"k\">SELECT</span>"]);
    has(
        "```{code-block} kql\n:caption: Sign-ins\nSigninLogs | take 1\n```",
        &["<figure class=\"listing\"><figcaption>Sign-ins</figcaption>", "class=\"language-kql\""],
    );
}

#[test]
fn formulas_are_mathml_put_in_behind_the_sanitizer() {
    has("Of $a^2$ here.", &["<span class=\"math\"><math", "<msup><mi>a</mi><mn>2</mn></msup>"]);
    has("{math}`x`", &["<math"]);
    has(
        "```{math}\n:label: e1\nx = 1\n```\n\nBy {eq}`e1`.\n\n$$\ny\n$$ (e2)\n\nAnd {eq}`e2`.",
        &[
            "<div class=\"math\" id=\"user-content-e1\"><span class=\"math display\"><math display=\"block\">",
            "<span class=\"number\">(1)</span>",
            "<a class=\"ref\" href=\"#user-content-e1\">(1)</a>",
            "<a class=\"ref\" href=\"#user-content-e2\">(2)</a>",
        ],
    );
    has("$\\frac{a}$", &["<code class=\"bad-math\" title=\"This formula cannot be read: "]);
    has("It costs $5 and $6.", &["It costs $5 and $6."]);
    has("$TENANT_ID and $REGION", &["$TENANT_ID and $REGION"]);
}

#[test]
fn the_words_that_stand_for_formulas_cannot_be_written() {
    let probe = "$a$ huntshelflater00000000000000000000000000000000x0x [huntshelflater](x 'huntshelflater')";
    let html = markdown(probe);
    assert_eq!(html.matches("<math").count(), 1, "{html}");
    assert!(html.contains("huntshelflater00000000000000000000000000000000x0x"), "{html}");
}

#[test]
fn roles_are_elements_or_say_their_name() {
    has(
        "{sub}`a` {sup}`b` {kbd}`Ctrl+C` {abbr}`EDR (Endpoint Detection & Response)` {guilabel}`Run --> All` {rfc}`9457`",
        &[
            "<sub>a</sub> <sup>b</sup> <kbd>Ctrl</kbd>+<kbd>C</kbd>",
            "<abbr title=\"Endpoint Detection &amp; Response\">EDR</abbr>",
            "<span class=\"gui\">Run › All</span>",
            "<a href=\"https://www.rfc-editor.org/rfc/rfc9457\"",
        ],
    );
    has("{odd}`x`", &["<span class=\"role-name\">odd</span> <code>x</code>"]);
    let html = pictured("{doc}`c` and {doc}`that one <../d>` and {download}`e.zip`");
    assert!(html.contains("<a href=\"/file/a/c.md\"") && html.contains("<a href=\"/file/d.md\""), "{html}");
    assert!(html.contains("<span class=\"unlinked\" title=\"e.zip\">e.zip</span>"), "{html}");
}

#[test]
fn targets_name_what_follows_also_in_later_cells() {
    let cells = vec![
        Cell::new(
            CellKind::Markdown,
            "See {ref}`why`, {ref}`this <why>`, [](#why), [words](#why) and {ref}`nowhere`.",
        ),
        Cell::new(CellKind::Markdown, "(why)=\n## Why *we* look\n\nText {ref}`find-it`"),
        Cell::new(CellKind::Markdown, "# Find it"),
    ];
    let rendered = notebook(&Notebook { cells, ..Notebook::default() }, &Options::default());
    assert_eq!(
        rendered.cells[0].html,
        "<p>See <a class=\"ref\" href=\"#user-content-why\">Why we look</a>, <a class=\"ref\" href=\"#user-content-why\">this</a>, <a class=\"ref\" href=\"#user-content-why\">Why we look</a>, <a href=\"#user-content-why\" rel=\"noopener noreferrer nofollow\">words</a> and <span class=\"unlinked\" title=\"Nothing here has this name\">nowhere</span>.</p>\n"
    );
    assert!(
        rendered.cells[1].html.starts_with("<span class=\"target\" id=\"user-content-why\"></span>\n<h2")
    );
    assert!(rendered.cells[1].html.contains("href=\"#user-content-find-it\">Find it</a>"));
}

#[test]
fn what_would_read_other_files_is_refused_visibly() {
    for name in ["include", "literalinclude", "raw", "eval-rst"] {
        has(
            &format!("```{{{name}}} /etc/passwd\n<b>x</b>\n```"),
            &[
                "<div class=\"directive refused\">",
                &format!("{name} /etc/passwd"),
                "Not taken over",
                "&lt;b&gt;",
            ],
        );
    }
}

#[test]
fn definitions_comments_and_breaks_are_myst_s() {
    has("Term\n: Details\n: More\n\nOther\n: Its", &["<dt>Term</dt>", "Details", "<dt>Other</dt>"]);
    let html = markdown("a\n\n+++ {\"x\": 1}\n\n% not this\nb");
    assert!(!html.contains("+++") && !html.contains("not this"), "{html}");
}

#[test]
fn directives_stand_in_quotes_and_deep_lists() {
    has(
        "> :::{tip}\n> x\n> :::\n> y",
        &["<blockquote>\n<aside class=\"admonition tip\">", "</aside>\n<p>y</p>"],
    );
    has(
        "1. a\n   - b\n\n     :::{tip}\n     x\n     :::\n",
        &["<aside class=\"admonition tip\">", "<p>x</p>"],
    );
}

#[test]
fn cards_grids_quotes_and_asides_hold_markdown() {
    has(
        "::::{grid} 2\n:::{grid-item-card} One\n:link: https://example.org\n*a*\n:::\n:::{card} Two\nb\n:::\n::::",
        &[
            "<div class=\"grid\"><div class=\"card\"><p class=\"card-title\"><a href=\"https://example.org\"",
            "<p class=\"card-title\">Two</p>",
        ],
    );
    has(":::{epigraph}\nx\n:::", &["<blockquote><p>x</p>"]);
    has(":::{margin} Aside\nx\n:::", &["<aside class=\"sidebar\"><p class=\"admonition-title\">Aside</p>"]);
}
