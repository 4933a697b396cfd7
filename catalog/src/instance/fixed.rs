//! Windows that an author wrote down: a query that begins at a date looks there, whatever window a copy is given.

use crate::query::{Query, QueryKind};
use regex::Regex;
use std::sync::LazyLock;

/// The most of them that are told.
const MOST: usize = 10;

/// A date, or a date and a time: `2023-05-04`, `2023-05-04T12:00:00Z`, `05/04/2023:12:00:00`, and seconds since 1970.
const DATE: &str = r"(?:(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?::[0-9:]+)?|1[0-9]{9}(?:[0-9]{3})?)";

static FIXED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let shapes = [
        // Taegis' and Splunk's own.
        format!(r#"(?i)\b_?(?:index_)?(?:earliest|latest|starttime|endtime)\s*=\s*["']?{DATE}"#),
        // Kusto's.
        format!(r#"(?i)\b(?:to)?datetime\s*\(\s*["']?{DATE}"#),
        // SQL's and Elastic's: a column of times compared with a date.
        format!(
            r#"(?i)[a-z0-9_.@"`\]]*(?:time|date|timestamp|_at)[a-z0-9_"`\]]*\s*(?:>=|<=|>|<|=|\bbetween\b)\s*(?:timestamp\s*|date\s*)?["']{DATE}"#
        ),
    ];
    shapes.iter().filter_map(|shape| Regex::new(shape).ok()).collect()
});

static ONLY_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("^{DATE}$")).ok());

/// Whether a text is a date.
pub(super) fn is_date(text: &str) -> bool {
    ONLY_DATE.as_ref().is_some_and(|date| date.is_match(text.trim()))
}

/// The fixed windows in queries that are run: the cell, and the words.
pub(crate) fn fixed_windows(queries: &[Query]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for query in queries.iter().filter(|query| query.kind == QueryKind::Run) {
        let Some(text) = &query.text else { continue };
        let mut hits: Vec<_> = FIXED.iter().flat_map(|shape| shape.find_iter(text)).collect();
        hits.sort_by_key(regex::Match::start);
        for hit in hits {
            let words: String = hit.as_str().chars().take(80).collect();
            if found.len() < MOST && !found.contains(&(query.cell, words.clone())) {
                found.push((query.cell, words));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert_eq!(FIXED.len(), 3);
        assert!(
            is_date("2023-05-04T12:00:00Z") && is_date("2023-05-04") && !is_date("-7d") && !is_date("now")
        );
    }
}
