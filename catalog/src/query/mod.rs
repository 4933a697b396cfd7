//! What the queries of a procedure read: in which language, from which data sources, by which fields, how far back.
//!
//! Three ways lead from a notebook to a service, and all are looked at: a cell magic (`%%taegis`, `%%kql`, …) whose body
//! is the query, a line magic (`%kql TABLE | …`), and Python: a text that reads as a query, or a call that is known to
//! ask one. Queries in fences of the prose are listed as *shown*. Nothing is run.
//!
//! What is known to be a query and cannot be read (a call that is handed a variable made elsewhere, a built-in query of a
//! library) is listed without a text: it is unknown, not absent.

mod calls;
mod duration;
mod fields;
mod filters;
mod magic;
mod python;
mod reads;
mod shown;
mod words;

pub use duration::seconds;
pub use filters::Filter;
pub(crate) use reads::language_of;

use crate::notebook::{Cell, CellKind, Notebook};
use magic::{Magic, Text};
use std::ops::Range;

/// The most queries that are told of one notebook.
const MAX_QUERIES: usize = 200;

/// The longest query that is looked at, in bytes.
const MAX_QUERY: usize = 32 * 1024;

/// The most text of all queries of one notebook, in bytes.
const MAX_ALL: usize = 256 * 1024;

/// A language that services are asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    /// Taegis' query language.
    Cql,
    /// Kusto: Sentinel, Defender.
    Kql,
    /// SQL of any kind.
    Sql,
    /// Splunk's search language.
    Spl,
    /// Elastic's event query language.
    Eql,
    /// Elastic's piped language.
    Esql,
}

impl QueryLanguage {
    /// Its name, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cql => "Taegis CQL",
            Self::Kql => "KQL",
            Self::Sql => "SQL",
            Self::Spl => "SPL",
            Self::Eql => "EQL",
            Self::Esql => "ES|QL",
        }
    }
}

/// How a query stands in its notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryKind {
    /// Running the notebook asks it.
    Run,
    /// It is there to be read: in a fence of the prose, or in a raw cell.
    Shown,
}

/// A query of a notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The cell, from 0.
    pub cell: usize,
    /// The line in the file on which the query begins, from 1; 0 for a notebook from nowhere.
    pub line: u32,
    /// Whether it is asked or only shown.
    pub kind: QueryKind,
    /// What it is written in; none when that cannot be told.
    pub language: Option<QueryLanguage>,
    /// What it reads, as written, each once: Taegis' schemas, tables, indexes.
    pub data_sources: Vec<String>,
    /// The fields that it filters by or asks for, in lower case, each once.
    pub fields: Vec<String>,
    /// How far it looks back, as written; none where the text does not say.
    pub look_back: Option<String>,
    /// The name that its results are given.
    pub assigned: Option<String>,
    /// Whether a tenant is named beside it; none where the tool takes no tenant there.
    pub tenant: Option<bool>,
    /// The call that asks it, where it is not a cell's magic: `qry_prov.exec_query`.
    pub call: Option<String>,
    /// Its text; none when it is made elsewhere and cannot be read.
    pub text: Option<String>,
}

/// The queries of a notebook, in order: at most two hundred, and 256 KiB of text.
pub fn queries(notebook: &Notebook) -> Vec<Query> {
    let mut found = Found { queries: Vec::new(), room: MAX_ALL };
    let mut names = calls::Names::default();
    for (index, cell) in notebook.cells.iter().enumerate() {
        if found.is_full() {
            break;
        }
        let mut asked = Asked { index, cell, kind: QueryKind::Run, counted: (0, 0), found: &mut found };
        match cell.kind {
            CellKind::Code => asked.code(&mut names),
            CellKind::Markdown => asked.shown(),
            CellKind::Raw => {
                asked.kind = QueryKind::Shown;
                asked.cell_magic();
            }
        }
    }
    found.queries
}

/// What was found so far, and how much more may be.
struct Found {
    queries: Vec<Query>,
    room: usize,
}

impl Found {
    fn is_full(&self) -> bool {
        self.queries.len() >= MAX_QUERIES || self.room == 0
    }
}

/// What was told of a query before its text is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    language: Option<QueryLanguage>,
    assigned: Option<String>,
    tenant: Option<bool>,
    call: Option<String>,
}

/// One cell being looked at.
struct Asked<'a> {
    index: usize,
    cell: &'a Cell,
    kind: QueryKind,
    /// A place in the cell, and how many lines end before it: lines are counted once.
    counted: (usize, u32),
    found: &'a mut Found,
}

impl<'a> Asked<'a> {
    fn code(&mut self, names: &mut calls::Names) {
        if self.cell_magic() {
            return;
        }
        let first = self.found.queries.len();
        let source = self.cell.source.as_str();
        let magics = self.line_magics(source);
        self.texts(source, &magics, names);
        self.found.queries[first..].sort_by_key(|query| query.line);
    }

    /// The query of a cell that is nothing else; false when the cell is Python.
    fn cell_magic(&mut self) -> bool {
        let source = self.cell.source.as_str();
        let start = source.len() - source.trim_start().len();
        if !source[start..].starts_with("%%") {
            return false;
        }
        let end = source[start..].find('\n').map_or(source.len(), |len| start + len + 1);
        let head = &source[start..end];
        let Some(magic) = Magic::read(head) else { return !is_python(head) };
        let begins = if magic.rest.is_empty() { end } else { start + magic.rest_at };
        match magic.query {
            Text::Follows => self.tell(begins, magic.told, &source[begins..]),
            Text::Here(text) => self.tell(start, magic.told, text),
            Text::Elsewhere => self.tell_unread(start, magic.told),
            Text::None => {
                // Taegis' magic also carries investigations and threat intelligence, which read no schema.
                let body = &source[end..];
                if reads::language_of(body) == Some(QueryLanguage::Cql) {
                    self.tell(end, magic.told, body);
                }
            }
        }
        true
    }

    /// Queries of line magics; answers where such lines are, which are no Python.
    fn line_magics(&mut self, source: &str) -> Vec<Range<usize>> {
        let mut magics = Vec::new();
        let mut at = 0;
        for line in source.split_inclusive('\n') {
            let start = at;
            at += line.len();
            if self.found.is_full() {
                break;
            }
            let Some((assigned, magic_at)) = magic::in_line(line) else { continue };
            // A backslash at the end carries the line on.
            let whole = magic::carried_on(&source[start + magic_at..]);
            let Some(mut magic) = Magic::read(whole) else { continue };
            magic.told.assigned = magic.told.assigned.or_else(|| assigned.map(str::to_owned));
            let begins = start + magic_at;
            magics.push(begins..begins + whole.len());
            match magic.query {
                Text::Follows if magic.rest.is_empty() => {}
                Text::Follows => self.tell(begins, magic.told, magic.rest),
                Text::Here(text) => self.tell(begins, magic.told, text),
                // On a line of its own no cell's text can follow.
                Text::Elsewhere => self.tell_unread(begins, magic.told),
                Text::None => {}
            }
        }
        magics
    }

    /// Texts in Python that read as queries, and calls that ask one.
    fn texts(&mut self, source: &'a str, magics: &[Range<usize>], names: &mut calls::Names) {
        let mut strings = python::strings(source);
        let mut lines = magics.iter().peekable();
        strings.retain(|(offset, _)| {
            while lines.next_if(|line| line.end <= *offset).is_some() {}
            lines.peek().is_none_or(|line| *offset < line.start)
        });
        let mut calls = calls::calls(source, &strings, names).into_iter().peekable();
        for (offset, text) in &strings {
            while let Some(call) = calls.next_if(|call| call.at < *offset && call.text != Some(*offset)) {
                self.call_without_text(call, names);
            }
            if self.found.is_full() {
                return;
            }
            let call = calls.next_if(|call| call.text == Some(*offset));
            let language = reads::language_of(text);
            if language.is_none() && call.is_none() {
                continue;
            }
            if let Some(name) = calls::assigned_before(source, *offset) {
                names.told(name);
            }
            let told = match call {
                Some(call) => Told { language, assigned: call.assigned, tenant: None, call: Some(call.name) },
                None => Told { language, ..Told::default() },
            };
            if calls::is_placeholder(text) {
                self.tell_unread(*offset, told);
            } else {
                self.tell(*offset, told, text);
            }
        }
        for call in calls {
            self.call_without_text(call, names);
        }
    }

    fn call_without_text(&mut self, call: calls::Call, names: &calls::Names) {
        let known = call.variable.as_deref().is_some_and(|name| names.is_told(name));
        if !known && !self.found.is_full() {
            let told = Told {
                language: call.language,
                assigned: call.assigned,
                tenant: None,
                call: Some(call.name),
            };
            self.tell_unread(call.at, told);
        }
    }

    /// Queries in fences of the prose.
    fn shown(&mut self) {
        self.kind = QueryKind::Shown;
        let cell = self.cell;
        for (at, info, body) in shown::fences(&cell.source) {
            if self.found.is_full() {
                return;
            }
            if let Some(language) = shown::language(info, body) {
                self.tell(at, Told { language: Some(language), ..Told::default() }, body);
            }
        }
    }

    /// Lists a query whose text begins at or behind a place of the cell.
    fn tell(&mut self, at: usize, told: Told, text: &str) {
        let begins = at + text.len() - text.trim_start().len();
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let text = &text[..text.floor_char_boundary(MAX_QUERY.min(self.found.room))];
        let language = told.language.or_else(|| reads::language_of(text));
        let reads = language.map(|language| reads::reads(language, text)).unwrap_or_default();
        self.found.room -= text.len();
        self.push(begins, Told { language, ..told }, reads, Some(text.to_owned()));
    }

    /// Lists a query whose text cannot be read.
    fn tell_unread(&mut self, at: usize, told: Told) {
        self.push(at, told, reads::Reads::default(), None);
    }

    fn push(&mut self, at: usize, told: Told, reads: reads::Reads, text: Option<String>) {
        let at = at.min(self.cell.source.len());
        if at < self.counted.0 {
            self.counted = (0, 0);
        }
        let below = self.counted.1 + lines_in(&self.cell.source[self.counted.0..at]);
        self.counted = (at, below);
        let line = if self.cell.source_line == 0 { 0 } else { self.cell.source_line.saturating_add(below) };
        let Told { language, assigned, tenant, call } = told;
        let reads::Reads { data_sources, fields, look_back } = reads;
        let (cell, kind) = (self.index, self.kind);
        self.found.queries.push(Query {
            cell,
            line,
            kind,
            language,
            data_sources,
            fields,
            look_back,
            assigned,
            tenant,
            call,
            text,
        });
    }
}

fn is_python(head: &str) -> bool {
    let name = head.trim_start_matches('%').split_whitespace().next().unwrap_or_default();
    matches!(name, "time" | "timeit" | "capture" | "prun" | "python" | "python3")
}

fn lines_in(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
