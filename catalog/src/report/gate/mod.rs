//! The gate before a report leaves: what must not be read by its customer, with the cells.
//!
//! Each file here is one check. They read what the report shows, in every way in which a reader could: as it stands in the
//! file, as it looks once rendered, and as its links say ([`views`]). A gate that cries wolf gets switched off, so what
//! results are full of (hashes, GUIDs, addresses, paths on hosts, names that are words) stops nothing; and what somebody
//! judged to be no leak is remembered by [`Finding::key`], the pair of rule and line.

mod addresses;
mod dictionary;
mod failed;
mod guidance;
mod hidden;
mod keys;
mod machine;
mod names;
mod passages;
mod phrases;
mod pictures;
mod placeholders;
mod secrets;
mod tags;
mod unfilled;
mod views;

pub(crate) use dictionary::is_word as is_common_word;
pub use names::{Known, Names};
pub(crate) use phrases::as_latin;

use crate::notebook::{Notebook, hex};
use names::Others;
use passages::Passage;
use phrases::Phrases;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The most findings of one rule in one report.
const MOST: usize = 50;

/// How often a rule may speak of one cell or output before its places are looked up no more.
const TRIES: usize = 100;

/// The longest line that is shown of a finding, in characters.
const EXCERPT: usize = 140;

/// What the gate knows beside the notebook.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gate<'a> {
    /// Who the report is for, and who else there is.
    pub names: Option<&'a Names>,
    /// A team's own words that no customer reads; case does not count.
    pub words: &'a [String],
    /// The procedure that a copy was made of, as it was then: what is told apart from the hunter's own text.
    pub procedure: Option<&'a Notebook>,
    /// The keys of findings that somebody judged to be no leak.
    pub accepted: Option<&'a BTreeSet<String>>,
}

/// Something that must not leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule: a lower-case word with hyphens, never reused for another meaning.
    pub code: String,
    /// The cell, from 0.
    pub cell: usize,
    /// Which of its outputs, from 0; none for its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<usize>,
    /// The line in the file, from 1; 0 where the file has no such lines.
    pub line: u32,
    /// The line in the cell's text, or in the output, from 1; 0 for the cell as a whole.
    pub row: u32,
    /// What stands there, in short. Names of other customers and credentials are blotted out.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The pair of rule and text by which "not a leak" is remembered.
    pub key: String,
}

/// What must not leave with a report of this notebook, in the order of the cells.
pub fn check(notebook: &Notebook, gate: &Gate<'_>) -> Vec<Finding> {
    let others = gate.names.map(Others::new).unwrap_or_default();
    let words = Phrases::new(gate.words, true);
    let passages = passages::passages(notebook);
    let mut found = Found {
        notebook,
        others: &others,
        findings: Vec::new(),
        seen: HashSet::new(),
        spoke: HashMap::new(),
    };
    tags::check(&mut found);
    hidden::check(&passages, &mut found);
    unfilled::check(gate.procedure, &mut found);
    failed::check(&passages, &mut found);
    let procedure = addresses::Procedure::new(notebook, gate.procedure);
    for passage in &passages {
        names::check(passage, &mut found);
        secrets::check(passage, &mut found);
        guidance::check(passage, &words, &mut found);
        placeholders::check(passage, &mut found);
        addresses::check(passage, &procedure, &mut found);
        machine::check(passage, &mut found);
    }
    let mut findings = found.findings;
    // What is not written yet holds the template's words: one of the two is enough.
    let unfilled: HashSet<usize> =
        findings.iter().filter(|one| one.code == unfilled::CODE).map(|one| one.cell).collect();
    findings.retain(|one| one.code != placeholders::CODE || !unfilled.contains(&one.cell));
    if let Some(accepted) = gate.accepted {
        findings.retain(|finding| !accepted.contains(&finding.key));
    }
    findings.sort_by_key(|finding| (finding.cell, finding.output, finding.row));
    findings
}

/// Collects what the checks find.
struct Found<'a> {
    notebook: &'a Notebook,
    others: &'a Others,
    findings: Vec<Finding>,
    seen: HashSet<(&'static str, usize, Option<usize>, u32)>,
    /// How often a rule spoke of a cell or an output: places are looked up for the first ones alone.
    spoke: HashMap<(&'static str, usize, Option<usize>), usize>,
}

/// A rule, and what it says.
#[derive(Clone, Copy)]
struct Said<'a> {
    code: &'static str,
    message: &'a str,
    help: &'a str,
}

impl Found<'_> {
    /// Of a cell as a whole; the text is what makes the finding the same one when it is met again.
    fn of_cell(&mut self, cell: usize, text: &str, said: Said<'_>) {
        let line = self.notebook.cells[cell].lines.0;
        self.push(cell, None, (line, 0), text, said);
    }

    /// Of a byte in one of a passage's views.
    fn of_passage(&mut self, passage: &Passage, view: &str, at: usize, said: Said<'_>) {
        self.blotted(passage, view, at..at, said);
    }

    /// The same, with some bytes of the view blotted out.
    fn blotted(&mut self, passage: &Passage, view: &str, range: std::ops::Range<usize>, said: Said<'_>) {
        let spoke = self.spoke.entry((said.code, passage.cell, passage.output)).or_default();
        *spoke += 1;
        if *spoke > TRIES {
            return;
        }
        let at = range.start;
        let start = view[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = view[range.end..].find('\n').map_or(view.len(), |end| range.end + end);
        let above = narrow(view[..at].matches('\n').count());
        let file = self.notebook.cells[passage.cell].source_line;
        let line = if passage.output.is_some() || file == 0 { 0 } else { file.saturating_add(above) };
        let text = if range.is_empty() {
            view[start..end].to_owned()
        } else {
            format!("{}█████{}", &view[start..at], &view[range.end..end])
        };
        // The line as it stands is the text of the pair; what is shown of it hides names.
        self.push_shown(passage.cell, passage.output, (line, above + 1), &view[start..end], &text, said);
    }

    fn push(&mut self, cell: usize, output: Option<usize>, at: (u32, u32), text: &str, said: Said<'_>) {
        self.push_shown(cell, output, at, text, text, said);
    }

    fn push_shown(
        &mut self,
        cell: usize,
        output: Option<usize>,
        (line, row): (u32, u32),
        text: &str,
        shown: &str,
        said: Said<'_>,
    ) {
        let enough = self.findings.iter().filter(|own| own.code == said.code).count() >= MOST;
        if enough || !self.seen.insert((said.code, cell, output, row)) {
            return;
        }
        self.findings.push(Finding {
            code: said.code.to_owned(),
            cell,
            output,
            line,
            row,
            excerpt: excerpt(&self.others.blot(shown)),
            message: said.message.to_owned(),
            help: said.help.to_owned(),
            key: key(said.code, text),
        });
    }
}

/// The pair of rule and text. Blank space does not count, and a line that changes is another text.
fn key(code: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(code);
    for word in text.split_whitespace() {
        hash.update([0]);
        hash.update(word);
    }
    format!("{code}:{}", hex(&hash.finalize()[..8]))
}

fn excerpt(text: &str) -> String {
    let words: String = text
        .chars()
        .map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c })
        .take(4 * EXCERPT)
        .collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// The ways in which a text could be read: as it stands, with entities and addresses decoded, and as it looks once rendered.
pub(crate) fn readings(text: &str) -> Vec<String> {
    views::of(text, passages::Origin::Prose)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
