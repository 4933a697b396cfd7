//! `/instances/return`: notebooks that come back. A form with `file`, one or several, is sent by POST; where a notebook may
//! be of several copies, a POST to `/instances/return/of` with `object`, `file` and `instance` says which.

use crate::Frame;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, notice};
use crate::components::{facts, tables};
use crate::links;
use crate::view::CopyRow;
use leptos::prelude::*;

/// What became of notebooks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReturnView {
    /// Whether any were sent.
    pub sent: bool,
    /// Those that were matched.
    pub arrived: Vec<Arrived>,
    /// Those that may be of several copies.
    pub asked: Vec<Asked>,
    /// Those that are of none: the file, and why.
    pub unmatched: Vec<(String, String)>,
}

/// A notebook that was matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The file.
    pub file: String,
    /// The copy.
    pub copy: CopyRow,
    /// Whether the very same had come before.
    pub again: bool,
}

/// A notebook that may be of several copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The file.
    pub file: String,
    /// Where it is kept.
    pub object: String,
    /// Of which it may be.
    pub candidates: Vec<CopyRow>,
}

/// The page.
pub fn page(frame: &Frame, view: ReturnView) -> String {
    let nothing = view.sent && view.arrived.is_empty() && view.asked.is_empty() && view.unmatched.is_empty();
    let nothing = nothing.then(|| {
        notice(Weight::Caution, view! { <p>"No file was sent. Choose one or several."</p> }.into_any())
    });
    let arrived = (!view.arrived.is_empty()).then(|| {
        let items = view
            .arrived
            .into_iter()
            .map(|one| {
                let again = one.again.then(|| view! { " " <span class="faint">"the very same had come before"</span> });
                view! {
                    <li>
                        <a href=links::instance(&one.copy.id)><code>{one.file}</code></a> " "
                        {tables::state(one.copy.state, one.copy.outcome)} " " {one.copy.title} " "
                        <span class="faint">{one.copy.tenant_name} " " {one.copy.customer}</span> {again}
                    </li>
                }
            })
            .collect_view();
        view! { <section aria-labelledby="arrived"><h2 id="arrived">"Came back"</h2><ul class="of-card">{items}</ul></section> }
    });
    let asked = view.asked.into_iter().enumerate().map(|(place, one)| ask(place, one)).collect_view();
    let unmatched = (!view.unmatched.is_empty()).then(|| {
        let items = view
            .unmatched
            .into_iter()
            .map(|(file, reason)| view! { <li><code>{file}</code> ": " {facts::message(&reason)}</li> })
            .collect_view();
        let content = view! { <p><strong>"Of no copy on record:"</strong></p> <ul>{items}</ul> };
        notice(Weight::Alarm, content.into_any())
    });
    let file = Labelled::new("file", "Notebooks", "One or several, 64 MiB together at most", &[]);
    let content = view! {
        <p class="crumbs"><a href="/instances">"Copies"</a></p>
        <h1>"Bring notebooks back"</h1>
        {nothing}
        {arrived}
        {asked}
        {unmatched}
        <form class="sheet" method="post" action="/instances/return" enctype="multipart/form-data">
            <p>
                "Each is matched to its copy by what it says of itself, kept, and shown against what was handed out. "
                "Nothing in it is executed."
            </p>
            {file.files()}
            <p class="submit"><button class="primary">"Bring them back"</button></p>
        </form>
    };
    frame.render("Bring notebooks back", move || content.into_any())
}

fn ask(place: usize, asked: Asked) -> AnyView {
    let legend = format!("Which copy is it of? {}", asked.file);
    let options = asked
        .candidates
        .into_iter()
        .enumerate()
        .map(|(number, copy)| {
            view! {
                <label class="option">
                    <input type="radio" name="instance" value=copy.id checked={number == 0} />
                    <span>
                        {tables::state(copy.state, copy.outcome)} " made " {facts::ago(copy.made)} " by " {copy.made_by}
                        " " <span class="faint">{copy.tenant_name}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <form method="post" action="/instances/return/of" id=format!("asked-{place}")>
            <fieldset>
                <legend>{legend}</legend>
                <input type="hidden" name="object" value=asked.object />
                <input type="hidden" name="file" value=asked.file />
                <div class="options">{options}</div>
                <p class="submit"><button class="primary">"It is of this one"</button></p>
            </fieldset>
        </form>
    }
    .into_any()
}
