//! Small facts about a procedure: how it stands, its tags, a commit, a moment.

use crate::links;
use crate::view::{Change, Commit, Field, Standing, When};
use leptos::prelude::*;

/// How a file stands. Good needs no badge: it is what a reader expects.
pub(crate) fn standing(standing: Standing) -> AnyView {
    let class = match standing {
        Standing::Good => return ().into_any(),
        Standing::Broken => "badge broken",
        Standing::Uncatalogued => "badge uncatalogued",
        Standing::Duplicate => "badge duplicate",
    };
    view! { <span class=class>{standing.word()}</span> }.into_any()
}

/// A number of things of which one has a name: `1 commit`, `2 commits`.
pub(crate) fn counted(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Values of one facet as a list of links to what else has them.
pub(crate) fn values(
    label: &'static str,
    facet: &'static str,
    class: &'static str,
    values: Vec<String>,
) -> AnyView {
    if values.is_empty() {
        return ().into_any();
    }
    let items = values
        .into_iter()
        .map(|value| {
            let href = links::with_query("/", [(facet, value.as_str())]);
            view! { <li><a class=class href=href>{value}</a></li> }
        })
        .collect_view();
    view! { <ul class="chips" aria-label=label>{items}</ul> }.into_any()
}

/// `sector=healthcare` as chips that lead nowhere.
pub(crate) fn labels(labels: Vec<Field>) -> AnyView {
    labels_of(labels, "Labels")
}

/// Pairs as chips that lead nowhere, under a name.
pub(crate) fn labels_of(labels: Vec<Field>, name: &'static str) -> AnyView {
    if labels.is_empty() {
        return ().into_any();
    }
    let items = labels
        .into_iter()
        .map(|label| view! { <li class="chip plain"><span class="key">{label.key}</span>" "{label.value}</li> })
        .collect_view();
    view! { <ul class="chips" aria-label=name>{items}</ul> }.into_any()
}

/// A moment: how long ago, and exactly when on hovering.
pub(crate) fn ago(when: When) -> AnyView {
    view! { <time datetime=when.iso title=when.shown>{when.ago}</time> }.into_any()
}

/// A moment, absolute, with how long ago that was.
pub(crate) fn moment(when: When) -> AnyView {
    view! { <time datetime=when.iso>{when.shown}</time> " " <span class="faint">"("{when.ago}")"</span> }
        .into_any()
}

/// A commit's short id, linked to its forge where that is known.
pub(crate) fn commit(commit: Commit) -> AnyView {
    let short = commit.short().to_owned();
    match commit.forge.as_deref().and_then(links::outside) {
        Some(href) => {
            view! { <a class="commit" href=href rel="noreferrer" title=commit.id><code>{short}</code></a> }
                .into_any()
        }
        None => view! { <code class="commit" title=commit.id>{short}</code> }.into_any(),
    }
}

/// What changed in meaning, as sentences. The class of a change's family gives it its colour.
pub(crate) fn changes(changes: Vec<Change>) -> AnyView {
    if changes.is_empty() {
        return ().into_any();
    }
    let items = changes
        .into_iter()
        .map(|change| {
            let class = match change.kind.as_str() {
                "metadata-lost" | "tags-lost" | "deleted" | "outputs-committed" => "change loss",
                "added" | "metadata-restored" | "cell-added" | "technique-added" => "change gain",
                "query-changed" | "parameter-changed" | "technique-removed" | "technique-remapped"
                | "id-changed" => "change weighty",
                _ => "change",
            };
            view! { <li class=class title=change.kind>{change.text}</li> }
        })
        .collect_view();
    view! { <ul class="changes" aria-label="What changed">{items}</ul> }.into_any()
}

/// A message in which `code` between backticks is set as code, as those who write messages mean it.
pub(crate) fn message(text: &str) -> AnyView {
    // An odd backtick at the end quotes nothing.
    let quoted = text.matches('`').count() / 2 * 2;
    let pieces = text.splitn(quoted + 1, '`').enumerate().map(|(place, piece)| {
        let piece = piece.to_owned();
        if place % 2 == 1 { view! { <code>{piece}</code> }.into_any() } else { piece.into_any() }
    });
    pieces.collect_view().into_any()
}
