//! `/procedures/{id}`, `/procedures/{id}/at/{commit}` and `/procedures/{id}/report`: one procedure, read as a hunter and as
//! the customer.

mod banners;
mod customer;
mod hunted;
mod looked;
mod notebook;
mod panel;
mod queries;

use super::collections::{Listed, within};
use crate::Frame;
use crate::components::{attack, diagnostics, head};
use crate::islands::CopyCode;
use crate::links;
use crate::view::{
    Commit, CopyRow, Defect, Diagnostic, Field, ProcedureHead, Severity, Stale, Tactic, Technique, When,
};
use leptos::prelude::*;

/// Why a file is broken, and what is shown in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// The commit since which its newest revisions cannot be used.
    pub since: Commit,
    /// That commit's author.
    pub by: String,
    /// When it was committed.
    pub at: When,
    /// What is wrong, in a sentence.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// The last good revision, which the page shows; none when there never was one.
    pub last_good: Option<Commit>,
    /// What brings its metadata back.
    pub restore: Option<Restore>,
}

/// The way back for metadata that were lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restore {
    /// What the `hunting` block last said.
    pub values: Vec<Field>,
    /// The patch that brings it back; none where no patch can.
    pub patch: Option<Patch>,
}

/// A patch to take away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// Where it is.
    pub href: String,
    /// The name of its file.
    pub file_name: String,
    /// The path of the file that it changes.
    pub path: String,
    /// Whether the next save by jupytext keeps what it restores.
    pub stays: bool,
}

/// A past revision is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The commit looked at.
    pub commit: Commit,
    /// When it was committed, if that is known.
    pub when: Option<When>,
    /// The newer revisions, if they are known: of each the kinds of change.
    pub newer: Option<Vec<Vec<String>>>,
    /// What changed since, compared.
    pub since: Option<String>,
}

/// The procedure was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    /// The commit that deleted it.
    pub commit: Commit,
    /// When that was committed.
    pub at: When,
    /// By whom.
    pub by: String,
    /// First line of its message.
    pub subject: String,
}

/// A heading of the notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Its anchor within the page, without `#`.
    pub anchor: String,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellKind {
    /// Prose.
    #[default]
    Markdown,
    /// Something for the kernel.
    Code,
    /// Text that Jupyter passes on untouched.
    Raw,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its place, from 0; its anchor is `#cell-` and this.
    pub index: usize,
    /// What it holds.
    pub kind: CellKind,
    /// Rendered and sanitized by the server: prose as HTML; code and raw text as highlighted spans, escaped, without
    /// the `pre`, which the page puts around.
    pub html: String,
    /// What the code is, to be shown: `Python`, `Taegis`, `KQL`, …; empty when unknown.
    pub language: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its first line in the file, from 1.
    pub line: u32,
    /// That line at the forge.
    pub forge: Option<String>,
    /// Where it is told who last changed it.
    pub blame: Option<String>,
    /// Its outputs, rendered and sanitized by the server.
    pub outputs: Vec<String>,
    /// Tags that were meant to remove something and do not, each with the spelling that would.
    pub mistaken: Vec<(String, String)>,
}

/// A query of the notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The cell that it stands in, from 0.
    pub cell: usize,
    /// The line in the file, from 1.
    pub line: u32,
    /// Whether it is there to be read and not run.
    pub shown: bool,
    /// What it is written in: `Taegis CQL`, `KQL`, …; none when that cannot be told.
    pub language: Option<String>,
    /// What it reads, as written.
    pub data_sources: Vec<String>,
    /// The fields that it filters by or asks for.
    pub fields: Vec<String>,
    /// How far it looks back, as written, where the query itself says so.
    pub look_back: Option<String>,
    /// The name that its results are given.
    pub assigned: Option<String>,
    /// Whether a tenant should be named beside it and is not.
    pub no_tenant: bool,
    /// The call that asks it, where it is not a cell's magic.
    pub call: Option<String>,
    /// Whether its text cannot be read.
    pub unread: bool,
}

/// A parameter of the notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, a Python identifier.
    pub name: String,
    /// Its type as far as it is known (`str`, `int`, …).
    pub kind: String,
    /// Its default, as Python writes it.
    pub default: String,
    /// What it is for.
    pub help: String,
}

/// A key of `hunting` that has no place of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detail {
    /// The key.
    pub key: String,
    /// Its value, or each of a list's, as they are to be read.
    pub values: Vec<String>,
}

/// Where the forge shows the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgeLinks {
    /// The file at this commit.
    pub file: Option<String>,
    /// Editing it on the branch.
    pub edit: Option<String>,
    /// A new issue.
    pub issue: Option<String>,
}

/// The page of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureView {
    /// Its name and standing.
    pub head: ProcedureHead,
    /// Its path at the shown revision.
    pub path: String,
    /// Whether that is an ipynb file.
    pub is_ipynb: bool,
    /// The path of the file beside it that describes it, where it has no `hunting` block of its own.
    pub described_by: Option<String>,
    /// The commit of the shown revision.
    pub commit: Commit,
    /// When that revision was made.
    pub updated: When,
    /// By whom.
    pub updated_by: String,
    /// Set when an older revision was asked for.
    pub past: Option<Past>,
    /// Set when it was deleted: what is shown is an old revision.
    pub gone: Option<Gone>,
    /// Set when its repository could not be synced the last time.
    pub stale: Option<Stale>,
    /// What is known to be wrong with the shown revision.
    pub defects: Vec<Defect>,
    /// Who looked it through, and whether the viewer follows it.
    pub looked: Looked,
    /// The copy with which it was last hunted, for a tenant that the viewer may see.
    pub last_hunt: Option<CopyRow>,
    /// Set when the newest revision cannot be used.
    pub broken: Option<Broken>,
    /// For a duplicate: the path of the older file that holds its id.
    pub taken_by: Option<String>,
    /// For a duplicate: the id that both files bear.
    pub claimed: Option<String>,
    /// For an uncatalogued notebook: a `hunting` block to begin with.
    pub block: Option<String>,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
    /// `hunting.description`.
    pub description: String,
    /// What it is mapped to.
    pub techniques: Vec<Technique>,
    /// In matrix order.
    pub tactics: Vec<Tactic>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// ATT&CK platforms.
    pub platforms: Vec<String>,
    /// Which service its queries are for.
    pub service: Option<String>,
    /// Its kernel's display name.
    pub kernel: Option<String>,
    /// Every other key of `hunting`.
    pub further: Vec<Detail>,
    /// What a copy fills in.
    pub parameters: Vec<Parameter>,
    /// What it asks services for.
    pub queries: Vec<Query>,
    /// Its headings.
    pub outline: Vec<Heading>,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// What lint finds in this revision.
    pub diagnostics: Vec<Diagnostic>,
    /// Why no copy can be made of it; none when one can.
    pub not_copyable: Option<String>,
    /// The collections that it is in.
    pub collections: Vec<Listed>,
    /// Procedures whose text is nearly the same.
    pub nearly: Vec<Nearly>,
    /// What else hunts the same.
    pub similar: Vec<Alike>,
    /// Where the forge shows it.
    pub forge: ForgeLinks,
}

/// A procedure that shares much with the shown one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alike {
    /// How it is addressed.
    pub id: String,
    /// Its repository, where links must name it.
    pub repo: Option<String>,
    /// Its title.
    pub title: String,
    /// What both have: techniques, data sources, tags, words.
    pub shared: Vec<String>,
}

/// A procedure whose text is nearly that of the shown one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nearly {
    /// How it is addressed.
    pub id: String,
    /// Its repository, where links must name it.
    pub repo: Option<String>,
    /// Its title.
    pub title: String,
    /// How much of the text both have, in percent.
    pub alike: u8,
}

pub use customer::{ReportView, report};
pub use looked::{KINDS, Looked, Review};

/// The page as a hunter reads it.
pub fn page(frame: &Frame, view: ProcedureView) -> String {
    let title = view.head.title.clone();
    let banners = banners::banners(&view);
    let tab = if view.head.at.is_some() { "revision" } else { "newest" };
    let outline = outline(&view.outline, view.cells.len());
    let diagnostics = findings(view.diagnostics);
    let cells = view.cells.into_iter().map(notebook::cell).collect_view();
    let panel = panel::panel(panel::Facts {
        head: view.head.clone(),
        path: view.path,
        described_by: view.described_by,
        commit: view.commit,
        updated: view.updated,
        updated_by: view.updated_by,
        authors: view.authors,
        data_sources: view.data_sources,
        tags: view.tags,
        platforms: view.platforms,
        service: view.service,
        kernel: view.kernel,
        further: view.further,
        parameters: view.parameters,
        queries: view.queries,
        not_copyable: view.not_copyable,
        nearly: view.nearly,
        similar: view.similar,
        forge: view.forge,
    });
    let switch = audiences(&view.head, Audience::Hunter);
    let looked = looked::looked(&view.head, view.looked);
    let hunted = hunted::hunted(&view.head, view.last_hunt);
    let collections = within(view.collections);
    let description =
        (!view.description.is_empty()).then(|| view! { <p class="lead">{view.description}</p> });
    // An island is made within its page.
    frame.render(&title, move || {
        let content = view! {
            {head::head(&view.head, head::Tab::Read)}
            {banners}
            <div class="mapped">{attack::techniques(view.techniques)} {attack::tactics(view.tactics)}</div>
            {collections}
            {looked}
            {hunted}
            <div class="reading">
                {panel}
                <article class="notebook" aria-label="Notebook" data-revision=tab>
                    {switch}
                    {description}
                    {outline}
                    {diagnostics}
                    <CopyCode>{cells}</CopyCode>
                </article>
            </div>
        };
        content.into_any()
    })
}

/// The cells of a notebook that has no page of its own, as a hunter or as the customer reads them.
pub(super) fn cells(cells: Vec<Cell>, customer: bool) -> AnyView {
    let one = if customer { customer::cell } else { notebook::cell };
    cells.into_iter().map(one).collect_view().into_any()
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Hunter,
    Customer,
}

/// The switch between what a hunter and what the customer sees.
fn audiences(head: &ProcedureHead, current: Audience) -> AnyView {
    let (repo, at) = (head.link_repo(), head.at.as_deref());
    let hunter = match at {
        Some(commit) => links::procedure_at(&head.id, commit, repo),
        None => links::procedure(&head.id, "", repo),
    };
    let one = |audience: Audience, label: &'static str, href: String| {
        view! { <li><a href=href aria-current=(audience == current).then_some("true")>{label}</a></li> }
    };
    view! {
        <nav class="audiences" aria-label="Who reads">
            <ul>
                {one(Audience::Hunter, "Hunter's view", hunter)}
                {one(Audience::Customer, "Customer's view", links::report(&head.id, repo, at))}
            </ul>
        </nav>
    }
    .into_any()
}

/// The headings, to jump to; left out where there is nothing to jump over.
fn outline(headings: &[Heading], cells: usize) -> AnyView {
    if headings.len() < 2 {
        return ().into_any();
    }
    let entries = headings
        .iter()
        .map(|heading| {
            let class = format!("level-{}", heading.level.clamp(1, 6));
            let href = format!("#{}", heading.anchor);
            view! { <li class=class><a href=href>{heading.text.clone()}</a></li> }
        })
        .collect_view();
    let said = format!("Outline · {cells} cells");
    view! {
        <details class="outline" open=true>
            <summary>{said}</summary>
            <nav aria-label="Outline"><ol>{entries}</ol></nav>
        </details>
    }
    .into_any()
}

pub(super) fn findings(diagnostics: Vec<Diagnostic>) -> AnyView {
    if diagnostics.is_empty() {
        return ().into_any();
    }
    let said = diagnostics::summary(&diagnostics);
    let unfolded = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    view! {
        <details class="findings" open=unfolded>
            <summary>{said}</summary>
            {diagnostics::list(diagnostics, Some(""))}
        </details>
    }
    .into_any()
}
