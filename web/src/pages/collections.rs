//! `/collections` and `/collections/{repo}/{name}`: procedures that a team thinks worth reading in an order, and why.

use super::technique::{Named, techniques};
use crate::Frame;
use crate::components::notices::empty;
use crate::components::paragraphs::paragraphs;
use crate::components::{attack, facts};
use crate::links;
use crate::view::{Standing, Technique};
use leptos::prelude::*;

/// A collection in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its repository.
    pub repo: String,
    /// Its name in addresses and searches.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Why one reads it; may have paragraphs.
    pub why: String,
    /// How many procedures of it are there.
    pub procedures: usize,
}

/// A procedure of a collection, in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// Its id as the collection has it.
    pub written: String,
    /// The procedure; none where the repository has no such one.
    pub procedure: Option<Procedure>,
}

/// A procedure that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Procedure {
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
    /// What it is mapped to.
    pub techniques: Vec<Technique>,
}

/// The page of one collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionView {
    /// What the list says of it.
    pub listed: Listed,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Its procedures, in order.
    pub members: Vec<Member>,
    /// Techniques that its procedures are mapped to, with how many of them.
    pub covered: Vec<Named>,
    /// Its file at the forge.
    pub file: Option<String>,
}

/// The page of all collections.
pub fn list(frame: &Frame, collections: Vec<Listed>) -> String {
    let none = collections.is_empty().then(|| {
        let way = view! {
            <p>"A collection is a file " <code>"collections/NAME.toml"</code> " in a repository: a title, why, and the ids of procedures in an order."</p>
        };
        empty("No collections yet", way.into_any())
    });
    let items = collections
        .into_iter()
        .map(|one| {
            let href = links::collection(&one.repo, &one.name);
            view! {
                <li>
                    <h2><a href=href>{one.title}</a></h2>
                    <p class="faint">{one.repo} " · " {facts::counted(one.procedures, "procedure")}</p>
                    {paragraphs(first(&one.why))}
                </li>
            }
        })
        .collect_view();
    let content = view! {
        <h1>"Collections"</h1>
        <p class="faint">"Procedures worth reading in an order, as teams keep them in their repositories."</p>
        {none}
        <ul class="listed collections">{items}</ul>
    };
    frame.render("Collections", move || content.into_any())
}

/// The first paragraph of a text.
fn first(text: &str) -> &str {
    text.split("\n\n").next().unwrap_or_default()
}

/// The page of one collection.
pub fn page(frame: &Frame, view: CollectionView) -> String {
    let Listed { repo, name, title, why, procedures } = view.listed;
    let query = format!("collection:{repo}/{name}");
    let matrix = links::with_query("/matrix", [("collection", format!("{repo}/{name}").as_str())]);
    let search = links::with_query("/", [("q", format!("{query} ").as_str())]);
    let file = view
        .file
        .and_then(|file| links::outside(&file))
        .map(|href| view! { <li><a href=href rel="noreferrer">"Its file at the forge"</a></li> });
    let owner = view.owner.map(|owner| view! { <div><dt>"Looked after by"</dt><dd>{owner}</dd></div> });
    let missing = view.members.iter().filter(|member| member.procedure.is_none()).count();
    let missing = (missing > 0).then(|| {
        let said = match missing {
            1 => "1 procedure that it names is not there.".to_owned(),
            more => format!("{more} procedures that it names are not there."),
        };
        view! { <p class="hint">{said} " " <a href="/problems">"Problems"</a> " says where."</p> }
    });
    let members = view.members.into_iter().map(member).collect_view();
    let heading = title.clone();
    let content = view! {
        <h1>{title}</h1>
        <div class="lead">{paragraphs(&why)}</div>
        <dl class="facts attack-facts">
            <div><dt>"Repository"</dt><dd>{repo}</dd></div>
            {owner}
            <div><dt>"In a search"</dt><dd><code>{query}</code></dd></div>
        </dl>
        <ul class="matrix-links">
            <li><a href=search>"Search within"</a></li>
            <li><a href=matrix>"On the matrix"</a></li>
            {file}
        </ul>
        {missing}
        <section>
            <h2>"Procedures " <span class="faint">{procedures}</span></h2>
            <ol class="listed members">{members}</ol>
        </section>
        {techniques("Techniques that it covers", view.covered)}
    };
    frame.render(&heading, move || content.into_any())
}

fn member(member: Member) -> AnyView {
    let Some(one) = member.procedure else {
        return view! {
            <li class="missing">
                <code>{member.written}</code> " "
                <span class="faint">"is not there: it was removed, has another id, or was never in this repository."</span>
            </li>
        }
        .into_any();
    };
    let href = links::procedure(&one.id, "", one.repo.as_deref());
    view! {
        <li>
            <a href=href>{one.title}</a> " " {facts::standing(one.standing)}
            <p class="faint">{one.description}</p>
            {attack::techniques(one.techniques)}
        </li>
    }
    .into_any()
}

/// A few collections in a line, above the results of a search for nothing.
pub(crate) fn strip(collections: Vec<Listed>) -> AnyView {
    if collections.is_empty() {
        return ().into_any();
    }
    let items = collections
        .into_iter()
        .map(|one| {
            let procedures = facts::counted(one.procedures, "procedure");
            view! { <li>{link(one)} " " <span class="faint">{procedures}</span></li> }
        })
        .collect_view();
    view! {
        <nav class="collection-strip" aria-label="Collections">
            <ul>{items} <li><a href="/collections">"All collections"</a></li></ul>
        </nav>
    }
    .into_any()
}

fn link(one: Listed) -> AnyView {
    let href = links::collection(&one.repo, &one.name);
    view! { <a href=href>{one.title}</a> }.into_any()
}

/// The collections that a procedure is in.
pub(crate) fn within(collections: Vec<Listed>) -> AnyView {
    if collections.is_empty() {
        return ().into_any();
    }
    let items = collections.into_iter().map(|one| view! { <li>{link(one)}</li> }).collect_view();
    view! { <div class="in-collections faint">"In collections: " <ul>{items}</ul></div> }.into_any()
}
