//! Defects on the history page: what is known to be wrong, and the forms by which a lead says so.
//!
//! A defect is marked by a POST to `/procedures/{id}/defects` with `from`, `mended_in`, `severity`, `reason`; it is changed by
//! one to `/defects/{id}` with `mended_in` or `withdrawn`, and `next`.

use super::Revision;
use crate::components::facts;
use crate::links;
use crate::view::{Defect, ProcedureHead};
use leptos::prelude::*;

/// What is known to be wrong; nothing where nothing is.
pub(super) fn list(head: &ProcedureHead, defects: Vec<Defect>, may_mark: bool) -> AnyView {
    if defects.is_empty() {
        return ().into_any();
    }
    let next = links::procedure(&head.id, "history", head.link_repo());
    let items = defects.into_iter().map(|defect| item(defect, may_mark, &next)).collect_view();
    view! {
        <section class="defects" aria-labelledby="defects">
            <h2 id="defects">"Known defects"</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

fn item(defect: Defect, may_mark: bool, next: &str) -> AnyView {
    let until = match defect.mended.clone() {
        Some(commit) => view! { " until " {facts::commit(commit)} " mended it" }.into_any(),
        None => " and is not mended yet".into_any(),
    };
    let class = if defect.withdrawn { "badge plain" } else { "badge defect" };
    let said = if defect.withdrawn { "taken back" } else { defect.severity };
    let forms = may_mark.then(|| {
        let action = format!("/defects/{}", links::encode(&defect.id));
        let mend = (defect.mended.is_none() && !defect.withdrawn).then(|| {
            view! {
                <form method="post" action=action.clone() class="inline">
                    <input type="hidden" name="next" value=next.to_owned() />
                    <label>"Mended in " <input name="mended_in" required=true placeholder="commit" autocomplete="off" spellcheck="false" /></label>
                    <button>"Note"</button>
                </form>
            }
        });
        let (withdrawn, label) = if defect.withdrawn { ("no", "Bring back") } else { ("yes", "Take back") };
        view! {
            {mend}
            <form method="post" action=action class="inline">
                <input type="hidden" name="next" value=next.to_owned() />
                <button class="quiet" name="withdrawn" value=withdrawn>{label}</button>
            </form>
        }
    });
    view! {
        <li>
            <p><span class=class>{said}</span> " " {defect.reason}</p>
            <p class="who-when">
                "From " {facts::commit(defect.from)} {until} ". Marked by " {defect.by} ", " {facts::ago(defect.at)} ". "
                <a href=links::defect(&defect.id)>"Copies made of it"</a>
            </p>
            {forms}
        </li>
    }
    .into_any()
}

/// The form by which a range of revisions is marked.
pub(super) fn form(head: &ProcedureHead, revisions: &[Revision]) -> AnyView {
    let action = links::procedure(&head.id, "defects", head.link_repo());
    let options = |revisions: &[Revision]| {
        revisions
            .iter()
            .map(|revision| {
                let said = format!("{} {}", revision.commit.short(), revision.subject);
                let said: String = said.chars().take(80).collect();
                view! { <option value=revision.commit.id.clone()>{said}</option> }
            })
            .collect_view()
    };
    view! {
        <details class="mark-defect">
            <summary>"Mark revisions as defective"</summary>
            <form method="post" action=action class="stacked">
                <label>"From, the first that is wrong " <select name="from">{options(revisions)}</select></label>
                <label>
                    "Mended in "
                    <select name="mended_in"><option value="">"not yet"</option>{options(revisions)}</select>
                </label>
                <label>
                    "Severity "
                    <select name="severity">
                        <option value="high">"high: a hunt with it may have looked at nothing"</option>
                        <option value="medium">"medium: results are to be looked at again"</option>
                        <option value="low">"low: worth knowing"</option>
                    </select>
                </label>
                <label>"What is wrong " <textarea name="reason" rows="3" required=true maxlength="2000"></textarea></label>
                <button class="primary">"Mark"</button>
            </form>
        </details>
    }
    .into_any()
}
