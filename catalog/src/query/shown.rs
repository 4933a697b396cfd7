//! Queries in fences of the prose: shown to be read, not run.

use super::QueryLanguage;
use super::reads::language_of;

/// The fences of a markdown text: where each body begins, its info string, its body. One pass.
pub(super) fn fences(source: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let mut open: Option<(u8, usize, &str, usize)> = None;
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let text = line.trim();
        let mark = text.bytes().next().unwrap_or_default();
        let len = text.bytes().take_while(|&byte| byte == mark).count();
        let is_fence = matches!(mark, b'`' | b'~') && len >= 3;
        match open {
            None if is_fence => open = Some((mark, len, text[len..].trim(), at)),
            Some((by, least, info, body)) if is_fence && mark == by && len >= least && text.len() == len => {
                found.push((body, info, &source[body..start]));
                open = None;
            }
            _ => {}
        }
    }
    if let Some((_, _, info, body)) = open {
        found.push((body, info, &source[body..]));
    }
    found
}

/// The language of a fence's body by its info string, or by how it reads where the info string says nothing; none when
/// it is no query.
pub(super) fn language(info: &str, body: &str) -> Option<QueryLanguage> {
    let mut words = info.split_whitespace();
    let first = words.next().unwrap_or_default();
    let directive = matches!(first, "{code-block}" | "{code}" | "{sourcecode}");
    let name = if directive { words.next().unwrap_or_default() } else { first };
    match name.to_ascii_lowercase().as_str() {
        "kql" | "kusto" | "kusto-query-language" => Some(QueryLanguage::Kql),
        "sql" | "sparksql" | "postgresql" | "mysql" | "tsql" | "osquery" => Some(QueryLanguage::Sql),
        "spl" | "splunk" | "splunk-spl" => Some(QueryLanguage::Spl),
        "eql" => Some(QueryLanguage::Eql),
        "esql" | "es|ql" => Some(QueryLanguage::Esql),
        "cql" | "taegis" => Some(QueryLanguage::Cql),
        "" | "text" | "txt" | "query" | "plaintext" | "none" => language_of(body),
        _ => None,
    }
}
