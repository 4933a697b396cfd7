//! `/procedures/{id}`, `/procedures/{id}/at/{commit}` and `/procedures/{id}/report`: one procedure, read as a hunter and as
//! the customer.

mod said;

use super::Visitor;
use super::collections::listed;
use super::shared::{Context, head, readable, tactic, technique};
use crate::app::App;
use crate::copies::trial::{kind, trial};
use crate::http::problem::{Problem, sentence};
use crate::routes::api::{Which, no_procedure};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::index::{Entry, Likeness, NearDuplicate, Revision, Similar};
use catalog::instance::Vocabulary;
use catalog::library::{LibraryError, Reading, Restoring, Since};
use catalog::notebook::{CellKind as Kind, Notebook, ipynb};
use catalog::procedure::Standing;
use catalog::render::RenderedCell;
use catalog::report::{self, CustomerView};
use catalog::repository::Forge;
use catalog::{query, render};
use serde_json::Value;
use std::collections::HashMap;
use web::links;
use web::pages::procedure::{
    self, Alike, Broken, Cell, CellKind, Detail, ForgeLinks, Gone, Heading, Looked, Nearly, Parameter, Past,
    Patch, ProcedureView, Query as QueryView, ReportView, Restore,
};
use web::view::{Field, ProcedureHead};

/// Similar procedures that the page names.
const SIMILAR: usize = 5;

/// Keys of `hunting` that have a place of their own on the page.
const PLACED: [&str; 10] = [
    "attack_mappings",
    "title",
    "id",
    "description",
    "attack_technique_ids",
    "attack_tactic_ids",
    "data_sources",
    "tags",
    "authors",
    "platforms",
];

/// The newest revision.
///
/// # Errors
/// 404 when there is no such procedure.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    read(&app, &visitor, id, which, Reader::Hunter).await
}

/// The revision at a commit.
///
/// # Errors
/// 404 when there is no such procedure, or no such revision of it.
pub async fn show_at(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, commit)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    read(&app, &visitor, id, Which { at: Some(commit), ..which }, Reader::Hunter).await
}

/// What the customer sees of the newest revision, or of the one at a commit.
///
/// # Errors
/// 404 when there is no such procedure, or no such revision of it.
pub async fn report(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    read(&app, &visitor, id, which, Reader::Customer).await
}

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Hunter,
    Customer,
}

async fn read(
    app: &App,
    visitor: &Visitor,
    id: String,
    which: Which,
    reader: Reader,
) -> Result<Response, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let (context, cache) = (Context::of(app), app.clone());
    let vocabulary = app.config.instances.vocabulary.clone();
    let (asked, repo) = (address.id.clone(), address.repo.clone());
    let made = app
        .read(move |library| {
            let mut read = library.read(&address, at.as_deref())?;
            if read.is_none()
                && at.is_none()
                && let Some(gone) = library.gone(&address)?
            {
                // What is gone is shown as it was.
                read = library.read(&address, Some(&gone.located.entry.commit))?;
            }
            let Some(reading) = read else { return Ok(None) };
            // An id that the procedure once had leads to the one that it has.
            if reading.entry.id != asked {
                let (id, at, repo) = (&reading.entry.id, at.as_deref(), repo.as_deref());
                let there = match (reader, at) {
                    (Reader::Customer, at) => links::report(id, repo, at),
                    (Reader::Hunter, Some(at)) => links::procedure_at(id, at, repo),
                    (Reader::Hunter, None) => links::procedure(id, "", repo),
                };
                return Ok(Some(Made::Elsewhere(there)));
            }
            let past = match at.as_deref().filter(|_| reading.past) {
                Some(at) => library.since(&address, at)?,
                None => None,
            };
            let restoring = match &reading.broken {
                Some(_) => library.restoring_patch(&address)?,
                None => None,
            };
            let rendered = cache.rendered.of(library, &reading);
            let kept = (reader == Reader::Customer).then(|| Kept::of(&reading));
            let likeness = match reader {
                Reader::Hunter => library.likeness(&reading.entry, SIMILAR)?,
                Reader::Customer => Likeness::default(),
            };
            let lexicon = library.lexicon();
            let (own_repo, own_id) = (&reading.entry.repo, &reading.entry.id);
            let collections = lexicon.collections_with(own_repo, own_id).map(listed).collect();
            let entry = reading.entry.clone();
            let mut view = view(&context, reading, &rendered, repo.is_some(), &vocabulary);
            view.collections = collections;
            view.nearly = likeness.near_duplicates.into_iter().map(|one| nearly(&context, one)).collect();
            view.similar = likeness.similar.into_iter().map(|one| alike(&context, one)).collect();
            if let Some(since) = past {
                place(&context, &mut view, since);
            }
            if let (Some(broken), Some(restoring)) = (&mut view.broken, restoring) {
                broken.restore = Some(restore(&view.head, restoring));
            }
            Ok::<_, LibraryError>(Some(Made::Here(Box::new((view, entry, kept)))))
        })
        .await?;
    match made {
        None => Err(no_procedure(&id)),
        Some(Made::Elsewhere(there)) => Ok(Redirect::permanent(&there).into_response()),
        Some(Made::Here(made)) => {
            let (mut view, entry, kept) = *made;
            said::say(app, visitor, &entry, &mut view).await?;
            if kept.is_none() {
                view.last_hunt = said::last_hunt(app, visitor, &entry).await?;
            }
            match kept {
                Some(kept) => visitor.render(app, procedure::report, reported(view, kept)).await,
                None => visitor.render(app, procedure::page, view).await,
            }
        }
    }
}

/// What became of a request for a page.
enum Made {
    /// The page is at another address.
    Elsewhere(String),
    /// The page, the procedure at the tip, and for a customer what stays of it.
    Here(Box<(ProcedureView, Entry, Option<Kept>)>),
}

fn view(
    context: &Context,
    reading: Reading,
    cells: &render::Rendered,
    named: bool,
    vocabulary: &Vocabulary,
) -> ProcedureView {
    let rendered = rendered(context, &reading, cells, vocabulary, named);
    let Reading {
        entry,
        procedure,
        others,
        commit,
        past,
        path,
        notebook,
        diagnostics,
        broken,
        described_by,
        deleted,
        ..
    } = reading;
    let repo = entry.repo.clone();
    let at = past.then(|| commit.clone());
    let forge = context.forge(&repo);
    let branch = context.branch(&repo).unwrap_or("HEAD");
    let kernel = notebook.metadata.get("kernelspec").and_then(|kernel| {
        kernel.get("display_name").or_else(|| kernel.get("name")).and_then(Value::as_str).map(str::to_owned)
    });
    let further = procedure
        .metadata
        .iter()
        .filter(|(key, _)| !PLACED.contains(&key.as_str()))
        .map(|(key, value)| Detail {
            key: key.clone(),
            values: match value {
                Value::Array(values) if !values.is_empty() => values.iter().map(readable).collect(),
                single => vec![readable(single)],
            },
        })
        .collect();
    ProcedureView {
        head: head(&entry, &procedure.title, &others, named, at),
        commit: context.commit(&repo, &commit),
        updated: context.when(entry.updated_at),
        updated_by: entry.updated_by,
        past: past.then(|| Past { commit: context.commit(&repo, &commit), ..Past::default() }),
        stale: if past { None } else { context.stale(&repo) },
        defects: Vec::new(),
        looked: Looked::default(),
        last_hunt: None,
        gone: deleted.map(|deleted| Gone {
            commit: context.commit(&repo, &deleted.commit),
            at: context.when(deleted.committed_at.0),
            by: deleted.author_name,
            subject: deleted.subject,
        }),
        broken: broken.map(|broken| Broken {
            since: context.commit(&repo, &broken.since),
            by: broken.by,
            at: context.when(broken.at),
            remedy: entry
                .problems
                .iter()
                .find(|found| found.blocking)
                .map_or_else(String::new, |found| found.help.clone()),
            reason: broken.reason,
            last_good: broken.last_good_commit.map(|good| context.commit(&repo, &good)),
            restore: None,
        }),
        claimed: entry.taken_by.is_some().then(|| procedure.id.clone()).flatten(),
        taken_by: entry.taken_by,
        is_ipynb: ipynb::is_path(&path),
        described_by,
        block: (entry.standing == Standing::Uncatalogued).then(|| block(&procedure.title, &path, &notebook)),
        others,
        description: procedure.description,
        techniques: procedure.techniques.into_iter().map(technique).collect(),
        tactics: procedure.tactics.into_iter().map(tactic).collect(),
        authors: if procedure.authors.is_empty() { entry.authors } else { procedure.authors },
        data_sources: procedure.data_sources,
        tags: procedure.tags,
        platforms: procedure.platforms,
        service: procedure.service,
        kernel,
        further,
        parameters: rendered.parameters,
        queries: query::queries(&notebook).into_iter().map(asked).collect(),
        outline: rendered.outline,
        cells: rendered.cells,
        diagnostics: diagnostics
            .into_iter()
            .map(|found| context.diagnostic(&repo, &commit, &path, found))
            .collect(),
        not_copyable: rendered.not_copyable,
        collections: Vec::new(),
        nearly: Vec::new(),
        similar: Vec::new(),
        forge: ForgeLinks {
            file: forge.and_then(|forge| forge.file_url(&commit, &path)),
            edit: forge.and_then(|forge| forge.edit_url(branch, &path)),
            issue: forge.and_then(Forge::issue_url),
        },
        path,
    }
}

/// A `hunting` block to begin with, in YAML or, for an ipynb file, in JSON: what can be told of a notebook is filled in. Nothing in it is null, for jupytext opens
/// no file with a null in its front matter.
fn block(title: &str, path: &str, notebook: &Notebook) -> String {
    let stem = path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or_default();
    let id: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let mut sources: Vec<String> =
        query::queries(notebook).into_iter().flat_map(|query| query.data_sources).collect();
    sources.sort();
    sources.dedup();
    if ipynb::is_path(path) {
        let block = serde_json::json!({ "hunting": {
            "title": title, "id": id.trim_matches('-'), "description": "What this hunts for, in a sentence",
            "attack_technique_ids": [], "data_sources": sources, "tags": [],
        }});
        let text = serde_json::to_string_pretty(&block).unwrap_or_default();
        // Its inner lines: they go between those that are there.
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        return lines.join("\n") + ",\n";
    }
    // A second key of that name would hide the first.
    let kept = if notebook.metadata.contains_key("jupytext") {
        "# and below the jupytext: that is there\n  notebook_metadata_filter: hunting\n"
    } else {
        "jupytext:\n  notebook_metadata_filter: hunting\n"
    };
    // A JSON text is a YAML text of the same meaning.
    let title = Value::from(title);
    let sources = Value::from(sources);
    format!(
        "hunting:\n  title: {title}\n  id: {}\n  description: What this hunts for, in a sentence\n  attack_technique_ids: []\n  \
         data_sources: {sources}\n  tags: []\n{kept}",
        Value::from(id.trim_matches('-'))
    )
}

/// Says when a past revision was made, by whom, and what is newer.
fn place(context: &Context, view: &mut ProcedureView, since: Since) {
    let Since { revision, newer } = since;
    view.updated = context.when(revision.committed_at.0);
    view.updated_by.clone_from(&revision.author_name);
    if let Some(past) = &mut view.past {
        past.when = Some(view.updated.clone());
        let newest = newer.iter().find(|one| one.blob.is_some());
        past.since = newest.map(|newest| {
            links::diff(&view.head.id, &revision.commit, &newest.commit, view.head.link_repo())
        });
        let kinds = |one: &Revision| one.changes.iter().map(|change| change.kind.clone()).collect();
        past.newer = Some(newer.iter().map(kinds).collect());
    }
}

/// What a procedure lost, and the way back.
fn restore(head: &ProcedureHead, restoring: Restoring) -> Restore {
    let values = restoring.values.iter();
    let href = links::procedure_file(&head.id, "restore.patch", head.link_repo(), None);
    Restore {
        values: values.map(|(key, value)| Field { key: key.clone(), value: readable(value) }).collect(),
        patch: restoring.patch.map(|patch| Patch {
            href,
            file_name: patch.file_name,
            path: patch.path,
            stays: patch.stays,
        }),
    }
}

/// A similar procedure as the page lists it.
fn alike(context: &Context, similar: Similar) -> Alike {
    Alike {
        repo: context.has_several().then(|| similar.entry.repo.clone()),
        id: similar.entry.id,
        title: similar.entry.procedure.title,
        shared: similar.shared,
    }
}

/// A near-duplicate as the page lists it.
fn nearly(context: &Context, near: NearDuplicate) -> Nearly {
    Nearly {
        repo: context.has_several().then(|| near.entry.repo.clone()),
        id: near.entry.id,
        title: near.entry.procedure.title,
        alike: near.alike,
    }
}

/// A query as the page lists it.
fn asked(query: query::Query) -> QueryView {
    QueryView {
        cell: query.cell,
        line: query.line,
        shown: query.kind == query::QueryKind::Shown,
        language: query.language.map(|language| language.label().to_owned()),
        data_sources: query.data_sources,
        fields: query.fields,
        look_back: query.look_back,
        assigned: query.assigned,
        no_tenant: query.tenant == Some(false),
        call: query.call,
        unread: query.text.is_none(),
    }
}

/// What stays of a procedure for the customer, as the export has it.
struct Kept {
    view: CustomerView,
    /// By the cell's place in the notebook.
    parts: HashMap<usize, Vec<String>>,
}

impl Kept {
    fn of(reading: &Reading) -> Self {
        let pictures = links::reported_pictures(&reading.entry.id, &reading.commit, &reading.entry.repo);
        let parts = report::preview(&reading.notebook, &pictures).into_iter().collect();
        Self { view: report::customer(&reading.notebook), parts }
    }
}

fn reported(mut procedure: ProcedureView, mut kept: Kept) -> ReportView {
    keep(&mut procedure.cells, &kept.view);
    for cell in &mut procedure.cells {
        let parts = kept.parts.remove(&cell.index).unwrap_or_default();
        match cell.kind {
            CellKind::Markdown => cell.html = parts.concat(),
            CellKind::Code | CellKind::Raw => cell.outputs = parts,
        }
    }
    ReportView { procedure, removed: kept.view.removed, raw: kept.view.raw }
}

/// Leaves the cells that the customer sees.
pub(super) fn keep(cells: &mut Vec<Cell>, kept: &CustomerView) {
    let mut stays = kept.cells.iter().peekable();
    cells.retain_mut(|cell| {
        let Some(kept) = stays.next_if(|kept| kept.cell == cell.index) else { return false };
        if !kept.outputs {
            cell.outputs.clear();
        }
        true
    });
}

/// One rendered cell, without its place at the forge.
pub(super) fn shown(cell: &RenderedCell, notebook: &Notebook) -> Cell {
    let mistaken = report::mistaken(&notebook.cells[cell.index]);
    Cell {
        index: cell.index,
        mistaken: mistaken.map(|(wrong, right)| (wrong.to_owned(), right.to_owned())).collect(),
        kind: match cell.kind {
            Kind::Markdown => CellKind::Markdown,
            Kind::Code => CellKind::Code,
            Kind::Raw => CellKind::Raw,
        },
        html: cell.html.clone(),
        language: cell.language.clone(),
        tags: cell.tags.clone(),
        line: cell.lines.0,
        outputs: cell.outputs.clone(),
        forge: None,
        blame: None,
    }
}

struct Rendered {
    cells: Vec<Cell>,
    outline: Vec<Heading>,
    parameters: Vec<Parameter>,
    not_copyable: Option<String>,
}

fn rendered(
    context: &Context,
    reading: &Reading,
    rendered: &render::Rendered,
    vocabulary: &Vocabulary,
    named: bool,
) -> Rendered {
    let forge = context.forge(&reading.entry.repo);
    let at = reading.past.then_some(reading.commit.as_str());
    let repo = (named || !reading.others.is_empty()).then_some(reading.entry.repo.as_str());
    let blame = |cell: usize| links::blame(&reading.entry.id, repo, at, Some(&cell.to_string()));
    let cells = rendered.cells.iter().map(|cell| {
        let line = cell.lines.0;
        Cell {
            forge: forge.and_then(|forge| forge.line_url(&reading.commit, &reading.path, line)),
            blame: Some(format!("{}#cell-{}", blame(cell.index), cell.index)),
            ..shown(cell, &reading.notebook)
        }
    });
    let outline = rendered.headings.iter().map(|heading| Heading {
        level: heading.level,
        text: heading.text.clone(),
        anchor: heading.anchor.clone(),
    });
    let tried = trial(reading, vocabulary);
    let parameters = tried.parameters.into_iter().map(|parameter| Parameter {
        kind: kind(&parameter),
        name: parameter.name,
        default: parameter.default,
        help: parameter.help.unwrap_or_default(),
    });
    Rendered {
        cells: cells.collect(),
        outline: outline.collect(),
        parameters: parameters.collect(),
        not_copyable: tried
            .refused
            .map(|refusal| format!("{}. {}", sentence(&refusal.reason), refusal.remedy)),
    }
}

#[cfg(test)]
mod tests;
