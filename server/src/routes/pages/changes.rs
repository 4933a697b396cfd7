//! `/changes`: what changed in the whole catalog; `/changes/compare`: the catalog at two moments.

use super::Visitor;
use super::shared::{Context, change};
use crate::app::App;
use crate::clock::from_seconds;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::changes::{self as api, ChangesParams, CompareParams};
use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::Query;
use catalog::diff::CHANGE_KINDS;
use catalog::index::{Changes, Revision, RevisionStatus};
use catalog::library::{Became, Between, How};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeMap;
use web::links;
use web::pages::changes::{ChangesView, Choice, CommitChanges, Day, Filters, Month, Strip, Touched, page};
use web::pages::compare;

/// Weeks of the strip of activity.
const WEEKS: i64 = 53;

/// The changes.
///
/// # Errors
/// 400 for what is no moment or kind of change.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<ChangesParams>,
) -> Result<Response, Problem> {
    let changed = params.changed()?;
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let further_page = cursor.is_some();
    let found = app.read(move |library| library.changes(&changed, limit, cursor.as_deref())).await?;
    let context = Context::of(&app);
    let states = app.library.repositories();
    let proposals = states.iter().any(|state| !state.repository.proposals.is_empty());
    let repos: Vec<String> = states.into_iter().map(|state| state.repository.name).collect();
    let today = app.clock.now().date_naive();
    let pairs = pairs(&params);
    let with = |more: &[(&str, &str)]| {
        let all = pairs.iter().map(|(key, value)| (*key, value.as_str())).chain(more.iter().copied());
        links::with_query("/changes", all)
    };
    let Changes { revisions, total, days, next } = found;
    let view = ChangesView {
        filters: filters(&params, &repos),
        total,
        strip: strip(&days, today, &params),
        several: context.has_several(),
        days: by_day(&context, revisions),
        first: further_page.then(|| with(&[])),
        next: next.map(|cursor| with(&[("cursor", cursor.as_str())])),
        proposals,
        feed: with(&[]).replacen("/changes", "/feeds/changes.atom", 1),
    };
    visitor.render(&app, page, view).await
}

/// What the address says, but for the page.
fn pairs(params: &ChangesParams) -> Vec<(&'static str, String)> {
    let one = |key, value: &Option<String>| query::one(value.as_ref()).map(|value| (key, value));
    let many = |key, values: &[String]| query::said(values).into_iter().map(move |value| (key, value));
    many("kind", &params.kind)
        .chain(many("author", &params.author))
        .chain(many("technique", &params.technique))
        .chain(many("repo", &params.repo))
        .chain(many("commit", &params.commit))
        .chain(one("since", &params.since))
        .chain(one("until", &params.until))
        .collect()
}

fn filters(params: &ChangesParams, repos: &[String]) -> Filters {
    let first = |values: &[String]| query::said(values).into_iter().next().unwrap_or_default();
    let choices = |any: &str, values: &mut dyn Iterator<Item = (String, String)>, chosen: &str| {
        let any = Choice { value: String::new(), label: any.to_owned(), chosen: chosen.is_empty() };
        let of = |(value, label): (String, String)| Choice { chosen: value == chosen, value, label };
        std::iter::once(any).chain(values.map(of)).collect::<Vec<_>>()
    };
    let kind = first(&params.kind);
    let mut kinds = CHANGE_KINDS.iter().map(|kind| ((*kind).to_owned(), kind.replace('-', " ")));
    let repo = first(&params.repo);
    let mut names = repos.iter().map(|name| (name.clone(), name.clone()));
    Filters {
        since: query::one(params.since.as_ref()).unwrap_or_default(),
        until: query::one(params.until.as_ref()).unwrap_or_default(),
        author: first(&params.author),
        technique: first(&params.technique),
        kinds: choices("any", &mut kinds, &kind),
        repos: if repos.len() > 1 { choices("all", &mut names, &repo) } else { Vec::new() },
        commit: first(&params.commit),
    }
}

/// The last year by weeks, whatever days the list is narrowed to.
fn strip(days: &BTreeMap<i64, usize>, today: NaiveDate, params: &ChangesParams) -> Strip {
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let first = monday - Days::new(u64::try_from((WEEKS - 1) * 7).unwrap_or(0));
    let epoch = NaiveDate::default();
    let others: Vec<(&str, String)> =
        pairs(params).into_iter().filter(|(key, _)| !matches!(*key, "since" | "until")).collect();
    let mut strip = Strip::default();
    for week in 0..WEEKS {
        let mut squares: [Option<(String, usize)>; 7] = Default::default();
        for (place, square) in squares.iter_mut().enumerate() {
            let Some(date) =
                first.checked_add_days(Days::new(u64::try_from(week * 7).unwrap_or(0) + place as u64))
            else {
                continue;
            };
            if date > today {
                continue;
            }
            let count = days.get(&(date - epoch).num_days()).copied().unwrap_or(0);
            strip.total += count;
            if strip.months.is_empty() || date.day() == 1 {
                strip.months.push(month(date, usize::try_from(week).unwrap_or(0), &others));
            }
            if let Some(month) = strip.months.last_mut() {
                month.count += count;
            }
            *square = Some((date.to_string(), count));
        }
        strip.weeks.push(squares);
    }
    // A first month of a few days has no room for its name.
    if let [one, two, ..] = strip.months.as_mut_slice()
        && two.week < one.week + 3
    {
        one.name.clear();
    }
    strip
}

fn month(date: NaiveDate, week: usize, others: &[(&str, String)]) -> Month {
    let begins = date.with_day(1).unwrap_or(date);
    let ends = begins.checked_add_months(chrono::Months::new(1)).unwrap_or(begins);
    let (since, until) = (begins.to_string(), ends.to_string());
    let pairs = others.iter().map(|(key, value)| (*key, value.as_str()));
    Month {
        name: date.format("%b").to_string(),
        full: date.format("%B %Y").to_string(),
        week,
        count: 0,
        href: links::with_query(
            "/changes",
            pairs.chain([("since", since.as_str()), ("until", until.as_str())]),
        ),
    }
}

/// A page of revisions by day, and within it by commit.
fn by_day(context: &Context, revisions: Vec<Revision>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for revision in revisions {
        let date = from_seconds(revision.committed_at.0).date_naive();
        let name = date.to_string();
        if days.last().is_none_or(|day| day.date != name) {
            let said = date.format("%A, %-d %B %Y").to_string();
            days.push(Day { date: name, said, commits: Vec::new() });
        }
        let Some(day) = days.last_mut() else { continue };
        let same = |one: &CommitChanges| one.repo == revision.repo && one.commit.id == revision.commit;
        if !day.commits.last().is_some_and(same) {
            day.commits.push(CommitChanges {
                repo: revision.repo.clone(),
                commit: context.commit(&revision.repo, &revision.commit),
                subject: revision.subject.clone(),
                authors: revision.people().map(|(name, _)| name.to_owned()).collect(),
                when: context.when(revision.committed_at.0),
                procedures: Vec::new(),
            });
        }
        if let Some(commit) = day.commits.last_mut() {
            commit.procedures.push(Touched {
                id: api::address(&revision),
                title: api::title(&revision),
                repo_in_links: context.has_several(),
                status: match revision.status {
                    RevisionStatus::Added => "added",
                    RevisionStatus::Modified => "",
                    RevisionStatus::Renamed => "renamed",
                    RevisionStatus::Deleted => "deleted",
                },
                path: revision.path,
                changes: revision.changes.into_iter().map(change).collect(),
            });
        }
    }
    for commit in days.iter_mut().flat_map(|day| &mut day.commits) {
        commit.procedures.sort_by(|one, other| one.title.cmp(&other.title));
    }
    days
}

/// The catalog at two moments.
///
/// # Errors
/// 404 for a repository that there is not.
pub async fn compare(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<CompareParams>,
) -> Result<Response, Problem> {
    let (found, left_out) = params.compare(&app).await?;
    let context = Context::of(&app);
    let tags = app.read(catalog::library::Library::tags).await?;
    let mut tags: Vec<String> = tags.into_values().flatten().collect();
    tags.dedup();
    let repos: Vec<String> =
        app.library.repositories().into_iter().map(|state| state.repository.name).collect();
    let asked = |value: &Option<String>| query::one(value.as_ref()).unwrap_or_default();
    let view = compare::CompareView {
        from: asked(&params.from),
        to: asked(&params.to),
        repo: asked(&params.repo),
        repos: if repos.len() > 1 { repos } else { Vec::new() },
        tags,
        compared: found.into_iter().map(|one| between(&context, one)).collect(),
        left_out,
    };
    visitor.render(&app, compare::page, view).await
}

fn between(context: &Context, between: Between) -> compare::Between {
    let side =
        |commit: &Option<String>| commit.as_deref().map(|commit| context.commit(&between.repo, commit));
    compare::Between {
        from: side(&between.from),
        to: side(&between.to),
        commits: between.commits,
        cut: between.cut,
        procedures: between.procedures.into_iter().map(|one| became(one, between.from.as_ref())).collect(),
        repo: between.repo,
    }
}

fn became(became: Became, from: Option<&String>) -> compare::Became {
    // Techniques stand there by name, and how it came or went in the heading.
    let said = |kind: &&String| {
        !kind.starts_with("technique-") && !matches!(kind.as_str(), "added" | "deleted" | "renamed")
    };
    compare::Became {
        how: match became.how {
            How::Added => compare::How::Added,
            How::Deleted => compare::How::Deleted,
            How::Changed => compare::How::Changed,
            How::CameAndWent => compare::How::CameAndWent,
        },
        id: api::address(&became.last),
        title: api::title(&became.last),
        from_path: became.from_path,
        from: from.cloned(),
        revisions: became.revisions,
        gained: became.gained.into_iter().collect(),
        lost: became.lost.into_iter().collect(),
        kinds: became.kinds.iter().filter(said).map(|kind| kind.replace('-', " ")).collect(),
        authors: became.people.into_iter().collect(),
        path: became.last.path,
        last: became.last.commit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strip_ends_today_and_every_day_stands_in_its_month() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let day = |date: &str| (date.parse::<NaiveDate>().unwrap() - NaiveDate::default()).num_days();
        let days = BTreeMap::from([(day("2026-11-25"), 3), (day("2026-11-01"), 1), (day("2020-01-01"), 9)]);
        let strip = strip(&days, today, &ChangesParams::default());
        assert_eq!((strip.weeks.len(), strip.total), (53, 4));
        assert_eq!(strip.weeks[52][2], Some(("2026-11-25".to_owned(), 3)));
        assert_eq!(strip.weeks[52][3], None);
        let november = strip.months.last().unwrap();
        assert_eq!((november.full.as_str(), november.count), ("November 2026", 4));
        assert_eq!(november.href, "/changes?since=2026-11-01&until=2026-12-01");
    }
}
