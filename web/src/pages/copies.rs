//! `/instances`: the copies that were made. `/instances/{id}`: one of them, with its provenance.
//!
//! The list is filtered by a GET form with `procedure`, `tenant` and `customer`; further pages by `cursor`.

use crate::Frame;
use crate::components::notices::{Weight, empty, sentences};
use crate::components::{facts, paging, tables};
use crate::links;
use crate::view::{CopyRow, Field};
use leptos::prelude::*;

/// The list of copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopiesView {
    /// Filtered by this procedure's id.
    pub procedure: String,
    /// Filtered by this tenant's id.
    pub tenant: String,
    /// Filtered by this customer's id.
    pub customer: String,
    /// This page, newest first.
    pub copies: Vec<CopyRow>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyDetailView {
    /// What it is, of what, for whom, by whom.
    pub copy: CopyRow,
    /// The procedure's path at that commit.
    pub path: String,
    /// The blob that it was made from.
    pub blob: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The tenant's key at that time.
    pub tenant_key: String,
    /// The tenant's region at that time.
    pub region: String,
    /// The resolved window, `2026-11-01T00:00:00Z` to …; none when none was injected.
    pub window: Option<(String, String)>,
    /// The values filled in, as Python writes them.
    pub parameters: Vec<Field>,
    /// `writes` or `none`.
    pub hold: String,
    /// The cells held, from 0.
    pub held_cells: Vec<usize>,
    /// The ATT&CK release at that time.
    pub attack: String,
    /// The renderer's version.
    pub renderer: String,
    /// What was warned of when it was made.
    pub warnings: Vec<String>,
}

/// The list.
pub fn page(frame: &Frame, view: CopiesView) -> String {
    let asked: Vec<(&str, &str)> =
        [("procedure", &view.procedure), ("tenant", &view.tenant), ("customer", &view.customer)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect();
    let narrowed = !asked.is_empty();
    let first = view.further_page.then(|| links::with_query("/instances", asked.clone()));
    let next = view
        .next
        .as_deref()
        .map(|cursor| links::with_query("/instances", asked.iter().copied().chain([("cursor", cursor)])));
    let chosen = asked
        .iter()
        .map(|(name, value)| {
            let others = asked.iter().copied().filter(|(other, _)| other != name);
            let (name, value, href) =
                ((*name).to_owned(), (*value).to_owned(), links::with_query("/instances", others));
            view! {
                <li>
                    <a class="chip removable" href=href>
                        <span class="unseen">"Remove "</span>
                        <span class="key">{name}</span> " " {value}
                    </a>
                </li>
            }
        })
        .collect_view();
    let chosen =
        narrowed.then(|| view! { <ul class="chips chosen" aria-label="Chosen filters">{chosen}</ul> });
    let list = if !view.copies.is_empty() {
        tables::copies(view.copies, "Copies, newest first")
    } else if narrowed {
        empty("No copy matches", view! { <p><a href="/instances">"All copies"</a></p> }.into_any())
    } else {
        let content = view! {
            <p>"A copy is one revision of a procedure for one tenant, its parameters filled in, ready to run. "
            <a href="/?q=is:copyable">"Choose a procedure"</a> " and take one."</p>
        };
        empty("No copies yet", content.into_any())
    };
    let content = view! { <h1>"Copies"</h1> {chosen} {list} {paging::paging(first, next)} };
    frame.render("Copies", move || content.into_any())
}

/// One copy.
pub fn copy_page(frame: &Frame, view: CopyDetailView) -> String {
    let CopyDetailView { copy, .. } = view;
    let title = copy.file_name.clone();
    let repo = copy.repo.as_deref();
    let procedure = links::procedure_at(&copy.procedure, &copy.commit.id, repo);
    let newest = links::procedure(&copy.procedure, "", repo);
    let row = |label: &'static str, value: AnyView| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let code = |text: String| view! { <code>{text}</code> }.into_any();
    let tenant = match copy.tenant.as_deref() {
        Some(id) => {
            let href = links::tenant(id);
            view! { <a href=href>{copy.tenant_name}</a> " " <span class="faint">{copy.customer}</span> }
                .into_any()
        }
        None => view! { "none: tenant-independent" }.into_any(),
    };
    let window = match view.window {
        Some((from, to)) => {
            let (from_iso, to_iso) = (from.clone(), to.clone());
            view! { <time datetime=from_iso>{from}</time> " to " <time datetime=to_iso>{to}</time> }
                .into_any()
        }
        None => "none was filled in".into_any(),
    };
    let held = if view.held_cells.is_empty() {
        "no cells".to_owned()
    } else {
        view.held_cells.iter().map(|cell| format!("cell {cell}")).collect::<Vec<_>>().join(", ")
    };
    let parameters = view
        .parameters
        .into_iter()
        .map(
            |field| view! { <div><dt><code>{field.key}</code></dt><dd><code>{field.value}</code></dd></div> },
        )
        .collect_view();
    let parameters = (!parameters.is_empty())
        .then(|| view! { <section aria-labelledby="parameters"><h2 id="parameters">"Filled in"</h2><dl class="facts">{parameters}</dl></section> });
    let content = view! {
        <p class="crumbs"><a href="/instances">"Copies"</a></p>
        <h1 class="file"><code>{copy.file_name}</code></h1>
        {sentences(Weight::Caution, view.warnings)}
        <p class="submit"><a class="button primary" href=links::instance_file(&copy.id) download="">"Download"</a></p>
        <section aria-labelledby="provenance">
            <h2 id="provenance">"Where it comes from"</h2>
            <dl class="facts">
                {row("Procedure", view! { <a href=procedure>{copy.title}</a> " " <a class="faint" href=newest>"as it is now"</a> }.into_any())}
                {row("Procedure's id", code(copy.procedure))}
                {row("Path", code(view.path))}
                {row("Commit", view! { {facts::commit(copy.commit)} }.into_any())}
                {row("Blob", code(view.blob))}
                {row("Tenant", tenant)}
                {row("Key and region", view! { <code>{view.tenant_key}</code> " " {view.region} }.into_any())}
                {row("Window", window)}
                {row("Hold", view! { {view.hold} ": " {held} }.into_any())}
                {row("Made", view! { {facts::moment(copy.made)} " by " {copy.made_by} }.into_any())}
                {row("ATT&CK release", view.attack.into_any())}
                {row("Renderer", view.renderer.into_any())}
                {row("SHA-256 of the file", code(view.sha256))}
            </dl>
        </section>
        {parameters}
    };
    frame.render(&title, move || content.into_any())
}
