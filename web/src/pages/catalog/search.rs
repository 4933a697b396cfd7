//! The search form.

use super::{CatalogView, Sort};
use leptos::prelude::*;

/// A plain GET form that carries along what was chosen.
pub(super) fn form(view: &CatalogView) -> AnyView {
    let chosen = view
        .chosen
        .iter()
        .map(|chosen| {
            let (name, value) = (chosen.facet.clone(), chosen.value.clone());
            view! { <input type="hidden" name=name value=value /> }
        })
        .collect_view();
    let sort = (view.sort != Sort::default())
        .then(|| view! { <input type="hidden" name="sort" value=view.sort.word() /> });
    view! {
        <form class="search" method="get" action="/" role="search">
            <label class="unseen" for="q">"Search procedures"</label>
            <input
                id="q"
                name="q"
                type="search"
                value=view.q.clone()
                placeholder="lsass memory, technique:T1003, “scheduled task” -azure"
                maxlength="512"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-describedby="q-help"
                aria-controls="results"
                aria-keyshortcuts="/"
            />
            <ul id="suggestions" class="suggestions" role="listbox" aria-label="Suggestions" hidden=true></ul>
            {chosen}
            {sort}
            <button class="primary">"Search"</button>
        </form>
        {help()}
    }
    .into_any()
}

/// What can be typed, folded away until it is wanted.
fn help() -> AnyView {
    let rows = [
        ("lsass memory", "both words; the last one also as a beginning"),
        ("“scheduled task”  -azure  OR  ( )", "a phrase, without, either, grouping"),
        ("tactic:credential-access  technique:T1003", "ATT&CK; a technique finds its sub-techniques"),
        ("data:process  tag:azure  author:…  platform:…", "metadata; any further key of hunting likewise"),
        ("collection:start-here", "within a collection, by its name or repository/name"),
        ("reads:process  field:commandline", "what its queries read, and by which fields"),
        ("lookback:>7d  lookback:unknown", "how far a query of it looks back; also <, <=, >="),
        ("change:query-changed", "a change that is in its history"),
        ("in:query  in:code  in:title", "where the words are to stand"),
        ("is:broken  is:copyable  updated:>=2026-01-01", "how it stands, when it changed"),
    ]
    .map(|(typed, meaning)| view! { <div><dt><code>{typed}</code></dt><dd>{meaning}</dd></div> })
    .collect_view();
    view! {
        <details class="search-help" id="q-help">
            <summary>"What can be searched"</summary>
            <dl>{rows}</dl>
        </details>
    }
    .into_any()
}
