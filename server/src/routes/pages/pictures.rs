//! Pictures: files of a repository, outputs of cells, files within cells. Raster formats alone, told by their bytes, never
//! by their names; bounded; and under a policy of their own that lets them do nothing, should one be opened by itself.

use super::{Visitor, files};
use crate::app::App;
use crate::http::cache::{Cache, etag};
use crate::http::headers::PICTURE_POLICY;
use crate::http::problem::Problem;
use crate::routes::api::{Which, no_procedure};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::library::Reading;
use catalog::mirror::Content;
use catalog::{render, report};

/// The largest picture that is served, in bytes.
const LARGEST: usize = 8 << 20;

/// Media type and bytes.
type Picture = (&'static str, Vec<u8>);

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
            let found = files::find(library, &repo, &commit, &path, LARGEST)?;
            Ok(found.and_then(|file| match file.content {
                Content::Bytes(bytes) => Some((file.blob, (render::raster(&bytes)?, bytes))),
                Content::TooLarge(_) | Content::Missing => None,
            }))
        })
        .await?;
    let (blob, picture) = picture.unzip();
    let mut response = answer(picture)?;
    // A picture within a notebook has no blob of its own to be named by.
    if let Some(blob) = blob {
        response.headers_mut().insert(header::ETAG, etag(&blob));
    }
    Ok(response)
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

/// A picture of a procedure's report.
///
/// # Errors
/// 404 when there is none.
pub async fn of_report(
    State(app): State<App>,
    _visitor: Visitor,
    Path((id, commit, repo, address)): Path<(String, String, String, String)>,
) -> Result<Response, Problem> {
    let which = Which { repo: Some(repo), ..Which::default() };
    within(&app, id, commit, which, move |reading| report::picture(&reading.notebook, &address)).await
}

/// A picture that a revision of a procedure holds.
async fn within(
    app: &App,
    id: String,
    commit: String,
    which: Which,
    find: impl FnOnce(&Reading) -> Option<Picture> + Send + 'static,
) -> Result<Response, Problem> {
    let which = Which { at: Some(commit), ..which };
    let (address, at) = (which.address(&id), which.commit()?);
    let found =
        app.read(move |library| Ok(library.read(&address, at.as_deref())?.as_ref().map(find))).await?;
    answer(found.ok_or_else(|| no_procedure(&id))?)
}

fn answer(picture: Option<Picture>) -> Result<Response, Problem> {
    let (kind, bytes) = picture.ok_or_else(|| {
        Problem::not_found("picture".to_owned())
            .remedy("Shown are PNG, JPEG, GIF and WebP files of at most 8 MB that the commit has.")
    })?;
    Ok((
        [
            Cache::Revalidate.header(),
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY)),
        ],
        bytes,
    )
        .into_response())
}
