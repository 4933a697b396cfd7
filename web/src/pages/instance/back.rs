//! What came back for a copy, against what was handed out.

use crate::components::facts;
use crate::components::notices::{Weight, notice};
use crate::links;
use crate::pages::diff;
use crate::view::When;
use leptos::prelude::*;

/// What came back for a copy, and what is seen in the version that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Back {
    /// Whether who looks may propose what was mended in it.
    pub may_propose: bool,
    /// The versions, newest first.
    pub versions: Vec<Version>,
    /// Which of them is shown.
    pub shown: usize,
    /// Cells that the hunter wrote.
    pub wrote: Vec<Noted>,
    /// Parameters that changed: name, before, after.
    pub parameters: Vec<(String, Option<String>, Option<String>)>,
    /// Cells of code that are not as they were handed out.
    pub altered: Vec<Noted>,
    /// Cells that were held and are code again.
    pub released: Vec<Noted>,
    /// Cells that ended with an error: place from 0, name, message.
    pub errors: Vec<(usize, String, String)>,
    /// How many rows cells' results have: place from 0, rows.
    pub rows: Vec<(usize, u64)>,
    /// How many cells of code have run, of how many.
    pub ran: (usize, usize),
    /// The metadata that differs.
    pub fields: Vec<diff::Field>,
    /// Every cell of both.
    pub cells: Vec<diff::Cell>,
}

/// A version that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// Its id.
    pub id: String,
    /// When it came.
    pub at: When,
    /// Who brought it.
    pub by: String,
}

/// A cell that is noted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// Its place, from 0.
    pub cell: usize,
    /// Its first line.
    pub line: String,
    /// `added`, `changed` or `removed`.
    pub what: &'static str,
}

/// What came back, against what was handed out.
pub(super) fn section(id: &str, back: Back) -> AnyView {
    let current = back.versions.get(back.shown).cloned().unwrap_or_default();
    // What differs only in its outputs or in what it says of itself was not mended.
    let mended = back.may_propose && !(back.altered.is_empty() && back.wrote.is_empty());
    let versions = back
        .versions
        .iter()
        .enumerate()
        .map(|(place, version)| {
            let href = links::with_query(&links::instance(id), [("version", version.id.as_str())]);
            let now = (place == back.shown).then_some("true");
            view! { <li><a href=href aria-current=now>{facts::ago(version.at.clone())} " by " {version.by.clone()}</a></li> }
        })
        .collect_view();
    let versions = (back.versions.len() > 1)
        .then(|| view! { <nav class="tabs" aria-label="Versions"><ul>{versions}</ul></nav> });
    let cells = |noted: Vec<Noted>| {
        let item =
            |one: Noted| view! { <li>"cell " {one.cell} " " {one.what} ": " <code>{one.line}</code></li> };
        noted.into_iter().map(item).collect_view()
    };
    let altered = (!back.altered.is_empty() || !back.released.is_empty()).then(|| {
        let released = (!back.released.is_empty())
            .then(|| view! { <p>"Held cells that are code again:"</p> <ul>{cells(back.released)}</ul> });
        let altered = (!back.altered.is_empty())
            .then(|| view! { <p><strong>"Code was altered"</strong> ": the queries are not those of the procedure."</p> <ul>{cells(back.altered)}</ul> });
        notice(Weight::Alarm, view! { {altered} {released} }.into_any())
    });
    let parameters = (!back.parameters.is_empty()).then(|| {
        let items = back
            .parameters
            .into_iter()
            .map(|(name, before, after)| {
                let nothing = || "nothing".to_owned();
                view! {
                    <li><code>{name}</code> ": " <del>{before.unwrap_or_else(nothing)}</del> " → " <code>{after.unwrap_or_else(nothing)}</code></li>
                }
            })
            .collect_view();
        notice(Weight::Caution, view! { <p>"Parameters changed:"</p> <ul>{items}</ul> }.into_any())
    });
    let errors = (!back.errors.is_empty()).then(|| {
        let items = back
            .errors
            .into_iter()
            .map(|(cell, name, message)| view! { <li>"cell " {cell} ": " <code>{name}</code> ": " {message}</li> })
            .collect_view();
        notice(Weight::Alarm, view! { <p>"Cells that ended with an error:"</p> <ul>{items}</ul> }.into_any())
    });
    let wrote = if back.wrote.is_empty() {
        view! { <p class="faint">"The hunter wrote nothing into it."</p> }.into_any()
    } else {
        view! { <p>"The hunter wrote:"</p> <ul>{cells(back.wrote)}</ul> }.into_any()
    };
    let rows = back
        .rows
        .into_iter()
        .map(|(cell, rows)| view! { <li class="chip plain"><span class="key">"cell " {cell}</span> " " {rows} " rows"</li> })
        .collect_view();
    let rows =
        (!rows.is_empty()).then(|| view! { <ul class="chips" aria-label="Rows of results">{rows}</ul> });
    let (ran, code) = back.ran;
    let file =
        format!("/api/v1{}/returns/{}/notebook.ipynb", links::instance(id), links::encode(&current.id));
    let propose = mended.then(|| {
        let href = links::with_query(&links::instance_propose(id), [("version", current.id.as_str())]);
        view! { <p><a href=href>"Propose what was mended to the procedure"</a></p> }
    });
    let compared = diff::compared(back.fields, back.cells, diff::Shape::default());
    view! {
        <section aria-labelledby="back">
            <h2 id="back">"What came back"</h2>
            {versions}
            <p>
                {facts::moment(current.at)} ", brought by " {current.by} ". " {ran} " of " {code} " cells of code have run. "
                <a href=file download="">"Download it"</a>
            </p>
            {altered}
            {parameters}
            {errors}
            {rows}
            {wrote}
            {propose}
            <details class="sheet"><summary>"Cell by cell, against what was handed out"</summary>{compared}</details>
        </section>
    }
    .into_any()
}
