//! Query against query: how far it looks back, what it reads, what it filters by.

use super::cells::{brief, brief_pair};
use crate::query::{Filter, Query, QueryLanguage, seconds};
use std::collections::HashMap;

/// The most of a kind that are told of one query.
const MAX_TOLD: usize = 3;

/// Pairs up the queries of a cell that is not as it was, and answers those that differ; none where one came or went, for
/// then the cell asks something else.
pub(super) fn pairs<'a>(old: &'a [Query], new: &'a [Query]) -> Option<Vec<(&'a Query, &'a Query)>> {
    if old.len() != new.len() {
        return None;
    }
    let differ = old.iter().zip(new).filter(|(was, is)| was.text != is.text || was.language != is.language);
    let pairs: Vec<_> = differ.collect();
    // A query that lost its text to a variable cannot be told about.
    (!pairs.is_empty() && pairs.iter().all(|(was, is)| was.text.is_some() && is.text.is_some()))
        .then_some(pairs)
}

/// What became of a query, as the end of a sentence that begins with it; none where that cannot be told.
pub(super) fn became(was: &Query, is: &Query) -> Option<String> {
    // Of what reads as no query, all that can be told is that it does not.
    if was.language.is_none() || is.language.is_none() {
        return None;
    }
    let mut told = Told::default();
    language(was.language, is.language, &mut told);
    look_back(was.look_back.as_deref(), is.look_back.as_deref(), &mut told);
    sources(&was.data_sources, &is.data_sources, &mut told);
    if was.language == is.language {
        filters(was, is, &mut told);
    }
    if told.parts.is_empty() {
        return None;
    }
    let (old, new) = (was.text.as_deref().unwrap_or_default(), is.text.as_deref().unwrap_or_default());
    let mut text = match told.parts.as_slice() {
        [one] => one.clone(),
        [parts @ .., last] => format!("{} and {last}", parts.join(", ")),
        [] => return None,
    };
    if told.leaves_out(old, new) {
        text.push_str("; more of it changed");
    }
    Some(text)
}

/// What was told so far, and the words of both sides that it accounts for.
#[derive(Default)]
struct Told {
    parts: Vec<String>,
    accounted: Vec<String>,
}

impl Told {
    fn tell(&mut self, part: String, about: &[&str]) {
        self.parts.push(part);
        self.accounted.extend(about.iter().map(|text| (*text).to_owned()));
    }

    /// Whether words came or went that nothing that was told is about.
    fn leaves_out(&self, old: &str, new: &str) -> bool {
        let mut counts: HashMap<&str, i64> = HashMap::new();
        for word in words(new) {
            *counts.entry(word).or_default() += 1;
        }
        for word in words(old) {
            *counts.entry(word).or_default() -= 1;
        }
        let accounted: std::collections::HashSet<&str> =
            self.accounted.iter().flat_map(|text| words(text)).collect();
        let joining = ["and", "or", "AND", "OR", "where", "WHERE"];
        let left = |word: &&str| !accounted.contains(word) && !joining.contains(word);
        counts.into_iter().any(|(word, count)| count != 0 && left(&word))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

fn language(was: Option<QueryLanguage>, is: Option<QueryLanguage>, told: &mut Told) {
    if let (Some(was), Some(is)) = (was, is)
        && was != is
    {
        told.tell(format!("is written in {} instead of {}", is.label(), was.label()), &[]);
    }
}

fn look_back(was: Option<&str>, is: Option<&str>, told: &mut Told) {
    // With the words that it stands behind.
    let about =
        [was.unwrap_or_default(), is.unwrap_or_default(), "EARLIEST earliest ago interval INTERVAL now NOW"];
    let part = match (was, is) {
        (Some(was), Some(is)) if was == is => return,
        (Some(was), Some(is)) => match (seconds(was), seconds(is)) {
            (Some(before), Some(after)) if before == after => return,
            (Some(before), Some(after)) => {
                let (before, after) = (duration(before), duration(after));
                match (before.split_once(' '), after.split_once(' ')) {
                    (Some((count, unit)), Some((_, other))) if unit == other => {
                        format!("looks back {after} instead of {count}")
                    }
                    _ => format!("looks back {after} instead of {before}"),
                }
            }
            _ => format!("looks back `{}` instead of `{}`", brief(is), brief(was)),
        },
        (None, Some(is)) => format!("now looks back {}", said(is)),
        (Some(was), None) => format!("no longer says how far it looks back, which was {}", said(was)),
        (None, None) => return,
    };
    told.tell(part, &about);
}

fn said(written: &str) -> String {
    seconds(written).map_or_else(|| format!("`{}`", brief(written)), duration)
}

/// A length of time in the largest unit that it fills.
fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (length, unit) =
        units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    let count = seconds / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn sources(was: &[String], is: &[String], told: &mut Told) {
    let same = |one: &str, other: &str| {
        let plain = |name: &str| name.strip_prefix("scwx.").unwrap_or(name).to_lowercase();
        plain(one) == plain(other)
    };
    let beyond = |these: &'_ [String], those: &[String]| -> Vec<String> {
        these.iter().filter(|one| !those.iter().any(|other| same(one, other))).cloned().collect()
    };
    let (gone, come) = (beyond(was, is), beyond(is, was));
    let part = match (gone.is_empty(), come.is_empty()) {
        (true, true) => return,
        (false, false) => format!("reads {} instead of {}", names(&come), names(&gone)),
        (true, false) => format!("also reads {}", names(&come)),
        (false, true) => format!("no longer reads {}", names(&gone)),
    };
    let about: Vec<&str> = gone.iter().chain(&come).map(String::as_str).collect();
    told.tell(part, &about);
}

fn filters(was: &Query, is: &Query, told: &mut Told) {
    let (mut old, mut new) = (was.filters(), is.filters());
    if was.look_back.is_some() != is.look_back.is_some() {
        for (filters, query) in [(&mut old, was), (&mut new, is)] {
            let Some(look_back) = &query.look_back else { continue };
            filters.retain(|filter| {
                let is_it = filter.text.contains(look_back.as_str());
                told.accounted.extend(is_it.then(|| filter.text.clone()));
                !is_it
            });
        }
    }
    // How far it looks back is told already; a condition that differs in nothing else is the same.
    let timeless = |filter: &Filter, look_back: Option<&String>| match look_back {
        Some(look_back) => filter.text.replacen(look_back.as_str(), "", 1),
        None => filter.text.clone(),
    };
    let index = |filters: &[Filter], query: &Query| -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for filter in filters {
            *counts.entry(timeless(filter, query.look_back.as_ref())).or_default() += 1;
        }
        counts
    };
    let beyond = |these: Vec<Filter>, own: &Query, mut those: HashMap<String, usize>| -> Vec<Filter> {
        let mut left = these;
        left.retain(|filter| match those.get_mut(&timeless(filter, own.look_back.as_ref())) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        left
    };
    let (old_index, new_index) = (index(&old, was), index(&new, is));
    let mut gone = beyond(old, was, new_index);
    let mut come = beyond(new, is, old_index);
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    gone.retain(|before| {
        let Some(at) = come.iter().position(|after| after.field == before.field) else { return true };
        let after = come.remove(at);
        let (was, is) = brief_pair(&before.text, &after.text);
        let part = format!("filters on `{is}` instead of `{was}`");
        parts.push((part, vec![before.text.clone(), after.text]));
        false
    });
    let texts = |filters: &[Filter]| filters.iter().map(|filter| filter.text.clone()).collect::<Vec<_>>();
    if !come.is_empty() {
        parts.push((format!("also filters on {}", names(&texts(&come))), texts(&come)));
    }
    if !gone.is_empty() {
        parts.push((format!("no longer filters on {}", names(&texts(&gone))), texts(&gone)));
    }
    let more = parts.len().saturating_sub(MAX_TOLD);
    for (part, about) in parts.into_iter().take(MAX_TOLD) {
        told.tell(part, &about.iter().map(String::as_str).collect::<Vec<_>>());
    }
    if more > 0 {
        told.tell(format!("filters on {more} more fields otherwise"), &[]);
    }
}

/// A few names, each marked.
fn names(names: &[String]) -> String {
    let mut shown: Vec<String> =
        names.iter().take(MAX_TOLD).map(|name| format!("`{}`", brief(name))).collect();
    if names.len() > MAX_TOLD {
        shown.push(format!("{} more", names.len() - MAX_TOLD));
    }
    match shown.as_slice() {
        [parts @ .., last] if !parts.is_empty() => format!("{} and {last}", parts.join(", ")),
        _ => shown.concat(),
    }
}
