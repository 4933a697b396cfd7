//! `/defects/{id}`: a defect, the copies that were made of its revisions, and the button that makes them anew.
//!
//! A POST to `/defects/{id}/recall` makes them, with `withdraw` set to `yes` when open ones are to be withdrawn.

use crate::Frame;
use crate::components::notices::{Weight, empty, notice};
use crate::components::{facts, tables};
use crate::links;
use crate::pages::copy::Refusal;
use crate::view::{CopyRow, Defect};
use leptos::prelude::*;

/// A defect with the copies that it concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DefectView {
    /// The defect.
    pub defect: Defect,
    /// The procedure's id.
    pub procedure: String,
    /// Its title.
    pub title: String,
    /// Its repository.
    pub repo: String,
    /// How many copies there are in each state.
    pub states: Vec<(&'static str, usize)>,
    /// The copies, by customer, tenant and state; with the one that was made in the place of each.
    pub copies: Vec<(CopyRow, Option<String>)>,
    /// How many are still to be made anew.
    pub to_make: usize,
    /// Whether who looks at it may make copies.
    pub may_make: bool,
    /// Tenants for which no copy could be made anew.
    pub refused: Vec<(String, Refusal)>,
}

/// The page.
pub fn page(frame: &Frame, view: DefectView) -> String {
    let title = format!("Defect of {}", view.title);
    let history = links::procedure(&view.procedure, "history", Some(&view.repo));
    let defect = view.defect.clone();
    let until = match defect.mended.clone() {
        Some(commit) => view! { " until " {facts::commit(commit)} " mended it" }.into_any(),
        None => " and is not mended yet".into_any(),
    };
    let reason = view! {
        <p><span class="badge defect">{defect.severity}</span> " " {defect.reason}</p>
        <p class="who-when">"From " {facts::commit(defect.from)} {until} ". Marked by " {defect.by} ", " {facts::ago(defect.at)} "."</p>
    };
    let weight = if defect.withdrawn { Weight::Note } else { Weight::Alarm };
    let withdrawn = defect.withdrawn.then(|| view! { <p>"It was taken back: no copy is concerned."</p> });
    let recall = recall(&view);
    let refused = refused(view.refused);
    let states = view
        .states
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| view! { <li class="chip plain"><span class="key">{state}</span> " " {count}</li> })
        .collect_view();
    let list = if view.copies.is_empty() {
        empty(
            "No copy was made of these revisions",
            view! { <p>"There is nothing to be made anew."</p> }.into_any(),
        )
    } else {
        view! { <ul class="chips" aria-label="States">{states}</ul> {copies(view.copies)} }.into_any()
    };
    let content = view! {
        <p class="crumbs">
            <a href="/">"Catalog"</a>
            <span class="crumb"><a href=history>{view.title.clone()}</a></span>
        </p>
        <h1>{title.clone()}</h1>
        {notice(weight, view! { {reason} {withdrawn} }.into_any())}
        {refused}
        {recall}
        <section aria-labelledby="copies"><h2 id="copies">"Copies made of these revisions"</h2>{list}</section>
    };
    frame.render(&title, move || content.into_any())
}

/// The button, or why there is none.
fn recall(view: &DefectView) -> AnyView {
    if view.to_make == 0 || !view.may_make || view.defect.withdrawn {
        return ().into_any();
    }
    let Some(mended) = view.defect.mended.clone() else {
        let content = view! { <p>"Once the revision is noted that mends it, these copies can be made anew of that one."</p> };
        return notice(Weight::Note, content.into_any());
    };
    let copies = if view.to_make == 1 { "copy" } else { "copies" };
    let action = format!("{}/recall", links::defect(&view.defect.id));
    view! {
        <form class="sheet" method="post" action=action>
            <p>
                "For the same tenants, with the same parameters and windows, of revision " {facts::commit(mended)}
                ". What is on record stays."
            </p>
            <label class="option">
                <input type="checkbox" name="withdraw" value="yes" checked=true />
                <span>"Withdraw the old ones that are still open"</span>
            </label>
            <p class="submit"><button class="primary">{format!("Make {} {copies} anew", view.to_make)}</button></p>
        </form>
    }
    .into_any()
}

fn refused(refused: Vec<(String, Refusal)>) -> AnyView {
    if refused.is_empty() {
        return ().into_any();
    }
    let items = refused
        .into_iter()
        .map(|(tenant, refusal)| {
            view! { <li><strong>{tenant}</strong> ": " {facts::message(&refusal.reason)} " " {facts::message(&refusal.remedy)}</li> }
        })
        .collect_view();
    let content = view! { <p>"Not made anew:"</p> <ul>{items}</ul> };
    notice(Weight::Alarm, content.into_any())
}

fn copies(copies: Vec<(CopyRow, Option<String>)>) -> AnyView {
    let rows = copies
        .into_iter()
        .map(|(row, remade)| {
            let tenant = match row.tenant.as_deref() {
                Some(id) => {
                    let href = links::tenant(id);
                    view! { <a href=href>{row.tenant_name}</a> " " <span class="faint">{row.customer}</span> }.into_any()
                }
                None => view! { <span class="faint">"no tenant"</span> }.into_any(),
            };
            let remade = remade.map(|id| view! { <a href=links::instance(&id)>"the new copy"</a> });
            let closed = row.closed.map(|(at, by)| view! { " " <span class="faint">{facts::ago(at)} " by " {by}</span> });
            view! {
                <tr>
                    <th scope="row" data-label="Tenant">{tenant}</th>
                    <td data-label="Copy"><a href=links::instance(&row.id)><code>{row.file_name}</code></a></td>
                    <td data-label="State">{tables::state(row.state, row.outcome)} {closed}</td>
                    <td data-label="Revision"><code title=row.commit.id.clone()>{row.commit.short().to_owned()}</code></td>
                    <td data-label="Window">{tables::window(row.window)}</td>
                    <td data-label="Made anew">{remade}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">"Copies of defective revisions"</caption>
            <thead>
                <tr>
                    <th scope="col">"Tenant"</th>
                    <th scope="col">"Copy"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Revision"</th>
                    <th scope="col">"Window"</th>
                    <th scope="col">"Made anew"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
