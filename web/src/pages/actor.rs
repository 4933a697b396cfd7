//! `/actors/{id}`: a group, a piece of software or a campaign, and how much of what it does the catalog hunts.

use super::technique::{Named, techniques};
use crate::Frame;
use crate::links;
use leptos::prelude::*;

/// The page of an actor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActorView {
    /// `G0016`
    pub id: String,
    /// `group`, `software` or `campaign`.
    pub kind: String,
    /// `APT29`
    pub name: String,
    /// What others call it.
    pub aliases: Vec<String>,
    /// `18.1 resolved to enterprise-attack 19.2`
    pub release: String,
    /// Techniques that it uses and some procedure hunts.
    pub hunted: Vec<Named>,
    /// Techniques that it uses and none hunts.
    pub gaps: Vec<Named>,
    /// Software that it uses.
    pub uses: Vec<Named>,
    /// Its page at MITRE.
    pub outside: String,
}

/// The page.
pub fn page(frame: &Frame, view: ActorView) -> String {
    let ActorView { id, kind, name, aliases, release, hunted, gaps, uses, outside } = view;
    let title = format!("{name} ({id})");
    let of = hunted.len() + gaps.len();
    let told = if of == 0 {
        "ATT&CK names no technique of it.".to_owned()
    } else {
        format!("The catalog hunts {} of the {of} techniques that it uses.", hunted.len())
    };
    let aliases = (!aliases.is_empty())
        .then(|| view! { <div><dt>"Also called"</dt><dd>{aliases.join(", ")}</dd></div> });
    let uses = (!uses.is_empty()).then(|| {
        let items = uses
            .into_iter()
            .map(|one| view! { <li><a class="chip data" href=links::actor(&one.id)>{one.name}</a></li> })
            .collect_view();
        view! { <section><h2>"Software that it uses"</h2><ul class="chips">{items}</ul></section> }
    });
    let outside =
        links::outside(&outside).map(|href| view! { <li><a href=href rel="noreferrer">"At MITRE"</a></li> });
    let matrix = links::with_query("/matrix", [("actor", id.as_str())]);
    let search = links::with_query("/", [("q", name.as_str())]);
    let layer = links::with_query("/api/v1/layers/layer.json", [("actor", id.as_str())]);
    let content = view! {
        <h1>{name} " " <span class="faint">{kind} " " <code>{id}</code></span></h1>
        <p class="lead">{told}</p>
        <dl class="facts attack-facts">{aliases}<div><dt>"Release"</dt><dd>{release}</dd></div></dl>
        <ul class="matrix-links">
            <li><a href=matrix>"In the matrix"</a></li>
            <li><a href=search>"Procedures that hunt its techniques"</a></li>
            <li><a href=layer>"Navigator layer"</a></li>
            {outside}
        </ul>
        {techniques("Not hunted", gaps)}
        {techniques("Hunted", hunted)}
        {uses}
    };
    frame.render(&title, move || content.into_any())
}
