//! The conditions that a query filters by, as one would say them.

use super::fields::{COMPARES, LISTS, is_name};
use super::words::{Piece, pieces_at};
use super::{Query, QueryLanguage};

/// The most conditions that are told of one query.
const MAX_FILTERS: usize = 50;

/// The most pieces of one condition.
const MAX_PIECES: usize = 60;

/// Words behind which conditions stand.
const OPENS: [&str; 4] = ["where", "having", "search", "filter"];

/// Words that end a condition.
const ENDS: [&str; 15] = [
    "and", "or", "where", "having", "earliest", "latest", "limit", "union", "join", "from", "then", "else",
    "group", "end", "with",
];

/// Words behind which comparisons are no filters.
const CLOSES: [&str; 14] = [
    "select",
    "from",
    "join",
    "on",
    "extend",
    "project",
    "summarize",
    "eval",
    "stats",
    "rename",
    "aggregate",
    "order",
    "group",
    "sequence",
];

/// Words that a sign may follow and that are no fields: what is read, how far back, and words of the languages.
const NO_FIELDS: [&str; 9] =
    ["latest", "earliest", "index", "sourcetype", "datamodel", "not", "interval", "case", "when"];

/// A condition that a query filters by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The field, in lower case.
    pub field: String,
    /// The condition as written, on one line: `commandline CONTAINS '-enc'`.
    pub text: String,
}

impl Query {
    /// The conditions that it filters by, in order, as far as its text tells: at most fifty.
    pub fn filters(&self) -> Vec<Filter> {
        match (self.language, &self.text) {
            (Some(language), Some(text)) => filters(language, text),
            _ => Vec::new(),
        }
    }
}

fn filters(language: QueryLanguage, text: &str) -> Vec<Filter> {
    let pieces = pieces_at(text);
    let piece = |at: usize| pieces.get(at).map_or(Piece::Mark(' '), |(_, piece)| *piece);
    let mut found: Vec<Filter> = Vec::new();
    // Splunk filters from its first word on, the others behind a word that says so.
    let mut open = language == QueryLanguage::Spl;
    let mut at = 0;
    while at < pieces.len() && found.len() < MAX_FILTERS {
        let here = at;
        at += 1;
        let word = match piece(here) {
            Piece::Word(word) => word,
            Piece::Mark('|' | ';') => {
                open = false;
                continue;
            }
            _ => continue,
        };
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&OPENS) {
            open = true;
            continue;
        }
        if is(&CLOSES) || is(&LISTS) {
            open = false;
            continue;
        }
        if !open || !is_name(word) || is(&ENDS) || is(&NO_FIELDS) {
            continue;
        }
        let Some(operator) = operator_behind(&pieces, here) else { continue };
        let end = end_of(language, &pieces, operator);
        if end > operator {
            // `lower(name) like …` begins with the function, and `not` turns all of it around.
            let mut begin = here;
            if piece(here + 1) == Piece::Mark(')') && here >= 2 {
                begin = here - 2;
            }
            if begin > 0 && piece(begin - 1).is("not") {
                begin -= 1;
            }
            let from = pieces[begin].0.start;
            let to = pieces[end - 1].0.end;
            found.push(Filter {
                field: word.trim_end_matches('.').to_lowercase(),
                text: text[from..to].split_whitespace().collect::<Vec<_>>().join(" "),
            });
            at = end;
        }
    }
    found
}

type Placed<'a> = (std::ops::Range<usize>, Piece<'a>);

/// The place behind the operator that compares the field at a place; none where nothing does.
fn operator_behind(pieces: &[Placed<'_>], field: usize) -> Option<usize> {
    let piece = |at: usize| pieces.get(at).map_or(Piece::Mark(' '), |(_, piece)| *piece);
    let mut at = field + 1;
    if piece(at) == Piece::Mark(')') && field >= 2 && piece(field - 1) == Piece::Mark('(') {
        at += 1;
    }
    let begin = at;
    while at < begin + 3 && matches!(piece(at), Piece::Mark('=' | '<' | '>' | '!' | '~' | ':')) {
        at += 1;
    }
    // `!in`, `!contains`, and `not like`.
    if piece(at).is("not") {
        at += 1;
    }
    if let Piece::Word(word) = piece(at)
        && COMPARES.iter().any(|known| word.eq_ignore_ascii_case(known))
    {
        at += 1;
        // `in~`, `is not`.
        if piece(at) == Piece::Mark('~') || piece(at).is("not") {
            at += 1;
        }
    } else if at > begin && piece(at - 1).is("not") {
        return None;
    }
    (at > begin).then_some(at)
}

/// The place behind the value that begins at a place.
fn end_of(language: QueryLanguage, pieces: &[Placed<'_>], begin: usize) -> usize {
    let between = begin > 0 && pieces[begin - 1].1.is("between");
    let (mut depth, mut at, mut joined) = (0_usize, begin, !between);
    while let Some((_, piece)) = pieces.get(at) {
        if at - begin >= MAX_PIECES {
            break;
        }
        match piece {
            Piece::Mark('(' | '[') => depth += 1,
            Piece::Mark('|' | ';') => break,
            Piece::Mark(')' | ']' | ',') if depth == 0 => break,
            Piece::Mark(')' | ']') => depth -= 1,
            Piece::Word(word) if depth == 0 => {
                // SQL's `between … and …` has its own.
                if word.eq_ignore_ascii_case("and") && !joined {
                    joined = true;
                } else if ENDS.iter().chain(&LISTS).any(|known| word.eq_ignore_ascii_case(known)) {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
        // Splunk's conditions follow each other without a word between them.
        if language == QueryLanguage::Spl && depth == 0 && !matches!(piece, Piece::Mark('-' | '+')) {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(language: QueryLanguage, text: &str) -> Vec<String> {
        filters(language, text).into_iter().map(|filter| filter.text).collect()
    }

    #[test]
    fn conditions_are_told_as_they_are_written() {
        assert_eq!(
            told(
                QueryLanguage::Cql,
                "FROM process WHERE @image CONTAINS 'lsass' AND NOT commandline MATCHES_REGEX 'a|b'\n  EARLIEST=-7d | aggregate count by host"
            ),
            ["image CONTAINS 'lsass'", "NOT commandline MATCHES_REGEX 'a|b'"]
        );
        assert_eq!(
            told(
                QueryLanguage::Kql,
                "SecurityEvent\n| where TimeGenerated > ago(7d) and EventID in (4624, 4625)\n| where Account !endswith \"$\"\n| extend a = b == 1\n| summarize n = count() by Account\n| where n > 5"
            ),
            ["TimeGenerated > ago(7d)", "EventID in (4624, 4625)", "Account !endswith \"$\"", "n > 5"]
        );
        assert_eq!(
            told(
                QueryLanguage::Sql,
                "SELECT a, CASE WHEN b = 1 THEN 2 END FROM t JOIN u ON t.id = u.id WHERE lower(c) LIKE '%x%' AND d BETWEEN 1 AND 5 OR e IS NOT NULL GROUP BY f HAVING g > 3"
            ),
            ["lower(c) LIKE '%x%'", "d BETWEEN 1 AND 5", "e IS NOT NULL", "g > 3"]
        );
        assert_eq!(
            told(
                QueryLanguage::Spl,
                "index=win earliest=-7d EventCode=4688 user!=\"svc *\" CommandLine IN (\"a\", \"b\") | stats count by user | where count > 10"
            ),
            ["EventCode=4688", "user!=\"svc *\"", "CommandLine IN (\"a\", \"b\")", "count > 10"]
        );
        assert_eq!(
            told(QueryLanguage::Eql, "process where process.name == \"rundll32.exe\" and user : \"a*\""),
            ["process.name == \"rundll32.exe\"", "user : \"a*\""]
        );
    }

    proptest! {
        #[test]
        fn a_condition_stands_in_its_text(
            text in "(where |and |or |not |a|b |[ =<>!~:()|,;'-]|in |like |between |1|x\\.y|é|\n){0,40}",
        ) {
            for language in [QueryLanguage::Cql, QueryLanguage::Kql, QueryLanguage::Sql, QueryLanguage::Spl, QueryLanguage::Eql] {
                for filter in filters(language, &text) {
                    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    prop_assert!(flat.contains(&filter.text), "{:?} in {:?}", filter, text);
                }
            }
        }
    }
}
