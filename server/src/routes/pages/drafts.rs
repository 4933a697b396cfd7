//! `/new/draft`: an exploratory notebook becomes the draft of a procedure. It is shown once; nothing is kept.

use super::Visitor;
use crate::app::{App, STARTER};
use crate::auth::Role;
use crate::drafts::{Drafted, drafted};
use crate::http::problem::Problem;
use axum::body::Bytes;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use catalog::authoring::NoteKind;
use catalog::lint::Severity;
use catalog::notebook::myst;
use serde_json::Value;
use web::pages::drafts::{DraftView, Found, MadeView, made_page, page};

/// The form.
///
/// # Errors
/// 403 without the role.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let view = DraftView { repos: repos(&app), ..DraftView::default() };
    visitor.render(&app, page, view).await
}

/// Makes the draft of what was sent, and shows it.
///
/// # Errors
/// 403 without the role, 400 when the form cannot be read, 404 when there is no such repository.
pub async fn send(State(app): State<App>, visitor: Visitor, form: Multipart) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let (file, bytes, repo) = read(form).await?;
    let again = |error: String| DraftView { error: Some(error), repos: repos(&app), repo: repo.clone() };
    if bytes.is_empty() {
        let page = visitor.render(&app, page, again("Choose a notebook.".to_owned())).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let named = Some(repo.as_str()).filter(|repo| !repo.is_empty());
    match drafted(&app, bytes, file, named).await {
        Ok(draft) => visitor.render(&app, made_page, view(draft, repo)).await,
        Err(problem) if problem.status == 422 => {
            let page = visitor.render(&app, page, again(problem.detail)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn repos(app: &App) -> Vec<String> {
    app.library.repositories().into_iter().map(|state| state.repository.name.clone()).collect()
}

/// The file's name, its bytes, and by whose rules.
async fn read(mut form: Multipart) -> Result<(Option<String>, Bytes, String), Problem> {
    let unreadable =
        |_| Problem::invalid("The form could not be read.").remedy("Send a notebook of at most 64 MiB.");
    let (mut name, mut bytes, mut repo) = (None, Bytes::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "file" => {
                name = field.file_name().map(|name| name.chars().take(200).collect());
                bytes = field.bytes().await.map_err(unreadable)?;
            }
            "repo" => repo = field.text().await.map_err(unreadable)?,
            _ => {}
        }
    }
    Ok((name, bytes, repo))
}

fn view(draft: Drafted, repo: String) -> MadeView {
    let notebook = myst::read(draft.source.as_bytes());
    let says = |key: &str| -> String {
        let said = notebook.hunting().and_then(|hunting| hunting.get(key)).and_then(Value::as_str);
        said.unwrap_or_default().to_owned()
    };
    let of = |kind: NoteKind| {
        let notes = draft.notes.iter().filter(|note| note.kind == kind);
        (kind.label(), notes.map(catalog::authoring::Note::shown).collect::<Vec<_>>())
    };
    let count = |severity| draft.diagnostics.iter().filter(|one| one.severity == severity).count();
    MadeView {
        notes: NoteKind::ALL.into_iter().rev().map(of).filter(|(_, notes)| !notes.is_empty()).collect(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        found: draft
            .diagnostics
            .iter()
            .map(|one| Found {
                line: one.line,
                code: one.code.clone(),
                severity: one.severity.word(),
                message: one.message.clone(),
                help: one.help.clone(),
            })
            .collect(),
        title: says("title"),
        id: says("id"),
        // Nothing is written for the catalog that comes with the program.
        repo: if repo == STARTER { String::new() } else { repo },
        file_name: draft.file_name,
        source: draft.source,
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use crate::testing::{TestAnswer, TestUser};
    use axum::http::{Request, header};

    async fn send(user: &TestUser, file: &str) -> TestAnswer {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"repo\"\r\n\r\nhunts\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"logons.ipynb\"\r\n\r\n{file}\r\n--b--\r\n"
        );
        let request =
            Request::post("/new/draft").header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        user.send_with(request, body).await
    }

    #[tokio::test]
    async fn a_notebook_is_sent_and_its_draft_shown_without_javascript() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let form = hunter.get("/new/draft").await;
        assert!(form.status == 200 && form.text().contains("multipart/form-data"), "{}", form.text());
        let file = r#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": 1, "source": "tenant = '887766'\nprint('<script>', tenant)"}]}"#;
        let made = send(&hunter, file).await;
        let text = made.text();
        assert_eq!(made.status, 200, "{text}");
        assert!(
            text.contains("TENANT_ID") && text.contains("To be looked at") && !text.contains("887766"),
            "{text}"
        );
        // It goes on to the form of a new procedure, as it is.
        let source = "---\njupytext: {}\nhunting: {title: Logons, id: logons}\n---\n\n# Logons\n";
        let sent =
            [("do", "look"), ("repo", "hunts"), ("title", "Logons"), ("id", "logons"), ("source", source)];
        let form = hunter.form("/new", &sent).await.text();
        let file = hunter.form("/new", &[&[("do", "download")], &sent[1..]].concat()).await;
        assert!(file.header("content-disposition").contains("logons.md") && file.text() == source);
        assert!(text.contains("action=\"/new\"") && text.contains("name=\"source\""), "{text}");
        assert!(form.contains("value=\"logons.md\"") && form.contains("# Logons"), "{form}");
        assert!(text.contains("&lt;script&gt;") && !text.contains("'<script>'"), "{text}");
    }

    #[tokio::test]
    async fn what_is_no_notebook_is_said_on_the_form() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let none = send(&hunter, "").await;
        assert!(none.status == 422 && none.text().contains("Choose a notebook."));
        let other = send(&hunter, "not json").await;
        assert!(other.status == 422 && other.text().contains("cannot be read"), "{}", other.text());
        assert_eq!(sample.user(Role::Viewer).await.get("/new/draft").await.status, 403);
    }
}
