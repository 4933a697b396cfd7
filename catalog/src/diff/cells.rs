//! Cells against cells, in sentences.

use super::change::{Change, shortened};
use super::matching::{self, Place, first_line};
use crate::instance::PARAMETERS;
use crate::notebook::{Cell, CellKind, Notebook};
use crate::report;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most lines of a cell that are looked at for what to say of it.
const MAX_LINES: usize = 400;

/// Magics whose cell or line asks a service.
const QUERY_MAGICS: [&str; 12] = [
    "taegis", "kql", "splunk", "spl", "eql", "esql", "elastic", "sql", "sigma", "logpoint", "synapse", "dnif",
];

/// Tells of every cell that is not the same on both sides, in the order in which a reader of the new one meets them.
pub(super) fn compare(old: &Notebook, new: &Notebook, changes: &mut Vec<Change>) {
    let sentences = Sentences::between(&old.cells, &new.cells);
    for place in matching::places(&old.cells, &new.cells) {
        changes.extend(sentences.of(place));
    }
}

/// What there is to tell of the cells of two notebooks.
pub(super) struct Sentences<'a> {
    old: &'a [Cell],
    new: &'a [Cell],
    /// Whether the new one declares parameters anywhere.
    declares: bool,
}

impl<'a> Sentences<'a> {
    pub(super) fn between(old: &'a [Cell], new: &'a [Cell]) -> Self {
        Self { old, new, declares: new.iter().any(|cell| cell.has_tag(PARAMETERS)) }
    }

    /// What there is to tell of one cell; nothing when it is the same in all that matters.
    pub(super) fn of(&self, place: Place) -> Vec<Change> {
        let mut told = Vec::new();
        match place {
            Place::Both { old: was, new: is, moved } => {
                let (before, after) = (&self.old[was], &self.new[is]);
                if moved {
                    let name = capital(&called(after, is));
                    let text = format!("{name} moved from place {} to {}", was + 1, is + 1);
                    let change = Change::new("cell-moved", text).in_cell(is);
                    told.push(change.from(&(was + 1).to_string()).to(&(is + 1).to_string()));
                }
                if before.source != after.source || before.kind != after.kind {
                    told.extend(changed(before, after, is));
                }
                told.extend(tags(before, after, is));
                if before.outputs.is_empty() {
                    told.extend(committed(after, is));
                }
            }
            Place::Come(at) => {
                let cell = &self.new[at];
                let text = format!("{} added", capital(&called(cell, at)));
                told.push(Change::new("cell-added", text).in_cell(at).to(first_line(&cell.source)));
                told.extend(committed(cell, at));
            }
            Place::Gone(at) => {
                let cell = &self.old[at];
                let text = format!("{} removed", capital(&called(cell, at)));
                told.push(Change::new("cell-removed", text).in_cell(at).from(first_line(&cell.source)));
                if cell.has_tag(PARAMETERS) && !self.declares {
                    let text = format!("No cell is tagged `{PARAMETERS}` any more");
                    told.push(Change::new("tags-lost", text).in_cell(at).from(PARAMETERS));
                }
            }
        }
        told
    }
}

fn committed(cell: &Cell, at: usize) -> Option<Change> {
    let text = || format!("Outputs were committed with {}", called(cell, at));
    (!cell.outputs.is_empty()).then(|| Change::new("outputs-committed", text()).in_cell(at))
}

/// What became of a cell's text.
fn changed(before: &Cell, after: &Cell, at: usize) -> Vec<Change> {
    let name = called(after, at);
    if before.kind != after.kind {
        let (was, is) = (kind(before), kind(after));
        let prose = |cell: &Cell| cell.kind == CellKind::Markdown;
        let change = if is_query(before) || is_query(after) {
            "query-changed"
        } else if !prose(before) && !prose(after) {
            "code-changed"
        } else if [before, after].into_iter().any(|cell| prose(cell) && report::reaches_customer(cell)) {
            "customer-text-changed"
        } else {
            "guidance-changed"
        };
        let text = format!("What was a {was} is now {name}");
        return vec![Change::new(change, text).in_cell(at).from(was).to(is)];
    }
    if after.kind == CellKind::Markdown {
        // What either revision removes from a report never reached a customer, or no longer does.
        return vec![if !report::reaches_customer(after) {
            Change::new("guidance-changed", format!("Guidance changed in {name}")).in_cell(at)
        } else {
            Change::new("customer-text-changed", format!("Text that customers read changed in {name}"))
                .in_cell(at)
        }];
    }
    if after.has_tag(PARAMETERS) {
        let told = parameters(&before.source, &after.source, at);
        if !told.is_empty() {
            return told;
        }
    }
    let kind = if is_query(before) || is_query(after) { "query-changed" } else { "code-changed" };
    let what = if kind == "query-changed" { "The query" } else { "Code" };
    let mut change = Change::new(kind, format!("{what} changed in {name}")).in_cell(at);
    if let Some((was, is)) = first_difference(&before.source, &after.source) {
        change.text = match (was.is_empty(), is.is_empty()) {
            (false, false) => format!("{what} changed in {name}: `{}` became `{}`", brief(was), brief(is)),
            (true, _) => format!("{what} changed in {name}: `{}` is new", brief(is)),
            (_, true) => format!("{what} changed in {name}: `{}` is gone", brief(was)),
        };
        change = change.from(was).to(is);
    }
    vec![change]
}

/// The first lines that differ, trimmed; empty on the side that has no line of its own there.
fn first_difference<'a>(old: &'a str, new: &'a str) -> Option<(&'a str, &'a str)> {
    let same = old.lines().zip(new.lines()).take_while(|(a, b)| a == b).count();
    let rest = |text: &'a str| text.lines().skip(same).take(MAX_LINES).collect::<Vec<_>>();
    let (was, is) = (rest(old), rest(new));
    let ops = capture_diff_slices(Algorithm::Myers, &was, &is);
    let op = ops.into_iter().find(|op| !matches!(op, DiffOp::Equal { .. }))?;
    let first =
        |lines: &[&'a str]| lines.iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or("");
    let (was, is) = (first(&was[op.old_range()]), first(&is[op.new_range()]));
    (!(was.is_empty() && is.is_empty()) && was != is).then_some((was, is))
}

/// Whether a cell asks a service.
pub(super) fn is_query(cell: &Cell) -> bool {
    cell.kind != CellKind::Markdown
        && cell.source.lines().map(str::trim_start).filter(|line| line.starts_with('%')).any(|line| {
            let name = line.trim_start_matches('%').split_whitespace().next().unwrap_or_default();
            QUERY_MAGICS.contains(&name)
        })
}

/// Parameters that came, went, or have another default. Empty when what changed is not an assignment.
fn parameters(old: &str, new: &str, at: usize) -> Vec<Change> {
    let (was, is) = (assignments(old), assignments(new));
    let value = |all: &[(String, String)], name: &str| {
        all.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    };
    let mut told = Vec::new();
    for (name, before) in &was {
        match value(&is, name) {
            None => told.push(
                Change::new(
                    "parameter-changed",
                    format!("Parameter {name} removed; its default was {}", brief(before)),
                )
                .of_key(name)
                .from(before),
            ),
            Some(after) if after != *before => told.push(
                Change::new(
                    "parameter-changed",
                    format!("Default of {name}: {} became {}", brief(before), brief(&after)),
                )
                .of_key(name)
                .from(before)
                .to(&after),
            ),
            Some(_) => {}
        }
    }
    for (name, after) in is.iter().filter(|(name, _)| value(&was, name).is_none()) {
        let text = format!("Parameter {name} added with default {}", brief(after));
        told.push(Change::new("parameter-changed", text).of_key(name).to(after));
    }
    told.into_iter().map(|change| change.in_cell(at)).collect()
}

/// `NAME = value` and `NAME: type = value` at the beginning of lines; a comment behind the value is left out.
fn assignments(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in source.lines().take(MAX_LINES) {
        let len = line.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let (name, rest) = line.split_at(len);
        let rest = rest.trim_start();
        let rest = match rest.strip_prefix(':') {
            Some(typed) => typed.find('=').map_or("", |at| &typed[at..]),
            None => rest,
        };
        let Some(value) = rest.strip_prefix('=').filter(|value| !value.starts_with('=')) else { continue };
        if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) {
            let value = value.find("  #").map_or(value, |at| &value[..at]);
            found.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    found
}

/// Tags that a cell lost or gained. One that was only spelled anew is gained, not lost.
fn tags(before: &Cell, after: &Cell, at: usize) -> Vec<Change> {
    let spelled = |tag: &str| tag.replace('-', "_");
    let has = |cell: &Cell, tag: &str| cell.tags().any(|own| spelled(own) == spelled(tag));
    let lost: Vec<&str> = before.tags().filter(|tag| !has(after, tag)).collect();
    let gained: Vec<&str> = after.tags().filter(|tag| !before.has_tag(tag)).collect();
    let mut told = Vec::new();
    if !lost.is_empty() {
        let lost = lost.join(", ");
        let text = format!("{} lost its tags {}", capital(&called(after, at)), shortened(&lost));
        told.push(Change::new("tags-lost", text).in_cell(at).of_key("tags").from(&lost));
    }
    if !gained.is_empty() {
        let gained = gained.join(", ");
        let text = format!("{} is now tagged {}", capital(&called(after, at)), shortened(&gained));
        told.push(Change::new("tag-changed", text).in_cell(at).of_key("tags").to(&gained));
    }
    told
}

/// A cell as one would name it: `cell 4 (## Findings)`, counted from 1 as on the page.
fn called(cell: &Cell, at: usize) -> String {
    let (kind, line) = (kind(cell), first_line(&cell.source));
    let line = line.trim_start_matches('#').trim_start();
    if line.is_empty() {
        format!("{kind} {}", at + 1)
    } else {
        format!("{kind} {} ({})", at + 1, brief(line))
    }
}

fn kind(cell: &Cell) -> &'static str {
    match cell.kind {
        CellKind::Markdown => "text cell",
        CellKind::Code if is_query(cell) => "query cell",
        CellKind::Code => "code cell",
        CellKind::Raw => "raw cell",
    }
}

/// At most 60 characters.
fn brief(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", shortened(&text[..end])),
        None => shortened(text),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
