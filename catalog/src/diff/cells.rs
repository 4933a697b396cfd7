//! Cells against cells: which stayed, which changed and how, which came, went or moved.

use super::change::{Change, shortened};
use crate::notebook::{Cell, CellKind, Notebook};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Cells between two unchanged ones that are compared each with each, old times new; beyond it, in order.
const MAX_PAIRINGS: usize = 4_900;

/// The most words of a cell that count for its likeness to another.
const MAX_LIKENESS_WORDS: usize = 200;

/// The most lines of a cell that are looked at for what to say of it.
const MAX_LINES: usize = 400;

/// Magics whose cell or line asks a service.
const QUERY_MAGICS: [&str; 12] = [
    "taegis", "kql", "splunk", "spl", "eql", "esql", "elastic", "sql", "sigma", "logpoint", "synapse", "dnif",
];

pub(super) fn compare(old: &Notebook, new: &Notebook, changes: &mut Vec<Change>) {
    let (old, new) = (&old.cells, &new.cells);
    let hashes = |cells: &[Cell]| cells.iter().map(hash).collect::<Vec<u64>>();
    let (old_hashes, new_hashes) = (hashes(old), hashes(new));
    let mut gone: Vec<usize> = Vec::new();
    let mut come: Vec<usize> = Vec::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old_hashes, &new_hashes) {
        let (was, is) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            pairs.extend(was.zip(is));
        } else {
            pair_up(old, new, was.collect(), is.collect(), &mut pairs, &mut gone, &mut come);
        }
    }
    let mut told: Vec<(usize, Change)> = Vec::new();
    moved(old, new, (&old_hashes, &new_hashes), &mut gone, &mut come, &mut pairs, &mut told);
    for (was, is) in pairs {
        let (before, after) = (&old[was], &new[is]);
        if before.source != after.source || before.kind != after.kind {
            told.extend(changed(before, after, is).into_iter().map(|change| (is, change)));
        }
        told.extend(tags(before, after, is).into_iter().map(|change| (is, change)));
        if before.outputs.is_empty() && !after.outputs.is_empty() {
            let text = format!("Outputs were committed with {}", called(after, is));
            told.push((is, Change::new("outputs-committed", text).in_cell(is)));
        }
    }
    for at in come {
        let text = format!("{} added", capital(&called(&new[at], at)));
        told.push((at, Change::new("cell-added", text).in_cell(at).to(first_line(&new[at].source))));
        if !new[at].outputs.is_empty() {
            let text = format!("Outputs were committed with {}", called(&new[at], at));
            told.push((at, Change::new("outputs-committed", text).in_cell(at)));
        }
    }
    for at in gone {
        let text = format!("{} removed", capital(&called(&old[at], at)));
        told.push((at, Change::new("cell-removed", text).in_cell(at).from(first_line(&old[at].source))));
        let lost = held(&old[at]);
        if let Some(lost) =
            lost.filter(|tag| *tag == "parameters" && !new.iter().any(|cell| cell.has_tag(tag)))
        {
            let text = format!("No cell is tagged `{lost}` any more");
            told.push((at, Change::new("tags-lost", text).in_cell(at).from(lost)));
        }
    }
    told.sort_by_key(|(at, _)| *at);
    changes.extend(told.into_iter().map(|(_, change)| change));
}

fn held(cell: &Cell) -> Option<&str> {
    cell.tags().find(|tag| *tag == "parameters")
}

fn hash(cell: &Cell) -> u64 {
    let mut hasher = DefaultHasher::new();
    cell.kind.hash(&mut hasher);
    cell.source.hash(&mut hasher);
    hasher.finish()
}

/// Pairs up cells that took each other's place: those most alike first, each once, in whatever order.
fn pair_up(
    old: &[Cell],
    new: &[Cell],
    was: Vec<usize>,
    is: Vec<usize>,
    pairs: &mut Vec<(usize, usize)>,
    gone: &mut Vec<usize>,
    come: &mut Vec<usize>,
) {
    let mut likely: Vec<(u32, usize, usize)> = Vec::new();
    if was.len() * is.len() <= MAX_PAIRINGS {
        let words: Vec<Words<'_>> = is.iter().map(|&at| Words::of(&new[at])).collect();
        for &a in &was {
            let own = Words::of(&old[a]);
            for (b, words) in is.iter().zip(&words) {
                if old[a].kind == new[*b].kind {
                    likely.push((own.likeness(words), a, *b));
                }
            }
        }
    } else {
        likely.extend(
            was.iter()
                .zip(&is)
                .filter(|(a, b)| old[**a].kind == new[**b].kind)
                .map(|(a, b)| (Words::of(&old[*a]).likeness(&Words::of(&new[*b])), *a, *b)),
        );
    }
    likely.retain(|(likeness, a, b)| {
        // One of each in a gap is one cell that changed, however much.
        *likeness >= 50 || (was.len() == 1 && is.len() == 1) || same_start(&old[*a], &new[*b])
    });
    likely.sort_by_key(|(likeness, a, b)| (std::cmp::Reverse(*likeness), *a, *b));
    let mut taken_old: HashSet<usize> = HashSet::new();
    let mut taken_new: HashSet<usize> = HashSet::new();
    for (_, a, b) in likely {
        if !taken_old.contains(&a) && !taken_new.contains(&b) {
            taken_old.insert(a);
            taken_new.insert(b);
            pairs.push((a, b));
        }
    }
    gone.extend(was.into_iter().filter(|a| !taken_old.contains(a)));
    come.extend(is.into_iter().filter(|b| !taken_new.contains(b)));
}

/// Whether both begin with the same heading or magic, or have the same telling tag.
fn same_start(old: &Cell, new: &Cell) -> bool {
    if held(old).is_some() && held(new).is_some() {
        return true;
    }
    let (a, b) = (first_line(&old.source), first_line(&new.source));
    a == b && a.len() > 3 && a.starts_with(['#', '%'])
}

/// The distinct words of a cell and how often each occurs, for comparing it to others.
struct Words<'a>(HashMap<&'a str, u32>, u32);

impl<'a> Words<'a> {
    fn of(cell: &'a Cell) -> Self {
        let mut words = HashMap::new();
        let mut count = 0;
        for word in cell.source.split_whitespace().take(MAX_LIKENESS_WORDS) {
            *words.entry(word).or_default() += 1;
            count += 1;
        }
        Self(words, count)
    }

    /// Shared words of all, in percent.
    fn likeness(&self, other: &Self) -> u32 {
        let shared: u32 = self.0.iter().map(|(word, n)| other.0.get(word).map_or(0, |m| *n.min(m))).sum();
        (200 * shared).checked_div(self.1 + other.1).unwrap_or_default()
    }
}

/// Takes out of what is gone and come the cells that stand elsewhere unchanged.
fn moved(
    old: &[Cell],
    new: &[Cell],
    (old_hashes, new_hashes): (&[u64], &[u64]),
    gone: &mut Vec<usize>,
    come: &mut Vec<usize>,
    pairs: &mut Vec<(usize, usize)>,
    told: &mut Vec<(usize, Change)>,
) {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for &at in come.iter().rev() {
        places.entry(new_hashes[at]).or_default().push(at);
    }
    let mut arrived: HashSet<usize> = HashSet::new();
    gone.retain(|&was| {
        let place = places.get_mut(&old_hashes[was]).and_then(Vec::pop);
        let Some(is) = place.filter(|&is| old[was].source == new[is].source) else { return true };
        let text = format!("{} moved from place {} to {}", capital(&called(&new[is], is)), was + 1, is + 1);
        let change = Change::new("cell-moved", text).in_cell(is);
        told.push((is, change.from(&(was + 1).to_string()).to(&(is + 1).to_string())));
        pairs.push((was, is));
        arrived.insert(is);
        false
    });
    come.retain(|at| !arrived.contains(at));
}

/// What became of a cell's text.
fn changed(before: &Cell, after: &Cell, at: usize) -> Vec<Change> {
    let name = called(after, at);
    if after.kind == CellKind::Markdown {
        // What either revision removes from a report never reached a customer, or no longer does.
        return vec![if after.has_tag("remove_cell") {
            Change::new("guidance-changed", format!("Guidance changed in {name}")).in_cell(at)
        } else {
            Change::new("customer-text-changed", format!("Text that customers read changed in {name}"))
                .in_cell(at)
        }];
    }
    if after.has_tag("parameters") && before.kind == after.kind {
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
    let line = first_line(&cell.source);
    let kind = match cell.kind {
        CellKind::Markdown => "text cell",
        CellKind::Code if is_query(cell) => "query cell",
        CellKind::Code => "code cell",
        CellKind::Raw => "raw cell",
    };
    let line = line.trim_start_matches('#').trim_start();
    if line.is_empty() {
        format!("{kind} {}", at + 1)
    } else {
        format!("{kind} {} ({})", at + 1, brief(line))
    }
}

fn first_line(source: &str) -> &str {
    source.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
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
