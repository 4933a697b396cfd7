//! `/instances`: the copies that were made. `/procedures/{id}/instances`: those of one procedure, and when it was last
//! hunted for whom. `/instances/{id}`: see [`copy`](super::instance).
//!
//! The list is filtered by a GET form with the names of [`FILTERS`]; further pages by `cursor`.

use crate::Frame;
use crate::components::field_notes::{self, About};
use crate::components::forms::Labelled;
use crate::components::head::{Tab, head};
use crate::components::notices::empty;
use crate::components::{paging, tables};
use crate::links;
use crate::view::{CopyRow, FieldNote, ProcedureHead};
use leptos::prelude::*;

/// What the list is filtered by, as the API calls it, and as the form says it.
pub const FILTERS: [(&str, &str); 12] = [
    ("state", "State"),
    ("disposition", "What came of it"),
    ("finding", "What was found"),
    ("procedure", "Procedure"),
    ("technique", "Technique"),
    ("tenant", "Tenant"),
    ("customer", "Customer"),
    ("hunter", "Hunter"),
    ("since", "Made since"),
    ("closed_since", "Closed since"),
    ("closed_before", "Closed before"),
    ("commit", "Commit"),
];

/// The list of copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopiesView {
    /// What it is filtered by: names of [`FILTERS`] and values.
    pub asked: Vec<(&'static str, String)>,
    /// This page, newest first.
    pub copies: Vec<CopyRow>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The copies of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureCopiesView {
    /// Of which.
    pub head: ProcedureHead,
    /// The last hunt for each tenant, newest first.
    pub hunted: Vec<CopyRow>,
    /// The newest copies.
    pub copies: Vec<CopyRow>,
    /// Field notes about it.
    pub notes: Vec<FieldNote>,
    /// Whether who looks at it may write some.
    pub may_write: bool,
}

/// The list.
pub fn page(frame: &Frame, view: CopiesView) -> String {
    let asked: Vec<(&str, &str)> = view.asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let narrowed = !asked.is_empty();
    let first = view.further_page.then(|| links::with_query("/instances", asked.clone()));
    let next = view
        .next
        .as_deref()
        .map(|cursor| links::with_query("/instances", asked.iter().copied().chain([("cursor", cursor)])));
    let table = links::with_query("/api/v1/instances.csv", asked.iter().copied());
    let table = (!view.copies.is_empty())
        .then(|| view! { <p><a href=table download="">"All of these as CSV"</a></p> });
    let list = if !view.copies.is_empty() {
        tables::copies(view.copies, "Copies, newest first")
    } else if narrowed {
        empty("No copy matches", view! { <p><a href="/instances">"All copies"</a></p> }.into_any())
    } else {
        let content = view! {
            <p>"A copy is one revision of a procedure for one tenant, its parameters filled in, ready to run. "
            <a href="/?q=is:copyable">"Choose a procedure"</a> " and take one."</p>
        };
        empty("No copies yet", content.into_any())
    };
    let content = view! {
        <h1>"Copies"</h1>
        <p class="ways">
            <a class="button" href="/instances/new">"Make copies for a scope"</a>
            <a class="button" href="/instances/return">"Bring notebooks back"</a>
        </p>
        {quick(&asked)}
        {chosen(&asked)}
        {narrow(&view.asked)}
        {list}
        {table}
        {paging::paging(first, next)}
    };
    frame.render("Copies", move || content.into_any())
}

/// What is asked for most, one link each.
fn quick(asked: &[(&str, &str)]) -> AnyView {
    let entries = [("All", ""), ("Open", "open"), ("Closed", "closed"), ("Withdrawn", "withdrawn")];
    let state = asked.iter().find(|(name, _)| *name == "state").map_or("", |(_, value)| *value);
    let items = entries
        .map(|(label, value)| {
            let others = asked.iter().copied().filter(|(name, _)| *name != "state");
            let pairs = others.chain((!value.is_empty()).then_some(("state", value)));
            let href = links::with_query("/instances", pairs);
            let now = (value == state).then_some("page");
            view! { <li><a href=href aria-current=now>{label}</a></li> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="State"><ul>{items}</ul></nav> }.into_any()
}

/// What was chosen, each to be taken away.
fn chosen(asked: &[(&str, &str)]) -> AnyView {
    if asked.is_empty() {
        return ().into_any();
    }
    let chips = asked
        .iter()
        .map(|(name, value)| {
            let others = asked.iter().copied().filter(|(other, _)| other != name);
            let label = FILTERS.iter().find(|(known, _)| known == name).map_or("", |(_, label)| *label);
            let (value, href) = ((*value).to_owned(), links::with_query("/instances", others));
            view! {
                <li>
                    <a class="chip removable" href=href>
                        <span class="unseen">"Remove "</span>
                        <span class="key">{label}</span> " " {value}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="chips chosen" aria-label="Chosen filters">{chips}</ul> }.into_any()
}

/// The form by which the list is narrowed.
fn narrow(asked: &[(&'static str, String)]) -> AnyView {
    let fields = FILTERS
        .map(|(name, label)| {
            let value = asked.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
            let value = value.unwrap_or_default();
            let help = match name {
                "tenant" => "Id or key",
                "customer" => "Id",
                "technique" => "T1003, its sub-techniques too",
                "hunter" => "Whom it is assigned to, else who made it",
                _ => "",
            };
            let field = Labelled::new(name, label, help, &[]);
            let choice = |words: &[&str]| {
                let any = std::iter::once((String::new(), "any".to_owned()));
                any.chain(words.iter().map(|word| ((*word).to_owned(), word.replace('-', " ")))).collect()
            };
            match name {
                "state" => field
                    .choice(choice(&["open", "made", "working", "returned", "closed", "withdrawn"]), &value),
                "disposition" => {
                    field.choice(choice(&["findings", "null-findings", "not-huntable", "error"]), &value)
                }
                "finding" => {
                    field.choice(choice(&["malicious", "benign", "hygiene", "visibility-gap"]), &value)
                }
                "since" | "closed_since" | "closed_before" => {
                    // A moment that came by the address does not fit into a field for days.
                    let kind = if value.is_empty() || value.len() == 10 { "date" } else { "text" };
                    field.line(kind, value, String::new())
                }
                _ => field.line("text", value, String::new()),
            }
        })
        .collect_view();
    view! {
        <details class="sheet narrow">
            <summary>"Narrow the list"</summary>
            <form method="get" action="/instances">
                <div class="fields">{fields}</div>
                <p class="submit"><button class="primary">"Show"</button></p>
            </form>
        </details>
    }
    .into_any()
}

/// The copies of one procedure, and when it was last hunted for whom.
pub fn procedure_page(frame: &Frame, view: ProcedureCopiesView) -> String {
    let title = format!("Copies of {}", view.head.title);
    let repo = view.head.repo.clone();
    let of = [("procedure", view.head.id.as_str()), ("repo", repo.as_str())];
    let all = links::with_query("/instances", [of[0]]);
    let table = links::with_query("/api/v1/instances.csv", of);
    let here = links::procedure(&view.head.id, "instances", view.head.link_repo());
    let about = About { procedure: Some((view.head.id.clone(), view.head.repo.clone())), tenant: None };
    let notes = field_notes::notes(view.notes, about, view.may_write, &here);
    let hunted = if view.hunted.is_empty() {
        let content =
            view! { <p>"A hunt counts once its copy is closed with findings or null findings."</p> };
        empty("Nobody has hunted with this procedure yet", content.into_any())
    } else {
        tables::hunted(view.hunted, tables::Each::Tenant, "The last hunt for each tenant")
    };
    let copies = (!view.copies.is_empty()).then(|| {
        view! {
            <section aria-labelledby="copies">
                <h2 id="copies">"Latest copies"</h2>
                {tables::copies(view.copies, "Latest copies of this procedure")}
                <p><a href=all>"All copies of this procedure"</a> ", " <a href=table download="">"as CSV"</a></p>
            </section>
        }
    });
    let content = view! {
        {head(&view.head, Tab::Copies)}
        <section aria-labelledby="hunted"><h2 id="hunted">"Last hunted"</h2>{hunted}</section>
        {notes}
        {copies}
    };
    frame.render(&title, move || content.into_any())
}
