//! What a query reads and how far it looks back, language by language.

use super::QueryLanguage;
use super::fields::fields;
use super::words::{Piece, pieces};

/// What was told of a query.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    pub(super) data_sources: Vec<String>,
    pub(super) fields: Vec<String>,
    pub(super) look_back: Option<String>,
}

/// The most data sources that are told of one query.
const MAX_SOURCES: usize = 20;

/// Event categories of EQL that open a query.
const CATEGORIES: [&str; 12] = [
    "any",
    "process",
    "network",
    "file",
    "registry",
    "library",
    "dns",
    "authentication",
    "driver",
    "iam",
    "api",
    "event",
];

/// Operators of Kusto that follow a table.
const OPERATORS: [&str; 18] = [
    "where",
    "project",
    "extend",
    "summarize",
    "join",
    "take",
    "limit",
    "distinct",
    "order",
    "sort",
    "count",
    "top",
    "union",
    "parse",
    "mv-expand",
    "evaluate",
    "lookup",
    "search",
];

/// The language that a text reads as; none when it is no query.
pub(crate) fn language_of(text: &str) -> Option<QueryLanguage> {
    // Told by its first words: a long text is not cut into pieces to find that it is prose.
    let head = &text[..text.floor_char_boundary(600)];
    let pieces = pieces(head);
    let at = |index: usize| pieces.get(index).copied().unwrap_or(Piece::Mark(' '));
    let has = |word: &str| pieces.iter().any(|piece| piece.is(word));
    if at(0).is("from") && at(1).name().is_some() {
        // Behind the list of names comes a clause, or a pipe.
        let mut next = 2;
        while at(next) == Piece::Mark(',') && at(next + 1).name().is_some() {
            next += 2;
        }
        let elastic = || ["keep", "stats", "eval"].iter().any(|command| has(command));
        return match at(next) {
            Piece::Mark('|') if elastic() => Some(QueryLanguage::Esql),
            Piece::Mark('|') => Some(QueryLanguage::Cql),
            Piece::Word(word) if is_clause(word) => Some(QueryLanguage::Cql),
            _ => None,
        };
    }
    if (at(0).is("select") || at(0).is("with")) && (has("from") && has("select")) {
        return Some(QueryLanguage::Sql);
    }
    if (at(0).is("search") && has_mark(&pieces, '='))
        || at(0).is("tstats")
        || at(0).is("index") && at(1) == Piece::Mark('=')
        || at(0) == Piece::Mark('|') && at(1).is("tstats")
    {
        return Some(QueryLanguage::Spl);
    }
    if at(0).is("sequence") && (at(1).is("by") || at(1).is("with") || at(1) == Piece::Mark('[')) {
        return Some(QueryLanguage::Eql);
    }
    if at(1).is("where") && at(0).name().is_some_and(|name| CATEGORIES.contains(&name)) {
        return Some(QueryLanguage::Eql);
    }
    let piped = |index: usize| {
        at(index) == Piece::Mark('|') && at(index + 1).name().is_some_and(|name| OPERATORS.contains(&name))
    };
    if (at(0).is("let") && at(2) == Piece::Mark('='))
        || (matches!(at(0), Piece::Word(_)) && piped(1))
        || at(0).is("union") && (2..pieces.len()).any(piped)
    {
        return Some(QueryLanguage::Kql);
    }
    None
}

fn has_mark(pieces: &[Piece<'_>], mark: char) -> bool {
    pieces.contains(&Piece::Mark(mark))
}

/// A word that ends the list behind Taegis' `FROM`.
fn is_clause(word: &str) -> bool {
    ["where", "earliest", "latest", "with"].iter().any(|clause| word.eq_ignore_ascii_case(clause))
}

/// What a query of that language reads.
pub(super) fn reads(language: QueryLanguage, text: &str) -> Reads {
    let pieces = pieces(text);
    let mut names = Names::default();
    match language {
        QueryLanguage::Cql | QueryLanguage::Esql => names.lists_behind(&pieces, &["from"]),
        QueryLanguage::Sql => sql(&pieces, &mut names),
        QueryLanguage::Kql => kql(&pieces, &mut names),
        QueryLanguage::Spl => spl(&pieces, &mut names),
        QueryLanguage::Eql => {
            for pair in pieces.windows(2) {
                if pair[1].is("where") {
                    names.add(pair[0]);
                }
            }
        }
    }
    let fields = fields(language, &pieces, &names.0);
    Reads { data_sources: names.0, fields, look_back: look_back(language, text) }
}

/// Names of tables, each once.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn add(&mut self, piece: Piece<'_>) {
        if let Some(name) = piece.name()
            && self.0.len() < MAX_SOURCES
            && !self.0.iter().any(|known| known == name)
        {
            self.0.push(name.to_owned());
        }
    }

    /// The comma-separated names behind each of these words.
    fn lists_behind(&mut self, pieces: &[Piece<'_>], keywords: &[&str]) {
        let mut at = 0;
        while at < pieces.len() {
            at += 1;
            if !keywords.iter().any(|keyword| pieces[at - 1].is(keyword)) {
                continue;
            }
            while let Some(piece) = pieces.get(at) {
                self.add(*piece);
                at += 1;
                if pieces.get(at) != Some(&Piece::Mark(',')) {
                    break;
                }
                at += 1;
            }
        }
    }

    fn forget(&mut self, own: &[&str]) {
        self.0.retain(|name| !own.contains(&name.as_str()));
    }
}

/// Tables behind `FROM` and `JOIN`, but for those that the query makes itself.
fn sql(pieces: &[Piece<'_>], names: &mut Names) {
    names.lists_behind(pieces, &["from", "join"]);
    let own: Vec<&str> = pieces
        .windows(3)
        .filter(|three| three[1].is("as") && three[2] == Piece::Mark('('))
        .filter_map(|three| three[0].name())
        .collect();
    names.forget(&own);
}

/// The table that opens a statement, and those behind `union` and `join`, but for names that `let` gives.
fn kql(pieces: &[Piece<'_>], names: &mut Names) {
    let mut own = Vec::new();
    let mut begins = true;
    for (at, piece) in pieces.iter().enumerate() {
        let next = pieces.get(at + 1);
        match piece {
            Piece::Mark(';') => begins = true,
            Piece::Word(word) if begins => {
                begins = false;
                if *word == "let" {
                    own.extend(next.and_then(|name| name.name()));
                    // What follows the sign is a statement of its own, when it is a table.
                    let value = pieces.get(at + 3);
                    if pieces.get(at + 2) == Some(&Piece::Mark('='))
                        && pieces.get(at + 4) == Some(&Piece::Mark('|'))
                        && let Some(value) = value
                    {
                        names.add(*value);
                    }
                } else if matches!(*word, "union" | "search" | "find" | "print" | "range") {
                    behind(&pieces[at + 1..], names);
                } else {
                    names.add(*piece);
                }
            }
            Piece::Word("union" | "join" | "lookup") if at > 0 && pieces[at - 1] == Piece::Mark('|') => {
                behind(&pieces[at + 1..], names);
            }
            _ => begins &= !matches!(piece, Piece::Mark(_)),
        }
    }
    names.forget(&own);
}

/// The tables behind `union` or `join`, past options such as `kind=inner` and an opening bracket.
fn behind(pieces: &[Piece<'_>], names: &mut Names) {
    let mut at = 0;
    while at < pieces.len() && at < 40 {
        match (pieces[at], pieces.get(at + 1)) {
            (Piece::Word(_), Some(Piece::Mark('='))) => at += 3,
            (Piece::Mark('(' | ','), _) => at += 1,
            (Piece::Word("on"), _) => return,
            (piece @ Piece::Word(_), next) => {
                names.add(piece);
                if next != Some(&Piece::Mark(',')) {
                    return;
                }
                at += 1;
            }
            _ => return,
        }
    }
}

/// `index=`, `sourcetype=` and `datamodel=`.
fn spl(pieces: &[Piece<'_>], names: &mut Names) {
    for (at, piece) in pieces.iter().enumerate() {
        if ["index", "sourcetype", "datamodel"].iter().any(|key| piece.is(key)) {
            let value = if pieces.get(at + 1) == Some(&Piece::Mark('=')) { at + 2 } else { at + 1 };
            if (value == at + 2 || piece.is("datamodel"))
                && let Some(value) = pieces.get(value)
            {
                names.add(*value);
            }
        }
    }
}

/// How far a query looks back, as written.
fn look_back(language: QueryLanguage, text: &str) -> Option<String> {
    let (opening, ends): (&str, &[char]) = match language {
        QueryLanguage::Cql | QueryLanguage::Spl => ("earliest", &['|', '\n']),
        QueryLanguage::Kql => ("ago(", &[')', '\n']),
        QueryLanguage::Sql => ("interval ", &[')', ',', ';', '\n']),
        QueryLanguage::Esql => ("now() - ", &[')', '|', '\n']),
        QueryLanguage::Eql => return None,
    };
    let start = find(text, opening)? + opening.len();
    let mut rest = text[start..].trim_start();
    if opening == "earliest" {
        rest = rest.strip_prefix('=')?.trim_start();
    }
    let value = if let Some(filled) = rest.strip_prefix("{{").and_then(|inner| inner.find("}}")) {
        &rest[..filled + 4]
    } else {
        let end = rest.find(ends).unwrap_or(rest.len());
        let value = rest[..end].trim();
        match language {
            QueryLanguage::Cql | QueryLanguage::Spl => value.split_whitespace().next()?,
            // A number and a unit; what follows is the rest of the condition.
            QueryLanguage::Sql | QueryLanguage::Esql => quantity(value),
            QueryLanguage::Kql | QueryLanguage::Eql => value,
        }
    };
    (!value.is_empty() && value.len() <= 100).then(|| value.to_owned())
}

/// A quoted text, or the first two words.
fn quantity(text: &str) -> &str {
    if let Some(quoted) = text.strip_prefix('\'')
        && let Some(end) = quoted.find('\'')
    {
        return &quoted[..end];
    }
    let first = text.find(char::is_whitespace).unwrap_or(text.len());
    let second = &text[first..].trim_start();
    let start = text.len() - second.len();
    let end = second.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(second.len());
    text[..start + end].trim_end()
}

/// Where a word stands in a text, in any case.
fn find(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
