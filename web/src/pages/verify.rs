//! `/instances/{id}/verify`: whether a copy is still what was made, each thing that it says by itself.

use crate::Frame;
use crate::components::notices::{Weight, notice};
use crate::links;
use leptos::prelude::*;

/// What came of looking at one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it says.
    Holds,
    /// It is not.
    Differs,
    /// It could not be looked at.
    #[default]
    Unknown,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyRow {
    /// What, for people.
    pub what: String,
    /// What came of it.
    pub verdict: Verdict,
    /// A sentence about it.
    pub detail: String,
}

/// A copy, looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyView {
    /// The copy's id.
    pub id: String,
    /// Its file's name.
    pub file_name: String,
    /// Whether all holds.
    pub holds: bool,
    /// Whether something differs; otherwise something could not be looked at.
    pub differs: bool,
    /// What was looked at.
    pub rows: Vec<VerifyRow>,
}

/// The page.
pub fn page(frame: &Frame, view: VerifyView) -> String {
    let title = format!("{} verified", view.file_name);
    let (weight, said) = match (view.holds, view.differs) {
        (true, _) => (Weight::Note, "The copy is what it says."),
        (false, true) => (Weight::Alarm, "The copy is not what it says."),
        (false, false) => (Weight::Caution, "Not everything that the copy says could be looked at."),
    };
    let rows = view
        .rows
        .into_iter()
        .map(|row| {
            let verdict = match row.verdict {
                Verdict::Holds => "holds",
                Verdict::Differs => "differs",
                Verdict::Unknown => "unknown",
            };
            view! {
                <tr>
                    <th scope="row" data-label="What">{row.what}</th>
                    <td data-label="Outcome"><strong>{verdict}</strong></td>
                    <td data-label="Why">{row.detail}</td>
                </tr>
            }
        })
        .collect_view();
    let content = view! {
        <h1>"Verify a copy"</h1>
        <p><a href=links::instance(&view.id)><code>{view.file_name}</code></a></p>
        {notice(weight, view! { <p><strong>{said}</strong></p> }.into_any())}
        <table class="rows">
            <caption class="unseen">"What was looked at"</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col">"Why"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="help">
            "The copy is made anew from what it says of itself and from the bytes of its procedure, and compared. The command "
            <code>"huntshelf verify"</code> " does the same with a file."
        </p>
    };
    frame.render(&title, move || content.into_any())
}
