//! The renderer under random text. The target is a plain function over bytes, so that any driver can call it; here it is
//! driven for `HUNTSHELF_FUZZ_SECONDS` (by default two), with texts spliced from the attack collection and from what
//! markdown and `MyST` give meaning to.

mod dice;
mod harmless;

use catalog::notebook::myst;
use catalog::render::{self, Options};
use harmless::{Everything, check_rendered, payloads, prose, rendered};

/// Renders bytes as a cell of prose and as a whole notebook. Panics where something comes out that should not.
fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let alone = rendered(vec![prose(text.clone())]);
    let whole = render::notebook(&myst::read(bytes), &Options::at("a/b.md", &Everything));
    for rendered in [&alone, &whole] {
        if let Err(found) = check_rendered(rendered) {
            panic!("{found}: {text:?}");
        }
        let size: usize = rendered.cells.iter().map(|cell| cell.html.len()).sum();
        assert!(size < 256 * 1024 + text.len() * 100, "{size} bytes of {text:?}");
    }
    assert_eq!(alone, rendered(vec![prose(text)]));
}

const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "\n    ",
    " ",
    "# ",
    "> ",
    "- ",
    "1. ",
    "* - ",
    "| a |\n|---|\n",
    "**",
    "*",
    "_",
    "~~",
    "`",
    "``",
    "```",
    "```{",
    "}\n",
    "~~~",
    ":::",
    ":::{note}\n",
    ":::{",
    ":name: x\n",
    ":class: dropdown\n",
    "---\n",
    "+++",
    "% ",
    "(x)=\n",
    "{ref}`x`",
    "{math}`",
    "$",
    "$$",
    "\\",
    "\\frac{",
    "\\begin{matrix}",
    "&",
    "<",
    ">",
    "</",
    "<b>",
    "</b>",
    "<div>",
    "</div>",
    "<table>",
    "<td>",
    "<!--",
    "-->",
    "<a href=\"",
    "\">",
    "'",
    "\"",
    "=",
    "[",
    "]",
    "](",
    ")",
    "[x]: ",
    "[^1]",
    "[^1]: ",
    "![",
    "https://",
    "javascript:",
    "&#x6a;",
    "&amp;",
    "\u{0}",
    "\u{202e}",
    "\u{a0}",
    "é",
    "x",
    "```{code-cell}\n",
    "```{list-table}\n* - ",
    "```{csv-table}\n",
    "::::{tab-set}\n",
    ":::{tab-item} a\n",
    ":::{figure} x.png\n",
    "Term\n: ",
    "<details>",
    "<summary>",
    "<p>",
    "<svg>",
    "<math>",
    "<style>",
    "<script>",
];

fn text(dice: &mut dice::Dice, payloads: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..dice.throw(40) {
        match dice.throw(10) {
            0 => {
                let payload = payloads[dice.throw(payloads.len())].as_bytes();
                let from = dice.throw(payload.len() + 1);
                bytes.extend(&payload[from..from + dice.throw(payload.len() - from + 1)]);
            }
            1 => bytes.push(u8::try_from(dice.throw(256)).unwrap_or_default()),
            _ => bytes.extend(PIECES[dice.throw(PIECES.len())].bytes()),
        }
    }
    bytes
}

#[test]
fn random_text_comes_out_harmless() {
    let payloads = payloads();
    dice::drive("renderer", |dice| target(&text(dice, &payloads)));
}
