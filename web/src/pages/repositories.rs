//! `/admin/repositories`: what is mirrored, and how that goes. *Sync now* is a POST to
//! `/admin/repositories/{name}/sync`.

use crate::Frame;
use crate::components::facts;
use crate::components::notices::empty;
use crate::links;
use crate::pages::catalog::{Readiness, readiness};
use crate::view::Commit;
use leptos::prelude::*;

/// One repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Where it is mirrored from, without credentials.
    pub location: String,
    /// Its branch; none: the remote's `HEAD`.
    pub branch: Option<String>,
    /// The commit that the index stands for; none before the first sync.
    pub tip: Option<Commit>,
    /// What is in it, when it was synced, and what went wrong.
    pub readiness: Readiness,
}

/// The list of repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoriesView {
    /// All of them, in the configured order.
    pub repositories: Vec<RepositoryRow>,
    /// Whether the viewer may start a sync.
    pub may_sync: bool,
}

/// The page.
pub fn page(frame: &Frame, view: RepositoriesView) -> String {
    let none = view.repositories.is_empty().then(|| {
        let content =
            view! { <p>"Name one with " <code>"--repo URL"</code> " or in the configuration file."</p> };
        empty("No repositories", content.into_any())
    });
    let may_sync = view.may_sync;
    let cards = view.repositories.into_iter().map(|row| card(row, may_sync)).collect_view();
    let content = view! { <h1>"Repositories"</h1> {none} <ul class="cards wide">{cards}</ul> };
    frame.render("Repositories", move || content.into_any())
}

fn card(row: RepositoryRow, may_sync: bool) -> AnyView {
    let name = row.readiness.repo.clone();
    let sync = may_sync.then(|| {
        let action = format!("/admin/repositories/{}/sync", links::encode(&name));
        let syncing = row.readiness.syncing;
        view! { <form method="post" action=action><button disabled=syncing>"Sync now"</button></form> }
    });
    let plain = row.readiness.plain;
    let tip = match row.tip {
        Some(commit) => facts::commit(commit),
        None => "none yet".into_any(),
    };
    view! {
        <li class="card">
            <div class="card-head"><h2>{name}</h2>{sync}</div>
            <dl class="facts across">
                <div><dt>"Location"</dt><dd><code>{row.location}</code></dd></div>
                <div><dt>"Branch"</dt><dd>{row.branch.unwrap_or_else(|| "the remote's HEAD".to_owned())}</dd></div>
                <div><dt>"Tip"</dt><dd>{tip}</dd></div>
                <div><dt>"Plain markdown"</dt><dd>{plain} " files, not notebooks"</dd></div>
            </dl>
            <div class="readiness">{readiness::line(row.readiness)}</div>
        </li>
    }
    .into_any()
}
