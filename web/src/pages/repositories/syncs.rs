//! `/admin/repositories/{name}/syncs`: every sync of a repository that is on record, newest first; and the newest of them
//! on the page of all repositories. Further pages: `?cursor=`.

use crate::Frame;
use crate::components::notices::empty;
use crate::components::{facts, paging};
use crate::links;
use crate::view::{Commit, When};
use leptos::prelude::*;

/// One sync.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncRow {
    /// When it began.
    pub began: When,
    /// Why, in a word or two.
    pub why: String,
    /// The commit that was served before.
    pub from: Option<Commit>,
    /// The commit that is served since; none where it failed.
    pub to: Option<Commit>,
    /// Commits that were new.
    pub commits: usize,
    /// Files whose entries were written.
    pub files: usize,
    /// Problems in these files.
    pub problems: usize,
    /// How long it took: `1.2 s`.
    pub took: String,
    /// Why it failed, if it did.
    pub failed: Option<String>,
}

/// A page of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncsView {
    /// Whose.
    pub repo: String,
    /// Whether this is a further page.
    pub further_page: bool,
    /// This page, newest first.
    pub syncs: Vec<SyncRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

fn address(repo: &str) -> String {
    format!("/admin/repositories/{}/syncs", links::encode(repo))
}

/// The page.
pub fn page(frame: &Frame, view: SyncsView) -> String {
    let title = format!("Syncs of {}", view.repo);
    let heading = title.clone();
    let here = address(&view.repo);
    let first = view.further_page.then(|| here.clone());
    let next = view.next.map(|cursor| links::with_query(&here, [("cursor", cursor.as_str())]));
    let content = if view.syncs.is_empty() {
        empty("No sync is on record", view! { <p>"The newest 500 are kept."</p> }.into_any())
    } else {
        table(view.syncs)
    };
    let content = view! {
        <p class="crumbs"><a href="/admin/repositories">"Repositories"</a></p>
        <h1>{heading}</h1>
        {content}
        {paging::paging(first, next)}
        <p class="help">"The newest 500 syncs of a repository are kept, by each server its own."</p>
    };
    frame.render(&title, move || content.into_any())
}

/// The newest syncs on the card of a repository.
pub(super) fn newest(repo: &str, syncs: Vec<SyncRow>, more: bool) -> AnyView {
    let Some(last) = syncs.first() else { return ().into_any() };
    let summary = format!("Syncs: the last one {}", summed_up(last));
    let more = more.then(|| {
        let label = format!("All syncs of {repo}");
        view! { <p><a href=address(repo)>{label}</a></p> }
    });
    view! { <details class="syncs"><summary>{summary}</summary>{table(syncs)}{more}</details> }.into_any()
}

/// How a sync went, after "the last one".
fn summed_up(sync: &SyncRow) -> String {
    match (&sync.failed, sync.commits, sync.files) {
        (Some(_), ..) => "failed".to_owned(),
        (None, 0, 0) => "found nothing new".to_owned(),
        (None, commits, files) => {
            format!("brought {}, {}", facts::counted(commits, "commit"), facts::counted(files, "file"))
        }
    }
}

fn table(syncs: Vec<SyncRow>) -> AnyView {
    let rows = syncs
        .into_iter()
        .map(|sync| {
            let class = sync.failed.is_some().then_some("failed");
            let ended = match (sync.failed, sync.commits, sync.files) {
                (Some(reason), ..) => {
                    view! { <b class="error">"failed: "</b> {facts::message(&reason)} }.into_any()
                }
                (None, 0, 0) => "nothing new".into_any(),
                (None, commits, files) => {
                    format!("{}, {}", facts::counted(commits, "commit"), facts::counted(files, "file")).into_any()
                }
            };
            let same = sync.from == sync.to;
            let from = sync.from.filter(|_| !same).map(|from| view! { {facts::commit(from)} " to " });
            let commits = match sync.to {
                Some(to) => view! { {from} {facts::commit(to)} }.into_any(),
                None => view! { <span class="faint">"as before"</span> }.into_any(),
            };
            view! {
                <tr class=class>
                    <th scope="row" data-label="Began"><time datetime=sync.began.iso title=sync.began.ago>{sync.began.shown}</time></th>
                    <td data-label="Why">{sync.why}</td>
                    <td data-label="Commits">{commits}</td>
                    <td data-label="Result">{ended}</td>
                    <td data-label="Problems">{sync.problems}</td>
                    <td data-label="Took">{sync.took}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">"Syncs, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Began"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col">"Commits"</th>
                    <th scope="col">"Result"</th>
                    <th scope="col">"Problems"</th>
                    <th scope="col">"Took"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
