//! Cells against cells, in sentences.

use super::change::{Change, shortened};
use super::matching::{self, Place, first_line};
use super::{parameters, queries};
use crate::instance::PARAMETERS;
use crate::notebook::{Cell, CellKind, Notebook};
use crate::query::{self, Query, QueryKind};
use crate::report;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::cell::OnceCell;
use std::collections::HashSet;

/// The most lines of a cell that are looked at for what to say of it.
const MAX_LINES: usize = 400;

/// Magics of tools whose queries are not read otherwise.
const QUERY_MAGICS: [&str; 7] = ["sigma", "elastic", "elasticsearch", "logpoint", "synapse", "storm", "dnif"];

/// Tells of every cell that is not the same on both sides, in the order in which a reader of the new one meets them.
pub(super) fn compare(old: &Notebook, new: &Notebook, changes: &mut Vec<Change>) {
    let sentences = Sentences::between(old, new);
    for place in matching::places(&old.cells, &new.cells) {
        changes.extend(sentences.of(place));
    }
}

/// What there is to tell of the cells of two notebooks.
pub(super) struct Sentences<'a> {
    old: Side<'a>,
    new: Side<'a>,
}

impl<'a> Sentences<'a> {
    pub(super) fn between(old: &'a Notebook, new: &'a Notebook) -> Self {
        Self { old: Side::of(old), new: Side::of(new) }
    }

    /// What there is to tell of one cell; nothing when it is the same in all that matters.
    pub(super) fn of(&self, place: Place) -> Vec<Change> {
        match place {
            Place::Both { old, new, moved } => self.of_pair(old, new, moved),
            Place::Come(at) => {
                let text = format!("{} added", capital(&self.new.called(at)));
                let first = first_line(&self.new.cell(at).source);
                let mut told = vec![Change::new("cell-added", text).in_cell(at).to(first)];
                told.extend(self.parameters(at));
                told.extend(self.committed(None, at));
                told
            }
            Place::Gone(at) => {
                let text = format!("{} removed", capital(&self.old.called(at)));
                let first = first_line(&self.old.cell(at).source);
                let mut told = vec![Change::new("cell-removed", text).in_cell(at).from(first)];
                if self.old.declares == Some(at) && self.new.declares.is_none() {
                    let text = format!("No cell is tagged `{PARAMETERS}` any more");
                    told.push(Change::new("tags-lost", text).in_cell(at).from(PARAMETERS));
                }
                told
            }
        }
    }

    /// Whether a cell of the old one asks a service.
    pub(super) fn query_before(&self, at: Option<usize>) -> bool {
        at.is_some_and(|at| self.old.asks(at))
    }

    /// Whether a cell of the new one asks a service.
    pub(super) fn query_after(&self, at: Option<usize>) -> bool {
        at.is_some_and(|at| self.new.asks(at))
    }

    fn of_pair(&self, was: usize, is: usize, moved: bool) -> Vec<Change> {
        let (before, after) = (self.old.cell(was), self.new.cell(is));
        let mut told = Vec::new();
        if moved {
            let name = capital(&self.new.called(is));
            let text = format!("{name} moved from place {} to {}", was + 1, is + 1);
            let change = Change::new("cell-moved", text).in_cell(is);
            told.push(change.from(&(was + 1).to_string()).to(&(is + 1).to_string()));
        }
        let parameters = self.parameters(is);
        if before.kind == after.kind {
            told.extend(self.reaches_others(was, is));
            if before.source != after.source {
                told.extend(self.text(was, is, !parameters.is_empty()));
            }
        } else {
            told.push(self.of_another_kind(was, is));
        }
        told.extend(parameters);
        told.extend(self.tags(was, is));
        told.extend(self.committed(Some(was), is));
        told
    }

    /// What became of the parameters, told of the cell that declares them.
    fn parameters(&self, at: usize) -> Vec<Change> {
        if self.new.declares != Some(at) {
            return Vec::new();
        }
        let old = self.old.declares.map(|at| (at, self.old.cell(at)));
        parameters::between(old, (at, self.new.cell(at)))
    }

    fn of_another_kind(&self, was: usize, is: usize) -> Change {
        let (before, after) = (self.old.cell(was), self.new.cell(is));
        let prose = |cell: &Cell| cell.kind == CellKind::Markdown;
        let kind = if self.old.asks(was) || self.new.asks(is) {
            "query-changed"
        } else if !prose(before) && !prose(after) {
            "code-changed"
        } else if [before, after].into_iter().any(|cell| prose(cell) && report::reaches_customer(cell)) {
            "customer-text-changed"
        } else {
            "guidance-changed"
        };
        let (name, became) = (self.old.kind(was), self.new.kind(is));
        let text = format!("What was a {name} is now {}", self.new.called(is));
        Change::new(kind, text).in_cell(is).from(name).to(became)
    }

    /// A cell that its tags bring before a customer, or keep from one.
    fn reaches_others(&self, was: usize, is: usize) -> Option<Change> {
        let (before, after) = (self.old.cell(was), self.new.cell(is));
        let (reached, reaches) = (report::reaches_customer(before), report::reaches_customer(after));
        if reached == reaches {
            return None;
        }
        let name = self.new.called(is);
        let (kind, text) = match (after.kind, reaches) {
            (CellKind::Markdown, true) => {
                ("customer-text-changed", format!("Customers now read {name}, which was guidance"))
            }
            (CellKind::Markdown, false) => (
                "guidance-changed",
                format!("{} is now guidance; customers no longer read it", capital(&name)),
            ),
            (_, true) => ("customer-text-changed", format!("Customers now see what {name} puts out")),
            (_, false) => ("guidance-changed", format!("Customers no longer see what {name} puts out")),
        };
        Some(Change::new(kind, text).in_cell(is).of_key("tags"))
    }

    /// What became of a cell's text.
    fn text(&self, was: usize, is: usize, parameters_told: bool) -> Vec<Change> {
        let (before, after) = (self.old.cell(was), self.new.cell(is));
        let name = self.new.called(is);
        if after.kind == CellKind::Markdown {
            let change = if report::reaches_customer(after) {
                Change::new("customer-text-changed", format!("Text that customers read changed in {name}"))
            } else {
                // What either revision removes from a report never reached a customer, or no longer does.
                Change::new("guidance-changed", format!("Guidance changed in {name}"))
            };
            return vec![change.in_cell(is)];
        }
        if parameters_told {
            return Vec::new();
        }
        if !self.old.asks(was) && !self.new.asks(is) {
            return vec![differs("code-changed", format!("Code changed in {name}"), before, after, is)];
        }
        let told = self.queries(was, is);
        if told.is_empty() {
            let text = format!("The query changed in {name}");
            return vec![differs("query-changed", text, before, after, is)];
        }
        told
    }

    /// What became of the queries of a cell, each in a sentence; nothing where that cannot be told of all of them.
    fn queries(&self, was: usize, is: usize) -> Vec<Change> {
        let (old, new) = (self.old.queries(was), self.new.queries(is));
        let Some(pairs) = queries::pairs(old, new) else { return Vec::new() };
        let told = pairs.into_iter().map(|(before, after)| {
            let which = match &after.assigned {
                Some(name) if new.len() > 1 => format!("The query for `{}` in cell {}", brief(name), is + 1),
                _ if new.len() > 1 => format!("A query in cell {}", is + 1),
                _ => format!("The query in cell {}", is + 1),
            };
            let text = format!("{which} {}", queries::became(before, after)?);
            let mut change = Change::new("query-changed", text).in_cell(is);
            let texts = (before.text.as_deref()?, after.text.as_deref()?);
            if let Some((was, is)) = first_difference(texts.0, texts.1) {
                change = change.from(was).to(is);
            }
            Some(change)
        });
        told.collect::<Option<Vec<Change>>>().unwrap_or_default()
    }

    /// Tags that a cell lost or gained. One that was only spelled anew is gained, not lost.
    fn tags(&self, was: usize, is: usize) -> Vec<Change> {
        let (before, after) = (self.old.cell(was), self.new.cell(is));
        let spelled = |tag: &str| tag.replace('-', "_");
        let still: HashSet<String> = after.tags().map(spelled).collect();
        let had: HashSet<&str> = before.tags().collect();
        let lost: Vec<&str> = before.tags().filter(|tag| !still.contains(&spelled(tag))).collect();
        let gained: Vec<&str> = after.tags().filter(|tag| !had.contains(tag)).collect();
        let mut told = Vec::new();
        if !lost.is_empty() {
            let lost = lost.join(", ");
            let text = format!("{} lost its tags {}", capital(&self.new.called(is)), shortened(&lost));
            told.push(Change::new("tags-lost", text).in_cell(is).of_key("tags").from(&lost));
        }
        if !gained.is_empty() {
            let gained = gained.join(", ");
            let text = format!("{} is now tagged {}", capital(&self.new.called(is)), shortened(&gained));
            told.push(Change::new("tag-changed", text).in_cell(is).of_key("tags").to(&gained));
        }
        told
    }

    fn committed(&self, was: Option<usize>, is: usize) -> Option<Change> {
        let outputs = &self.new.cell(is).outputs;
        let before = was.map_or(&[][..], |at| &self.old.cell(at).outputs);
        if outputs.is_empty() || outputs == before {
            return None;
        }
        let what = if before.is_empty() { "Outputs" } else { "Other outputs" };
        let text = format!("{what} were committed with {}", self.new.called(is));
        Some(Change::new("outputs-committed", text).in_cell(is))
    }
}

/// One of two notebooks.
struct Side<'a> {
    notebook: &'a Notebook,
    /// The cell that declares the parameters.
    declares: Option<usize>,
    /// Its queries, read when they are first asked for.
    queries: OnceCell<Vec<Query>>,
}

impl<'a> Side<'a> {
    fn of(notebook: &'a Notebook) -> Self {
        let declares = notebook.cells.iter().position(|cell| cell.has_tag(PARAMETERS));
        Self { notebook, declares, queries: OnceCell::new() }
    }

    fn cell(&self, at: usize) -> &'a Cell {
        &self.notebook.cells[at]
    }

    /// The queries of a cell of code.
    fn queries(&self, at: usize) -> &[Query] {
        let all = self.queries.get_or_init(|| {
            let mut all = query::queries(self.notebook);
            let is_prose = |query: &Query| self.cell(query.cell).kind == CellKind::Markdown;
            all.retain(|query| query.kind == QueryKind::Run || !is_prose(query));
            all
        });
        let begin = all.partition_point(|query| query.cell < at);
        let end = all.partition_point(|query| query.cell <= at);
        &all[begin..end]
    }

    /// Whether a cell asks a service.
    fn asks(&self, at: usize) -> bool {
        let cell = self.cell(at);
        cell.kind != CellKind::Markdown
            && (!self.queries(at).is_empty()
                || cell.source.lines().map(str::trim_start).filter(|line| line.starts_with('%')).any(
                    |line| {
                        let name = line.trim_start_matches('%').split_whitespace().next().unwrap_or_default();
                        QUERY_MAGICS.contains(&name)
                    },
                ))
    }

    fn kind(&self, at: usize) -> &'static str {
        match self.cell(at).kind {
            CellKind::Markdown => "text cell",
            CellKind::Code if self.asks(at) => "query cell",
            CellKind::Code => "code cell",
            CellKind::Raw => "raw cell",
        }
    }

    /// A cell as one would name it: `query cell 4 (%%taegis …)`, counted from 1 as on the page.
    fn called(&self, at: usize) -> String {
        let (kind, line) = (self.kind(at), first_line(&self.cell(at).source));
        let line = line.trim_start_matches('#').trim_start();
        if line.is_empty() {
            format!("{kind} {}", at + 1)
        } else {
            format!("{kind} {} ({})", at + 1, brief(line))
        }
    }
}

/// A text that changed, told with the first line that differs.
fn differs(kind: &str, begins: String, before: &Cell, after: &Cell, at: usize) -> Change {
    let change = Change::new(kind, begins).in_cell(at);
    let Some((was, is)) = first_difference(&before.source, &after.source) else { return change };
    let what = match (was.is_empty(), is.is_empty()) {
        (false, false) => {
            let (was, is) = brief_pair(was, is);
            format!("`{was}` became `{is}`")
        }
        (true, _) => format!("`{}` is new", brief(is)),
        (_, true) => format!("`{}` is gone", brief(was)),
    };
    let text = format!("{}: {what}", change.text);
    Change { text, ..change.from(was).to(is) }
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

/// At most 60 characters.
pub(super) fn brief(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", shortened(&text[..end])),
        None => shortened(text),
    }
}

/// Two lines, each in at most 60 characters, with the first of them that differ among them.
pub(super) fn brief_pair(was: &str, is: &str) -> (String, String) {
    let same = was.chars().zip(is.chars()).take_while(|(a, b)| a == b).count();
    if same < 50 {
        return (brief(was), brief(is));
    }
    // A few of those that are the same lead up to the difference.
    let from = |text: &str| {
        let rest: String = text.chars().skip(same - 15).collect();
        brief(&format!("…{rest}"))
    };
    (from(was), from(is))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
