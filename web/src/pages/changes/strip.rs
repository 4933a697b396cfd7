//! A year's activity, a square a day: a picture for the eye, its months as links for everybody.

use leptos::prelude::*;

/// Side of a square and what it takes with the gap, in user units.
const SIDE: usize = 9;
const STEP: usize = 11;
/// Room above for the names of the months.
const ABOVE: usize = 14;

/// A month of the strip.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Month {
    /// `Nov`
    pub name: String,
    /// `November 2026`
    pub full: String,
    /// The week in which it begins, from 0.
    pub week: usize,
    /// How many changes.
    pub count: usize,
    /// The same page for this month.
    pub href: String,
}

/// Activity by day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strip {
    /// Weeks from the oldest to the newest; of each, Monday to Sunday: the date and how many changes. None outside.
    pub weeks: Vec<[Option<(String, usize)>; 7]>,
    /// The months, oldest first.
    pub months: Vec<Month>,
    /// How many changes in all of it.
    pub total: usize,
}

/// How dark a square is, from 0 to 4: doubling steps, so that one busy day leaves the others visible.
fn level(count: usize) -> usize {
    match count {
        0 => 0,
        1 => 1,
        2..=3 => 2,
        4..=9 => 3,
        _ => 4,
    }
}

/// The strip; nothing where nothing is known.
pub(super) fn strip(strip: Strip) -> AnyView {
    if strip.weeks.is_empty() {
        return ().into_any();
    }
    let (width, height) = (strip.weeks.len() * STEP, ABOVE + 7 * STEP);
    let squares = strip
        .weeks
        .iter()
        .enumerate()
        .flat_map(|(week, days)| days.iter().enumerate().map(move |(day, one)| (week, day, one)))
        .filter_map(|(week, day, one)| {
            let (date, count) = one.as_ref()?;
            let said = match count {
                0 => format!("{date}: nothing"),
                1 => format!("{date}: one change"),
                count => format!("{date}: {count} changes"),
            };
            let class = format!("level-{}", level(*count));
            let (x, y) = (week * STEP, ABOVE + day * STEP);
            Some(view! { <rect class=class x=x y=y width=SIDE height=SIDE rx="2"><title>{said}</title></rect> })
        })
        .collect_view();
    let names = strip
        .months
        .iter()
        .map(|month| view! { <text x=month.week * STEP y="9">{month.name.clone()}</text> })
        .collect_view();
    let said = format!("{} changes in the last twelve months, a square a day", strip.total);
    let months = strip
        .months
        .into_iter()
        .filter(|month| month.count > 0)
        .map(|month| view! { <li><a href=month.href>{month.full}</a> " " <span class="faint">{month.count}</span></li> })
        .collect_view();
    let view_box = format!("0 0 {width} {height}");
    view! {
        <figure class="strip">
            <div class="strip-scroll" tabindex="0" role="region" aria-label="Activity">
                <svg viewBox=view_box width=width height=height role="img" aria-label=said>{names} {squares}</svg>
            </div>
            <figcaption>
                <details>
                    <summary>"By month"</summary>
                    <ul class="months">{months}</ul>
                </details>
            </figcaption>
        </figure>
    }
    .into_any()
}
