//! The truth about each repository, in one line each: what is in it, what is wrong with it, and how old that is.

use super::Readiness;
use super::results::thousands;
use crate::components::facts;
use crate::links;
use crate::view::When;
use leptos::prelude::*;

/// One line a repository.
pub(super) fn list(repositories: Vec<Readiness>) -> AnyView {
    if repositories.is_empty() {
        return ().into_any();
    }
    let lines = repositories.into_iter().map(|readiness| view! { <li>{line(readiness)}</li> }).collect_view();
    view! { <ul class="readiness" aria-label="Repositories">{lines}</ul> }.into_any()
}

/// One repository's numbers, each a link to what it counts, and its last sync.
pub(crate) fn line(readiness: Readiness) -> AnyView {
    let repo = readiness.repo.clone();
    let of = |number: u64,
              one: &'static str,
              many: &'static str,
              pairs: [(&str, &str); 2],
              class: &'static str| {
        let href = links::with_query("/", pairs);
        let words = if number == 1 { one } else { many };
        view! { <a class=class href=href><b>{thousands(number)}</b> " " {words}</a> }
    };
    let repo_pair = ("repo", repo.as_str());
    let standing = |word| [repo_pair, ("standing", word)];
    let asking = |q| [repo_pair, ("q", q)];
    let some = |number: u64, view: AnyView| (number > 0).then_some(view);
    let procedures = of(readiness.procedures, "procedure", "procedures", standing("good"), "count");
    let copyable = of(readiness.copyable, "copyable", "copyable", asking("is:copyable"), "count");
    let uncatalogued = of(
        readiness.uncatalogued,
        "uncatalogued",
        "uncatalogued",
        standing("uncatalogued"),
        "count uncatalogued",
    );
    let broken = of(readiness.broken, "broken", "broken", standing("broken"), "count broken");
    let duplicates =
        of(readiness.duplicates, "duplicate", "duplicates", standing("duplicate"), "count duplicate");
    let lost = of(
        readiness.metadata_ever_lost,
        "once lost its metadata",
        "once lost their metadata",
        asking("is:metadata-lost"),
        "count",
    );
    let revoked = of(
        readiness.revoked_techniques,
        "with a revoked technique",
        "with revoked techniques",
        asking("is:revoked"),
        "count",
    );
    view! {
        <span class="repo-name">{readiness.repo}</span>
        " "
        <span class="counts">
            {procedures}
            {copyable}
            {some(readiness.uncatalogued, uncatalogued.into_any())}
            {some(readiness.broken, broken.into_any())}
            {some(readiness.duplicates, duplicates.into_any())}
            {some(readiness.metadata_ever_lost, lost.into_any())}
            {some(readiness.revoked_techniques, revoked.into_any())}
        </span>
        " "
        <span class="age">{age(readiness.synced, readiness.syncing)}</span>
        {readiness.error.map(error)}
    }
    .into_any()
}

fn age(synced: Option<When>, syncing: bool) -> AnyView {
    let synced = match synced {
        Some(when) => view! { "synced " {facts::ago(when)} }.into_any(),
        None => "never synced".into_any(),
    };
    view! { {synced} {syncing.then_some(", syncing now")} }.into_any()
}

fn error((when, message): (When, String)) -> AnyView {
    view! {
        <span class="sync-error">
            "The last try, " {facts::ago(when)} ", failed: " {message}
            ". What is shown is as old as the last sync."
        </span>
    }
    .into_any()
}
