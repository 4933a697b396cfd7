//! `/techniques/{id}`: what ATT&CK says of a technique, who uses it, which procedures hunt it, and since when. Further
//! pages of its history: `?history=`.

pub mod past;

use crate::Frame;
use crate::components::facts;
use crate::components::notices::empty;
use crate::components::tables::{Tally, tally};
use crate::links;
use crate::view::Standing;
use leptos::prelude::*;

/// A name with the address of its page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many procedures hunt it, for a technique.
    pub count: u64,
}

/// A procedure in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// How it is addressed.
    pub id: String,
    /// Its repository, where links must name it.
    pub repo: Option<String>,
    /// Its title.
    pub title: String,
    /// What it says it does.
    pub description: String,
    /// How it stands.
    pub standing: Standing,
}

/// The page of a technique.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TechniqueView {
    /// `T1003.001`
    pub id: String,
    /// With its parent's name before it.
    pub name: String,
    /// `enterprise-attack 19.2`
    pub release: String,
    /// Why it is not in use, in words; none when it is.
    pub status: Option<String>,
    /// What replaced it.
    pub replaced_by: Option<Named>,
    /// Its tactics.
    pub tactics: Vec<Named>,
    /// Its platforms.
    pub platforms: Vec<String>,
    /// The technique that it is a part of.
    pub parent: Option<Named>,
    /// Its sub-techniques.
    pub subs: Vec<Named>,
    /// Groups, software and campaigns that use it, by kind.
    pub used_by: Vec<(String, Vec<Named>)>,
    /// How many procedures hunt it.
    pub total: usize,
    /// The first of them.
    pub procedures: Vec<Listed>,
    /// When procedures gained and lost it.
    pub past: past::Past,
    /// Its page at MITRE.
    pub outside: String,
}

/// The page.
pub fn page(frame: &Frame, view: TechniqueView) -> String {
    let TechniqueView { id, name, release, status, replaced_by, parent, .. } = view;
    let title = format!("{id} {name}");
    let status = status.map(|status| {
        let next = replaced_by.map(|next| {
            view! { " Now it is " <a href=links::technique(&next.id)><code>{next.id.clone()}</code> " " {next.name}</a> "." }
        });
        view! { <p class="hint">{status} {next}</p> }
    });
    let tactics = view.tactics.into_iter().map(|tactic| {
        let href = links::with_query("/", [("tactic", tactic.id.as_str())]);
        view! { <li><a class="chip tactic" href=href>{tactic.name}</a></li> }
    });
    let tactics = tactics.collect_view();
    let parent = parent.map(|parent| {
        view! { <div><dt>"Part of"</dt><dd><a href=links::technique(&parent.id)>{parent.id.clone()} " " {parent.name}</a></dd></div> }
    });
    let subs = techniques("Sub-techniques", view.subs);
    let used_by = view.used_by.into_iter().map(|(kind, actors)| used(kind, actors)).collect_view();
    let everything = links::with_query("/", [("technique", id.as_str())]);
    let found = procedures(view.procedures, view.total, everything);
    let past = past::past(&id, view.past);
    let outside = links::outside(&view.outside)
        .map(|href| view! { <div><dt>"At MITRE"</dt><dd><a href=href rel="noreferrer">"Description, mitigations, references"</a></dd></div> });
    let platforms = view.platforms.join(", ");
    let content = view! {
        <h1><code>{id}</code> " " {name}</h1>
        {status}
        <dl class="facts attack-facts">
            <div><dt>"Release"</dt><dd>{release}</dd></div>
            <div><dt>"Tactics"</dt><dd><ul class="chips">{tactics}</ul></dd></div>
            <div><dt>"Platforms"</dt><dd>{platforms}</dd></div>
            {parent} {outside}
        </dl>
        {found}
        {subs}
        {used_by}
        {past}
    };
    frame.render(&title, move || content.into_any())
}

/// The procedures that hunt something, and where all of them are.
pub(crate) fn procedures(list: Vec<Listed>, total: usize, everything: String) -> AnyView {
    if total == 0 {
        let way = view! {
            <p>"Nobody has written one yet, or it does not say so. " <a href="/?q=is:unmapped">"Procedures without a technique"</a> "."</p>
        };
        return empty("No procedure hunts it", way.into_any());
    }
    let rest = (total > list.len()).then(|| {
        view! { <p><a href=everything>"All " {total} " procedures"</a></p> }
    });
    let items = list
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <a href=links::procedure(&one.id, "", one.repo.as_deref())>{one.title}</a>
                    " " {facts::standing(one.standing)}
                    <p class="faint">{one.description}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section><h2>"Procedures" " " <span class="faint">{total}</span></h2><ul class="listed">{items}</ul>{rest}</section>
    }
    .into_any()
}

/// Techniques with the number of procedures that hunt each.
pub(crate) fn techniques(heading: &'static str, list: Vec<Named>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let count = list.len();
    let lines = list.into_iter().map(|one| Tally {
        class: if one.count == 0 { "gap".to_owned() } else { String::new() },
        what: technique(&one.id, &one.name),
        count: one.count.into_any(),
    });
    let table = tally(["Technique", "Procedures"], lines.collect());
    view! { <section><h2>{heading} " " <span class="faint">{count}</span></h2> {table}</section> }.into_any()
}

/// A technique by id and name, leading to its page.
pub(crate) fn technique(id: &str, name: &str) -> AnyView {
    view! { <a href=links::technique(id)><code>{id.to_owned()}</code> " " {name.to_owned()}</a> }.into_any()
}

fn used(kind: String, actors: Vec<Named>) -> AnyView {
    let count = actors.len();
    let uses = if kind == "Software" { " that uses it " } else { " that use it " };
    let items = actors
        .into_iter()
        .map(|actor| view! { <li><a class="chip data" href=links::actor(&actor.id)>{actor.name}</a></li> })
        .collect_view();
    view! {
        <details class="used-by">
            <summary><h2>{kind} {uses} <span class="faint">{count}</span></h2></summary>
            <ul class="chips">{items}</ul>
        </details>
    }
    .into_any()
}
