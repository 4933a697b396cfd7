//! `/actors/{id}`: a group, a piece of software, a campaign or an actor of a team's own, and how much of what it does the catalog hunts.

use super::technique::{Named, techniques};
use crate::Frame;
use crate::components::paragraphs::paragraphs;
use crate::links;
use leptos::prelude::*;

/// The page of an actor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActorView {
    /// `G0016`, `hunts:scarlet-otter`
    pub id: String,
    /// `group`, `software`, `campaign`; `actor` for a team's own.
    pub kind: String,
    /// `APT29`
    pub name: String,
    /// What others call it.
    pub aliases: Vec<String>,
    /// `18.1 resolved to enterprise-attack 19.2`; for a team's own what its techniques are resolved to.
    pub release: String,
    /// Techniques that it uses and some procedure hunts.
    pub hunted: Vec<Named>,
    /// Techniques that it uses and none hunts.
    pub gaps: Vec<Named>,
    /// Software that it uses.
    pub uses: Vec<Named>,
    /// Its page at MITRE, or where its team says more.
    pub outside: Option<String>,
    /// For a team's own: what the team says.
    pub own: Option<Own>,
}

/// What a team says of an actor of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// The repository whose `huntshelf.toml` names it.
    pub repo: String,
    /// Its note. Plain text; may have paragraphs.
    pub note: String,
}

/// The page.
pub fn page(frame: &Frame, view: ActorView) -> String {
    let ActorView { id, kind, name, aliases, release, hunted, gaps, uses, outside, own } = view;
    let title = format!("{name} ({id})");
    let of = hunted.len() + gaps.len();
    let told = if of == 0 {
        let who = own.as_ref().map_or("ATT&CK", |own| own.repo.as_str());
        format!("{who} names no technique of it.")
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
    let where_to = if own.is_some() { "More about it" } else { "At MITRE" };
    let outside = outside
        .and_then(|url| links::outside(&url))
        .map(|href| view! { <li><a href=href rel="noreferrer">{where_to}</a></li> });
    let named_by = own.as_ref().map(|own| {
        let repo = own.repo.clone();
        view! { <div><dt>"Named by"</dt><dd>{repo} " in " <code>"huntshelf.toml"</code></dd></div> }
    });
    let note = paragraphs(own.as_ref().map_or("", |own| own.note.as_str()));
    let matrix = links::with_query("/matrix", [("actor", id.as_str())]);
    let search = links::with_query("/", [("q", name.as_str())]);
    let layer = links::with_query("/api/v1/layers/layer.json", [("actor", id.as_str())]);
    let content = view! {
        <h1>{name} " " <span class="faint">{kind} " " <code>{id}</code></span></h1>
        <p class="lead">{told}</p>
        <dl class="facts attack-facts">{aliases}{named_by}<div><dt>"Release"</dt><dd>{release}</dd></div></dl>
        {note}
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
