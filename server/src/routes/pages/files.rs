//! `/files/{repo}/{commit}/{path}`: a file of a repository, as a commit left it. A procedure leads on to its own page.

use super::shared::Context;
use super::{Visitor, html};
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::library::{File, Library, LibraryError};
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
            let Some(file) = find(library, &repo, &commit, &path, LARGEST)? else { return Ok(None) };
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

/// A file of a repository; none where there is no such repository, commit or file.
pub(super) fn find(
    library: &Library,
    repo: &str,
    commit: &str,
    path: &str,
    limit: usize,
) -> Result<Option<File>, LibraryError> {
    match library.file(repo, commit, path, limit) {
        Err(LibraryError::NoRepository(_) | LibraryError::Commit(_)) => Ok(None),
        other => other,
    }
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

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use serde_json::json;

    /// The smallest GIF that says how large it is.
    const DOT: &str = "GIF89a\u{1}\0\u{1}\0;";

    #[tokio::test]
    async fn links_and_pictures_of_a_procedure_lead_to_its_repository_at_the_same_commit() {
        let sample = Sample::open().await;
        let prose = "See [the other](lsass.md#the-query), [hosts](../data/hosts.csv), [gone](../data/gone.csv).\n\n\
                     ![a dot](../img/dot.gif) ![fake](../img/fake.gif)\n";
        let linked = procedure("linked", "Linked", "T1036", "FROM process").replacen("Some prose", prose, 1);
        let commit = sample.commit(
            "Add links",
            &[
                ("hunts/linked.md", Some(linked)),
                ("data/hosts.csv", Some("host,<b>\n".to_owned())),
                ("img/dot.gif", Some(DOT.to_owned())),
                ("img/fake.gif", Some("<script>alert(1)</script>".to_owned())),
            ],
        );
        let admin = sample.user(Role::Admin).await;
        assert_eq!(admin.post("/api/v1/repos/hunts/sync", &json!({})).await.status, 200);
        let page = admin.get("/procedures/linked").await.text();
        assert!(page.contains("href=\"/procedures/lsass?repo=hunts#"), "{page}");
        let file = format!("/files/hunts/{commit}/data/hosts.csv");
        let picture = format!("/pictures/hunts/{commit}/img/dot.gif");
        assert!(page.contains(&format!("href=\"{file}\"")), "{page}");
        assert!(page.contains(&format!("src=\"{picture}\"")), "{page}");
        assert!(!page.contains(&format!("/files/hunts/{commit}/data/gone.csv")), "{page}");

        let shown = admin.get(&file).await;
        assert!(shown.text().contains("host,&lt;b&gt;"));
        assert_eq!(admin.get(&format!("/files/hunts/{commit}/data/gone.csv")).await.status, 404);
        assert_eq!(admin.get(&format!("/files/other/{commit}/data/hosts.csv")).await.status, 404);
        let onward = admin.get(&format!("/files/hunts/{commit}/hunts/lsass.md")).await;
        assert_eq!(onward.status, 303);
        assert_eq!(onward.header("location"), format!("/procedures/lsass/at/{commit}?repo=hunts"));

        let dot = admin.get(&picture).await;
        assert_eq!((dot.status.as_u16(), dot.header("content-type")), (200, "image/gif"));
        assert_eq!(dot.header("content-security-policy"), crate::http::headers::PICTURE_POLICY);
        assert_eq!(dot.header("x-content-type-options"), "nosniff");
        // What only calls itself a picture is none.
        assert_eq!(admin.get(&format!("/pictures/hunts/{commit}/img/fake.gif")).await.status, 404);
    }
}
