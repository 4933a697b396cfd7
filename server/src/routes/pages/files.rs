//! `/files/{repo}/{commit}/{path}`: a file of a repository, as a commit left it. A procedure leads on to its own page.

use super::shared::Context;
use super::{Visitor, html};
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::library::{File, LibraryError};
use catalog::mirror::Content;
use catalog::render::{self, highlight::Language};
use web::links;
use web::pages::file::{FileView, Shown, page};

/// The largest file that is shown, in bytes.
const LARGEST: usize = 1 << 20;

/// The file.
///
/// # Errors
/// 404 when the commit has no such file.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((repo, commit, path)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (context, frame) = (Context::of(&app), visitor.frame(&app));
    let asked = path.clone();
    let made = app
        .read(move |library| {
            let found = match library.file(&repo, &commit, &path, LARGEST) {
                Err(LibraryError::NoRepository(_) | LibraryError::Commit(_)) => None,
                other => other?,
            };
            let Some(file) = found else { return Ok(None) };
            if let Some(entry) = library.procedure_at(&repo, &path)? {
                let there = links::procedure_at(&entry.id, &file.commit, Some(&repo));
                return Ok(Some(Redirect::to(&there).into_response()));
            }
            let view = FileView {
                commit: context.commit(&repo, &file.commit),
                forge: context.forge(&repo).and_then(|forge| forge.file_url(&file.commit, &path)),
                shown: shown(&repo, &path, file),
                repo,
                path,
            };
            Ok::<_, LibraryError>(Some(html(page(&frame, view))))
        })
        .await?;
    made.ok_or_else(|| Problem::not_found(format!("file {asked}")).remedy("The commit has no such file."))
}

fn shown(repo: &str, path: &str, file: File) -> Shown {
    match file.content {
        Content::TooLarge(bytes) => Shown::TooLarge(bytes),
        Content::Missing => Shown::Nothing,
        Content::Bytes(bytes) if render::raster(&bytes).is_some() => {
            Shown::Picture(links::picture(repo, &file.commit, path))
        }
        Content::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Shown::Text(render::code(&text, language(path))),
            _ => Shown::Nothing,
        },
    }
}

/// The language that a file's ending stands for.
fn language(path: &str) -> Language {
    path.rsplit_once('.').map_or(Language::Plain, |(_, ending)| Language::of_name(ending))
}
