//! The window: dates and look-backs that were written down become `EARLIEST` and `LATEST`, in the words of the service.

use super::bounds::{Language, bounded};
use super::code::{Code, Named};
use super::edits::{Edits, filled};
use super::notes::{NoteKind, times};
use super::work::{Piece, Work};
use crate::notebook::CellKind;
use crate::query::{language_of, seconds};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// A date of these years, or a date and a time.
pub(super) const DATE: &str = r"20(?:1[5-9]|[2-9][0-9])-[01][0-9]-[0-3][0-9](?:[T ][0-2][0-9]:[0-5][0-9](?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?";

/// The same as Splunk writes it.
pub(super) const AMERICAN: &str =
    r"[01]?[0-9]/[0-3]?[0-9]/20(?:1[5-9]|[2-9][0-9])(?::[0-2][0-9]:[0-5][0-9]:[0-9]{2})?";

/// Any date, in prose too.
static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const MONTH: &str = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?";
    let year = r"20(?:1[5-9]|[2-9][0-9])";
    Regex::new(&format!(
        r"(?:{DATE}|{AMERICAN}|\b[0-3]?[0-9]\.[01]?[0-9]\.{year}\b|\b[0-3]?[0-9](?:st|nd|rd|th)?\.? (?i:{MONTH}),? {year}\b|\b(?i:{MONTH}) [0-3]?[0-9](?:st|nd|rd|th)?,? {year}\b|\b{year}[01][0-9][0-3][0-9]\b)"
    ))
    .ok()
});

static WHOLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!("^(?:{DATE}|{AMERICAN})$")).ok());
static EACH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("{DATE}|{AMERICAN}")).ok());

/// Whether a text is a date and nothing else.
pub(super) fn is_date(text: &str) -> bool {
    WHOLE.as_ref().is_some_and(|whole| whole.is_match(text.trim()))
}

/// The moment that a date names; offsets are passed over, for a window is not told by hours.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if text.contains('/') {
        let (date, time) = text.split_once(':').unwrap_or((text, "00:00:00"));
        return NaiveDateTime::parse_from_str(&format!("{date} {time}"), "%m/%d/%Y %H:%M:%S").ok();
    }
    let date = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    let time = text.get(11..16).and_then(|time| chrono::NaiveTime::parse_from_str(time, "%H:%M").ok());
    Some(date.and_time(time.unwrap_or_default()))
}

/// What window the notebook looked at.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) first: Option<NaiveDateTime>,
    pub(super) last: Option<NaiveDateTime>,
    /// How long it was, in seconds.
    pub(super) length: Option<u64>,
}

/// Where in the window a moment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    First,
    Last,
    /// So many seconds before the end.
    Before(i64),
}

impl Window {
    /// Looks for it in code; prose tells stories of many days.
    pub(super) fn of(pieces: &[Piece]) -> Self {
        let mut dates: BTreeSet<NaiveDateTime> = BTreeSet::new();
        let mut backs: Vec<u64> = Vec::new();
        for piece in pieces.iter().filter(|piece| piece.kind == CellKind::Code) {
            let written = piece.code().map(|code| dates_in(&piece.source, &code));
            let hits = EACH.iter().flat_map(|each| each.find_iter(&piece.source));
            dates.extend(written.unwrap_or_else(|| hits.filter_map(|hit| moment(hit.as_str())).collect()));
            backs.extend(look_backs(&piece.source));
        }
        let last = dates.last().copied().filter(|_| dates.len() > 1);
        let day = TimeDelta::days(1);
        let first = match last {
            Some(last) => dates.iter().rev().find(|date| last - **date >= day).or(dates.first()).copied(),
            None => dates.first().copied(),
        };
        let between =
            first.zip(last).and_then(|(first, last)| u64::try_from((last - first).num_seconds()).ok());
        Self { first, last, length: between.or_else(|| backs.first().copied()) }
    }

    /// Where a date lies.
    pub(super) fn point(&self, date: NaiveDateTime) -> Point {
        match (self.first, self.last) {
            (Some(first), _) if date == first => Point::First,
            (_, Some(last)) if date >= last || last - date < TimeDelta::days(1) => Point::Last,
            (_, Some(last)) => Point::Before((last - date).num_seconds()),
            _ => Point::First,
        }
    }

    /// The default of `EARLIEST`.
    pub(super) fn look_back(&self) -> String {
        let seconds = self.length.unwrap_or(7 * 86_400).clamp(3_600, 400 * 86_400);
        if seconds.is_multiple_of(86_400) || seconds > 3 * 86_400 {
            format!("-{}d", seconds.div_ceil(86_400))
        } else {
            format!("-{}h", seconds.div_ceil(3_600))
        }
    }

    /// Whether a look-back is the window's own.
    pub(super) fn is_length(&self, written: &str) -> bool {
        self.last.is_none() && self.first.is_none() && seconds(written) == self.length
    }
}

fn dates_in(source: &str, code: &Code) -> Vec<NaiveDateTime> {
    let texts = code.texts.iter().filter_map(|text| source.get(text.body.clone()));
    let written = texts.flat_map(|text| EACH.iter().flat_map(move |each| each.find_iter(text)));
    let mut dates: Vec<NaiveDateTime> = written.filter_map(|hit| moment(hit.as_str())).collect();
    dates.extend(code.calls.iter().filter_map(|call| constructed(&call.name, call.numbers.as_deref()?)));
    // In lines of magics.
    for line in source.lines().filter(|line| line.trim_start().starts_with('%')) {
        dates
            .extend(EACH.iter().flat_map(|each| each.find_iter(line)).filter_map(|hit| moment(hit.as_str())));
    }
    dates
}

/// `datetime(2026, 11, 2)`.
fn constructed(name: &str, numbers: &[u32]) -> Option<NaiveDateTime> {
    let called = name.rsplit('.').next().unwrap_or_default();
    if !matches!(called, "datetime" | "date" | "Timestamp") {
        return None;
    }
    let [year @ 2015..=2099, month, day, rest @ ..] = numbers else { return None };
    let hour = rest.first().copied().unwrap_or(0);
    NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day)?.and_hms_opt(hour.min(23), 0, 0)
}

static BACK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:\bearliest\s*=\s*["']?-|\bago\(\s*|timedelta\(\s*days\s*=\s*|interval\s+'|earliest(?:_time)?["']?\s*[:=]\s*["']-)([0-9]{1,4})\s*([a-z]*)"#).ok()
});

fn look_backs(source: &str) -> Vec<u64> {
    let hits = BACK.iter().flat_map(|back| back.captures_iter(source));
    let length = |hit: regex::Captures<'_>| {
        let unit = if hit[2].is_empty() { "d" } else { hit.get(2).map_or("d", |unit| unit.as_str()) };
        seconds(&format!("{}{unit}", &hit[1]))
    };
    hits.filter_map(length).collect()
}

/// Rewrites every cell to look at the window of a copy.
pub(super) fn replace(work: &mut Work<'_>, window: &Window) {
    let mut unbounded: Vec<usize> = Vec::new();
    let mut added: Vec<usize> = Vec::new();
    for piece in work.pieces.iter_mut().filter(|piece| piece.kind == CellKind::Code) {
        let Some(code) = piece.code() else { continue };
        let mut edits = Edits::default();
        let mut queries: Vec<Range<usize>> = Vec::new();
        for text in &code.texts {
            let body = piece.source.get(text.body.clone()).unwrap_or_default();
            let Some(language) = language_of(body).map(Language::of) else { continue };
            queries.push(text.at.clone());
            let beside = piece.source.contains("earliest_time");
            let mut own = Edits::default();
            let found = bounded(language, body, window, text.body.start, beside, work.service, &mut own);
            match found {
                super::bounds::Found::Nothing => unbounded.push(piece.number),
                super::bounds::Found::Added => added.push(piece.number),
                super::bounds::Found::Was => {}
            }
            if own.is_empty() {
                continue;
            }
            match filled(&piece.source, text, own) {
                Some(filled) => {
                    edits.put(text.at.clone(), filled);
                }
                None => unbounded.push(piece.number),
            }
        }
        in_python(&piece.source, &code, window, &queries, &mut edits);
        if !edits.is_empty() {
            let changed = edits.apply_to_python(&piece.source);
            if !piece.becomes(changed) {
                unbounded.push(piece.number);
            }
        }
    }
    for cell in added {
        work.notes.of_cell(
            NoteKind::Changed,
            cell,
            "the query did not say how far it looks back: it looks at the window of the copy now.",
        );
    }
    for cell in unbounded {
        work.notes.of_cell(
            NoteKind::LookAt,
            cell,
            "it is not known how the query is told its window: have it read `EARLIEST` and `LATEST`.",
        );
    }
}

/// Dates and look-backs of Python itself.
fn in_python(source: &str, code: &Code, window: &Window, queries: &[Range<usize>], edits: &mut Edits) {
    let in_query = |range: &Range<usize>| {
        queries.iter().any(|query| query.start <= range.start && range.end <= query.end)
    };
    for text in code.texts.iter().filter(|text| !in_query(&text.at)) {
        let body = source.get(text.body.clone()).unwrap_or_default();
        if let Some(date) = Some(body).filter(|body| is_date(body)).and_then(moment) {
            edits.put(text.at.clone(), written(body, window.point(date)));
        }
    }
    for call in &code.calls {
        let date = call.numbers.as_deref().and_then(|numbers| constructed(&call.name, numbers));
        let Some(date) = date else { continue };
        let at = of_pandas(window.point(date));
        let zoned = call.keywords.iter().any(|keyword| keyword.starts_with("tz"));
        edits.put(
            call.at.clone(),
            match (call.name.rsplit('.').next(), zoned) {
                (Some("date"), _) => format!("{at}.date()"),
                (Some("Timestamp"), true) => at,
                (_, true) => format!("{at}.to_pydatetime()"),
                (_, false) => format!("{at}.tz_localize(None).to_pydatetime()"),
            },
        );
    }
    for named in &code.named {
        if let Some(at) = ends(source, named) {
            edits.put(named.value.clone(), at);
        }
    }
}

static NOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:\w+\.){0,2}(?:utcnow|now|today)\(([^()]*(?:\([^()]*\))?[^()]*)\)(\s*-\s*(?:\w+\.)*[Tt]imedelta\([^()]*\))?$").ok()
});

/// What begins or ends a window by the clock: `start = datetime.utcnow() - timedelta(days=14)`; and what jobs are told beside their
/// query.
fn ends(source: &str, named: &Named) -> Option<String> {
    let name = named.name.to_lowercase();
    let begins =
        ["start", "earliest", "begin", "since", "from", "t0"].iter().any(|word| name.starts_with(word));
    let ends = ["end", "latest", "until", "to", "stop", "t1", "now"]
        .iter()
        .any(|word| name == *word || name.starts_with(&format!("{word}_")));
    if !begins && !ends {
        return None;
    }
    if named.literal.is_some() && matches!(name.as_str(), "earliest_time" | "latest_time") {
        return Some(if begins { "spl_from" } else { "spl_to" }.to_owned());
    }
    let value = source.get(named.value.clone())?;
    let hit = NOW.as_ref()?.captures(value)?;
    let at = match (begins, hit.get(2).is_some()) {
        (true, true) => "window_from",
        (false, false) => "window_to",
        // `start = datetime.now()` takes the time.
        _ => return None,
    };
    let zoned = hit.get(1).is_some_and(|inside| {
        inside.as_str().to_lowercase().contains("utc") || inside.as_str().contains("tz")
    });
    Some(if zoned {
        format!("{at}.to_pydatetime()")
    } else {
        format!("{at}.tz_localize(None).to_pydatetime()")
    })
}

/// A moment of the window as an expression of pandas.
fn of_pandas(point: Point) -> String {
    match point {
        Point::First => "window_from".to_owned(),
        Point::Last => "window_to".to_owned(),
        Point::Before(seconds) => format!("(window_to - pd.Timedelta(seconds={seconds}))"),
    }
}

/// A moment written as the text was that it takes the place of.
fn written(body: &str, point: Point) -> String {
    let format = match (body.len(), point) {
        (10, Point::First | Point::Before(_)) => "%Y-%m-%d",
        _ if body.contains('/') => "%m/%d/%Y:%H:%M:%S",
        _ if body.contains('T') && body.ends_with('Z') => "%Y-%m-%dT%H:%M:%SZ",
        _ if body.contains('T') => "%Y-%m-%dT%H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S",
    };
    format!("f\"{{{}:{format}}}\"", of_pandas(point))
}

/// Takes what dates are left out of texts, comments and prose: they are the case's. Answers how many.
pub(super) fn without_dates(text: &mut String, by: &str) -> usize {
    let mut edits = Edits::default();
    for hit in ANY.iter().flat_map(|any| any.find_iter(text)) {
        edits.put(hit.range(), by);
    }
    let number = edits.len();
    if number > 0 {
        *text = edits.apply(text);
    }
    number
}

/// Says what became of the window.
pub(super) fn told(window: &Window, work: &mut Work<'_>, in_words: usize) {
    let look_back = window.look_back();
    let back = look_back.trim_start_matches('-');
    if window.first.is_some() {
        let text = format!(
            "It looked at fixed days; a copy fills in `EARLIEST` and `LATEST`. Without a window it looks back {back}."
        );
        work.notes.add(NoteKind::Changed, text);
    } else if window.length.is_some() {
        let text = format!(
            "How far it looks back is filled in by `EARLIEST` and `LATEST` now; {back} without a window."
        );
        work.notes.add(NoteKind::Changed, text);
    } else {
        work.notes.add(NoteKind::Suggested, format!("It looks back {back} where a copy is given no window."));
    }
    if in_words > 0 {
        let text =
            format!("Dates stood in words {}: there stands `that day` or `date` now.", times(in_words));
        work.notes.add(NoteKind::Changed, text);
    }
}
