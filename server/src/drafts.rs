//! Drafts of exploratory notebooks, for the API and the page: made by a repository's settings, and linted by them.

use crate::app::App;
use crate::http::problem::Problem;
use axum::body::Bytes;
use axum::http::StatusCode;
use catalog::authoring::{Note, Options, Refused, draft};
use catalog::lint::{Diagnostic, Settings, lint};
use catalog::notebook::ipynb;
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use std::sync::Arc;

/// The largest notebook, in bytes; its outputs count.
pub const LARGEST: usize = crate::copies::returned::LARGEST;

/// A draft with what is still to be said of it.
pub struct Drafted {
    /// What to call its file.
    pub file_name: String,
    /// Its text, as MyST.
    pub source: String,
    /// What was suggested, changed, left out, and is to be looked at.
    pub notes: Vec<Note>,
    /// What lint says of it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes a draft of an ipynb, by what the team of `repo` asks for.
///
/// # Errors
/// 404 when there is no such repository, 422 when no draft can be made of the bytes.
pub async fn drafted(
    app: &App,
    bytes: Bytes,
    file: Option<String>,
    repo: Option<&str>,
) -> Result<Drafted, Problem> {
    let settings = settings(app, repo)?;
    let release = app.library.release();
    let made = app.pool.run(move || {
        let notebook = ipynb::read(&bytes);
        let about = Options {
            file_name: file.as_deref(),
            sections: &settings.sections,
            names: settings.names.all(),
            release,
        };
        let draft = draft(&notebook, &about)?;
        let procedure =
            understand(&draft.notebook, &draft.file_name, &FieldMapping::default(), release).into_procedure();
        let findings = lint(&draft.notebook, &procedure, &settings);
        Ok(Drafted {
            source: draft.source(),
            file_name: draft.file_name,
            notes: draft.notes,
            diagnostics: findings.into_iter().map(|finding| finding.diagnostic).collect(),
        })
    });
    made.await?.map_err(|refused: Refused| {
        let detail = format!("{refused}.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not-a-draft", "No draft can be made of it", detail)
    })
}

/// What the team of a repository asks for; the usual without one.
fn settings(app: &App, repo: Option<&str>) -> Result<Arc<Settings>, Problem> {
    let Some(name) = repo else { return Ok(Arc::new(Settings::default())) };
    if !app.library.repositories().iter().any(|state| state.repository.name == name) {
        return Err(Problem::not_found(format!("repository {name}")));
    }
    Ok(app.library.team(name).unwrap_or_default().lint.for_path(""))
}
