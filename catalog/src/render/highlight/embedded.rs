//! Queries within Python's long strings: what is handed to a service is more than a string to a hunter.

use super::Language;

/// How far a text is looked at.
const WINDOW: usize = 4_000;

/// The language of the query that a text is, by how it begins and what its pipes say.
pub(super) fn language(text: &str) -> Option<Language> {
    let text = text.trim_start();
    let window = &text[..text.floor_char_boundary(text.len().min(WINDOW))];
    let first = window.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '='))).next()?;
    let has = |words: &[&str]| words.iter().any(|word| window.contains(word));
    let piped =
        has(&["| where ", "| summarize ", "| project ", "| extend ", "|where ", "| distinct ", "| join "]);
    match first {
        "SELECT" | "select" | "WITH" | "INSERT" | "CREATE"
            if has(&[" FROM ", " from ", "\nFROM ", "\nfrom "]) =>
        {
            Some(Language::Sql)
        }
        "FROM" if has(&["| WHERE ", "| STATS ", "| EVAL ", "| KEEP ", "| LIMIT ", "| SORT "]) => {
            Some(Language::Esql)
        }
        "FROM" if has(&["WHERE ", "EARLIEST"]) => Some(Language::Cql),
        "sequence" if has(&["[process", "[file", "[network", "[any", " where "]) => Some(Language::Eql),
        "process" | "file" | "network" | "registry" | "any"
            if window[first.len()..].starts_with(" where ") =>
        {
            Some(Language::Eql)
        }
        "rule" if has(&["condition:"]) => Some(Language::Yara),
        "index" | "index=" | "search" | "tstats" if has(&["index=", "index =", "| stats ", "| tstats "]) => {
            Some(Language::Spl)
        }
        _ if first.starts_with("index=") => Some(Language::Spl),
        _ if piped && !first.is_empty() => Some(Language::Kql),
        _ => None,
    }
}
