//! `/procedures/{id}` and `/procedures/{id}/at/{commit}`: one procedure, read.

mod notebook;
mod panel;

use crate::Frame;
use crate::components::notices::{Weight, notice};
use crate::components::{attack, diagnostics, facts, head};
use crate::links;
use crate::view::{Commit, Diagnostic, Field, ProcedureHead, Severity, Standing, Tactic, Technique, When};
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
    /// The last good revision, which the page shows; none when there never was one.
    pub last_good: Option<Commit>,
}

/// A past revision is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The commit looked at.
    pub commit: Commit,
    /// When it was committed, if that is known.
    pub when: Option<When>,
    /// How many revisions are newer, if that is known.
    pub newer: Option<usize>,
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
    /// The commit of the shown revision.
    pub commit: Commit,
    /// When that revision was made.
    pub updated: When,
    /// By whom.
    pub updated_by: String,
    /// Set when an older revision was asked for.
    pub past: Option<Past>,
    /// Set when the newest revision cannot be used.
    pub broken: Option<Broken>,
    /// For a duplicate: the path of the older file that holds its id.
    pub taken_by: Option<String>,
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
    pub further: Vec<Field>,
    /// What a copy fills in.
    pub parameters: Vec<Parameter>,
    /// Its headings.
    pub outline: Vec<Heading>,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// What lint finds in this revision.
    pub diagnostics: Vec<Diagnostic>,
    /// Why no copy can be made of it; none when one can.
    pub not_copyable: Option<String>,
    /// Where the forge shows it.
    pub forge: ForgeLinks,
}

/// The page.
pub fn page(frame: &Frame, view: ProcedureView) -> String {
    let title = view.head.title.clone();
    let banners = banners(&view);
    let tab = if view.head.at.is_some() { "revision" } else { "newest" };
    let outline = outline(&view.outline, view.cells.len());
    let diagnostics = findings(view.diagnostics);
    let cells = view.cells.into_iter().map(notebook::cell).collect_view();
    let panel = panel::panel(panel::Facts {
        head: view.head.clone(),
        path: view.path,
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
        not_copyable: view.not_copyable,
        forge: view.forge,
    });
    let description =
        (!view.description.is_empty()).then(|| view! { <p class="lead">{view.description}</p> });
    let content = view! {
        {head::head(&view.head, head::Tab::Read)}
        {banners}
        <div class="mapped">{attack::techniques(view.techniques)} {attack::tactics(view.tactics)}</div>
        <div class="reading">
            {panel}
            <article class="notebook" aria-label="Notebook" data-revision=tab>
                {description}
                {outline}
                {diagnostics}
                {cells}
            </article>
        </div>
    };
    frame.render(&title, move || content.into_any())
}

/// What a reader must know before reading, the most important first.
fn banners(view: &ProcedureView) -> AnyView {
    let newest = links::procedure(&view.head.id, "", view.head.link_repo());
    let past = view.past.clone().map(|past| {
        let newer = match past.newer {
            Some(1) => ", one revision before the newest".to_owned(),
            Some(newer) if newer > 1 => format!(", {newer} revisions before the newest"),
            _ => String::new(),
        };
        let when = past.when.map(|when| view! { " of " {facts::moment(when)} });
        let content = view! {
            <p>
                <strong>"An old revision"</strong>": as commit " {facts::commit(past.commit)} {when} " left it" {newer} ". "
                <a href=newest>"Back to current"</a>
            </p>
        };
        notice(Weight::Caution, content.into_any())
    });
    let broken = view.broken.clone().map(broken);
    let uncatalogued = (view.head.standing == Standing::Uncatalogued).then(|| {
        let content = view! {
            <p>
                <strong>"Uncatalogued"</strong>
                ": a MyST notebook without a " <code>"hunting"</code>
                " block. It can be searched and read; it has no id, no techniques and no data sources until its "
                "front matter names them."
            </p>
        };
        notice(Weight::Note, content.into_any())
    });
    let duplicate = view.taken_by.clone().map(|taken_by| {
        let content = view! {
            <p>
                <strong>"Duplicate"</strong>": its id is taken by the older file " <code>{taken_by}</code>
                ". It is listed and addressed by its path until it gets an id of its own."
            </p>
        };
        notice(Weight::Caution, content.into_any())
    });
    let others = (!view.others.is_empty()).then(|| {
        let id = view.head.id.clone();
        let links = view
            .others
            .iter()
            .map(|repo| {
                let href = links::procedure(&id, "", Some(repo));
                view! { " " <a href=href>{repo.clone()}</a> }
            })
            .collect_view();
        let content = view! { <p>"This id also stands in:" {links}</p> };
        notice(Weight::Note, content.into_any())
    });
    view! { {past} {broken} {uncatalogued} {duplicate} {others} }.into_any()
}

fn broken(broken: Broken) -> AnyView {
    let shown = match broken.last_good {
        Some(commit) => {
            view! { "What you read is the last good revision, " {facts::commit(commit)} "." }.into_any()
        }
        None => view! { "It never had a good revision: what could be read of it stands below." }.into_any(),
    };
    let content = view! {
        <p>
            <strong>"Newest revision broken"</strong> " since " {facts::commit(broken.since)} " by " {broken.by} ", "
            {facts::ago(broken.at)} ": " {facts::message(&broken.reason)}
        </p>
        <p>{shown}</p>
    };
    notice(Weight::Alarm, content.into_any())
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

fn findings(diagnostics: Vec<Diagnostic>) -> AnyView {
    if diagnostics.is_empty() {
        return ().into_any();
    }
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let said = format!(
        "Lint: {errors} error{}, {warnings} warning{}, {} to know",
        if errors == 1 { "" } else { "s" },
        if warnings == 1 { "" } else { "s" },
        diagnostics.len() - errors - warnings
    );
    let unfolded = errors > 0;
    view! {
        <details class="findings" open=unfolded>
            <summary>{said}</summary>
            {diagnostics::list(diagnostics, Some(""))}
        </details>
    }
    .into_any()
}
