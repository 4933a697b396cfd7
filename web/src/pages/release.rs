//! A copy's cells that write to the service: held, or released by a person. A part of the copy's page.
//!
//! A POST to `/instances/{id}/release` takes `cells` (the id of a held cell, once for each that is to be released) and
//! `reason`.

use crate::components::facts;
use crate::components::forms::{Labelled, summary};
use crate::links;
use crate::view::{FieldError, When};
use leptos::prelude::*;

/// The cells of a copy that write to the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldView {
    /// Those that were held when it was made, in the order of the notebook.
    pub cells: Vec<HeldCell>,
    /// What was released, the oldest first.
    pub releases: Vec<Release>,
    /// The form to release some; none for somebody who may not, and where nothing can be released.
    pub form: Option<ReleaseForm>,
}

/// A cell that was held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldCell {
    /// Its id in the notebook.
    pub id: String,
    /// Its place, from 0.
    pub cell: usize,
    /// Its code.
    pub source: String,
    /// Whether it was released.
    pub released: bool,
}

/// A release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// Which cells, by their places from 0.
    pub cells: Vec<usize>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: When,
    /// By whom.
    pub by: String,
}

/// What the form holds, as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseForm {
    /// The ids of the cells that are chosen.
    pub chosen: Vec<String>,
    /// Why.
    pub reason: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The part of the page; nothing where no cell was held.
pub(super) fn section(copy: &str, view: HeldView) -> AnyView {
    if view.cells.is_empty() {
        return ().into_any();
    }
    let held = view.cells.iter().filter(|cell| !cell.released).count();
    let many = match view.cells.len() {
        1 => "One cell of this copy writes to the service.".to_owned(),
        all => format!("{all} cells of this copy write to the service."),
    };
    let said = match (held, view.cells.len()) {
        (0, 1) => "It is released: running the copy runs it.".to_owned(),
        (0, _) => "All of them are released: running the copy runs them.".to_owned(),
        (1, 1) => "It is held, as raw text: running the copy does not run it.".to_owned(),
        (1, _) => "One of them is held, as raw text: running the copy does not run it.".to_owned(),
        (held, all) if held == all => {
            "They are held, as raw text: running the copy does not run them.".to_owned()
        }
        (held, _) => format!("{held} of them are held, as raw text: running the copy does not run them."),
    };
    let releases = view.releases.into_iter().map(released).collect_view();
    let releases = (!releases.is_empty()).then(|| view! { <ul class="deeds">{releases}</ul> });
    let chosen = view.form.as_ref().map(|form| form.chosen.clone());
    let cells = view.cells.into_iter().map(|one| cell(one, chosen.as_deref())).collect_view();
    let listed = match view.form.filter(|_| held > 0) {
        None => view! { <div class="held-cells">{cells}</div> }.into_any(),
        Some(ReleaseForm { reason, errors, .. }) => {
            let why =
                Labelled::new("reason", "Reason", "Who agreed to it, and why; it stays on record", &errors);
            view! {
                <form method="post" action=links::instance_release(copy)>
                    {summary("release", &errors, &["cells", "reason"])}
                    <fieldset>
                        <legend id="release-cells">"Cells to release"</legend>
                        <div class="held-cells">{cells}</div>
                    </fieldset>
                    {why.of("release").required().line("text", reason, String::new())}
                    <p class="help">
                        "A released cell is code again in the notebook that is downloaded or sent to Jupyter from then on. "
                        "What was handed out before is kept."
                    </p>
                    <p class="submit"><button>"Release the chosen cells"</button></p>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <section aria-labelledby="held">
            <h2 id="held">"Cells that write"</h2>
            <p>{many} " " {said}</p>
            {releases}
            {listed}
        </section>
    }
    .into_any()
}

fn released(release: Release) -> AnyView {
    let places: Vec<String> = release.cells.iter().map(ToString::to_string).collect();
    let word = if places.len() == 1 { "cell" } else { "cells" };
    let places = places.join(", ");
    view! { <li>{facts::moment(release.at)} ": " {release.by} " released " {word} " " {places} ": " {release.reason}</li> }
        .into_any()
}

/// A cell with its code; with a box to choose it, where it can be released.
fn cell(cell: HeldCell, chosen: Option<&[String]>) -> AnyView {
    let place = format!("Cell {}", cell.cell);
    let head = if let Some(chosen) = chosen.filter(|_| !cell.released) {
        let checked = chosen.contains(&cell.id);
        view! {
            <label class="option">
                <input type="checkbox" name="cells" value=cell.id checked=checked />
                <span>{place}</span>
            </label>
        }
        .into_any()
    } else {
        let state = if cell.released { "released" } else { "held" };
        view! { <p>{place} ", " {state}</p> }.into_any()
    };
    view! { <div class="held-cell">{head}<pre tabindex="0"><code>{cell.source}</code></pre></div> }.into_any()
}
