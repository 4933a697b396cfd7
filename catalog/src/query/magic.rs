//! Magics that ask a service: the line that begins with `%` or `%%`.

use super::{QueryLanguage, Told};

/// The most pieces of a magic's line that are looked at.
const MAX_WORDS: usize = 200;

/// Where a magic's query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text<'a> {
    /// In what follows.
    Follows,
    /// In an option of the line.
    Here(&'a str),
    /// Where it cannot be read: in a file.
    Elsewhere,
    /// It asks nothing that is known to be a query.
    None,
}

/// A magic that may ask something.
#[derive(Debug)]
pub(super) struct Magic<'a> {
    pub(super) told: Told,
    pub(super) query: Text<'a>,
    /// What of its line belongs to the query, and where that begins.
    pub(super) rest: &'a str,
    pub(super) rest_at: usize,
}

impl<'a> Magic<'a> {
    /// Reads a magic's line; none when it is no query's.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let is_cell = line.trim_start().starts_with("%%");
        let named = line.trim_start().trim_start_matches('%');
        let name = named.split_whitespace().next()?;
        if !named.starts_with(name) {
            return None;
        }
        let after_at = line.len() - named.len() + name.len();
        let after = &line[after_at..];
        let language = match name {
            "taegis" => return Some(taegis(after, is_cell)),
            "kql" => Some(QueryLanguage::Kql),
            "sql" | "sparksql" | "bigquery" => Some(QueryLanguage::Sql),
            "splunk" | "spl" => Some(QueryLanguage::Spl),
            "eql" => Some(QueryLanguage::Eql),
            "esql" => Some(QueryLanguage::Esql),
            "elastic" | "elasticsearch" | "logpoint" | "dnif" | "synapse" | "storm" if is_cell => None,
            _ => return None,
        };
        let mut told = Told { language, ..Told::default() };
        let mut rest = after;
        if let Some((to, query)) = after.split_once("<<")
            && is_identifier(to.trim())
        {
            told.assigned = Some(to.trim().to_owned());
            rest = query;
        }
        let trimmed = rest.trim();
        // Options and connections are no query.
        if trimmed.starts_with('-') || trimmed.contains("://") || (is_cell && language.is_none()) {
            rest = "";
        }
        if rest.trim().is_empty() {
            rest = "";
        }
        let rest_at = if rest.is_empty() { line.len() } else { line.len() - rest.len() };
        Some(Self { told, query: Text::Follows, rest, rest_at })
    }
}

/// `%%taegis events search --tenant … --region … --assign hits`. `-t` is the template's flag, not the tenant's.
fn taegis(line: &str, is_cell: bool) -> Magic<'_> {
    let words = words(line);
    let mut told = Told { language: Some(QueryLanguage::Cql), tenant: Some(false), ..Told::default() };
    let (mut here, mut elsewhere, mut help) = (None, false, false);
    let mut commands: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (flag, joined) = match words[at].split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value)),
            _ => (words[at], None),
        };
        let value = joined.or_else(|| words.get(at + 1).copied().filter(|next| !next.starts_with("--")));
        let takes_next = joined.is_none() && value.is_some();
        match flag {
            "--tenant" => {
                told.tenant = Some(value.is_some_and(|value| !value.is_empty()));
                at += usize::from(takes_next);
            }
            "--assign" | "--append" => {
                told.assigned = value.filter(|name| is_identifier(name)).map(str::to_owned);
                at += usize::from(takes_next);
            }
            "--cell" => {
                here = value;
                at += usize::from(takes_next);
            }
            "-f" | "--cell-template-file" => {
                elsewhere = true;
                at += usize::from(takes_next);
            }
            "-h" | "--help" => help = true,
            word if !word.starts_with('-') && commands.len() < 2 => commands.push(word),
            _ => {}
        }
        at += 1;
    }
    let searches = matches!(commands.as_slice(), ["events" | "event" | "alerts" | "alert", "search"]);
    let query = match (help, searches, here) {
        (true, ..) | (_, false, None) => Text::None,
        (_, _, Some(text)) => Text::Here(text),
        (..) if elsewhere || !is_cell => Text::Elsewhere,
        (..) => Text::Follows,
    };
    Magic { told, query, rest: "", rest_at: line.len() }
}

/// The words of a line, as a shell parts them; quotes off.
fn words(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() && words.len() < MAX_WORDS {
        match bytes[at] {
            byte if byte.is_ascii_whitespace() || byte == b'\\' => at += 1,
            quote @ (b'"' | b'\'') => {
                let end = line[at + 1..].find(char::from(quote)).map_or(line.len(), |len| at + 1 + len);
                words.push(&line[at + 1..end]);
                at = end + 1;
            }
            _ => {
                let len = line[at..].find(|c: char| c.is_ascii_whitespace()).unwrap_or(line.len() - at);
                words.push(&line[at..at + len]);
                at += len;
            }
        }
    }
    words
}

/// Where a line magic begins in a line, and the name that its results are given: `%kql …`, `rows = %kql …`.
pub(super) fn in_line(line: &str) -> Option<(Option<&str>, usize)> {
    let start = line.len() - line.trim_start().len();
    if line[start..].starts_with('%') {
        return (!line[start..].starts_with("%%")).then_some((None, start));
    }
    let (to, value) = line.split_once('=')?;
    let value_at = line.len() - value.trim_start().len();
    let is_magic = line[value_at..].starts_with('%') && is_identifier(to.trim());
    is_magic.then(|| (Some(to.trim()), value_at))
}

/// A line with those that a backslash at its end carries it on to; fifty at most.
pub(super) fn carried_on(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n').take(50) {
        end += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    &text[..end]
}

/// Whether a text is a name in Python.
pub(super) fn is_identifier(text: &str) -> bool {
    let first = text.bytes().next();
    text.len() <= 100
        && first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
