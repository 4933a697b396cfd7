//! What the query cells of a procedure read: in which language, and from which data sources.
//!
//! Three ways lead from a notebook to a service, and all are looked at: a cell magic (`%%taegis`, `%%kql`, …) whose body
//! is the query, a line magic (`%kql TABLE | …`), and a text in Python that reads as a query and is handed to a client
//! library. Nothing is run. A query that cannot be told stays unlisted: the list helps a reader, it judges nothing.

mod python;
mod reads;
mod words;

use crate::notebook::{Cell, CellKind, Notebook};
use reads::Reads;

/// The most queries that are told of one notebook.
const MAX_QUERIES: usize = 200;

/// The longest query that is looked at, in bytes.
const MAX_QUERY: usize = 32 * 1024;

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

    fn of_magic(name: &str) -> Option<Self> {
        match name {
            "taegis" => Some(Self::Cql),
            "kql" => Some(Self::Kql),
            "sql" | "sparksql" | "bigquery" => Some(Self::Sql),
            "splunk" | "spl" => Some(Self::Spl),
            "eql" => Some(Self::Eql),
            "esql" => Some(Self::Esql),
            _ => None,
        }
    }
}

/// A query of a notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The cell, from 0.
    pub cell: usize,
    /// The line in the file on which the query begins, from 1; 0 for a notebook from nowhere.
    pub line: u32,
    /// What it is written in.
    pub language: QueryLanguage,
    /// What it reads, as written, each once: Taegis' schemas, tables, indexes.
    pub data_sources: Vec<String>,
    /// How far it looks back, as written; none where the text does not say.
    pub look_back: Option<String>,
    /// Its text.
    pub text: String,
}

/// The queries of a notebook's code cells, in order; at most two hundred.
pub fn queries(notebook: &Notebook) -> Vec<Query> {
    let mut found = Vec::new();
    for (index, cell) in notebook.cells.iter().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code) {
        let mut asked = Asked { index, cell, found: &mut found };
        asked.look();
        if found.len() >= MAX_QUERIES {
            break;
        }
    }
    found
}

/// One cell being looked at.
struct Asked<'a> {
    index: usize,
    cell: &'a Cell,
    found: &'a mut Vec<Query>,
}

impl Asked<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= MAX_QUERIES
    }

    fn look(&mut self) {
        let source = self.cell.source.as_str();
        let start = source.len() - source.trim_start().len();
        if source[start..].starts_with("%%") {
            let end = source[start..].find('\n').map_or(source.len(), |len| start + len + 1);
            let head = &source[start..end];
            match magic(head) {
                Some((language, _)) => {
                    let body = &source[end..];
                    let before = end + body.len() - body.trim_start().len();
                    return self.tell(lines_in(&source[..before]), language, body);
                }
                // Some other cell magic: `%%time` and its like leave Python as it is.
                None if !is_python(head) => return,
                None => {}
            }
        }
        let first = self.found.len();
        for (line, text) in (0..).zip(source.lines()) {
            if self.is_full() {
                return;
            }
            if text.trim_start().starts_with('%')
                && !text.trim_start().starts_with("%%")
                && let Some((language, rest)) = magic(text)
                && language != QueryLanguage::Cql
            {
                self.tell(line, language, rest);
            }
        }
        let (mut at, mut line) = (0, 0);
        for (offset, text) in python::strings(source) {
            if self.is_full() {
                break;
            }
            if let Some(language) = reads::language_of(text) {
                let begins = offset + text.len() - text.trim_start().len();
                line += lines_in(&source[at..begins]);
                at = begins;
                self.tell(line, language, text);
            }
        }
        self.found[first..].sort_by_key(|query| query.line);
    }

    /// Lists a query that begins so many lines below the cell's first.
    fn tell(&mut self, below: u32, language: QueryLanguage, text: &str) {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_QUERY {
            return;
        }
        let Reads { data_sources, look_back } = reads::reads(language, text);
        if data_sources.is_empty() && language == QueryLanguage::Cql {
            // Taegis' magic also carries investigations and threat intelligence, which read no schema.
            return;
        }
        let line = if self.cell.source_line == 0 { 0 } else { self.cell.source_line.saturating_add(below) };
        let text = text.to_owned();
        self.found.push(Query { cell: self.index, line, language, data_sources, look_back, text });
    }
}

/// A magic's line: the language that its name stands for, and what follows the name.
fn magic(line: &str) -> Option<(QueryLanguage, &str)> {
    let rest = line.trim_start().trim_start_matches('%');
    let name = rest.split_whitespace().next()?;
    let after = rest.split_once(name).map_or("", |(_, after)| after);
    Some((QueryLanguage::of_magic(name)?, after))
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
