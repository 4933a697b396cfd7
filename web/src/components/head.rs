//! The top of every page about one procedure: where it stands, its title, and the ways to look at it.

use crate::components::facts;
use crate::links;
use crate::view::ProcedureHead;
use leptos::prelude::*;

/// Which of a procedure's pages is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// The procedure itself.
    Read,
    /// Its revisions, or two of them compared.
    History,
    /// Who last changed what.
    Blame,
    /// The copy dialogue.
    Copy,
    /// The copies that were made of it.
    Copies,
}

/// Breadcrumb, title, standing and tabs.
pub(crate) fn head(head: &ProcedureHead, current: Tab) -> AnyView {
    let repo = head.link_repo();
    let at = head.at.as_deref();
    let read = match at {
        Some(commit) => links::procedure_at(&head.id, commit, repo),
        None => links::procedure(&head.id, "", repo),
    };
    let copy = links::with_query(
        &links::procedure(&head.id, "copy", None),
        repo.map(|repo| ("repo", repo)).into_iter().chain(at.map(|at| ("at", at))),
    );
    let tab = |tab: Tab, label: &'static str, href: String| {
        let now = (tab == current).then_some("page");
        view! { <li><a href=href aria-current=now>{label}</a></li> }
    };
    view! {
        <header class="procedure-head">
            <p class="crumbs">
                <a href="/">"Catalog"</a>
                <span class="crumb"><a href=links::with_query("/", [("repo", head.repo.as_str())])>{head.repo.clone()}</a></span>
                <span class="crumb"><code>{head.id.clone()}</code></span>
            </p>
            <h1>{head.title.clone()} " " {facts::standing(head.standing)}</h1>
            <nav class="tabs" aria-label="This procedure">
                <ul>
                    {tab(Tab::Read, "Procedure", read)}
                    {tab(Tab::History, "History", links::procedure(&head.id, "history", repo))}
                    {tab(Tab::Blame, "Blame", links::blame(&head.id, repo, at, None))}
                    {tab(Tab::Copy, "Take a copy", copy)}
                    {tab(Tab::Copies, "Copies", links::procedure(&head.id, "instances", repo))}
                    <li class="file"><a href=links::procedure_file(&head.id, "source", repo, at)>"Source"</a></li>
                    <li class="file">
                        <a href=links::procedure_file(&head.id, "notebook.ipynb", repo, at) download="">"notebook.ipynb"</a>
                    </li>
                </ul>
            </nav>
        </header>
    }
    .into_any()
}
