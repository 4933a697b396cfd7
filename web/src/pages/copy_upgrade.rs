//! `/instances/{id}/upgrade`: what would come of taking a copy to a newer revision, before anything is made; `?to=` a commit,
//! `?version=` one of those that came back.
//!
//! A POST to the same address takes `to`, `version`, `apply` (the key of altered code that is to run, any number of times) and
//! `do`: `make` or `look`. A POST to `/instances/{id}/upgrade/notebook` brings a notebook (`file`) to take the words from.

use crate::Frame;
use crate::components::facts;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, notice, sentences};
use crate::links;
use crate::pages::copy::Refusal;
use crate::pages::diff::{Hunk, hunks};
use crate::pages::instance::Version;
use crate::view::{Change, Commit, CopyRow};
use leptos::prelude::*;

/// What would come of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyUpgradeView {
    /// The copy.
    pub copy: CopyRow,
    /// The revision that it is taken to.
    pub to: Commit,
    /// The version that came back from which the words are taken; none where nothing came back.
    pub version: Option<Version>,
    /// What the procedure changed in meaning.
    pub changes: Vec<Change>,
    /// What the hunter wrote or did, cell by cell.
    pub cells: Vec<CarriedCell>,
    /// What becomes of the others: how many, and of what: `12`, `as they were`.
    pub others: Vec<(usize, &'static str)>,
    /// What to know of the new copy.
    pub warnings: Vec<String>,
    /// Why no copy can be made so.
    pub refusal: Option<Refusal>,
    /// Copies that were made in its place already.
    pub already: Vec<CopyRow>,
}

/// A cell that the hunter wrote or did something to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CarriedCell {
    /// Its place in the new copy, from 1.
    pub place: Option<usize>,
    /// `text`, `code` or `raw`.
    pub kind: &'static str,
    /// What becomes of it, in a sentence.
    pub said: String,
    /// What names it, where there is something to choose.
    pub key: Option<String>,
    /// Whether it is chosen.
    pub applied: bool,
    /// Tags that are carried over.
    pub tags: Vec<String>,
    /// What is compared: `As it was handed out, and as you left it`.
    pub sides: &'static str,
    /// The two texts compared.
    pub hunks: Vec<Hunk>,
}

/// The page.
pub fn page(frame: &Frame, view: CopyUpgradeView) -> String {
    let (id, action) = (view.copy.id.clone(), links::instance_upgrade(&view.copy.id));
    let title = format!("Upgrade {}", view.copy.file_name);
    let differs =
        links::diff(&view.copy.procedure, &view.copy.commit.id, &view.to.id, view.copy.repo.as_deref());
    let changes = if view.changes.is_empty() {
        view! { <p class="faint">"Nothing changed in meaning that Huntshelf knows a word for."</p> }
            .into_any()
    } else {
        facts::changes(view.changes)
    };
    let refusal = view.refusal.clone().map(|refusal| {
        let content = view! {
            <p><strong>"No copy is made so."</strong> " " {facts::message(&refusal.reason)} " " {facts::message(&refusal.remedy)}</p>
        };
        notice(Weight::Alarm, content.into_any())
    });
    let already = view
        .already
        .into_iter()
        .map(|copy| {
            let href = links::instance(&copy.id);
            let content = view! {
                <p>
                    "There is " <a href=href>"a copy in its place"</a> " already, of revision " {facts::commit(copy.commit)}
                    ", made " {facts::ago(copy.made)} " by " {copy.made_by} "."
                </p>
            };
            notice(Weight::Caution, content.into_any())
        })
        .collect_view();
    // Where it is refused whatever is chosen, there is nothing to send.
    let can_be_made = view.refusal.is_none() || !view.cells.is_empty();
    let choices = view.cells.iter().any(|cell| cell.key.is_some());
    let cells = if view.cells.is_empty() {
        let from = if view.version.is_some() {
            "the notebook that came back"
        } else {
            "this copy: no notebook came back"
        };
        view! { <p class="faint">"Nothing was written into " {from} "."</p> }.into_any()
    } else {
        let items = view.cells.into_iter().enumerate().map(|(number, cell)| one(number, cell)).collect_view();
        view! { <ol class="cells-compared">{items}</ol> }.into_any()
    };
    let others = view
        .others
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(
            |(count, what)| view! { <li class="chip plain"><span class="key">{what}</span> " " {count}</li> },
        )
        .collect_view();
    let version = view.version.as_ref().map(|version| version.id.clone()).unwrap_or_default();
    let buttons = can_be_made.then(|| {
        let look = choices.then(|| view! { <button name="do" value="look">"Look again"</button> });
        view! { <p class="submit"><button class="primary" name="do" value="make">"Make the new copy"</button> {look}</p> }
    });
    let content = view! {
        <p class="crumbs">
            <a href="/instances">"Copies"</a>
            <span class="crumb"><a href=links::instance(&id)><code>{view.copy.file_name.clone()}</code></a></span>
        </p>
        <h1>"Upgrade a copy"</h1>
        <p class="lead">
            {view.copy.title.clone()} ", from revision " {facts::commit(view.copy.commit)} " to " {facts::commit(view.to.clone())} ": "
            <a href=differs>"what differs"</a>
        </p>
        <p>
            "A new copy is made, for the same tenant, with the same window and parameters. What you wrote is carried over; outputs are not. "
            "This copy stays as it is."
        </p>
        {refusal}
        {already}
        <section aria-labelledby="procedure"><h2 id="procedure">"What the procedure changed"</h2>{changes}</section>
        {source(view.version, &action)}
        <form class="upgrading" method="post" action=action>
            <input type="hidden" name="to" value=view.to.id />
            <input type="hidden" name="version" value=version />
            <section class="compared" aria-labelledby="mine">
                <h2 id="mine">"What becomes of what you wrote"</h2>
                {cells}
            </section>
            <section aria-labelledby="others"><h2 id="others">"All other cells"</h2><ul class="chips">{others}</ul></section>
            {sentences(Weight::Caution, view.warnings)}
            {buttons}
        </form>
    };
    frame.render(&title, move || content.into_any())
}

/// Where the words come from, and how others are brought.
fn source(version: Option<Version>, action: &str) -> AnyView {
    let from = match version {
        Some(version) => view! {
            <p>"Your words are taken from the notebook that " {version.by} " brought back " {facts::ago(version.at)} "."</p>
        }
        .into_any(),
        None => view! {
            <p>"No notebook came back for this copy. If you worked with it, bring the notebook first: otherwise nothing of it is carried over."</p>
        }
        .into_any(),
    };
    let file =
        Labelled::new("file", "Notebook", "As you saved it. It is kept as a version of this copy", &[])
            .of("bring");
    let action = format!("{action}/notebook");
    view! {
        <section aria-labelledby="words">
            <h2 id="words">"Where your words come from"</h2>
            {from}
            <details>
                <summary>"Bring a notebook"</summary>
                <form class="sheet" method="post" action=action enctype="multipart/form-data">
                    {file.files()}
                    <p class="submit"><button>"Bring it, and look"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn one(number: usize, cell: CarriedCell) -> AnyView {
    let name = match cell.place {
        Some(place) => format!("Cell {place}"),
        None => "A cell".to_owned(),
    };
    let tags = cell
        .tags
        .into_iter()
        .map(|tag| view! { <li class="chip gain"><span class="unseen">"tag carried over: "</span>{tag}</li> })
        .collect_view();
    let choice = cell.key.map(|key| {
        let id = format!("apply-{number}");
        let label_of = id.clone();
        view! {
            <p class="applying">
                <input type="checkbox" id=id name="apply" value=key checked=cell.applied />
                <label for=label_of>"Apply it: have it run in the new copy"</label>
            </p>
        }
    });
    let lines = (!cell.hunks.is_empty()).then(|| {
        view! {
            <p class="faint">{cell.sides}</p>
            {hunks(cell.hunks, format!("Text of {name}"))}
        }
    });
    view! {
        <li class="cell-compared">
            <header>
                <h3>{name} <span class="kind">" " {cell.kind}</span></h3>
                <ul class="chips">{tags}</ul>
            </header>
            <p class="becomes">{cell.said}</p>
            {choice}
            {lines}
        </li>
    }
    .into_any()
}
