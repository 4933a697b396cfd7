//! The front matter, the cell scanner, ipynb and sidecars under mutated notebooks. The targets are plain functions over bytes,
//! so that any driver can call them; here each is driven for `HUNTSHELF_FUZZ_SECONDS` (by default two) from
//! `HUNTSHELF_FUZZ_SEED`, with the starter procedures, the golden cases and pieces that mean something to a reader.

#![allow(clippy::print_stdout, reason = "it says how much it did")]

use catalog::attack::Release;
use catalog::notebook::{Notebook, ipynb, myst, yaml_value};
use catalog::procedure::{describe, understand};
use catalog::repository::{FieldMapping, Sidecar};
use std::time::{Duration, Instant};

/// The YAML reader ends, within its bounds.
fn front_matter(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = yaml_value(&text);
    let _ = myst::read(format!("---\n{text}\n---\n").as_bytes());
    let _ = myst::read(format!("```{{code-cell}}\n---\n{text}\n---\n```\n").as_bytes());
}

/// The cell scanner: a text that is written without a change is the text that was read, and one that is written anew is
/// stable.
fn cells(bytes: &[u8]) {
    let _ = myst::looks_like_myst(bytes);
    let notebook = myst::read(bytes);
    for cell in &notebook.cells {
        assert!(
            cell.lines.0 <= cell.lines.1 && cell.lines.1 as usize <= bytes.len() + 64,
            "{:?}",
            cell.lines
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_eq!(myst::write(&notebook), text, "an unchanged text is written as it was");
    }
    through_ipynb(&notebook);
    written_anew(notebook);
}

/// ipynb: what was read is written so that it is read again as the same notebook, and so is its text.
fn notebook(bytes: &[u8]) {
    let notebook = ipynb::read(bytes);
    through_ipynb(&notebook);
    written_anew(notebook);
}

/// A sidecar: whatever it holds, the notebook stays usable, and is described by it or says why not.
fn sidecar(bytes: &[u8]) {
    let mut notebook = Notebook::default();
    describe(&mut notebook, Some(bytes), &Sidecar::default());
    assert!(notebook.blocking().is_none());
    assert_eq!(notebook.layout.sidecar.is_none(), notebook.diagnostics.len() == 1);
    let understood = understand(&notebook, "a/notebook.md", &FieldMapping::default(), Release::current());
    assert!(understood.procedure().techniques.len() <= 2 * bytes.len() + 2);
}

fn through_ipynb(notebook: &Notebook) {
    let written = ipynb::write(notebook);
    let back = ipynb::read(&written);
    assert!(same(notebook, &back), "cells survive ipynb");
    // A notebook that is refused may be mended when it is read again, such as a kernelspec without a name to display.
    if notebook.blocking().is_none() {
        assert!(ipynb::write(&back) == written, "an ipynb that was written is stable");
    }
}

/// Where a text holds its cells, writing it again gives the same text.
fn written_anew(mut notebook: Notebook) {
    notebook.layout.original = None;
    let once = myst::write(&notebook);
    let mut read = myst::read(once.as_bytes());
    if read.blocking().is_none() && same(&notebook, &read) {
        read.layout.original = None;
        let twice = myst::write(&read);
        let again = myst::read(twice.as_bytes());
        assert!(same(&read, &again), "cells survive being written again:\n{once}\n---\n{twice}");
    }
}

fn same(one: &Notebook, other: &Notebook) -> bool {
    one.cells.len() == other.cells.len()
        && one.cells.iter().zip(&other.cells).all(|(a, b)| a.kind == b.kind && a.source == b.source)
}

const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    " ",
    "    ",
    "\t",
    "---\n",
    "...\n",
    "```",
    "~~~",
    "````",
    "```{code-cell}\n",
    "```{raw-cell}\n",
    "+++\n",
    "+++ {\"tags\": [\"a\"]}\n",
    ":tags: [a]\n",
    ":",
    "- ",
    "> ",
    "1. ",
    "<!--",
    "-->",
    "<div>",
    "<pre>",
    "| a |\n|---|\n",
    "[a]: b 'c",
    "[a]:",
    "\\",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{0}",
    "é",
    "😀",
    "&a ",
    "*a ",
    "!!str ",
    "<<: ",
    "? ",
    "|\n",
    ">-\n",
    "|2\n",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    ": ",
    "#",
    " #",
    "%YAML 1.1\n",
    "yes",
    "0123",
    "12:30:45",
    "2026-01-01",
    "1e400",
    "NaN",
    "null",
    "~",
    "=",
    "\\u0041",
    "\\ud83d",
    "jupyter:\n",
    "jupytext:\n",
    "  formats: ipynb,md\n",
    "hunting:\n",
    "  id: a\n",
    "kernelspec: {name: a, display_name: b}\n",
    "\"cells\": [",
    "\"source\": ",
    "\"metadata\": {}",
    "\"outputs\": [",
    "\"cell_type\": \"code\"",
    "\"nbformat\": 3",
    "\"nbformat\": 4",
    "\"worksheets\": [",
    "-0",
    "1.5",
    "root_level_metadata_filter: -a\n",
    "notebook_metadata_filter: -all\n",
    "coding: x\n",
    "$$\n",
    "% c\n",
    "(t)=\n",
    ":::\n",
];

/// A small generator, so that a finding can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap_or(0)
    }
}

/// What the mutations begin from.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("procedures");
    for entry in std::fs::read_dir(folder).expect("the starter catalog").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "md") {
            seeds.push(std::fs::read(entry.path()).expect("it can be read"));
        }
    }
    seeds.sort();
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("golden/myst_cases.json")).expect("the golden cases");
    seeds.extend(cases.iter().filter_map(|case| case["input"].as_str()).map(|text| text.as_bytes().to_vec()));
    seeds
}

/// One input: pieces of two seeds, with pieces put in, bytes changed, runs taken out or repeated.
fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.throw(seeds.len())].clone();
    if dice.throw(3) == 0 {
        let other = &seeds[dice.throw(seeds.len())];
        let at = dice.throw(other.len() + 1);
        let cut = dice.throw(bytes.len() + 1);
        bytes.truncate(cut);
        bytes.extend_from_slice(&other[at..]);
    }
    if dice.throw(6) == 0 {
        bytes.clear();
    }
    for _ in 0..=dice.throw(8) {
        let at = dice.throw(bytes.len() + 1);
        let end = (at + dice.throw(40)).min(bytes.len());
        match dice.throw(5) {
            0 | 1 => {
                let piece = PIECES[dice.throw(PIECES.len())].as_bytes();
                bytes.splice(at..at, piece.iter().copied());
            }
            2 => {
                bytes.drain(at..end);
            }
            3 => {
                let run = bytes[at..end].to_vec();
                for _ in 0..dice.throw(4) {
                    bytes.splice(at..at, run.iter().copied());
                }
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(dice.throw(256)).unwrap_or(0);
                }
            }
        }
    }
    bytes
}

fn drive(what: &str, seeds: &[Vec<u8>], target: fn(&[u8])) {
    let variable = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let seconds = variable("HUNTSHELF_FUZZ_SECONDS").unwrap_or(2);
    let (begin, mut runs, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    // Never zero, of which the generator makes nothing else.
    let mut dice = Dice(0x2545_f491_4f6c_dd1d ^ variable("HUNTSHELF_FUZZ_SEED").unwrap_or(0));
    while begin.elapsed() < Duration::from_secs(seconds) {
        let state = dice.0;
        let bytes = mutated(seeds, &mut dice);
        let one = Instant::now();
        let caught = std::panic::catch_unwind(|| target(&bytes));
        slowest = slowest.max(one.elapsed());
        assert!(caught.is_ok(), "{what}: seed {state:#x}: {:?}", String::from_utf8_lossy(&bytes));
        runs += 1;
    }
    println!("{what}: {runs} runs in {:.1?}, the slowest took {slowest:.1?}", begin.elapsed());
}

#[test]
fn no_front_matter_makes_the_reader_stumble() {
    drive("front matter", &seeds(), front_matter);
}

#[test]
fn no_text_makes_the_cell_scanner_stumble() {
    drive("cells", &seeds(), cells);
}

#[test]
fn no_ipynb_makes_its_reader_stumble() {
    let seeds: Vec<Vec<u8>> = seeds().iter().map(|seed| ipynb::write(&myst::read(seed))).collect();
    drive("ipynb", &seeds, notebook);
}

#[test]
fn no_sidecar_makes_its_reader_stumble() {
    let seeds = [
        "id: WIN-1\ntitle: A title\nhypothesis: |\n  Words.\ncollaborators: ['@a']\nattack_mappings:\n- technique: T1003\n  \
         sub_technique: 001\n  tactics: [TA0006]\n",
        "hunting:\n  id: a\n  attack_technique_ids: [T1059.001]\n  data_sources: process\n",
    ];
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    drive("sidecars", &seeds, sidecar);
}
