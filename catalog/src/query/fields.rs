//! The fields that a query filters by or asks for.

use super::QueryLanguage;
use super::words::Piece;
use std::collections::HashSet;

/// The most fields that are told of one query.
const MAX_FIELDS: usize = 100;

/// The longest name of a field, in bytes.
const MAX_NAME: usize = 100;

/// Words behind which fields are listed.
pub(super) const LISTS: [&str; 16] = [
    "by",
    "on",
    "project",
    "project-away",
    "project-keep",
    "project-reorder",
    "distinct",
    "table",
    "fields",
    "keep",
    "dedup",
    "select",
    "columns",
    "order",
    "sort",
    "drop",
];

/// Words that compare the field before them with what follows.
pub(super) const COMPARES: [&str; 22] = [
    "contains",
    "contains_cs",
    "has",
    "has_cs",
    "has_any",
    "has_all",
    "hasprefix",
    "hassuffix",
    "startswith",
    "startswith_cs",
    "endswith",
    "endswith_cs",
    "matches",
    "matches_regex",
    "in",
    "like",
    "rlike",
    "ilike",
    "is",
    "between",
    "regex",
    "iregex",
];

/// Words of the languages that are no names, and options that look like a comparison.
const NONE: [&str; 64] = [
    "and",
    "or",
    "not",
    "where",
    "from",
    "as",
    "asc",
    "desc",
    "nulls",
    "first",
    "last",
    "null",
    "true",
    "false",
    "case",
    "when",
    "then",
    "else",
    "end",
    "let",
    "join",
    "union",
    "inner",
    "outer",
    "left",
    "right",
    "cross",
    "full",
    "group",
    "having",
    "limit",
    "take",
    "top",
    "head",
    "tail",
    "search",
    "stats",
    "eval",
    "extend",
    "summarize",
    "aggregate",
    "count",
    "with",
    "earliest",
    "latest",
    "index",
    "sourcetype",
    "datamodel",
    "source",
    "span",
    "kind",
    "hint",
    "all",
    "sequence",
    "maxspan",
    "until",
    "output",
    "over",
    "partition",
    "using",
    "tstats",
    "rename",
    "interval",
    "parse",
];

/// Functions whose arguments are no fields.
const VALUES: [&str; 12] = [
    "in",
    "in~",
    "ago",
    "datetime",
    "dynamic",
    "union",
    "join",
    "let",
    "materialize",
    "toscalar",
    "table",
    "values",
];

/// The fields of a query, in lower case, each once; `sources` are the names that it reads.
pub(super) fn fields(language: QueryLanguage, pieces: &[Piece<'_>], sources: &[String]) -> Vec<String> {
    let mut found = Fields { names: Vec::new(), seen: HashSet::new() };
    let mut listing = false;
    for (at, piece) in pieces.iter().enumerate() {
        if found.names.len() >= MAX_FIELDS {
            break;
        }
        let word = match piece {
            Piece::Word(word) => *word,
            Piece::Mark('|' | ';') => {
                listing = false;
                continue;
            }
            _ => continue,
        };
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&LISTS) {
            // `order by`, `sort by`: in Kusto and SQL `order` alone lists nothing.
            listing = true;
            continue;
        }
        let next = pieces.get(at + 1).copied().unwrap_or(Piece::Mark(' '));
        let before = if at == 0 { Piece::Mark(' ') } else { pieces[at - 1] };
        if is(&NONE) {
            listing &= matches!(
                word.to_ascii_lowercase().as_str(),
                "as" | "asc" | "desc" | "count" | "limit" | "nulls"
            );
            continue;
        }
        if !is_name(word) || next == Piece::Mark('(') || is(&COMPARES) || before.is("as") {
            continue;
        }
        if sources.iter().any(|source| source == word) || before == Piece::Mark('$') {
            continue;
        }
        let inside = before == Piece::Mark('(')
            && at >= 2
            && matches!(next, Piece::Mark(')' | ','))
            && matches!(pieces[at - 2], Piece::Word(function) if !VALUES.iter().any(|known| function.eq_ignore_ascii_case(known)));
        // On the right of a sign stand values; in SQL an unquoted name there is a column.
        let valued = language != QueryLanguage::Sql && matches!(before, Piece::Mark('=' | '<' | '>' | '~'));
        if inside || (!valued && (listing || compares(language, pieces, at))) {
            found.add(word);
        }
    }
    found.names
}

/// Whether what follows compares it with something.
fn compares(language: QueryLanguage, pieces: &[Piece<'_>], at: usize) -> bool {
    let next = pieces.get(at + 1).copied().unwrap_or(Piece::Mark(' '));
    let after = pieces.get(at + 2).copied().unwrap_or(Piece::Mark(' '));
    match next {
        // One sign gives a name in Kusto; two compare, and so does `=~`.
        Piece::Mark('=') if language == QueryLanguage::Kql => matches!(after, Piece::Mark('=' | '~')),
        // `eval name = …` makes one.
        Piece::Mark('=') => at == 0 || !(pieces[at - 1].is("eval") || pieces[at - 1].is("let")),
        Piece::Mark('<' | '>' | '!' | '~') => true,
        Piece::Mark(':') | Piece::Quoted(_) => language == QueryLanguage::Eql,
        Piece::Word(word) if word.eq_ignore_ascii_case("not") => {
            matches!(after, Piece::Word(word) if COMPARES.iter().any(|known| word.eq_ignore_ascii_case(known)))
        }
        Piece::Word(word) => COMPARES.iter().any(|known| word.eq_ignore_ascii_case(known)),
        Piece::Mark(_) => false,
    }
}

pub(super) fn is_name(word: &str) -> bool {
    word.len() <= MAX_NAME
        && word.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80)
        && !word.contains(['*', ':'])
}

struct Fields {
    names: Vec<String>,
    seen: HashSet<String>,
}

impl Fields {
    fn add(&mut self, name: &str) {
        let name = name.trim_end_matches('.').to_lowercase();
        if self.seen.insert(name.clone()) {
            self.names.push(name);
        }
    }
}
