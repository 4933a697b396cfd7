//! Trial copies: of what a proposal would make of a procedure, to try it out before it is merged. They are handed out and
//! not put on record; the notebook says itself what it is.

use super::named;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::http::problem::{Problem, sentence};
use crate::routes::api::proposals::missing;
use crate::routes::api::source::disposition;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalog::instance::{Hold, Refusal, Request, prepare};
use catalog::library::ProposedNotebook;
use catalog::notebook::{Cell, CellKind, Metadata, ipynb};
use serde_json::json;

/// What a trial copy is made of.
#[derive(Debug, Clone)]
pub struct TrialOrder {
    /// The repository.
    pub repo: String,
    /// The proposal's number, or its reference.
    pub name: String,
    /// The path of the notebook.
    pub path: String,
    /// The tenant, by our id or its key; none for a procedure that asks for none.
    pub tenant: Option<String>,
    /// Parameters by name.
    pub parameters: Metadata,
}

/// A trial copy.
#[derive(Debug, Clone)]
pub struct TrialCopy {
    /// What to call the file; begins with `TRIAL-`.
    pub file_name: String,
    /// The notebook.
    pub bytes: Vec<u8>,
}

/// Makes a trial copy. Cells that write to the service are held: nobody has taken them in yet.
///
/// # Errors
/// 403 without the role, 404 when there is no such proposal or no such notebook in it, 422 when no copy can be made.
pub async fn make(app: &App, who: &Principal, order: TrialOrder) -> Result<TrialCopy, Problem> {
    who.require(Role::Hunter)?;
    let tenant = match order.tenant.as_deref().map(str::trim).filter(|tenant| !tenant.is_empty()) {
        Some(name) => {
            let scope = who.tenants();
            Some(named(&app.database.tenants(&scope), name).await?.map_err(refused)?)
        }
        None => None,
    };
    let TrialOrder { repo, name, path, parameters, .. } = order;
    let vocabulary = app.config.instances.vocabulary.clone();
    let attack = app.library.release().version();
    let (asked_repo, asked_name, asked_path) = (repo.clone(), name.clone(), path.clone());
    let found = app
        .read(move |library| library.proposed_notebook(&asked_repo, &asked_name, &asked_path))
        .await?
        .ok_or_else(|| missing(&repo, &name))?;
    let made = app
        .pool
        .run(move || {
            let fields = tenant.as_ref().map(super::fields);
            prepare(&Request {
                notebook: &found.notebook,
                procedure: found.procedure.id.as_deref(),
                repo: Some(&found.proposed.repo),
                path: Some(&found.path),
                commit: Some(&found.proposed.tip.id.to_string()),
                blob: &found.blob,
                tenant: fields.as_ref(),
                window: None,
                parameters: &parameters,
                hold: Hold::Writes,
                vocabulary: &vocabulary,
                attack: Some(attack),
            })
            .map(|copy| {
                let mut notebook = copy.notebook;
                mark(&mut notebook, &found);
                TrialCopy { file_name: format!("TRIAL-{}", copy.file_name), bytes: ipynb::write(&notebook) }
            })
        })
        .await?
        .map_err(refused)?;
    let detail = json!({"repo": repo, "proposal": name, "path": path, "file": made.file_name});
    app.note(who, "proposal.trial-copy", &path, &detail).await?;
    Ok(made)
}

/// Says in the notebook what it is: in its first cell for people, in its metadata for programs.
fn mark(notebook: &mut catalog::notebook::Notebook, found: &ProposedNotebook) {
    let (reference, commit) = (&found.proposed.reference, found.proposed.tip.id.short(12));
    let called = found.proposed.number.map_or_else(|| reference.clone(), |number| number.to_string());
    let banner = format!(
        "**Trial copy of proposal {called}, not on main.** It was made from commit `{commit}` of what is proposed, and stands on no record: \
         do not report from it."
    );
    // Without a tag: a report that is made of it after all says so.
    notebook.cells.insert(0, Cell::new(CellKind::Markdown, banner));
    if let Some(provenance) =
        notebook.metadata.get_mut("huntshelf").and_then(serde_json::Value::as_object_mut)
    {
        provenance.insert("proposal".to_owned(), json!(reference));
    }
}

fn refused(refusal: Refusal) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        &refusal.code,
        "No copy can be made",
        format!("{}.", sentence(&refusal.reason)),
    )
    .remedy(refusal.remedy)
}

impl IntoResponse for TrialCopy {
    fn into_response(self) -> Response {
        let headers = [
            crate::http::cache::Cache::Never.header(),
            (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ipynb+json")),
            (header::CONTENT_DISPOSITION, disposition("attachment", &self.file_name)),
        ];
        (headers, self.bytes).into_response()
    }
}
