//! `/following`: the procedures that the viewer follows, those with changes that they have not seen first.

use crate::Frame;
use crate::components::facts;
use crate::components::notices::empty;
use crate::links;
use crate::view::{Change, When};
use leptos::prelude::*;

/// A procedure that is followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// Its repository.
    pub repo: String,
    /// Whether links name it.
    pub repo_in_links: bool,
    /// Its id.
    pub id: String,
    /// Its title; empty when it is gone.
    pub title: String,
    /// The newest revision that was seen.
    pub seen: String,
    /// When.
    pub seen_at: When,
    /// How many revisions are newer.
    pub unread: usize,
    /// What they changed, the newest first.
    pub changes: Vec<Change>,
}

/// Sentences that stand there for one procedure.
const SENTENCES: usize = 6;

/// The page.
pub fn page(frame: &Frame, followed: Vec<Followed>) -> String {
    let none = followed.is_empty().then(|| {
        let content = view! { <p>"A procedure's page has a button “Follow”: what changes in it is then marked here."</p> };
        empty("You follow no procedure yet", content.into_any())
    });
    let rows = followed.into_iter().map(row).collect_view();
    let content = view! {
        <h1>"Following"</h1>
        <p class="lead">
            "Changes of the procedures that you follow, since you last read each. " <a href="/changes">"All changes"</a>
        </p>
        {none}
        <ul class="followed">{rows}</ul>
    };
    frame.render("Following", move || content.into_any())
}

fn row(one: Followed) -> AnyView {
    let repo = one.repo_in_links.then_some(one.repo.as_str());
    let href = links::procedure(&one.id, "", repo);
    let title = if one.title.is_empty() { format!("{} (gone)", one.id) } else { one.title };
    let unread = match one.unread {
        0 => view! { <span class="faint">"nothing new"</span> }.into_any(),
        count => {
            let pairs = repo.map(|repo| ("repo", repo)).into_iter().chain([("from", one.seen.as_str())]);
            let href = links::with_query(&links::procedure(&one.id, "diff", None), pairs);
            let said = if count == 1 { "one change".to_owned() } else { format!("{count} changes") };
            view! { <a class="badge unread" href=href>{said}</a> }.into_any()
        }
    };
    let mut changes = one.changes;
    let more = changes.len().saturating_sub(SENTENCES);
    changes.truncate(SENTENCES);
    let more = (more > 0).then(|| view! { <p class="faint">"and " {more} " more"</p> });
    view! {
        <li>
            <p class="subject"><a href=href>{title}</a> " " {unread}</p>
            <p class="who-when">"read " {facts::ago(one.seen_at)}</p>
            {facts::changes(changes)}
            {more}
        </li>
    }
    .into_any()
}
