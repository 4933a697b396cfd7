//! `/problems`: what is wrong with files at their branches' tips, by file. Further pages: `?cursor=`.

use crate::Frame;
use crate::components::notices::empty;
use crate::components::{diagnostics, paging};
use crate::links;
use crate::view::Diagnostic;
use leptos::prelude::*;

/// What is wrong with one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileProblems {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// Its procedure's id, for the link; none for another file.
    pub id: Option<String>,
    /// Whether links must name the repository.
    pub repo_in_links: bool,
    /// What is wrong, worst first.
    pub diagnostics: Vec<Diagnostic>,
}

/// The problems page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemsView {
    /// By repository and path.
    pub files: Vec<FileProblems>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: ProblemsView) -> String {
    let first = view.further_page.then(|| "/problems".to_owned());
    let next = view.next.as_deref().map(|cursor| links::with_query("/problems", [("cursor", cursor)]));
    let none = view.files.is_empty().then(|| {
        let content = view! { <p>"Every file that was looked at can be read and says what it should."</p> };
        empty("No problems", content.into_any())
    });
    let files = view.files.into_iter().map(file).collect_view();
    let content = view! {
        <h1>"Problems"</h1>
        <p class="faint">"What is wrong with files at the tips of their branches, and how to mend it. A problem with one file harms no other."</p>
        {none}
        {files}
        {paging::paging(first, next)}
    };
    frame.render("Problems", move || content.into_any())
}

fn file(file: FileProblems) -> AnyView {
    let repo = file.repo_in_links.then_some(file.repo.as_str());
    let page = file.id.as_deref().map(|id| links::procedure(id, "", repo));
    let list = diagnostics::list(file.diagnostics, page.as_deref());
    let path = view! { <code>{file.path}</code> };
    let path = match page {
        Some(page) => view! { <a href=page>{path}</a> }.into_any(),
        None => path.into_any(),
    };
    view! {
        <section class="file-problems">
            <h2>{path} " " <span class="faint">{file.repo}</span></h2>
            {list}
        </section>
    }
    .into_any()
}
