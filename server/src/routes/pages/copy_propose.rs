//! `/instances/{id}/propose`: what was mended in a copy, cell by cell, and the buttons that take it to its repository.

use super::Visitor;
use super::diff::hunks;
use super::shared::Context;
use crate::app::App;
use crate::auth::Role;
use crate::copies::offering::{As, Order, Taken, take};
use crate::copies::upstream::{Looked, Wanted, look};
use crate::http::problem::{Problem, sentence};
use crate::http::query;
use crate::routes::api::instances::load;
use crate::routes::api::instances::proposal::patch;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Form;
use catalog::authoring::upstream::{Offered, Part, Standing};
use catalog::diff::unified;
use catalog::lint::{Diagnostic, Severity};
use serde::Deserialize;
use std::collections::BTreeSet;
use web::pages::copy::Refusal;
use web::pages::copy_propose::{CopyProposeView, Lint, OfferedCell, page};
use web::pages::diff::Hunk;
use web::pages::instance::Version;
use web::view::FieldError;

/// Of which version.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    version: Option<String>,
}

/// What the form holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    version: String,
    cells: Vec<String>,
    message: String,
    branch: String,
    #[serde(rename = "do")]
    what: String,
}

/// What would be proposed.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy or version, 409 when nothing came back.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let wanted = Wanted { version: query::one(asked.version.as_ref()), ..Wanted::default() };
    let looked = look(&app, &visitor.who, &id, wanted).await?;
    let view = view(&app, looked);
    visitor.render(&app, page, view).await
}

/// Hands out the patch, takes it to a branch, or shows what would come of what is chosen.
///
/// # Errors
/// As for [`show`].
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    load(&app, &visitor.who, &id).await?;
    let form = match filled.what.as_str() {
        "patch" => As::Patch,
        "branch" => As::Branch,
        _ => return again(&app, &visitor, &id, filled, None).await,
    };
    let order = Order {
        version: query::one(Some(&filled.version)),
        cells: filled.cells.iter().cloned().collect(),
        form,
        message: filled.message.clone(),
        branch: filled.branch.clone(),
    };
    match take(&app, &visitor.who, &id, order).await {
        Ok(Taken::Patch { file_name, text }) => Ok(patch(&file_name, text)),
        Ok(Taken::Branch { branch, commit, .. }) => {
            let wanted = Wanted {
                version: query::one(Some(&filled.version)),
                cells: Some(filled.cells.into_iter().collect()),
                ..Wanted::default()
            };
            let looked = look(&app, &visitor.who, &id, wanted).await?;
            let view = CopyProposeView { made: Some((branch, commit)), ..view(&app, looked) };
            Ok((StatusCode::CREATED, visitor.render(&app, page, view).await?).into_response())
        }
        Err(problem) if matches!(problem.status, 400 | 409 | 422 | 502) => {
            again(&app, &visitor, &id, filled, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The page as it was filled in, with what is wrong with it.
async fn again(
    app: &App,
    visitor: &Visitor,
    id: &str,
    filled: Filled,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let version = query::one(Some(&filled.version));
    let chosen: BTreeSet<String> = filled.cells.iter().cloned().collect();
    let said = format!("{}\n{}", filled.message, filled.branch);
    let wanted = Wanted { version: version.clone(), cells: Some(chosen), message: said };
    // Where a cell is chosen that is not offered, what is offered is shown.
    let (looked, mut problem) = match look(app, &visitor.who, id, wanted).await {
        Ok(looked) => {
            let problem = problem.or_else(|| looked.may_go().err());
            (looked, problem)
        }
        Err(wrong) if wrong.status == StatusCode::UNPROCESSABLE_ENTITY.as_u16() => {
            let wanted = Wanted { version, ..Wanted::default() };
            (look(app, &visitor.who, id, wanted).await?, Some(wrong))
        }
        Err(wrong) => return Err(wrong),
    };
    let mut view = view(app, looked);
    let status = problem.as_ref().map_or(StatusCode::OK, Problem::status_code);
    let field = problem.as_ref().and_then(|problem| match problem.kind.as_str() {
        "/problems/message-held-back" => Some("message"),
        "/problems/branch-exists" | "/problems/no-such-branch-name" => Some("branch"),
        _ => None,
    });
    if let (Some(field), Some(wrong)) = (field, problem.take_if(|_| field.is_some())) {
        let message = format!("{} {}", wrong.detail, wrong.remedy.unwrap_or_default());
        view.errors = vec![FieldError { field: field.to_owned(), message: message.trim().to_owned() }];
    }
    if let Some(wrong) = problem {
        view.refusal = Some(Refusal {
            code: wrong.kind,
            reason: wrong.detail,
            remedy: wrong.remedy.unwrap_or_default(),
        });
    }
    (view.message, view.branch) = (filled.message, filled.branch);
    Ok((status, visitor.render(app, page, view).await?).into_response())
}

fn view(app: &App, looked: Looked) -> CopyProposeView {
    let context = Context::of(app);
    let Looked { copy, version, reading, proposal, whole, .. } = looked;
    let lint = Lint {
        before: counted(&proposal.judged.before),
        after: counted(&proposal.judged.after),
        new_errors: proposal
            .judged
            .new_errors
            .into_iter()
            .map(|one| (one.code, one.line, one.message, one.help))
            .collect(),
    };
    CopyProposeView {
        to: context.commit(&reading.entry.repo, &reading.commit),
        path: reading.path.clone(),
        version: Version {
            id: version.id,
            at: context.moment(version.created_at),
            by: version.created_by.name,
        },
        can_push: app.library.may_be_offered(&copy.repo),
        cells: proposal.cells.into_iter().map(cell).collect(),
        notes: proposal.notes.iter().map(|note| format!("{}.", sentence(note))).collect(),
        lint,
        whole: hunks(whole.hunks).0,
        refusal: proposal.refusal.map(|refusal| Refusal {
            code: refusal.code,
            reason: format!("{}.", sentence(&refusal.reason)),
            remedy: refusal.remedy,
        }),
        copy: context.copy(copy),
        ..CopyProposeView::default()
    }
}

fn counted(all: &[Diagnostic]) -> (usize, usize) {
    let count = |severity| all.iter().filter(|one| one.severity == severity).count();
    (count(Severity::Error), count(Severity::Warning))
}

fn cell(offered: Offered) -> OfferedCell {
    let before = offered.before.clone().unwrap_or_default();
    OfferedCell {
        key: offered.key,
        place: offered.cell + 1,
        part: match offered.part {
            Part::Code => "code",
            Part::Guidance => "guidance",
            Part::Report => "text for the customer",
            Part::Parameters => "parameters",
            Part::Input => "what the hunter fills in",
            Part::Held => "held",
        },
        added: offered.added,
        chosen: offered.standing == Standing::Taken,
        held: match offered.standing {
            Standing::HeldBack { reason, .. } => Some(format!("{}.", sentence(&reason))),
            Standing::Taken | Standing::NotChosen => None,
        },
        replaced: offered.replaced.iter().map(|said| format!("{}.", sentence(said))).collect(),
        hunks: compared(&before, &offered.after),
    }
}

fn compared(old: &str, new: &str) -> Vec<Hunk> {
    let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\n") };
    hunks(unified(&ended(old), &ended(new), "a", "b", 3).hunks).0
}

#[cfg(test)]
mod tests;
