//! Pictures: files of a repository, outputs of cells, files within cells. Raster formats alone, told by their bytes, never
//! by their names; bounded; and under a policy of their own that lets them do nothing, should one be opened by itself.

use super::Visitor;
use crate::app::App;
use crate::http::cache::{Cache, etag};
use crate::http::headers::PICTURE_POLICY;
use crate::http::problem::Problem;
use crate::routes::api::{Which, no_procedure};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::library::{LibraryError, Reading};
use catalog::mirror::Content;
use catalog::render;

/// The largest picture that is served, in bytes.
const LARGEST: usize = 8 << 20;

type Picture = (&'static str, Vec<u8>, String);

/// A picture among the files of a repository, as a commit left it.
///
/// # Errors
/// 404 when there is none.
pub async fn of_repository(
    State(app): State<App>,
    _visitor: Visitor,
    Path((repo, commit, path)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let picture = app
        .read(move |library| {
            let found = match library.file(&repo, &commit, &path, LARGEST) {
                Err(LibraryError::NoRepository(_) | LibraryError::Commit(_)) => None,
                other => other?,
            };
            Ok(found.and_then(|file| match file.content {
                Content::Bytes(bytes) => Some((render::raster(&bytes)?, bytes, file.blob)),
                Content::TooLarge(_) | Content::Missing => None,
            }))
        })
        .await?;
    answer(picture)
}

/// A picture that a cell put out.
///
/// # Errors
/// 404 when there is none.
pub async fn of_output(
    State(app): State<App>,
    _visitor: Visitor,
    Path((id, commit, cell, output)): Path<(String, String, usize, usize)>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    within(&app, id, commit, which, move |reading| render::output_image(&reading.notebook, cell, output))
        .await
}

/// A picture within a markdown cell.
///
/// # Errors
/// 404 when there is none.
pub async fn of_attachment(
    State(app): State<App>,
    _visitor: Visitor,
    Path((id, commit, cell, name)): Path<(String, String, usize, String)>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    within(&app, id, commit, which, move |reading| render::attachment_image(&reading.notebook, cell, &name))
        .await
}

/// A picture that a revision of a procedure holds.
async fn within(
    app: &App,
    id: String,
    commit: String,
    which: Which,
    find: impl FnOnce(&Reading) -> Option<(&'static str, Vec<u8>)> + Send + 'static,
) -> Result<Response, Problem> {
    let which = Which { at: Some(commit), ..which };
    let (address, at) = (which.address(&id), which.commit()?);
    let reading = app.read(move |library| library.read(&address, at.as_deref())).await?;
    let reading = reading.ok_or_else(|| no_procedure(&id))?;
    let found =
        app.read(move |_| Ok(find(&reading).map(|(kind, bytes)| (kind, bytes, reading.blob)))).await?;
    // Several pictures come from one blob: its id is no name for one of them.
    answer(found.map(|(kind, bytes, _)| (kind, bytes, String::new())))
}

fn answer(picture: Option<Picture>) -> Result<Response, Problem> {
    let (kind, bytes, blob) = picture.ok_or_else(|| {
        Problem::not_found("picture".to_owned())
            .remedy("Shown are PNG, JPEG, GIF and WebP files of at most 8 MB that the commit has.")
    })?;
    let mut response = (
        [
            Cache::Revalidate.header(),
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY)),
        ],
        bytes,
    )
        .into_response();
    if !blob.is_empty() {
        response.headers_mut().insert(header::ETAG, etag(&blob));
    }
    Ok(response)
}
