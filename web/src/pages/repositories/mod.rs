//! `/admin/repositories`: what is mirrored, and how that goes. *Sync now* is a POST to
//! `/admin/repositories/{name}/sync`, which starts it and comes back here at once; while a sync runs, the server has the
//! page load itself anew every few seconds.

mod form;
mod pins;
mod progress;
mod syncs;

pub use form::{RepositoryForm, fields as form_fields, page as form_page};
pub use pins::{PinRow, PinsView, page as pins_page};
pub use progress::Progress;
pub use syncs::{SyncRow, SyncsView, page as syncs_page};

use crate::Frame;
use crate::components::facts;
use crate::components::notices::{Weight, empty, notice};
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
    /// How far a running sync is.
    pub progress: Option<Progress>,
    /// Whether it was added on the page, and can be changed there.
    pub on_record: bool,
    /// Whether it stands in the configuration.
    pub configured: bool,
    /// What else must be known of it.
    pub notes: Vec<String>,
    /// Its newest syncs.
    pub syncs: Vec<SyncRow>,
    /// Whether there are more of them on record.
    pub more_syncs: bool,
}

/// The list of repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoriesView {
    /// All of them, in the configured order.
    pub repositories: Vec<RepositoryRow>,
    /// Whether the viewer may start a sync, and add, change and remove repositories.
    pub may_change: bool,
    /// The repository that a sync was just asked for.
    pub asked: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: RepositoriesView) -> String {
    let none = view.repositories.is_empty().then(|| {
        let content =
            view! { <p>"Add one here, or name one with " <code>"--repo URL"</code> " or in the configuration file."</p> };
        empty("No repositories", content.into_any())
    });
    let asked = view.asked.map(|repo| {
        let content = view! { <p>"A sync of " <b>{repo}</b> " begins. Its progress is shown here."</p> };
        notice(Weight::Note, content.into_any())
    });
    let may_change = view.may_change;
    let add = may_change
        .then(|| view! { <p><a class="button" href="/admin/repositories/new">"Add a repository"</a></p> });
    let cards = view.repositories.into_iter().map(|row| card(row, may_change)).collect_view();
    let content = view! { <h1>"Repositories"</h1> {asked} {none} <ul class="cards wide">{cards}</ul> {add} };
    frame.render("Repositories", move || content.into_any())
}

fn card(row: RepositoryRow, may_change: bool) -> AnyView {
    let name = row.readiness.repo.clone();
    let change = (may_change && row.on_record).then(|| {
        let href = format!("/admin/repositories/{}", links::encode(&name));
        let label = format!("Change {name}");
        view! { <a class="button" href=href aria-label=label>"Change"</a> }
    });
    let stands = match (row.on_record, row.configured) {
        (true, _) => "on this page",
        (false, true) => "in the configuration, and changed there",
        (false, false) => "built in, while there is nothing else",
    };
    let notes = row.notes.into_iter().map(|note| view! { <p class="help">{note}</p> }).collect_view();
    let sync = may_change.then(|| {
        let action = format!("/admin/repositories/{}/sync", links::encode(&name));
        let label = format!("Sync now: {name}");
        view! { <form method="post" action=action><button aria-label=label>"Sync now"</button></form> }
    });
    let pins = may_change.then(|| {
        let href = pins::address(&name);
        let label = format!("Commits of {name} that are kept for copies");
        view! { <p><a href=href>{label}</a></p> }
    });
    let plain = row.readiness.plain;
    let tip = match row.tip {
        Some(commit) => facts::commit(commit),
        None => "none yet".into_any(),
    };
    let syncs = syncs::newest(&name, row.syncs, row.more_syncs);
    view! {
        <li class="card">
            <div class="card-head"><h2>{name}</h2><div class="ways">{change}{sync}</div></div>
            {row.progress.map(progress::shown)}
            <dl class="facts across">
                <div><dt>"Location"</dt><dd><code>{row.location}</code></dd></div>
                <div><dt>"Branch"</dt><dd>{row.branch.unwrap_or_else(|| "the remote's HEAD".to_owned())}</dd></div>
                <div><dt>"Tip"</dt><dd>{tip}</dd></div>
                <div><dt>"Set up"</dt><dd>{stands}</dd></div>
                <div><dt>"Plain markdown"</dt><dd>{plain} " files, not notebooks"</dd></div>
            </dl>
            {notes}
            <div class="readiness">{readiness::line(row.readiness)}</div>
            {syncs}
            {pins}
        </li>
    }
    .into_any()
}
