//! GET and POST `/instances/{id}/proposal`: what was mended in a copy, taken back to its procedure's repository.

use super::load;
use super::returning::VersionItem;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::offering::{As, Order, Taken, take};
use crate::copies::upstream::{Looked, Wanted, look};
use crate::http::body;
use crate::http::cache::Cache;
use crate::http::problem::{Problem, sentence};
use crate::http::query;
use crate::routes::api::item::DiagnosticItem;
use crate::routes::api::source::disposition;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalog::authoring::upstream::{Offered, Standing};
use catalog::lint::Diagnostic;
use catalog::notebook::CellKind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Of which version that came back.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ProposalParams {
    /// The id of a returned version; the newest without it.
    pub version: Option<String>,
}

/// What would be proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalAnswer {
    /// The version that came back.
    pub version: VersionItem,
    /// The repository.
    pub repo: String,
    /// The path of the procedure's file.
    pub path: String,
    /// The commit of the procedure's newest revision, on which the proposal is made.
    pub commit: String,
    /// Every cell that was changed or added, in the order of the copy.
    pub cells: Vec<ProposedCell>,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// What lint says of the procedure as it is.
    pub before: Vec<DiagnosticItem>,
    /// What it says of the proposal.
    pub after: Vec<DiagnosticItem>,
    /// The errors that only the proposal has: with any, it is refused.
    pub new_errors: Vec<DiagnosticItem>,
    /// Why nothing can be proposed as it is chosen by default; null where it can.
    pub refused: Option<RefusedProposal>,
    /// All that is changed in the file, as a unified diff, with the cells that are taken by default.
    pub diff: String,
    /// Whether it can be pushed as a branch: the repository allows it.
    pub can_push: bool,
}

/// Why nothing can be proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedProposal {
    /// A lower-case word with hyphens.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// A cell that was changed or added.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedCell {
    /// What names it in `cells`; another one when either side changes.
    pub key: String,
    /// Its place in what came back, from 0.
    pub cell: usize,
    /// Its place in the procedure, from 0; of one that was added, that of the cell before it; null where there is none.
    pub upstream: Option<usize>,
    /// `code`, `guidance`, `report`, `parameters`, `input` or `held`; only the first two are ever offered.
    pub part: &'static str,
    /// `markdown`, `code` or `raw`.
    pub kind: &'static str,
    /// Whether the hunter added it.
    pub added: bool,
    /// As the procedure has it.
    pub before: Option<String>,
    /// As it would go in; of one that is held back, as the hunter left it.
    pub after: String,
    /// Names of parameters that were put in place of their values.
    pub replaced: Vec<String>,
    /// `taken`, `not-chosen` or `held-back`.
    pub standing: &'static str,
    /// Why it is held back.
    pub reason: Option<String>,
    /// In which line of the hunter's text, from 1; 0 where it is about the cell as a whole.
    pub line: u32,
}

impl From<Offered> for ProposedCell {
    fn from(offered: Offered) -> Self {
        let (standing, reason, line) = match offered.standing {
            Standing::Taken => ("taken", None, 0),
            Standing::NotChosen => ("not-chosen", None, 0),
            Standing::HeldBack { reason, line } => {
                ("held-back", Some(format!("{}.", sentence(&reason))), line)
            }
        };
        Self {
            key: offered.key,
            cell: offered.cell,
            upstream: offered.upstream,
            part: offered.part.word(),
            kind: match offered.kind {
                CellKind::Markdown => "markdown",
                CellKind::Code => "code",
                CellKind::Raw => "raw",
            },
            added: offered.added,
            before: offered.before,
            after: offered.after,
            replaced: offered.replaced,
            standing,
            reason,
            line,
        }
    }
}

impl ProposalAnswer {
    fn of(looked: Looked, can_push: bool) -> Self {
        let items = |all: Vec<Diagnostic>| all.into_iter().map(DiagnosticItem::from).collect();
        let proposal = looked.proposal;
        Self {
            version: looked.version.into(),
            repo: looked.reading.entry.repo.clone(),
            path: looked.reading.path.clone(),
            commit: looked.reading.commit.clone(),
            cells: proposal.cells.into_iter().map(ProposedCell::from).collect(),
            notes: proposal.notes.iter().map(|note| format!("{}.", sentence(note))).collect(),
            before: items(proposal.judged.before),
            after: items(proposal.judged.after),
            new_errors: items(proposal.judged.new_errors),
            refused: proposal.refusal.map(|refusal| RefusedProposal {
                code: refusal.code,
                reason: format!("{}.", sentence(&refusal.reason)),
                remedy: refusal.remedy,
            }),
            diff: looked.whole.text,
            can_push,
        }
    }
}

/// What is to be proposed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    /// The keys of the cells that are to go in.
    pub cells: Vec<String>,
    /// `patch`: what `git am` takes; `branch`: one commit, pushed as a new branch.
    #[serde(rename = "as")]
    pub form: String,
    /// The id of the returned version; the newest without it.
    #[serde(default)]
    pub version: Option<String>,
    /// What the commit says; its first line is the subject. It must not hold anything of the tenant.
    #[serde(default)]
    pub message: Option<String>,
    /// The name of the branch; one is made without it.
    #[serde(default)]
    pub branch: Option<String>,
}

/// A branch that was pushed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushedProposal {
    /// The branch.
    pub branch: String,
    /// The commit.
    pub commit: String,
    /// How many cells went in.
    pub cells: usize,
}

/// What was mended in a copy that came back, and what of it can go to its procedure: changed code and guidance, cell by cell.
/// Nothing of the tenant goes with it; where that is not certain, a cell is held back.
#[utoipa::path(
    get, path = "/instances/{id}/proposal", tag = "copies",
    params(("id" = String, Path, description = "Its id"), ProposalParams),
    responses(
        (status = 200, body = ProposalAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "Nothing came back, or the procedure is not there to be mended"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "No proposal can be made of this procedure"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(params): Query<ProposalParams>,
) -> Result<Json<ProposalAnswer>, Problem> {
    let wanted = Wanted { version: query::one(params.version.as_ref()), ..Wanted::default() };
    let looked = look(&app, &who, &id, wanted).await?;
    let can_push = app.library.may_be_offered(&looked.copy.repo);
    Ok(Json(ProposalAnswer::of(looked, can_push)))
}

/// Makes the proposal: a patch that `git am` takes, or one commit on a new branch of the repository.
#[utoipa::path(
    post, path = "/instances/{id}/proposal", tag = "copies", request_body = NewProposal,
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = String, content_type = "text/x-patch", description = "The patch"),
        (status = 201, body = PushedProposal, description = "The branch"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "Nothing came back, or the branch cannot be made"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "A cell that is held back was chosen, none was, or it would bring errors"),
    )
)]
pub async fn post(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let new: NewProposal = body::read(&body)?;
    load(&app, &who, &id).await?;
    let form = match new.form.as_str() {
        "patch" => As::Patch,
        "branch" => As::Branch,
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(Problem::invalid(format!(
                "A proposal is made as `patch` or `branch`, not as {shown:?}."
            )));
        }
    };
    let order = Order {
        version: new.version,
        cells: new.cells.into_iter().collect(),
        form,
        message: new.message.unwrap_or_default(),
        branch: new.branch.unwrap_or_default(),
    };
    Ok(match take(&app, &who, &id, order).await? {
        Taken::Patch { file_name, text } => patch(&file_name, text),
        Taken::Branch { branch, commit, cells } => {
            (StatusCode::CREATED, Json(PushedProposal { branch, commit, cells })).into_response()
        }
    })
}

/// A patch as a file.
pub fn patch(file_name: &str, text: String) -> Response {
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/x-patch; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", file_name)),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
pub(crate) mod tests;
