//! `/proposals`: what is proposed to the branches, and what it would change. Nothing of it is in the catalog.

use super::compared::{self, ComparedCell, ComparedField, ComparedLeftOut};
use super::item::{ChangeItem, DiagnosticItem, seconds};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::proposed::{TrialOrder, make};
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use catalog::library::{LibraryError, MAX_PROPOSED_FILES, Proposed, ProposedFile, Proposing};
use catalog::mirror::CommitInfo;
use catalog::notebook::Metadata;
use catalog::procedure::Standing;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Of which repository.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProposalsParams {
    /// Only this repository's.
    pub repo: Option<String>,
}

/// What is proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalsAnswer {
    /// By repository, the highest numbers first.
    pub proposals: Vec<ProposalItem>,
    /// Repositories whose proposals cannot be told now.
    pub unreadable: Vec<Unreadable>,
}

/// A repository whose proposals cannot be told now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unreadable {
    /// The repository.
    pub repo: String,
    /// Why.
    pub reason: String,
}

/// One proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalItem {
    /// The repository.
    pub repo: String,
    /// Its reference, such as `refs/pull/12/head`.
    pub reference: String,
    /// Its number, where the reference has one.
    pub number: Option<u64>,
    /// Its newest commit.
    pub commit: String,
    /// First line of that commit's message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed, RFC 3339.
    pub committed_at: String,
    /// The proposal at the forge.
    pub url: Option<String>,
}

/// One proposal, compared with where it left the branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalAnswer {
    /// What is proposed.
    #[serde(flatten)]
    pub proposal: ProposalItem,
    /// Where it left the branch; null where they have nothing in common.
    pub base: Option<String>,
    /// Whether the branch has all of its files as they would be.
    pub settled: bool,
    /// Its commits, newest first, at most 100.
    pub commits: Vec<ProposedCommit>,
    /// How many there are in all.
    pub commits_total: usize,
    /// The notebooks that it touches, by path, at most 50.
    pub files: Vec<ProposedFileItem>,
    /// How many files are left out.
    pub left_out: usize,
}

/// One commit of a proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedCommit {
    /// The commit.
    pub commit: String,
    /// First line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed, RFC 3339.
    pub committed_at: String,
}

/// What a proposal does to one notebook.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedFileItem {
    /// Its path.
    pub path: String,
    /// The path that it had, where it moves.
    pub previous_path: Option<String>,
    /// `added`, `modified`, `renamed` or `deleted`.
    pub status: &'static str,
    /// `hunting.id`, as proposed.
    pub id: Option<String>,
    /// Its title, as proposed.
    pub title: String,
    /// How it would stand on the branch; null for one that goes.
    #[schema(value_type = Option<String>)]
    pub standing: Option<Standing>,
    /// The path of the procedure that holds its id, for what would be a duplicate.
    pub taken_by: Option<String>,
    /// What it changes in meaning.
    pub changes: Vec<ChangeItem>,
    /// The fields of the metadata that differ.
    pub metadata: Vec<ComparedField>,
    /// Every cell of both sides once, in the order of the proposed one.
    pub cells: Vec<ComparedCell>,
    /// What is left out of these because there is too much of it.
    pub left_out: ComparedLeftOut,
    /// What lint finds.
    pub diagnostics: ProposedDiagnostics,
    /// The texts, as `diff -u` writes it.
    pub unified: String,
}

/// What lint finds of both sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedDiagnostics {
    /// Before.
    pub before: Vec<DiagnosticItem>,
    /// After.
    pub after: Vec<DiagnosticItem>,
    /// What is new.
    pub gained: Vec<DiagnosticItem>,
    /// What is mended.
    pub mended: Vec<DiagnosticItem>,
}

/// What a trial copy is made of.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialRequest {
    /// The path of the notebook.
    pub path: String,
    /// The tenant, by our id or its key; left out for a procedure that asks for none.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Parameters by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Metadata,
}

/// What is proposed and not merged, as long as the forge keeps its reference: git does not tell a proposal that was closed
/// from one that is open. What the branch took in by other commits (a squash, a rebase) is left out.
#[utoipa::path(
    get, path = "/proposals", tag = "procedures", params(ProposalsParams),
    responses(
        (status = 200, body = ProposalsAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<ProposalsParams>,
) -> Result<Json<ProposalsAnswer>, Problem> {
    let (found, unreadable) = all(&app, query::one(params.repo.as_ref())).await?;
    let proposals = found.into_iter().map(|one| item(&app, one)).collect();
    Ok(Json(ProposalsAnswer { proposals, unreadable }))
}

/// What is proposed to one repository, or to all in their order, and what could not be read of it. A mirror that is not
/// there yet has none.
///
/// # Errors
/// 404 when there is no such repository.
pub async fn all(app: &App, repo: Option<String>) -> Result<(Vec<Proposed>, Vec<Unreadable>), Problem> {
    app.read(move |library| {
        let mut repos: Vec<String> =
            library.repositories().into_iter().map(|state| state.repository.name).collect();
        if let Some(repo) = repo {
            if !repos.contains(&repo) {
                return Err(LibraryError::NoRepository(repo));
            }
            repos = vec![repo];
        }
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        for repo in repos {
            match library.proposed(&repo) {
                Ok(proposed) => found.extend(proposed),
                // Taken out in this very moment.
                Err(LibraryError::NoRepository(_)) => {}
                Err(error) => unreadable.push(Unreadable { repo, reason: error.to_string() }),
            }
        }
        Ok((found, unreadable))
    })
    .await
}

/// One proposal, by its number or its percent-encoded reference: what it would change.
#[utoipa::path(
    get, path = "/proposals/{repo}/{name}", tag = "procedures",
    params(
        ("repo" = String, Path, description = "The repository"),
        ("name" = String, Path, description = "The number, or the reference, percent-encoded"),
    ),
    responses(
        (status = 200, body = ProposalAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path((repo, name)): Path<(String, String)>,
) -> Result<Json<ProposalAnswer>, Problem> {
    let found = one(&app, repo, name).await?;
    let Proposing { proposed, base, commits, commits_total, files, left_out, settled } = found;
    Ok(Json(ProposalAnswer {
        proposal: item(&app, proposed),
        base,
        settled,
        commits: commits.iter().map(commit).collect(),
        commits_total,
        files: files.into_iter().map(file).collect(),
        left_out,
    }))
}

/// A notebook of a proposal as a trial copy: marked as such, and put on no record.
#[utoipa::path(
    post, path = "/proposals/{repo}/{name}/copy", tag = "procedures", request_body = TrialRequest,
    params(
        ("repo" = String, Path, description = "The repository"),
        ("name" = String, Path, description = "The number, or the reference, percent-encoded"),
    ),
    responses(
        (status = 200, body = String, content_type = "application/x-ipynb+json"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn copy(
    State(app): State<App>,
    who: Principal,
    Path((repo, name)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Problem> {
    let TrialRequest { path, tenant, parameters } = body::read(&body)?;
    Ok(make(&app, &who, TrialOrder { repo, name, path, tenant, parameters }).await?.into_response())
}

/// One proposal.
///
/// # Errors
/// 404 when there is none, and when it is merged.
pub async fn one(app: &App, repo: String, name: String) -> Result<Proposing, Problem> {
    let (asked_repo, asked) = (repo.clone(), name.clone());
    app.read(move |library| library.proposal(&asked_repo, &asked, MAX_PROPOSED_FILES))
        .await?
        .ok_or_else(|| missing(&repo, &name))
}

/// There is no such proposal, or no such notebook in it.
pub fn missing(repo: &str, name: &str) -> Problem {
    let name: String = name.chars().take(100).collect();
    Problem::not_found(format!("such thing in proposal {name} of {repo}"))
        .remedy("What was merged or withdrawn is no proposal any more.")
}

/// Where its forge shows a proposal.
pub fn url(app: &App, proposed: &Proposed) -> Option<String> {
    let states = app.library.repositories();
    let state = states.iter().find(|state| state.repository.name == proposed.repo)?;
    state.repository.forge.as_ref()?.proposal_url(proposed.number?)
}

fn item(app: &App, proposed: Proposed) -> ProposalItem {
    ProposalItem {
        url: url(app, &proposed),
        repo: proposed.repo,
        reference: proposed.reference,
        number: proposed.number,
        commit: proposed.tip.id.to_string(),
        subject: proposed.tip.subject,
        author: proposed.tip.author.name,
        committed_at: seconds(proposed.tip.committer.when_seconds),
    }
}

fn commit(info: &CommitInfo) -> ProposedCommit {
    ProposedCommit {
        commit: info.id.to_string(),
        subject: info.subject.clone(),
        author: info.author.name.clone(),
        committed_at: seconds(info.committer.when_seconds),
    }
}

fn file(file: ProposedFile) -> ProposedFileItem {
    let items = |found: Vec<catalog::lint::Diagnostic>| found.into_iter().map(DiagnosticItem::from).collect();
    let (metadata, cells, left_out) = compared::items(file.notebooks);
    ProposedFileItem {
        metadata,
        cells,
        left_out,
        status: match (file.added, file.deleted, file.previous_path.is_some()) {
            (true, ..) => "added",
            (_, true, _) => "deleted",
            (_, _, true) => "renamed",
            _ => "modified",
        },
        standing: (!file.deleted).then_some(file.standing),
        path: file.path,
        previous_path: file.previous_path,
        id: file.id,
        title: file.title,
        taken_by: file.taken_by,
        changes: file.changes.into_iter().map(ChangeItem::from).collect(),
        diagnostics: ProposedDiagnostics {
            before: items(file.before),
            after: items(file.after),
            gained: items(file.gained),
            mended: items(file.mended),
        },
        unified: file.unified.text,
    }
}
