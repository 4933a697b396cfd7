//! Field notes: what hunters know of a procedure, of a tenant, or of both; and the form by which one is written.
//!
//! A POST to `/field-notes` takes `procedure`, `repo`, `tenant`, `note`, `expires` (a day) and `next`; a POST to
//! `/field-notes/{id}` takes `withdrawn` (`yes`) and `next`.

use crate::components::facts;
use crate::components::notices::{Weight, notice};
use crate::links;
use crate::view::FieldNote;
use leptos::prelude::*;

/// What a note that is written here is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The procedure: its id and its repository.
    pub(crate) procedure: Option<(String, String)>,
    /// The tenant's id.
    pub(crate) tenant: Option<String>,
}

/// The notes, and the form for another one, where somebody may write it. `here` is the page that they lead back to.
pub(crate) fn notes(notes: Vec<FieldNote>, about: About, may_write: bool, here: &str) -> AnyView {
    if notes.is_empty() && !may_write {
        return ().into_any();
    }
    let list = list(notes, may_write, here);
    let form = may_write.then(|| form(about, here.to_owned()));
    view! {
        <section class="field-notes" aria-labelledby="field-notes">
            <h2 id="field-notes">"Field notes"</h2>
            {list}
            {form}
        </section>
    }
    .into_any()
}

/// The notes alone, as a notice above something else.
pub(crate) fn notices(notes: Vec<FieldNote>) -> AnyView {
    if notes.is_empty() {
        return ().into_any();
    }
    notice(Weight::Note, view! { <p>"Field notes:"</p> {list(notes, false, "")} }.into_any())
}

fn list(notes: Vec<FieldNote>, may_write: bool, here: &str) -> AnyView {
    let items = notes
        .into_iter()
        .map(|note| {
            let tenant = note.tenant.map(|(id, name)| view! { <a href=links::tenant(&id)>{name}</a> ": " });
            let procedure = note.procedure.map(|id| {
                let href = links::procedure(&id, "", None);
                view! { <a href=href>{id}</a> ": " }
            });
            let until = note
                .expires
                .map(|at| view! { ", until " {at.shown.get(..10).unwrap_or_default().to_owned()} });
            let back = may_write.then(|| {
                let action = format!("/field-notes/{}", links::encode(&note.id));
                view! {
                    <form method="post" action=action class="inline">
                        <input type="hidden" name="next" value=here.to_owned() />
                        <button class="quiet" name="withdrawn" value="yes">"Take back"</button>
                    </form>
                }
            });
            view! {
                <li>
                    {procedure} {tenant} {note.note} " "
                    <span class="faint">{note.by} ", " {facts::ago(note.at)} {until}</span> {back}
                </li>
            }
        })
        .collect_view();
    if items.is_empty() {
        return view! { <p class="faint">"None yet."</p> }.into_any();
    }
    view! { <ul class="notes">{items}</ul> }.into_any()
}

fn form(about: About, here: String) -> AnyView {
    let hidden = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value /> })
    };
    let (procedure, repo) = about.procedure.unzip();
    let both = about.tenant.is_some() && procedure.is_some();
    let said = match (both, about.tenant.is_some()) {
        (true, _) => "Add a note about this procedure for this tenant",
        (_, true) => "Add a note about this tenant",
        _ => "Add a note about this procedure",
    };
    view! {
        <details>
            <summary>{said}</summary>
            <form method="post" action="/field-notes" class="stacked">
                {hidden("procedure", procedure)}
                {hidden("repo", repo)}
                {hidden("tenant", about.tenant)}
                <input type="hidden" name="next" value=here />
                <label>"Note " <textarea name="note" rows="2" required=true maxlength="2000"></textarea></label>
                <label>"Holds until, where it does not hold for ever " <input type="date" name="expires" /></label>
                <button class="primary">"Add the note"</button>
            </form>
        </details>
    }
    .into_any()
}
