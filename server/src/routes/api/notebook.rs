//! GET `/procedures/{id}/notebook.ipynb`: a revision as a Jupyter notebook.

use super::source::{disposition, file_name};
use super::{Which, no_procedure};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalog::library::Reading;
use catalog::notebook::{Notebook, ipynb};

/// Why a revision has no notebook.
#[derive(Debug, thiserror::Error)]
pub enum NotebookError {
    /// Jupyter's tools could not open it either.
    #[error("Line {line}: {message}")]
    Unreadable {
        /// Where.
        line: u32,
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
}

impl From<NotebookError> for Problem {
    fn from(error: NotebookError) -> Self {
        let detail = error.to_string();
        let NotebookError::Unreadable { help, .. } = error;
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", "This revision is no notebook", detail)
            .remedy(help)
    }
}

/// The newest revision, or the one at a commit, converted to ipynb.
#[utoipa::path(
    get, path = "/procedures/{id}/notebook.ipynb", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Which),
    responses(
        (status = 200, body = String, content_type = "application/x-ipynb+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let converted =
        app.read(move |library| Ok(library.read(&address, at.as_deref())?.as_ref().map(convert))).await?;
    let (name, bytes) = converted.ok_or_else(|| no_procedure(&id))??;
    let headers = [
        Cache::Revalidate.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ipynb+json")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    Ok((headers, bytes).into_response())
}

fn convert(reading: &Reading) -> Result<(String, Vec<u8>), NotebookError> {
    Ok((file_name(&reading.path, "ipynb"), ipynb::write(whole(reading)?)))
}

/// The notebook of a revision.
///
/// # Errors
/// When only part of it could be read: what is made of that would pass for the whole.
pub fn whole(reading: &Reading) -> Result<&Notebook, NotebookError> {
    match reading.notebook.blocking() {
        Some(found) => Err(NotebookError::Unreadable {
            line: found.line,
            message: found.message.clone(),
            help: found.help.clone(),
        }),
        None => Ok(&reading.notebook),
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn a_revision_is_converted() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.get("/api/v1/procedures/lsass/notebook.ipynb").await;
        assert_eq!(answer.json()["nbformat"], 4);
        assert!(answer.header("content-disposition").contains("lsass.ipynb"));
    }

    #[tokio::test]
    async fn what_jupyter_could_not_open_is_refused_with_its_line() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let at = &sample.commits[3];
        let answer = viewer.get(&format!("/api/v1/procedures/brittle/notebook.ipynb?at={at}")).await;
        assert_eq!(answer.status, 422);
        assert!(answer.json()["detail"].as_str().unwrap().starts_with("Line "));
    }
}
