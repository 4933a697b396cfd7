//! The window within the text of a query, language by language. What is filled in stands in braces: the text is, or becomes,
//! one of Python that is filled in.

use super::edits::Edits;
use super::window::{AMERICAN, DATE, Point, Window, moment};
use crate::query::{QueryLanguage, seconds};
use regex::Regex;
use std::sync::LazyLock;

/// The languages as far as their windows differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Cql,
    Kql,
    Spl,
    /// SQL and Elastic's: dates in quotes.
    Quoted,
}

impl Language {
    pub(super) fn of(language: QueryLanguage) -> Self {
        match language {
            QueryLanguage::Cql => Self::Cql,
            QueryLanguage::Kql => Self::Kql,
            QueryLanguage::Spl => Self::Spl,
            QueryLanguage::Sql | QueryLanguage::Eql | QueryLanguage::Esql => Self::Quoted,
        }
    }
}

/// What a query said of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It had one.
    Was,
    /// It had none, and has one now.
    Added,
    /// It has none, and it is not known where it would stand.
    Nothing,
}

static EARLIEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b_?(?:index_)?earliest\s*=\s*(?:\\?"[^"\\\n]*\\?"|'[^'\n]*'|\{\{[^{}]*\}\}|\{[^{}]*\}|[^\s|)"']+)"#).ok()
});
static LATEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b_?(?:index_)?latest\s*=\s*(?:\\?"[^"\\\n]*\\?"|'[^'\n]*'|\{\{[^{}]*\}\}|\{[^{}]*\}|[^\s|)"']+)"#).ok()
});

/// Bounds a query's text, which begins at `offset` of its cell.
pub(super) fn bounded(
    language: Language,
    text: &str,
    window: &Window,
    offset: usize,
    beside: bool,
    service: &str,
    edits: &mut Edits,
) -> Found {
    let mut told = Edits::default();
    let found = match language {
        Language::Cql => clauses(text, "{taegis_window}", None, &mut told),
        Language::Kql => kql(text, window, service, &mut told),
        Language::Spl if beside => Found::Was,
        Language::Spl => clauses(text, "earliest={spl_from} latest={spl_to}", Some("earliest"), &mut told),
        Language::Quoted => dates(text, window, &mut told),
    };
    for (range, fill) in told.all() {
        edits.put(offset + range.start..offset + range.end, fill);
    }
    found
}

/// `earliest=… latest=…`: both become one; where there is none it comes before the first pipe.
pub(super) fn clauses(text: &str, window: &str, spl: Option<&str>, edits: &mut Edits) -> Found {
    let (Some(earliest), Some(latest)) = (EARLIEST.as_ref(), LATEST.as_ref()) else { return Found::Nothing };
    let mut first = true;
    for hit in earliest.find_iter(text) {
        // A pipe within quotes of a sub-search counts alike: each search has its own.
        edits.put(hit.range(), if first || spl.is_some() { window } else { "" });
        first = false;
    }
    for hit in latest.find_iter(text) {
        edits.put(hit.range(), if first { window } else { "" });
        first = false;
    }
    if !first {
        return Found::Was;
    }
    let trimmed = text.trim_start();
    let end = text.trim_end().len();
    if spl.is_some() && trimmed.starts_with('|') {
        let Some(at) = text.to_ascii_lowercase().find(" where ") else { return Found::Nothing };
        edits.put(at + 7..at + 7, format!("{window} "));
        return Found::Added;
    }
    let at = first_pipe(text).unwrap_or(end);
    let start = text[..at].trim_end().len();
    edits.put(start..start, format!(" {window}"));
    Found::Added
}

/// The first pipe outside of quotes and brackets.
fn first_pipe(text: &str) -> Option<usize> {
    let (mut quote, mut depth) = (None, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        if let Some(open) = quote {
            quote = Some(open).filter(|open| *open != byte);
            continue;
        }
        match byte {
            b'"' | b'\'' => quote = Some(byte),
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

static COMPARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)\b([A-Za-z_]\w*)\s*>=?\s*(?:ago\(\s*([0-9]+[a-z]+)\s*\)|(?:to)?datetime\(\s*\\?["']?({DATE})\\?["']?\s*\))"#
    ))
    .ok()
});
static AGO: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bago\(\s*([0-9]+[a-z]+)\s*\)").ok());
static DATETIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r#"(?i)\b(?:to)?datetime\(\s*\\?["']?({DATE})\\?["']?\s*\)"#)).ok());
static NOW: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bnow\(\s*\)").ok());
static UPPER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(?:timegenerated|timestamp)\s*<|\bbetween\b").ok());
static BOUND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)timegenerated\s*[<>b]|timestamp\s*[<>b]|\bago\(|\bdatetime\(|startofday|\bbetween\b")
        .ok()
});
static TABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*[A-Za-z_]\w*[ \t]*(?:\n|\||$)").ok());

const FROM: &str = "datetime({kql_from})";
const TO: &str = "datetime({kql_to})";

fn kql(text: &str, window: &Window, service: &str, edits: &mut Edits) -> Found {
    let was = BOUND.as_ref().is_some_and(|bound| bound.is_match(text));
    let has_upper = UPPER.as_ref().is_some_and(|upper| upper.is_match(text));
    let back = |written: &str| {
        if window.is_length(written) { FROM.to_owned() } else { format!("({TO} - {written})") }
    };
    let date = |written: &str| match moment(written).map(|date| window.point(date)) {
        Some(Point::First) => FROM.to_owned(),
        Some(Point::Last) | None => TO.to_owned(),
        Some(Point::Before(seconds)) => format!("({TO} - {})", span(seconds)),
    };
    for hit in COMPARED.iter().flat_map(|compared| compared.captures_iter(text)).filter(|_| !has_upper) {
        let Some(whole) = hit.get(0) else { continue };
        let from = match (hit.get(2), hit.get(3)) {
            (Some(written), _) => back(written.as_str()),
            (_, Some(written)) => date(written.as_str()),
            _ => continue,
        };
        edits.put(whole.range(), format!("{} between ({from} .. {TO})", &hit[1]));
    }
    for hit in AGO.iter().flat_map(|ago| ago.captures_iter(text)) {
        if let Some(whole) = hit.get(0) {
            edits.put(whole.range(), back(&hit[1]));
        }
    }
    for hit in DATETIME.iter().flat_map(|datetime| datetime.captures_iter(text)) {
        if let Some(whole) = hit.get(0) {
            edits.put(whole.range(), date(&hit[1]));
        }
    }
    for hit in NOW.iter().flat_map(|now| now.find_iter(text)) {
        edits.put(hit.range(), TO);
    }
    if was {
        return Found::Was;
    }
    let column = if service == "defender" { "Timestamp" } else { "TimeGenerated" };
    let Some(table) = TABLE.as_ref().and_then(|table| table.find(text)) else { return Found::Nothing };
    let end = table.as_str().trim_end_matches(['\n', '|', ' ', '\t']).len();
    edits.put(end..end, format!("\n| where {column} between ({FROM} .. {TO})"));
    Found::Added
}

fn span(seconds: i64) -> String {
    if seconds % 86_400 == 0 { format!("{}d", seconds / 86_400) } else { format!("{}m", seconds / 60) }
}

static QUOTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r#"\\?["']({DATE}|{AMERICAN})\\?["']"#)).ok());
static INTERVAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:now\(\)|current_timestamp(?:\(\))?|current_date(?:\(\))?|getdate\(\))\s*-\s*interval\s*'?([0-9]+)'?\s*'?([a-z]+)'?").ok()
});

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\{\w*(?:start|begin|from|since|end|until|earliest|latest)\w*[^{}]*\}").ok()
});

fn dates(text: &str, window: &Window, edits: &mut Edits) -> Found {
    for hit in QUOTED.iter().flat_map(|quoted| quoted.captures_iter(text)) {
        let Some(inner) = hit.get(1) else { continue };
        let fill = match moment(inner.as_str()).map(|date| window.point(date)) {
            Some(Point::First) | None => "{sql_from}".to_owned(),
            Some(Point::Last) => "{sql_to}".to_owned(),
            Some(Point::Before(seconds)) => {
                format!("{{window_to - pd.Timedelta(seconds={seconds}):%Y-%m-%d %H:%M:%S}}")
            }
        };
        edits.put(inner.range(), fill);
    }
    for hit in INTERVAL.iter().flat_map(|interval| interval.captures_iter(text)) {
        let Some(whole) = hit.get(0) else { continue };
        let written = format!("{}{}", &hit[1], &hit[2]);
        let fill = match seconds(&written).filter(|_| !window.is_length(&written)) {
            Some(seconds) => {
                format!("timestamp '{{window_to - pd.Timedelta(seconds={seconds}):%Y-%m-%d %H:%M:%S}}'")
            }
            None => "timestamp '{sql_from}'".to_owned(),
        };
        edits.put(whole.range(), fill);
    }
    // What names fill in may be bounds of the notebook's own.
    let named = NAMED.as_ref().is_some_and(|named| named.is_match(text));
    if edits.is_empty() && !named { Found::Nothing } else { Found::Was }
}

/// The window of a template of Taegis' magic.
pub(super) const TEMPLATE: &str = "EARLIEST={{ EARLIEST }} {% if LATEST %}LATEST={{ LATEST }}{% endif %}";
