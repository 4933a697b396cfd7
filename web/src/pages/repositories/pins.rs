//! `/admin/repositories/{name}/pins`: the commits that a mirror keeps because copies name them. A POST to `…/pins/{commit}`
//! lets one go.

use crate::Frame;
use crate::components::facts;
use crate::components::notices::empty;
use crate::links;
use crate::view::{Commit, When};
use leptos::prelude::*;

/// One commit that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PinRow {
    /// Which one.
    pub commit: Commit,
    /// When it was committed; none where the mirror has lost it.
    pub when: Option<When>,
    /// First line of its message; none likewise.
    pub subject: Option<String>,
    /// Who wrote it; none likewise.
    pub author: Option<String>,
    /// Whether the branch has it too.
    pub on_branch: bool,
    /// Copies that name it.
    pub copies: u64,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PinsView {
    /// Whose.
    pub repo: String,
    /// Newest first.
    pub pins: Vec<PinRow>,
}

/// Where the page is.
pub(super) fn address(repo: &str) -> String {
    format!("/admin/repositories/{}/pins", links::encode(repo))
}

/// The page.
pub fn page(frame: &Frame, view: PinsView) -> String {
    let title = format!("Kept commits of {}", view.repo);
    let heading = title.clone();
    let repo = view.repo;
    let content = if view.pins.is_empty() {
        let content = view! { <p>"A commit is kept from the first copy that is made of it."</p> };
        empty("No commit is kept", content.into_any())
    } else {
        let pins = view.pins.into_iter().map(|pin| card(&repo, pin)).collect_view();
        view! { <ul class="cards wide">{pins}</ul> }.into_any()
    };
    let content = view! {
        <p class="crumbs"><a href="/admin/repositories">"Repositories"</a></p>
        <h1>{heading}</h1>
        <p class="lead">"What copies were made of stays readable here, whatever becomes of the branch. By each server its own."</p>
        {content}
    };
    frame.render(&title, move || content.into_any())
}

fn card(repo: &str, pin: PinRow) -> AnyView {
    let short = pin.commit.short().to_owned();
    let action = format!("{}/{}", address(repo), pin.commit.id);
    let copies = match pin.copies {
        0 => "no copy names it any more".to_owned(),
        1 => "1 copy names it".to_owned(),
        copies => format!("{copies} copies name it"),
    };
    let subject = match pin.subject {
        Some(subject) if subject.is_empty() => "(no message)".to_owned(),
        Some(subject) => subject,
        None => "The mirror has lost it".to_owned(),
    };
    let loses = match (pin.on_branch, pin.copies) {
        (true, _) => {
            "The branch has this commit too: it stays readable, until the branch forgets it.".to_owned()
        }
        (false, 0) => "It cannot be read here any more, and the mirror is made anew without it.".to_owned(),
        (false, copies) => format!(
            "It cannot be read here any more, and the mirror is made anew without it. {} stay on record, with the bytes that \
             they were made from, and can still be verified; pages of the commit answer that it is not there.",
            if copies == 1 {
                "The copy that names it".to_owned()
            } else {
                format!("The {copies} copies that name it")
            }
        ),
    };
    let by = pin.author.zip(pin.when).map(|(author, when)| view! { {author} ", " {facts::ago(when)} ", " });
    let place = if pin.on_branch { "on the branch" } else { "not on the branch any more" };
    view! {
        <li class="card">
            <h2>{subject}</h2>
            <p class="who-when">{by} {facts::commit(pin.commit)} ", " {place} ", " {copies}</p>
            <details class="sheet">
                <summary>{format!("Purge {short}")}</summary>
                <p>{loses} " Who did it, and when, goes on record."</p>
                <form method="post" action=action><p class="submit"><button>{format!("Purge {short} for good")}</button></p></form>
            </details>
        </li>
    }
    .into_any()
}
