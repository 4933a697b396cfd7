//! The renderer under random text. The target is a plain function over bytes, so that any driver can call it; here it is
//! driven for `HUNTSHELF_FUZZ_SECONDS` (by default two), with texts spliced from the attack collection and from what
//! markdown and `MyST` give meaning to.

mod harmless;

use catalog::notebook::myst;
use catalog::render::{self, Options};
use harmless::{Everything, check_rendered, payloads, prose, rendered};
use std::time::{Duration, Instant};

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

/// A small generator, so that a finding can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap_or_default()
    }
}

fn text(dice: &mut Dice, payloads: &[String]) -> Vec<u8> {
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
    let variable = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = variable("HUNTSHELF_FUZZ_SECONDS").unwrap_or(2);
    let first: u64 = variable("HUNTSHELF_FUZZ_SEED").unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut runs = 0;
    while Instant::now() < end {
        target(&text(&mut Dice(first + runs), &payloads));
        runs += 1;
    }
    println!("renderer: {runs} texts in {seconds} s, seeds from {first}");
    assert!(runs > 0);
}
