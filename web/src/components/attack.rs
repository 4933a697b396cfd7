//! ATT&CK chips: each leads to what else is mapped so.

use crate::links;
use crate::view::{Tactic, TacticOrigin, Technique, TechniqueStatus};
use leptos::prelude::*;

/// Techniques as a list of chips: id and name, and what the release says where that is not "in use".
pub(crate) fn techniques(techniques: Vec<Technique>) -> AnyView {
    if techniques.is_empty() {
        return ().into_any();
    }
    let chips = techniques
        .into_iter()
        .map(|technique| {
            let href = links::with_query("/", [("technique", technique.id.as_str())]);
            let (class, said) = match technique.status {
                TechniqueStatus::Active => ("chip technique", None),
                TechniqueStatus::Deprecated => ("chip technique stale", Some("deprecated".to_owned())),
                TechniqueStatus::Revoked => (
                    "chip technique stale",
                    Some(match technique.replaced_by {
                        Some(by) => format!("revoked, now {by}"),
                        None => "revoked".to_owned(),
                    }),
                ),
                TechniqueStatus::Foreign => ("chip technique stale", Some("of another domain".to_owned())),
                TechniqueStatus::Unknown => ("chip technique stale", Some("not in the release".to_owned())),
            };
            view! {
                <li>
                    <a class=class href=href>
                        <code>{technique.id}</code>
                        " "
                        {technique.name}
                        {said.map(|said| view! { " " <em>{said}</em> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="chips" aria-label="ATT&CK techniques">{chips}</ul> }.into_any()
}

/// Tactics as a list of chips; one that merely follows from a technique is drawn fainter and says so.
pub(crate) fn tactics(tactics: Vec<Tactic>) -> AnyView {
    if tactics.is_empty() {
        return ().into_any();
    }
    let chips = tactics
        .into_iter()
        .map(|tactic| {
            let href = links::with_query("/", [("tactic", tactic.id.as_str())]);
            let (class, title) = match tactic.from {
                TacticOrigin::Author => ("chip tactic", "named by the author"),
                TacticOrigin::Technique => ("chip tactic", "follows from its technique"),
                TacticOrigin::Possible => (
                    "chip tactic possible",
                    "possible: one of several tactics of its technique, none was named",
                ),
            };
            let possible = tactic.from == TacticOrigin::Possible;
            view! {
                <li>
                    <a class=class href=href title=format!("{}: {title}", tactic.id)>
                        {tactic.name}
                        {possible.then(|| view! { <span class="unseen">" (possible)"</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="chips" aria-label="ATT&CK tactics">{chips}</ul> }.into_any()
}
