//! When procedures of the catalog gained or lost a technique, newest first.

use crate::components::facts;
use crate::components::paging;
use crate::links;
use crate::view::{Commit, When};
use leptos::prelude::*;

/// How a procedure came to hunt a technique, or ceased to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// It was added, with it.
    Added,
    /// It was deleted, with it.
    Deleted,
    /// It was mapped to it.
    #[default]
    Gained,
    /// It is mapped to it no longer.
    Lost,
    /// An id gave way to another.
    Remapped,
    /// It lost all its metadata.
    MetadataLost,
    /// It got its metadata back.
    MetadataRestored,
}

/// One revision in which a procedure gained or lost the technique or a sub-technique.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// How that came.
    pub kind: Kind,
    /// The ids gained, as written.
    pub gained: Vec<String>,
    /// The ids lost, as written.
    pub lost: Vec<String>,
    /// The procedure's id and title today; none when it is gone.
    pub procedure: Option<(String, String)>,
    /// Its repository, where links must name it.
    pub repo: Option<String>,
    /// The path that the commit left it at.
    pub path: String,
    /// First line of the commit's message.
    pub subject: String,
    /// Git's author.
    pub author: String,
    /// When it was committed.
    pub committed: When,
    /// The commit.
    pub commit: Commit,
}

/// A page of the past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// Newest first.
    pub events: Vec<Event>,
    /// How many there are in all.
    pub total: usize,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The section of it; nothing where nothing ever happened.
pub(super) fn past(id: &str, past: Past) -> AnyView {
    if past.total == 0 {
        return ().into_any();
    }
    let here = links::technique(id);
    let events = past.events.into_iter().map(|one| event(id, one)).collect_view();
    let first = past.further_page.then(|| format!("{here}#past"));
    let next =
        past.next.map(|cursor| format!("{}#past", links::with_query(&here, [("history", cursor.as_str())])));
    view! {
        <section class="past" id="past">
            <h2>"In our catalog over time" " " <span class="faint">{past.total}</span></h2>
            <ol>{events}</ol>
            {paging::paging(first, next)}
        </section>
    }
    .into_any()
}

fn event(id: &str, event: Event) -> AnyView {
    let (class, word) = match event.kind {
        Kind::Added => ("badge gain", "added with it"),
        Kind::Deleted => ("badge broken", "deleted"),
        Kind::Gained => ("badge gain", "gained"),
        Kind::Lost => ("badge broken", "lost"),
        Kind::Remapped => ("badge renamed", "remapped"),
        Kind::MetadataLost => ("badge broken", "metadata lost"),
        Kind::MetadataRestored => ("badge gain", "metadata restored"),
    };
    // The page says its own id; another one, or one of several, is named.
    let own = |ids: &[String]| ids.is_empty() || ids == [id];
    let which = (!own(&event.gained) || !own(&event.lost)).then(|| {
        let list = |ids: Vec<String>| {
            let codes = ids.into_iter().map(|id| view! { <code>{id}</code> " " }).collect_view();
            view! { {codes} }
        };
        let gained = !event.gained.is_empty();
        let lost = !event.lost.is_empty();
        view! {
            <p class="which">
                {lost.then(|| view! { {list(event.lost)} <span>"taken out"</span> })}
                {(lost && gained).then_some(", ")}
                {gained.then(|| view! { {list(event.gained)} <span>"put in"</span> })}
            </p>
        }
    });
    let repo = event.repo.as_deref();
    let what = match event.procedure {
        Some((id, title)) => view! { <a href=links::procedure(&id, "", repo)>{title}</a> }.into_any(),
        None => view! { <code>{event.path}</code> " " <span class="faint">"(gone)"</span> }.into_any(),
    };
    view! {
        <li>
            <p class="subject"><span class=class>{word}</span> " " {what}</p>
            {which}
            <p class="who-when">
                {event.author} ", " {facts::moment(event.committed)} " " {facts::commit(event.commit)} " "
                <span class="said">{event.subject}</span>
            </p>
        </li>
    }
    .into_any()
}
