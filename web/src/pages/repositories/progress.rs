//! What a running sync is doing, in words and as a bar.

use crate::components::facts;
use crate::view::When;
use leptos::prelude::*;

/// How far a running sync is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing: `indexing: 12 of 300 files`.
    pub words: String,
    /// How much of that is done, and how much there is; nothing where that is not known.
    pub done_of: Option<(u64, u64)>,
    /// When it began.
    pub began: When,
    /// Why: `asked for by somebody`.
    pub why: String,
}

/// The bar and the words.
pub(super) fn shown(progress: Progress) -> AnyView {
    let (done, total) = progress.done_of.unzip();
    let words = progress.words.clone();
    view! {
        <div class="progress">
            <progress value=done max=total aria-label="The running sync"></progress>
            <p>
                <b>"Syncing now, "</b>
                {words}
                <span class="faint">" (began "{facts::ago(progress.began)}"; "{progress.why}")"</span>
            </p>
        </div>
    }
    .into_any()
}
