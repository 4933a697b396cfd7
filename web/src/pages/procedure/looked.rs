//! Who looked a procedure through, how long ago, and what changed since; and following it.
//!
//! A review is a POST to `/procedures/{id}/reviews` with `kind`, `note` and, of an old revision, `at`; following one to
//! `/procedures/{id}/follow` with `follow`, `yes` or `no`.

use crate::components::facts;
use crate::links;
use crate::view::{Commit, ProcedureHead, When};
use leptos::prelude::*;

/// What can be looked at: the word, its label, and what it means.
pub const KINDS: [(&str, &str, &str); 3] = [
    ("technical", "Technical", "it runs, and does what it says"),
    ("detection", "Detection quality", "it finds what it hunts"),
    ("report", "Report text", "it can go to a customer"),
];

/// The newest review of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// `technical`, `detection` or `report`.
    pub kind: &'static str,
    /// Who looked.
    pub by: String,
    /// When.
    pub at: When,
    /// The revision.
    pub commit: Commit,
    /// What they said.
    pub note: String,
    /// How many revisions are newer.
    pub since: usize,
    /// What they changed, in words.
    pub kinds: Vec<String>,
}

/// What stands below the title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// The newest review of each kind.
    pub reviews: Vec<Review>,
    /// Whether the viewer may add one.
    pub may_review: bool,
    /// Whether the viewer follows the procedure.
    pub follows: bool,
}

pub(super) fn looked(head: &ProcedureHead, looked: Looked) -> AnyView {
    let said = KINDS
        .iter()
        .map(|(kind, label, _)| match looked.reviews.iter().find(|review| review.kind == *kind) {
            Some(review) => {
                let class = if review.since == 0 { "reviewed" } else { "reviewed stale" };
                let since = match review.since {
                    0 => String::new(),
                    1 => ", one change since".to_owned(),
                    many => format!(", {many} changes since"),
                };
                view! { <span class=class>{*label} " " {facts::ago(review.at.clone())} {since}</span> }
                    .into_any()
            }
            None => view! { <span class="reviewed never">{*label} " never"</span> }.into_any(),
        })
        .collect_view();
    let notes = looked.reviews.into_iter().map(|review| note(head, review)).collect_view();
    let form = looked.may_review.then(|| form(head));
    let (follow, label, title) = if looked.follows {
        ("no", "Following", "Stop following: changes are no longer marked for you")
    } else {
        ("yes", "Follow", "Changes of it are marked for you on the page Following")
    };
    let action = links::procedure(&head.id, "follow", head.link_repo());
    let pressed = if looked.follows { "true" } else { "false" };
    view! {
        <div class="looked">
            <details>
                <summary>"Reviewed: " {said}</summary>
                <ul class="reviews">{notes}</ul>
                {form}
            </details>
            <form method="post" action=action>
                <button class="quiet" name="follow" value=follow title=title aria-pressed=pressed>{label}</button>
            </form>
        </div>
    }
    .into_any()
}

fn note(head: &ProcedureHead, review: Review) -> AnyView {
    let label = KINDS.iter().find(|(kind, ..)| *kind == review.kind).map_or("", |(_, label, _)| label);
    let compared = (review.since > 0).then(|| {
        let repo = head.link_repo().map(|repo| ("repo", repo)).into_iter();
        let pairs = repo.chain([("from", review.commit.id.as_str())]);
        let href = links::with_query(&links::procedure(&head.id, "diff", None), pairs);
        let kinds =
            if review.kinds.is_empty() { String::new() } else { format!(": {}", review.kinds.join(", ")) };
        view! { <p class="who-when"><a href=href>"What changed since"</a> {kinds}</p> }
    });
    let said = (!review.note.is_empty()).then(|| view! { <p class="note">{review.note}</p> });
    view! {
        <li>
            <p>
                <strong>{label}</strong> " by " {review.by} ", " {facts::moment(review.at)} ", at "
                {facts::commit(review.commit)}
            </p>
            {said}
            {compared}
        </li>
    }
    .into_any()
}

fn form(head: &ProcedureHead) -> AnyView {
    let action = links::procedure(&head.id, "reviews", head.link_repo());
    let at = head.at.clone().map(|at| view! { <input type="hidden" name="at" value=at /> });
    let options = KINDS
        .map(|(kind, label, means)| view! { <option value=kind>{label} ": " {means}</option> })
        .collect_view();
    view! {
        <details class="add-review">
            <summary>"Add a review"</summary>
            <form method="post" action=action class="stacked">
                {at}
                <label>"What was looked at " <select name="kind">{options}</select></label>
                <label>"Note " <textarea name="note" rows="3" maxlength="4000"></textarea></label>
                <button class="primary">"Reviewed"</button>
            </form>
        </details>
    }
    .into_any()
}
