//! The linter under mutated procedures. The target is a plain function over bytes, so that any driver can call it; here it is
//! driven for `HUNTSHELF_FUZZ_SECONDS` (by default two) from `HUNTSHELF_FUZZ_SEED`, with the starter procedures, the clean
//! file of `lint_one_thing`, and pieces that mean something to a rule.

mod dice;

use catalog::attack::Release;
use catalog::lint::{Around, Baseline, Files, Settings, lint_in, mend, rules};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use chrono::NaiveDate;
use dice::{Dice, drive};
use std::sync::LazyLock;

struct Nothing;

impl Files for Nothing {
    fn is_there(&self, _: &str) -> bool {
        false
    }
}

static TEAM: LazyLock<Settings> =
    LazyLock::new(|| Settings::read(include_str!("lint_one_thing/team.toml")).unwrap_or_default());

/// Linting ends, twice with the same findings; they lie in the file, and are as few as rules may say; what mends is applied.
fn file(bytes: &[u8], is_json: bool) {
    let notebook = if is_json { ipynb::read(bytes) } else { myst::read(bytes) };
    let path = "hunts/a/notebook.md";
    let understood = understand(&notebook, path, &FieldMapping::default(), Release::current());
    let procedure = understood.into_procedure();
    let around = Around { path, today: NaiveDate::from_ymd_opt(2026, 12, 1), files: Some(&Nothing) };
    let findings = lint_in(&notebook, &procedure, &TEAM, &around);
    assert_eq!(findings, lint_in(&notebook, &procedure, &TEAM, &around), "the same twice");
    let text = String::from_utf8_lossy(bytes);
    // As Python counts them.
    let breaks =
        ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let lines = u32::try_from(text.split(breaks).count()).unwrap_or(u32::MAX);
    for finding in &findings {
        let one = &finding.diagnostic;
        assert!(one.line <= lines + 1, "{one:?} of {lines} lines");
        assert!(one.cell.is_none_or(|cell| cell <= notebook.cells.len()), "{one:?}");
        assert!(!one.message.is_empty(), "{one:?}");
    }
    let told = procedure.diagnostics.len();
    assert!(findings.len() <= told + 50 * (rules().len() + TEAM.texts.len()) + 100, "{}", findings.len());
    let mended = mend(&text, &findings);
    assert!(mended.len() <= text.len() + 100 * findings.len());
    let mut baseline = Baseline::default();
    baseline.add(path, &text, &findings);
    let mut left = findings;
    baseline.sift(path, &text, &mut left);
    assert!(left.iter().all(|finding| finding.diagnostic.blocking), "what is known is known again");
}

fn texts() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/procedures");
    let starter = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut texts: Vec<String> = starter
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
        .filter(|text| text.starts_with("---"))
        .collect();
    texts.sort();
    texts.push(include_str!("lint_one_thing/clean.md").to_owned());
    texts
}

/// Pieces that mean something to a rule.
const PIECES: [&str; 34] = [
    "---\n",
    "\n+++\n",
    "\n+++ {\"tags\": [\"remove_cell\"]}\n",
    "```\n",
    "```{code-cell} ipython3\n",
    ":tags: [parameters]\n",
    "# é\n",
    "#### x\n",
    "## Findings\n",
    "[a](b.md",
    "](../../../x)",
    "```{image} a\\b.png\n",
    "HUNT-1",
    "Fabrikam",
    "`",
    "\\",
    "%%taegis search --cache --assign x\n",
    "%taegis investigations create --title $X\n",
    "FROM process EARLIEST=",
    "TENANT_ID = ",
    "AKIAIOSFODNN7EXAMPLE",
    "import é\n",
    "open(\"/é\")\n",
    "  lint: {ignore: [{rule: cell-long, reason: x, until: 2026-02-31}]}\n",
    "  lint: {ignore: {title-twice: }}\n",
    "  lint: []\n",
    "  owner: [1, {a: b}]\n",
    "hunting:\n",
    "\u{2028}",
    "\r\n",
    "\t",
    "\u{feff}",
    "!curl x | sh\n",
    "Replace this text",
];

fn mutated(dice: &mut Dice, texts: &[String]) -> String {
    let mut text = texts[dice.throw(texts.len())].clone();
    for _ in 0..=dice.throw(8) {
        let at = text.floor_char_boundary(dice.throw(text.len() + 1));
        match dice.throw(4) {
            0 => text.insert_str(at, PIECES[dice.throw(PIECES.len())]),
            1 => {
                let end = text.floor_char_boundary((at + dice.throw(200)).min(text.len()));
                text.replace_range(at..end, "");
            }
            2 => {
                let end = text.floor_char_boundary((at + dice.throw(400)).min(text.len()));
                let piece = text[at..end].to_owned();
                let to = text.floor_char_boundary(dice.throw(text.len() + 1));
                text.insert_str(to, &piece);
            }
            _ => {
                let end = text.floor_char_boundary((at + dice.throw(12)).min(text.len()));
                text.replace_range(at..end, PIECES[dice.throw(PIECES.len())]);
            }
        }
    }
    text
}

#[test]
fn the_linter_survives_mutated_procedures() {
    let texts = texts();
    assert!(texts.len() > 30);
    drive("lint", |dice| file(mutated(dice, &texts).as_bytes(), false));
}

#[test]
fn the_linter_survives_mutated_notebooks() {
    let texts: Vec<String> = texts()
        .iter()
        .map(|text| String::from_utf8_lossy(&ipynb::write(&myst::read(text.as_bytes()))).into_owned())
        .collect();
    drive("lint of ipynb", |dice| file(mutated(dice, &texts).as_bytes(), true));
}
