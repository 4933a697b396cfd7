//! `/proposals`: what is proposed to the branches, and what each would change.

use super::Visitor;
use super::diff::{Notebooks, cells, fields, hunks};
use super::procedure::{keep, shown};
use super::shared::{Context, change, standing};
use crate::app::App;
use crate::auth::Role;
use crate::copies::proposed::{TrialOrder, make};
use crate::db::tenants::TenantFilter;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::proposals::{all, missing, one, url};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use catalog::library::{Library, LibraryError, Proposed, ProposedFile, Proposing};
use catalog::notebook::Metadata;
use catalog::render::{self, Options};
use catalog::report;
use serde::Deserialize;
use web::links;
use web::pages::proposals::{self as pages, Listed, ProposalView, ProposalsView, ProposedCommit, ReadView};
use web::view::Change;

/// Proposals of one page.
const PAGE: usize = 20;
/// Notebooks of one proposal that the list looks into.
const LOOKED_INTO: usize = 3;
/// Sentences of one proposal that the list shows.
const SENTENCES: usize = 4;
/// Tenants that the form of a trial copy offers.
const TENANTS: usize = 500;

/// Which of them.
#[derive(Debug, Default, Deserialize)]
pub struct ListParams {
    repo: Option<String>,
    cursor: Option<String>,
}

/// Which notebook.
#[derive(Debug, Default, Deserialize)]
pub struct ReadParams {
    #[serde(default)]
    path: String,
}

/// The form of a trial copy.
#[derive(Debug, Default, Deserialize)]
pub struct TrialForm {
    #[serde(default)]
    path: String,
    tenant: Option<String>,
}

/// What is proposed, with what the first of it means.
///
/// # Errors
/// 404 when there is no such repository.
pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<ListParams>,
) -> Result<Response, Problem> {
    let repo = query::one(params.repo.as_ref());
    let from =
        query::one(params.cursor.as_ref()).and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
    let (found, unreadable) = all(&app, repo.clone()).await?;
    let total = found.len();
    let shown: Vec<Proposed> = found.into_iter().skip(from).take(PAGE).collect();
    let next = from + shown.len();
    let looked = app
        .read(move |library| {
            Ok(shown.into_iter().map(|proposed| looked_into(library, proposed)).collect::<Vec<_>>())
        })
        .await?;
    let context = Context::of(&app);
    let proposals = looked
        .into_iter()
        .map(|(proposed, inside)| {
            let proposed = named(&app, &context, proposed);
            match inside {
                Ok(inside) => {
                    let (sentences, more) = inside.map(sentences).unwrap_or_default();
                    Listed { proposed, sentences, more, unreadable: None }
                }
                Err(error) => Listed { proposed, unreadable: Some(error.to_string()), ..Listed::default() },
            }
        })
        .collect();
    let at = |cursor: Option<String>| {
        let repo = repo.as_deref().map(|repo| ("repo", repo));
        links::with_query("/proposals", repo.into_iter().chain(cursor.as_deref().map(|at| ("cursor", at))))
    };
    let view = ProposalsView {
        proposals,
        total,
        unreadable: unreadable.into_iter().map(|one| (one.repo, one.reason)).collect(),
        configured: app.library.repositories().iter().any(|state| !state.repository.proposals.is_empty()),
        several: context.has_several(),
        first: (from > 0).then(|| at(None)),
        next: (next < total).then(|| at(Some(next.to_string()))),
    };
    visitor.render(&app, pages::list, view).await
}

/// What one would change. One that cannot be read keeps no other from being shown.
fn looked_into(library: &Library, proposed: Proposed) -> (Proposed, Result<Option<Proposing>, LibraryError>) {
    let inside = library.proposal(&proposed.repo, &proposed.reference, LOOKED_INTO);
    (proposed, inside)
}

/// The first sentences with the titles that they are about, and how many more there are.
fn sentences(inside: Proposing) -> (Vec<(String, Change)>, usize) {
    let mut said: Vec<(String, Change)> = inside
        .files
        .into_iter()
        .flat_map(|file| {
            let title = file.title;
            file.changes.into_iter().map(move |one| (title.clone(), change(one)))
        })
        .collect();
    let more = said.len().saturating_sub(SENTENCES);
    said.truncate(SENTENCES);
    (said, more)
}

/// One proposal.
///
/// # Errors
/// 404 when there is none, and when it is merged.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((repo, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = one(&app, repo, name).await?;
    let tenants = if visitor.who.role >= Role::Hunter {
        let tenants = app.database.tenants(&visitor.who.tenants()).list(&TenantFilter::default()).await?;
        let name = |name: &str, customer: &str| format!("{name} ({customer})");
        Some(
            tenants
                .into_iter()
                .take(TENANTS)
                .map(|tenant| (name(&tenant.name, &tenant.customer), tenant.id))
                .map(|(name, id)| (id, name))
                .collect(),
        )
    } else {
        None
    };
    let context = Context::of(&app);
    let Proposing { proposed, base, commits, commits_total, files, left_out, settled } = found;
    let (repo, tip) = (proposed.repo.clone(), proposed.tip.id.to_string());
    let paths: Vec<(String, String)> = files
        .iter()
        .filter(|file| !file.added)
        .map(|file| (repo.clone(), file.previous_path.clone().unwrap_or_else(|| file.path.clone())))
        .collect();
    let current = app
        .read(move |library| {
            let found = paths.into_iter().map(|(repo, path)| {
                Ok((path.clone(), library.procedure_at(&repo, &path)?.map(|entry| entry.id)))
            });
            found.collect::<Result<std::collections::HashMap<_, _>, LibraryError>>()
        })
        .await?;
    let files = files
        .into_iter()
        .map(|one| {
            let before = one.previous_path.as_ref().unwrap_or(&one.path);
            let current = if one.added { None } else { current.get(before).cloned().flatten() };
            file(&context, &repo, &tip, base.as_deref(), current, one)
        })
        .collect();
    let view = ProposalView {
        base: base.as_deref().map(|base| context.commit(&repo, base)),
        proposed: named(&app, &context, proposed),
        settled,
        commits: commits
            .into_iter()
            .map(|info| ProposedCommit {
                commit: context.commit(&repo, &info.id.to_string()),
                subject: info.subject,
                author: info.author.name,
                when: context.when(info.committer.when_seconds),
            })
            .collect(),
        commits_total,
        files,
        left_out,
        tenants,
    };
    visitor.render(&app, pages::page, view).await
}

fn file(
    context: &Context,
    repo: &str,
    tip: &str,
    base: Option<&str>,
    current: Option<String>,
    file: ProposedFile,
) -> pages::ProposedFile {
    let found = |commit: &str, path: &str, found: Vec<catalog::lint::Diagnostic>| {
        found.into_iter().map(|one| context.diagnostic(repo, commit, path, one)).collect()
    };
    let was = file.previous_path.as_ref().unwrap_or(&file.path);
    let (shown, left_out) = hunks(file.unified.hunks);
    let mut notebooks = file.notebooks;
    let cells = cells(&mut notebooks, &Notebooks::default(), false);
    pages::ProposedFile {
        added: file.added,
        deleted: file.deleted,
        title: file.title,
        current,
        standing: standing(file.standing),
        taken_by: file.taken_by,
        changes: file.changes.into_iter().map(change).collect(),
        before: file.before.len(),
        found: found(tip, &file.path, file.after),
        gained: found(tip, &file.path, file.gained),
        mended: found(base.unwrap_or(tip), was, file.mended),
        fields: fields(notebooks.metadata),
        cells,
        cells_left_out: notebooks.left_out.cells,
        hunks: shown,
        left_out,
        previous_path: file.previous_path,
        path: file.path,
    }
}

fn named(app: &App, context: &Context, proposed: Proposed) -> pages::Proposed {
    let number = proposed.number.map(|number| number.to_string());
    pages::Proposed {
        forge: url(app, &proposed),
        label: number.as_ref().map_or_else(
            || proposed.reference.trim_start_matches("refs/heads/").to_owned(),
            |number| format!("#{number}"),
        ),
        name: number.unwrap_or(proposed.reference),
        subject: proposed.tip.subject,
        author: proposed.tip.author.name,
        when: context.when(proposed.tip.committer.when_seconds),
        commit: context.commit(&proposed.repo, &proposed.tip.id.to_string()),
        repo: proposed.repo,
    }
}

/// A notebook as proposed, as a hunter reads it.
///
/// # Errors
/// 404 when there is no such proposal, or it does not touch that notebook.
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Path((repo, name)): Path<(String, String)>,
    Query(params): Query<ReadParams>,
) -> Result<Response, Problem> {
    proposed(&app, &visitor, (repo, name), params.path, false).await
}

/// A notebook as proposed, as the customer reads it.
///
/// # Errors
/// 404 when there is no such proposal, or it does not touch that notebook.
pub async fn report(
    State(app): State<App>,
    visitor: Visitor,
    Path((repo, name)): Path<(String, String)>,
    Query(params): Query<ReadParams>,
) -> Result<Response, Problem> {
    proposed(&app, &visitor, (repo, name), params.path, true).await
}

async fn proposed(
    app: &App,
    visitor: &Visitor,
    (repo, name): (String, String),
    path: String,
    customer: bool,
) -> Result<Response, Problem> {
    let (asked_repo, asked) = (repo.clone(), name.clone());
    let found = app
        .read(move |library| {
            let found = library.proposed_notebook(&asked_repo, &asked, &path)?;
            Ok(found.map(|found| {
                // Nothing of a proposal is served as a file: its links and pictures are words.
                let rendered = render::notebook(&found.notebook, &Options::default());
                let mut cells: Vec<_> =
                    rendered.cells.iter().map(|cell| shown(cell, &found.notebook)).collect();
                if customer {
                    keep(&mut cells, &report::customer(&found.notebook));
                }
                (found, cells)
            }))
        })
        .await?;
    let (found, cells) = found.ok_or_else(|| missing(&repo, &name))?;
    let context = Context::of(app);
    let tip = found.proposed.tip.id.to_string();
    let view = ReadView {
        title: found.procedure.title,
        description: found.procedure.description,
        customer,
        diagnostics: found
            .diagnostics
            .into_iter()
            .map(|one| context.diagnostic(&repo, &tip, &found.path, one))
            .collect(),
        path: found.path,
        cells,
        proposed: named(app, &context, found.proposed),
    };
    visitor.render(app, pages::read, view).await
}

/// A trial copy, to download.
///
/// # Errors
/// 403 without the role, 404 when there is no such notebook, 422 when no copy can be made.
pub async fn copy(
    State(app): State<App>,
    visitor: Visitor,
    Path((repo, name)): Path<(String, String)>,
    Form(form): Form<TrialForm>,
) -> Result<Response, Problem> {
    let order = TrialOrder { repo, name, path: form.path, tenant: form.tenant, parameters: Metadata::new() };
    Ok(make(&app, &visitor.who, order).await?.into_response())
}

#[cfg(test)]
mod tests;
